"""Following a story: what belongs to it comes without a followed topic, says why, and stops when it is stopped."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from newsroom_samples import plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.article import Article, Provider, Related
from bot.domain.press import press
from bot.services.newsroom import newsroom
from bot.services.readers.stories import MAX_STORIES
from bot.store.readers import stories

LINE = "For the story “The spire falls”, which is followed here."


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        for person in (ANNA, BEN):
            await house.starts(person)
        yield room


async def publishes(
    room: PressRoom, title: str, *topics: str, names: tuple[Article, ...] = (), **story: Any
) -> Article:
    related = tuple(Related(one.story.title, one.story.link) for one in names)
    slug = title.lower().replace(" ", "-")
    article = await room.draft(slug, *topics, title=title, related=related, pictures=(), **story)
    await room.publish(article)
    await room.run()
    return article


async def follows_story(room: PressRoom, person: int, article: Article, chat: int | None = None) -> str | None:
    if chat is None:
        await room.house.starts(person, f"a_{article.number}")
    await room.house.presses(person, "More", chat)
    return await room.house.presses(person, "Follow this story", chat)


def last(room: PressRoom, chat: int) -> str:
    return plain(room.house.screen(chat))


async def test_what_belongs_to_a_followed_story_comes_without_a_topic_and_says_why(room: PressRoom) -> None:
    spire = await publishes(room, "The spire falls", "Paris")
    assert await follows_story(room, ANNA, spire) == "Following this story. What belongs to it comes by itself"
    assert room.house.buttons(ANNA)[-1] == ["More like this", "Stop this story"]
    before = room.house.screens(BEN)
    roof = await publishes(room, "The roof burns", "Fire", names=(spire,))
    assert last(room, ANNA).startswith("The roof burns") and last(room, ANNA).endswith(LINE)
    await publishes(room, "The cellar floods", "Water", names=(roof,))  # two steps from it
    assert last(room, ANNA).startswith("The cellar floods") and last(room, ANNA).endswith(LINE)
    await publishes(room, "The weather", "Fire")
    assert last(room, ANNA).startswith("The cellar floods")
    assert room.house.screens(BEN) == before


async def test_an_article_that_an_earlier_one_names_belongs_to_its_story(room: PressRoom) -> None:
    """Related links lead both ways: what a story announced and what is published later under that link."""
    later = await room.draft("later", "Fire", title="The inquiry", pictures=())
    spire = await publishes(room, "The spire falls", "Paris", names=(later,))
    await follows_story(room, ANNA, spire)
    await room.publish(later)
    await room.run()
    assert last(room, ANNA).startswith("The inquiry") and last(room, ANNA).endswith(LINE)


async def test_who_follows_the_topic_too_gets_it_once_and_is_told_of_no_story(room: PressRoom) -> None:
    await room.follow([ANNA], "Fire")
    spire = await publishes(room, "The spire falls", "Paris")
    await follows_story(room, ANNA, spire)
    many = len(room.house.messages(ANNA))
    await publishes(room, "The roof burns", "Fire", names=(spire,))
    assert len(room.house.messages(ANNA)) == many + 1 and LINE not in last(room, ANNA)


async def test_what_was_published_before_is_not_sent_for_a_follow(room: PressRoom) -> None:
    spire = await publishes(room, "The spire falls", "Paris")
    await publishes(room, "The roof burns", "Fire", names=(spire,))
    room.house.clock.advance(timedelta(hours=1))
    await follows_story(room, ANNA, spire)
    many = len(room.house.messages(ANNA))
    await room.run()
    assert len(room.house.messages(ANNA)) == many


async def test_a_stopped_story_comes_no_more_and_the_toast_says_what_still_comes(room: PressRoom) -> None:
    house = room.house
    await house.says(BEN, "/subscribe")
    await room.follow([BEN], "Fire")
    spire = await publishes(room, "The spire falls", "Paris")
    for person in (ANNA, BEN):
        await follows_story(room, person, spire)
    roof = await publishes(room, "The roof burns", "Fire", names=(spire,))
    await house.presses(ANNA, "More")
    assert await house.presses(ANNA, "Stop this story") == "No longer following this story"
    assert house.buttons(ANNA)[-1] == ["More like this", "Follow this story"]
    await house.presses(BEN, "More")  # from another article of it than that from which it was followed
    assert await house.presses(BEN, "Stop this story") == "No longer following this story. News of Fire still comes"
    before = house.screens(ANNA)
    await publishes(room, "The cellar floods", "Fire", names=(roof,))
    assert house.screens(ANNA) == before and last(room, BEN).startswith("The cellar floods")
    await publishes(room, "The wine is lost", "Wine", names=(roof,))
    assert last(room, BEN).startswith("The cellar floods")


async def test_a_stop_reaches_what_waits_to_be_sent(room: PressRoom) -> None:
    spire = await publishes(room, "The spire falls", "Paris")
    await follows_story(room, ANNA, spire)
    related = (Related("The spire falls", spire.story.link),)
    roof = await room.draft("roof", "Fire", title="The roof burns", related=related, pictures=())
    await room.publish(roof)
    await room.spread()
    await room.house.presses(ANNA, "Stop this story")
    await room.run()
    assert "The roof burns" not in last(room, ANNA)


@pytest.mark.parametrize("refusal", ["/never burns", "/never source harbour.example", "mute"])
async def test_never_and_a_muted_topic_win_over_a_story(room: PressRoom, refusal: str) -> None:
    house = room.house
    spire = await publishes(room, "The spire falls", "Paris")
    await follows_story(room, ANNA, spire)
    if refusal == "mute":
        await publishes(room, "Smoke", "Fire")  # so that the topic is known
        fire = await room.follow([BEN], "Fire")
        message = house.messages(ANNA)[-1]["message_id"]
        await house.presses_data(ANNA, press("card_mute", spire.number, fire), message)
    else:
        await house.says(ANNA, refusal)
    before = house.screens(ANNA)
    harbour = Provider("Harbour", "harbour.example")
    await publishes(room, "The roof burns", "Fire", names=(spire,), provider=harbour)
    assert house.screens(ANNA) == before


async def test_subscriptions_list_stories_with_a_button_for_each(room: PressRoom) -> None:
    house = room.house
    spire = await publishes(room, "The spire falls", "Paris")
    storm = await publishes(room, "A storm", "Weather")
    for article in (spire, storm):
        await follows_story(room, ANNA, article)
        house.clock.advance(timedelta(minutes=1))
    await house.says(ANNA, "/subscriptions")
    assert last(room, ANNA).startswith("Only stories are followed here.\nStories: “A storm” and “The spire falls”.")
    assert house.buttons(ANNA)[:2] == [["Stop “A storm”"], ["Stop “The spire falls”"]]
    message, data = house.button(ANNA, "Stop “A storm”")
    assert await house.presses(ANNA, "Stop “A storm”") == "No longer following “A storm”"
    assert "A storm" not in last(room, ANNA)
    toast = await house.presses_data(ANNA, data, message)
    assert toast == "That list was out of date. Here is the current one."
    for number in (0, -1, 404, 2**63 - 1):
        await house.presses_data(ANNA, press("drop_story", number), message)
    assert "The spire falls" in last(room, ANNA)
    await newsroom.retract(house.db, spire.number, by=EDITH, now=house.clock())
    await house.says(ANNA, "/subscriptions")
    assert "The spire falls" not in last(room, ANNA) and f"#{spire.number}" in last(room, ANNA)


async def test_in_a_group_only_administrators_follow_and_it_comes_to_their_thread(room: PressRoom) -> None:
    house = room.house
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await room.follow([house.group], "Paris")
    spire = await publishes(room, "The spire falls", "Paris")
    assert "administrators" in str(await follows_story(room, BEN, spire, house.group))
    async with house.db.reading() as conn:
        assert await stories.of_chat(conn, house.group) == []
    await house.presses(EDITH, "Follow this story", house.group)
    await publishes(room, "The roof burns", "Fire", names=(spire,))
    assert last(room, house.group).endswith(LINE)
    forum = house.world.add_chat("supergroup", "Forum", members={EDITH: "creator"}, is_forum=True, bot_status="member")
    thread = house.world.open_thread(forum.id, "Fires", 5)
    await house.says(EDITH, "/latest 1", forum.id, thread=thread)
    await house.presses(EDITH, "More", forum.id)
    await house.presses(EDITH, "Follow this story", forum.id)
    await publishes(room, "The cellar floods", "Water", names=(spire,))
    message = house.messages(forum.id)[-1]
    assert message["message_thread_id"] == thread and "The cellar floods" in message["text"]


async def test_there_is_an_end_to_the_stories_of_a_chat_and_following_twice_is_once(room: PressRoom) -> None:
    house = room.house
    spire = await publishes(room, "The spire falls", "Paris")
    roof = await publishes(room, "The roof burns", "Fire", names=(spire,))
    for article in (spire, roof):
        await follows_story(room, ANNA, article) if article is spire else await house.starts(ANNA, f"a_{roof.number}")
    await house.presses(ANNA, "More")
    assert house.buttons(ANNA)[-1] == ["More like this", "Stop this story"]
    message = house.messages(ANNA)[-1]["message_id"]
    await house.presses_data(ANNA, press("card_story", roof.number), message)
    async with house.db.transaction() as conn:
        assert len(await stories.of_chat(conn, ANNA)) == 1
        for number in range(2, MAX_STORIES + 1):
            await conn.execute(
                """
                INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at)
                VALUES (:number, :number, 'published', 'x', 0, '{}', 0)
                """,
                {"number": 1000 + number},
            )
            await stories.follow(conn, ANNA, 1000 + number, 0, house.clock())
    storm = await publishes(room, "A storm", "Weather")
    assert "more stories than can be followed" in str(await follows_story(room, ANNA, storm))


async def test_stories_are_exported_and_forgotten_with_their_chat(room: PressRoom) -> None:
    house = room.house
    spire = await publishes(room, "The spire falls", "Paris")
    await follows_story(room, ANNA, spire)
    await follows_story(room, BEN, spire)
    await house.says(ANNA, "/export")
    sent = house.world.files.get(house.messages(ANNA)[-1]["document"]["file_id"])
    assert sent is not None and sent.data is not None
    [exported] = json.loads(sent.data)["stories"]
    assert (exported["title"], exported["link"]) == ("The spire falls", spire.story.link)
    await house.says(ANNA, "/forget")
    await house.presses(ANNA, "Delete all")
    async with house.db.reading() as conn:
        assert await stories.of_chat(conn, ANNA) == [] and len(await stories.of_chat(conn, BEN)) == 1


async def test_stories_come_back_with_a_chat_s_own_export(room: PressRoom) -> None:
    house = room.house
    spire = await publishes(room, "The spire falls", "Paris")
    await follows_story(room, ANNA, spire)
    await house.says(ANNA, "/export")
    sent = house.world.files.get(house.messages(ANNA)[-1]["document"]["file_id"])
    assert sent is not None and sent.data is not None
    await house.says(ANNA, "/forget")
    await house.presses(ANNA, "Delete all")
    await house.uploads(ANNA, f"newsbot-{ANNA}.json", sent.data)
    assert "1 story that is followed" in last(room, ANNA)
    await house.presses(ANNA, "Restore")
    assert "1 story that is followed" in last(room, ANNA)
    await publishes(room, "The roof burns", "Fire", names=(spire,))
    assert last(room, ANNA).endswith(LINE)


@pytest.mark.parametrize("verb", ["card_story", "card_story_end"])
async def test_forged_buttons_follow_nothing(room: PressRoom, verb: str) -> None:
    house = room.house
    spire = await publishes(room, "The spire falls", "Paris")
    draft = await room.draft("secret", "Paris", title="Secret")
    await house.starts(ANNA, f"a_{spire.number}")
    message = house.messages(ANNA)[-1]["message_id"]
    for number in (draft.number, 0, -1, 2**63 - 1):
        toast = await house.presses_data(ANNA, press(verb, number), message)
        assert toast is not None and toast.startswith("There is no story #")
    async with house.db.reading() as conn:
        assert await stories.of_chat(conn, ANNA) == []
