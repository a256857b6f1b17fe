"""Phrases that readers follow or never want: as typed, as they come, and as they are taken back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from newsroom_samples import ROBOTICS, define, plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.article import Provider, Story
from bot.domain.press import press
from bot.services.delivery import delivery_reports
from bot.services.readers import exports, membership

LINE = "For the phrase “quantum dots”."


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    await define(house, ROBOTICS)
    async with press_room(house, tmp_path) as room:
        yield room


async def publishes(room: PressRoom, title: str, *topics: str, slug: str = "", **story: object) -> None:
    slug = slug or title.casefold().replace(" ", "-")
    await room.publish(await room.draft(slug, *topics, title=title, pictures=(), **story))
    await room.run()


def screens(room: PressRoom, chat: int) -> list[str]:
    return [plain(text) for text in room.house.screens(chat)]


def screen(room: PressRoom, chat: int) -> str:
    return screens(room, chat)[-1]


async def test_a_followed_phrase_brings_what_holds_it_and_says_so(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, '/subscribe "quantum dots"')
    assert screen(room, ANNA) == "Following “quantum dots” now. The next story comes by itself."
    await house.says(ANNA, "/subscribe “QUANTUM  Dots”")
    assert screen(room, ANNA) == "Followed already: “quantum dots”."
    await publishes(room, "New Quántum Dots for screens", "Chemistry")
    pushed = screen(room, ANNA)
    assert pushed.startswith("New Quántum Dots for screens") and pushed.endswith(f"\n\n{LINE}")
    await publishes(room, "Quantum computers and dots", "Chemistry")
    assert screen(room, ANNA) == pushed


async def test_who_follows_a_topic_and_a_phrase_of_a_story_gets_it_once_and_no_line(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, '/subscribe Robotics, "quantum dots"')
    assert screen(room, ANNA) == "Following Robotics and “quantum dots” now. The next story comes by itself."
    before = len(screens(room, ANNA))
    await publishes(room, "Robots paint quantum dots", "Robotics")
    assert len(screens(room, ANNA)) == before + 1
    assert LINE not in screen(room, ANNA)


async def test_never_wins_over_topics_and_phrases_until_it_is_taken_back(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, '/subscribe Robotics, "quantum dots"')
    await house.says(ANNA, "/never Celebrity gossip")
    assert screen(room, ANNA) == "Nothing comes any more that holds “Celebrity gossip”."
    assert house.buttons(ANNA) == [["Allow “Celebrity gossip”"]]
    before = screens(room, ANNA)
    await publishes(room, "Robots and quantum dots", "Robotics", excerpt="Also celebrity GOSSIP from the fair.")
    assert screens(room, ANNA) == before
    assert await house.presses(ANNA, "Allow “Celebrity gossip”") == "“Celebrity gossip” is allowed again"
    await publishes(room, "More robots", "Robotics", excerpt="Also celebrity gossip from the fair.")
    assert screen(room, ANNA).startswith("More robots")


async def test_what_is_never_wanted_is_in_no_list_of_what_is_followed(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, "/subscribe Robotics")
    for title, excerpt in (
        ("Robots at sea", "With gpt4o."),
        ("Robots at home", "With cats."),
        ("猫とロボット", "All."),
    ):
        await publishes(room, title, "Robotics", excerpt=excerpt, slug=f"s{len(title)}{excerpt[5:8]}")
    for phrase in ("GPT-4o", "猫"):
        await house.says(ANNA, f"/never {phrase}")
    for asked in ("/latest", "/top"):
        await house.says(ANNA, asked)
        assert "Robots at home" in screen(room, ANNA)
        assert "Robots at sea" not in screen(room, ANNA) and "ロボット" not in screen(room, ANNA)
    await house.says(ANNA, "/latest Robotics")  # by name it is shown whole
    assert "Robots at sea" in screen(room, ANNA) and "ロボット" in screen(room, ANNA)


async def test_never_from_a_source_by_its_name_or_domain_in_any_case(room: PressRoom) -> None:
    house = room.house
    for reader, name in ((ANNA, "HARBOUR  post"), (BEN, '"harbour.example"')):
        await house.says(reader, "/subscribe Robotics")
        await house.says(reader, f"/never source {name}")
    assert screen(room, ANNA) == "Nothing comes any more from HARBOUR post."
    before = screens(room, ANNA), screens(room, BEN)
    await publishes(room, "Robots of the harbour", "Robotics", provider=Provider("Harbour Post", "harbour.example"))
    assert (screens(room, ANNA), screens(room, BEN)) == before
    await house.says(ANNA, "/latest")
    assert screen(room, ANNA).startswith("Nothing published in what is followed here yet.")
    await house.says(ANNA, "/subscriptions")
    assert "Never from: HARBOUR post." in screen(room, ANNA)
    assert await house.presses(ANNA, "Allow HARBOUR post") == "HARBOUR post is allowed again"
    assert "Never from" not in screen(room, ANNA)
    await house.says(ANNA, "/latest")
    assert "Robots of the harbour" in screen(room, ANNA)


async def test_subscriptions_shows_all_of_it_and_takes_back_each_by_its_name(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, '/subscribe "quantum dots"')
    await house.says(ANNA, "/subscriptions")
    assert screen(room, ANNA).startswith("You follow “quantum dots”.\nThe next story comes by itself.")
    await house.says(ANNA, '/subscribe Robotics "solar power"')
    await house.says(ANNA, "/never casino")
    await house.says(ANNA, "/subscriptions")
    assert screen(room, ANNA).startswith(
        "You follow Robotics, “quantum dots” and “solar power”.\nNever wanted: “casino”."
    )
    assert house.buttons(ANNA)[:4] == [
        ["Robotics"],
        ["Unfollow “quantum dots”"],
        ["Unfollow “solar power”"],
        ["Allow “casino”"],
    ]
    assert await house.presses(ANNA, "Unfollow “quantum dots”") == "No longer following “quantum dots”"
    assert await house.presses(ANNA, "Allow “casino”") == "“casino” is allowed again"
    assert screen(room, ANNA).startswith("You follow Robotics and “solar power”.\nThe next")
    await house.says(ANNA, '/unsubscribe "Solar  POWER", Robotics, "wind"')
    assert screen(room, ANNA) == "No longer following Robotics and “solar power”.\nNot followed here: “wind”."
    await house.says(ANNA, "/subscriptions")
    assert screen(room, ANNA) == "Nothing is followed here yet."


async def test_a_phrase_is_let_go_without_its_quotation_marks_where_no_topic_is_called_so(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, '/subscribe "quantum dots"')
    await house.says(ANNA, "/unsubscribe Quantum Dots, Robotik")
    assert screen(room, ANNA).startswith("No longer following “quantum dots”.\nNo topic “Robotik”. Did you mean:")


async def test_less_of_this_mutes_and_lets_go_the_phrase_and_each_can_be_undone(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, '/subscribe "quantum dots"')
    await publishes(room, "All about quantum dots")
    await house.presses(ANNA, "More")
    await house.presses(ANNA, "Less of this")
    mute, unfollow, never = "Mute “quantum dots” 24 h", "Unfollow “quantum dots”", "Never from Northgate News"
    assert house.buttons(ANNA)[1:] == [[mute], [unfollow], [never], ["Back"]]
    assert await house.presses(ANNA, mute) == "“quantum dots” is muted until tomorrow, 12:00"
    assert house.buttons(ANNA)[1] == ["Undo"]
    await publishes(room, "More on quantum dots")
    assert not screen(room, ANNA).startswith("More on")
    await house.says(ANNA, "/subscriptions")
    assert "Muted until 3 Mar 2026, 12:00: “quantum dots”." in screen(room, ANNA)
    assert await house.presses(ANNA, "Hear “quantum dots”") == "“quantum dots” is no longer muted"
    await publishes(room, "Again on quantum dots")
    assert screen(room, ANNA).startswith("Again on quantum dots")
    await house.presses(ANNA, "More")
    await house.presses(ANNA, "Less of this")
    assert await house.presses(ANNA, unfollow) == "No longer following “quantum dots”"
    assert await house.presses(ANNA, "Undo") == "Following “quantum dots”"
    assert await house.presses(ANNA, never) == "Nothing more from Northgate News"
    await publishes(room, "Last on quantum dots")
    assert screen(room, ANNA).startswith("Again on quantum dots")


async def test_a_forged_number_tells_nobody_what_others_follow(room: PressRoom) -> None:
    house = room.house
    await house.says(BEN, '/subscribe "my neighbour"')
    await house.says(ANNA, '/subscribe "quantum dots"')
    await publishes(room, "My neighbour and quantum dots")
    message_id, _ = house.button(ANNA, "More")
    before = screens(room, BEN)
    for verb in ("card_unfollow", "card_refollow", "card_mute", "card_unmute"):
        toast = await house.presses_data(ANNA, press(verb, 1, -1), message_id)
        assert toast == "This button is too old to use. Send /topics for a new list."
        assert "neighbour" not in str(house.buttons(ANNA))
    for verb in ("drop_phrase", "hear_phrase", "allow_phrase"):
        assert await house.presses_data(ANNA, press(verb, 1), message_id) == (
            "That list was out of date. Here is the current one."
        )
        assert "neighbour" not in str(house.buttons(ANNA))
    await house.says(BEN, "/subscriptions")
    assert screen(room, BEN).startswith("You follow “my neighbour”.") and screens(room, BEN)[:-1] == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('/subscribe "a"', "Too short, because nearly every story holds it: “a”."),
        ("/never x", "Too short, because nearly every story holds it: “x”."),
        ("/never の", "Too short, because nearly every story holds it: “の”."),
        ('/subscribe "   "', "There is no letter and no digit to look for in “”."),
        ("/never !!!", "There is no letter and no digit to look for in “!!!”."),
        ('/subscribe "👍 …" "!"', "There is no letter and no digit to look for in “👍 …” and “!”."),
        ("/never C++", "Nothing comes any more that holds “C++”."),
        ("/never 火", "Nothing comes any more that holds “火”."),
        ('/subscribe "AI 北京 हिन्दी"', "Following “AI 北京 हिन्दी” now. The next story comes by itself."),
        ('/subscribe "open to the end', "Following “open to the end” now. The next story comes by itself."),
        ("/never", "Send /never and the words that no story is to hold"),
        ("/never source", "Send /never and the words that no story is to hold"),
        ('/never source ""', "Send /never and the words that no story is to hold"),
    ],
)
async def test_whatever_is_typed_has_a_clear_answer(room: PressRoom, typed: str, said: str) -> None:
    await room.house.says(ANNA, typed)
    assert screen(room, ANNA).startswith(said)


async def test_a_phrase_of_four_thousand_signs_is_refused_in_a_few_words(room: PressRoom) -> None:
    await room.house.says(ANNA, f'/subscribe "{"quantum dots " * 300}"')
    assert screen(room, ANNA).startswith("Too long: “quantum dots") and len(screen(room, ANNA)) < 200
    assert screen(room, ANNA).endswith("A phrase has at most 100 characters.")


async def test_a_chat_has_two_hundred_phrases_and_is_told_of_the_next(room: PressRoom) -> None:
    house = room.house
    for start in (0, 100):
        await house.says(ANNA, "/subscribe " + " ".join(f'"phrase {n}"' for n in range(start, start + 100)))
        assert screen(room, ANNA).startswith("Following “phrase")
    await house.says(ANNA, '/subscribe "one more" "phrase 7"')
    assert screen(room, ANNA) == (
        "Followed already: “phrase 7”.\nNot taken, because a chat has at most 200 phrases: “one more”. "
        "/subscriptions takes some back."
    )
    await house.says(ANNA, "/subscriptions")
    assert "and 188 other phrases" in screen(room, ANNA)
    pages = 1
    while ["Next"] in house.buttons(ANNA) or ["Previous", "Next"] in house.buttons(ANNA):
        await house.presses(ANNA, "Next")
        pages += 1
    assert pages == 25
    await house.says(ANNA, "/never casino")
    assert screen(room, ANNA) == "Nothing comes any more that holds “casino”."
    await publishes(room, "On phrase 151")
    assert screen(room, ANNA).endswith("For the phrase “phrase 151”.")


async def test_a_phrase_that_is_never_wanted_can_be_followed_and_brings_nothing(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, "/never quantum dots")
    await house.says(ANNA, '/subscribe "Quantum dots"')
    assert screen(room, ANNA).endswith("Never wanted: “quantum dots”.")
    assert house.buttons(ANNA)[0] == ["Allow “quantum dots”"]


async def test_in_a_group_only_administrators_change_phrases(room: PressRoom) -> None:
    house = room.house
    house.world.add_bot(EDITH, house.group)
    await house.says(BEN, '/subscribe "quantum dots"', chat=house.group)
    assert "administrators" in screen(room, house.group)
    await house.says(BEN, "/never casino", chat=house.group)
    await house.says(EDITH, '/subscribe "solar power"', chat=house.group)
    await house.says(EDITH, "/subscriptions", chat=house.group)
    assert screen(room, house.group).startswith("This group follows “solar power”.\nThe next story")


async def test_a_phrase_of_a_forum_thread_brings_its_stories_there(room: PressRoom) -> None:
    house, world = room.house, room.world
    forum = world.add_chat("supergroup", "Forum", members={EDITH: "creator"}, is_forum=True, bot_status="member").id
    thread = world.open_thread(forum, "Dots", 5)
    await house.says(EDITH, '/subscribe "quantum dots"', chat=forum, thread=thread)
    await publishes(room, "All about quantum dots")
    assert house.messages(forum)[-1]["message_thread_id"] == thread
    assert screen(room, forum).endswith(LINE)


async def test_the_reach_counts_who_follows_a_phrase_and_not_who_never_wants_one(room: PressRoom) -> None:
    house = room.house
    for reader in (ANNA, BEN):
        await house.says(reader, '/subscribe "quantum dots"')
    await house.says(BEN, "/never screens")
    article = await room.draft("dots", title="Quantum dots in screens")
    assert await delivery_reports.reach_of(room.db, article, house.clock()) == 1


async def test_news_of_unknown_topics_is_held_unless_it_reaches_somebody_by_a_phrase(room: PressRoom) -> None:
    house, at = room.house, room.house.clock()
    await house.says(BEN, "/subscribe Robotics")
    await house.says(ANNA, '/subscribe "quantum dots"')
    files = {
        f"{slug}.md": Story(title, f"https://news.example/{slug}", at, published=True, topics=("Chemisty",))
        for slug, title in (("coal", "Nothing that anybody follows"), ("dots", "On quantum dots"))
    }
    report = await room.take(files)
    await room.run()
    assert (len(report.published), len(report.held)) == (1, 1)
    assert screen(room, ANNA).startswith("On quantum dots")


async def test_forgetting_and_the_export_cover_phrases(room: PressRoom) -> None:
    house = room.house
    await house.says(ANNA, '/subscribe "quantum dots"')
    await house.says(ANNA, "/never casino")
    document = await exports.export_of(room.db, ANNA, room.house.clock())
    assert [row["phrase"] for row in document["phrases"]] == ["quantum dots"]
    assert [row["phrase"] for row in document["unwanted_phrases"]] == ["casino"]
    await membership.forget(room.db, ANNA, room.house.clock())
    async with room.db.reading() as conn:
        [(left,)] = await conn.execute_fetchall("SELECT count(*) FROM phrases")
    assert left == 0
