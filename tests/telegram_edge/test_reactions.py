"""A reaction to a push keeps its article for who reacted, and taking it away lets it go, but not what a button kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from newsroom_samples import plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.article import Article
from bot.domain.chat import ChatState
from bot.services.newsroom import newsroom
from bot.services.readers import browsing
from bot.telegram_edge.updates.polling import ALLOWED_UPDATES


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        for person in (ANNA, BEN):
            await house.starts(person)
        await room.follow([ANNA, BEN], "Fire")
        yield room


async def publishes(room: PressRoom, title: str, **story: Any) -> Article:
    article = await room.draft(title.lower().replace(" ", "-"), "Fire", title=title, pictures=(), **story)
    await room.publish(article)
    await room.run()
    return article


async def reacts(
    room: PressRoom, person: int, *emojis: str, chat: int | None = None, message: int | None = None
) -> None:
    """React to the bot's newest message in a chat, or to another one."""
    chat = chat or person
    room.world.react(person, chat, message or room.house.messages(chat)[-1]["message_id"], *emojis)
    await room.house.settle()


async def kept(room: PressRoom, person: int) -> list[str]:
    page = await browsing.saved(room.house.db, person, size=10)
    return [article.story.title for article in page.articles]


async def test_telegram_is_asked_for_reactions(room: PressRoom) -> None:
    """ "Must explicitly specify" it: https://core.telegram.org/bots/api#update (message_reaction)"""
    assert "message_reaction" in ALLOWED_UPDATES and "message_reaction" in (room.world.updates.allowed or ())


@pytest.mark.parametrize("emoji", ["👍", "❤", "❤\ufe0f"])
async def test_a_reaction_to_a_push_keeps_it_and_taking_it_away_lets_it_go(room: PressRoom, emoji: str) -> None:
    await publishes(room, "The roof burns")
    await reacts(room, ANNA, emoji)
    assert await kept(room, ANNA) == ["The roof burns"] and await kept(room, BEN) == []
    assert room.house.buttons(ANNA)[1][0] == "✓ Saved"
    await reacts(room, ANNA)
    assert await kept(room, ANNA) == []
    assert room.house.buttons(ANNA)[1][0] == "Save"


@pytest.mark.parametrize("emoji", ["🔥", "👎", "💔", "👍🏽"])
async def test_any_other_reaction_keeps_nothing(room: PressRoom, emoji: str) -> None:
    await publishes(room, "The roof burns")
    await reacts(room, ANNA, emoji)
    assert await kept(room, ANNA) == []


async def test_one_of_several_reactions_is_enough_and_another_in_its_place_keeps_it(room: PressRoom) -> None:
    await publishes(room, "The roof burns")
    for emojis, expected in ((("🔥", "❤"), 1), (("👍",), 1), (("🔥",), 0), (("❤", "🔥", "👍"), 1), ((), 0)):
        await reacts(room, ANNA, *emojis)
        assert len(await kept(room, ANNA)) == expected, emojis


async def test_what_the_button_kept_stays_when_a_reaction_goes(room: PressRoom) -> None:
    await publishes(room, "The roof burns")
    await room.house.presses(ANNA, "Save")
    await reacts(room, ANNA, "👍")
    await reacts(room, ANNA)
    assert await kept(room, ANNA) == ["The roof burns"]


async def test_what_a_reaction_kept_and_the_button_let_go_stays_gone(room: PressRoom) -> None:
    await publishes(room, "The roof burns")
    await reacts(room, ANNA, "👍")
    await room.house.presses(ANNA, "✓ Saved")
    await reacts(room, ANNA)
    assert await kept(room, ANNA) == []
    await reacts(room, ANNA, "❤")
    assert await kept(room, ANNA) == ["The roof burns"]


async def test_the_article_of_that_message_is_kept_and_no_other(room: PressRoom) -> None:
    await publishes(room, "The roof burns")
    first = room.house.messages(ANNA)[-1]["message_id"]
    await publishes(room, "The spire falls")
    await reacts(room, ANNA, "👍", message=first)
    assert await kept(room, ANNA) == ["The roof burns"]
    await room.house.says(ANNA, "/help")
    await reacts(room, ANNA, "👍")  # to what is no push
    written = room.world.messages(ANNA)[-2]["message_id"]
    await reacts(room, ANNA, "👍", message=written)  # to what Anna herself wrote
    assert await kept(room, ANNA) == ["The roof burns"]


async def test_in_a_group_it_is_kept_for_who_reacted_where_the_bot_administers(room: PressRoom) -> None:
    """ "The bot must be an administrator in the chat": https://core.telegram.org/bots/api#update"""
    house = room.house
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await room.follow([house.group], "Fire")
    await publishes(room, "The roof burns")
    await reacts(room, EDITH, "👍", chat=house.group)
    assert await kept(room, EDITH) == []  # Telegram says nothing of it
    await reacts(room, EDITH, chat=house.group)
    house.world.make_bot_admin(EDITH, house.group)
    await house.settle()
    before = house.buttons(house.group)
    await reacts(room, EDITH, "❤", chat=house.group)
    assert await kept(room, EDITH) == ["The roof burns"] and await kept(room, ANNA) == []
    assert house.buttons(house.group) == before  # what one keeps is not shown to all
    edith = await house.chat(EDITH)
    assert edith is not None and edith.state is ChatState.UNREACHABLE  # she has not started the bot
    await reacts(room, EDITH, chat=house.group)
    assert await kept(room, EDITH) == []


async def test_two_copies_each_with_a_reaction_are_let_go_with_the_last(room: PressRoom) -> None:
    house = room.house
    house.world.add_bot(EDITH, house.group, "administrator")
    await house.settle()
    await room.follow([house.group], "Fire")
    await publishes(room, "The roof burns")
    await reacts(room, ANNA, "👍", chat=house.group)
    await reacts(room, ANNA, "❤")
    await reacts(room, ANNA)
    assert await kept(room, ANNA) == ["The roof burns"]
    await reacts(room, ANNA, chat=house.group)
    assert await kept(room, ANNA) == []


async def test_two_people_react_at_once_and_each_keeps_for_themselves(room: PressRoom) -> None:
    house = room.house
    await publishes(room, "The roof burns")
    for person in (ANNA, BEN):
        house.world.react(person, person, house.messages(person)[-1]["message_id"], "👍")
    await house.settle()
    assert await kept(room, ANNA) == await kept(room, BEN) == ["The roof burns"]
    await reacts(room, BEN)
    assert await kept(room, ANNA) == ["The roof burns"] and await kept(room, BEN) == []


async def test_a_message_that_lists_several_stories_keeps_none(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, "/settings hourly")
    for title in ("The roof burns", "The spire falls"):
        await publishes(room, title)
    house.clock.now = house.clock.now.replace(hour=house.clock.now.hour + 1)
    await room.run()
    assert "The roof burns" in plain(house.screen(ANNA)) and "The spire falls" in plain(house.screen(ANNA))
    await reacts(room, ANNA, "👍")
    assert await kept(room, ANNA) == []


async def test_what_was_retracted_is_not_kept_any_more(room: PressRoom) -> None:
    article = await publishes(room, "The roof burns")
    await newsroom.retract(room.house.db, article.number, by=EDITH, now=room.house.clock())
    await reacts(room, ANNA, "👍")
    assert await kept(room, ANNA) == []


async def test_what_is_kept_by_a_reaction_is_forgotten_and_restored_as_anything_kept(room: PressRoom) -> None:
    house = room.house
    await publishes(room, "The roof burns")
    message = house.messages(ANNA)[-1]["message_id"]
    await reacts(room, ANNA, "👍")
    await house.says(ANNA, "/forget")
    await house.presses(ANNA, "Delete all")
    await reacts(room, ANNA, message=message)  # of a message that is not known any more
    assert await kept(room, ANNA) == []
    async with house.db.reading() as conn:
        [(many,)] = await conn.execute_fetchall("SELECT count(*) FROM saving_reactions")
    assert many == 0


async def test_reactions_in_chats_that_nobody_knows_and_of_chats_do_nothing(room: PressRoom) -> None:
    """Who reacts anonymously has no `user`: https://core.telegram.org/bots/api#messagereactionupdated"""
    house = room.house
    await publishes(room, "The roof burns")
    thumb = [{"type": "emoji", "emoji": "👍"}]
    change = {"message_id": house.messages(ANNA)[-1]["message_id"], "date": 1, "old_reaction": []}
    anna, group = {"id": ANNA, "is_bot": False, "first_name": "Anna"}, {"id": -77, "type": "group", "title": "?"}
    private = {"id": ANNA, "type": "private", "first_name": "Anna"}
    custom = [{"type": "custom_emoji", "custom_emoji_id": "1"}, {"type": "paid"}]
    for more in (
        {"chat": private, "actor_chat": group, "new_reaction": thumb},
        {"chat": group, "user": anna, "new_reaction": thumb},
        {"chat": private, "user": anna, "new_reaction": custom},
        {"chat": private, "user": anna, "new_reaction": thumb, "message_id": 2**31},
    ):
        house.world.queue_update(message_reaction=change | more)
        await house.settle()
    assert await kept(room, ANNA) == []
    house.world.queue_update(
        message_reaction=change | {"chat": private, "user": anna, "new_reaction": [*custom, *thumb]}
    )
    await house.settle()
    assert await kept(room, ANNA) == ["The roof burns"]
