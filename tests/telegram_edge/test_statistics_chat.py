"""What editors learn with /stats: numbers of a period, by article, topic and source, and nobody's name."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of, plain
from story import ANNA, BEN, EDITH

from bot.sandbox.world.faults import Refuse
from bot.store.readers import chats


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        yield desk


def numbers(desk: Desk) -> str:
    """Return the newest message with numbers; a chart is a picture, and has a caption."""
    texts = [message["text"] for message in desk.house.messages(EDITH) if "text" in message]
    return plain(texts[-1])


async def publish(desk: Desk, slug: str, chats_of: list[int], refused: list[int] = [], **story: object) -> int:  # noqa: B006
    """Publish an article to these chats, of which some have blocked the bot; return its number."""
    name = f"Topic {slug}"
    await desk.room.follow(chats_of, name)
    for chat in refused:
        desk.house.world.faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), chat=chat, times=1)
    article = await desk.room.draft(slug, name, pictures=(), **story)
    await desk.room.publish(article, by=EDITH)
    await desk.run()
    return article.number


async def test_an_empty_bot_says_that_nothing_happened(desk: Desk) -> None:
    await desk.says("/stats")
    assert numbers(desk).startswith("24 Feb 2026 to 2 Mar 2026, UTC time\nChats\n1 active, 0 paused, 0 switched off\n")
    assert "0 articles went out.\n0 in the last 24 hours, 0 in the last 7 days" in numbers(desk)
    assert "on average" not in numbers(desk)
    await desk.presses("Articles")
    assert "No article went out in this time." in numbers(desk)


async def test_numbers_tell_who_came_and_left_and_what_arrived(desk: Desk) -> None:
    people = await desk.room.people(5)
    first = await publish(desk, "grid", people, refused=people[:1])
    await desk.house.starts(ANNA)
    await desk.house.says(ANNA, "/stop")
    await desk.house.starts(BEN)
    await desk.house.says(BEN, "/forget")
    await desk.house.presses(BEN, "Delete all")
    await desk.says("/stats")
    told = numbers(desk)
    assert "1 blocked or removed the bot, 1 paused and 1 deleted all its data" in told
    assert "4 of 5 messages delivered (80 %)" in told
    assert "Not delivered: 1 had blocked the bot or were gone, 0 forbade writing, 0 failed" in told
    await desk.presses("Articles")
    assert f"#{first} Grid: in 4 chats, 1 could not be reached, " in numbers(desk)
    await desk.presses("Topics")
    assert "Topic grid: 1 article, 4 messages, 1 could not be reached, 4 followers" in numbers(desk)
    for person in (*people, ANNA, BEN):
        assert str(person) not in "".join(desk.house.screens(EDITH))


async def test_a_period_is_chosen_with_a_button_or_typed(desk: Desk) -> None:
    people = await desk.room.people(2)
    await publish(desk, "grid", people)
    desk.house.clock.advance(timedelta(days=10))
    await desk.says("/stats")
    assert "0 articles went out." in numbers(desk) and numbers(desk).startswith("6 Mar 2026 to 12 Mar 2026")
    await desk.presses("30 days")
    by_button = numbers(desk)
    assert "1 article went out." in by_button and by_button.startswith("11 Feb 2026 to 12 Mar 2026")
    assert desk.buttons[0] == ["7 days", "✓ 30 days", "90 days", "1 year"]
    await desk.says("/stats 30")
    assert numbers(desk) == by_button
    await desk.says("/stats 11 days")
    assert "1 article went out." in numbers(desk)
    await desk.presses("Topics")
    assert "Topic grid: 1 article, 2 messages, 2 followers" in numbers(desk)  # the period stays


@pytest.mark.parametrize("typed", ["0", "-3", "3661", "99999999", "soon", "7; 8", "١٢٣٤٥"])
async def test_what_is_no_period_gets_one_answer(desk: Desk, typed: str) -> None:
    before = len(desk.house.messages(EDITH))
    await desk.says(f"/stats {typed}")
    assert desk.screen == "Write /stats and a number of days, such as /stats 30."
    assert len(desk.house.messages(EDITH)) == before + 1


async def test_forged_buttons_show_what_there_is(desk: Desk) -> None:
    await desk.says("/stats")
    message = desk.house.messages(EDITH)[-1]["message_id"]
    for data in ("1:stats:5k:5k", "1:stats:-1:-1", "1:stats", "1:stats:2:zzzzzzzzz"):
        await desk.house.presses_data(EDITH, data, message)
        assert "UTC time" in numbers(desk)


async def test_readers_are_told_nothing(desk: Desk) -> None:
    await desk.house.starts(ANNA)
    await desk.house.says(ANNA, "/stats")
    assert "active" not in desk.house.screen(ANNA)
    message = desk.house.messages(ANNA)[-1]["message_id"]
    shown = desk.house.screens(ANNA)
    await desk.house.presses_data(ANNA, "1:stats:0:7", message)
    assert not any("active" in screen for screen in desk.house.screens(ANNA)) and len(shown) > 0


async def test_chats_of_several_languages_and_those_that_follow_nothing_are_counted(desk: Desk) -> None:
    people = await desk.room.people(3)
    async with desk.house.db.transaction() as conn:
        for chat in people[:2]:
            await chats.set_language(conn, chat, "de")
    await desk.says("/stats")
    assert "Languages: Deutsch 2, English 2." in numbers(desk)
    assert "4 active chats follow nothing." in numbers(desk)
