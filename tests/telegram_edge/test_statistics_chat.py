"""What editors learn with /stats: numbers of a period, by article, topic and source, and nobody's name."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of, plain
from story import ANNA, BEN, EDITH

from bot.sandbox.world.faults import Refuse
from bot.services.charts.drawing import ChartDrawer
from bot.store.readers import chat_settings


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        yield desk


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
    assert desk.numbers.startswith("24 Feb 2026 to 2 Mar 2026, UTC\nChats\n1 active, 0 paused, 0 switched off\n")
    assert "0 articles went out.\n0 in the last 24 hours, 0 in the last 7 days" in desk.numbers
    assert "on average" not in desk.numbers
    await desk.presses("Articles")
    assert "No article went out in this time." in desk.numbers


async def test_numbers_tell_who_came_and_left_and_what_arrived(desk: Desk) -> None:
    people = await desk.room.people(5)
    first = await publish(desk, "grid", people, refused=people[:1])
    await desk.house.starts(ANNA)
    await desk.house.says(ANNA, "/stop")
    await desk.house.starts(BEN)
    await desk.house.says(BEN, "/forget")
    await desk.house.presses(BEN, "Delete all")
    await desk.says("/stats")
    told = desk.numbers
    assert "1 blocked or removed the bot, 1 paused and 1 deleted all its data" in told
    assert "4 of 5 messages delivered (80 %)" in told
    assert "Not delivered: 1 had blocked the bot or were gone, 0 forbade writing, 0 failed" in told
    await desk.presses("Articles")
    assert f"#{first} Grid: in 4 chats, 1 could not be reached, " in desk.numbers
    await desk.presses("Topics")
    assert "Topic grid: 1 article, 4 messages, 1 could not be reached, 4 followers" in desk.numbers
    for person in (*people, ANNA, BEN):
        assert str(person) not in "".join(desk.house.screens(EDITH))


async def test_a_period_is_chosen_with_a_button_or_typed(desk: Desk) -> None:
    people = await desk.room.people(2)
    await publish(desk, "grid", people)
    desk.house.clock.advance(timedelta(days=10))
    await desk.says("/stats")
    assert "0 articles went out." in desk.numbers and desk.numbers.startswith("6 Mar 2026 to 12 Mar 2026")
    await desk.presses("30 days")
    by_button = desk.numbers
    assert "1 article went out." in by_button and by_button.startswith("11 Feb 2026 to 12 Mar 2026")
    assert desk.buttons[0] == ["7 days", "✓ 30 days", "90 days", "1 year"]
    await desk.says("/stats 30")
    assert desk.numbers == by_button
    await desk.says("/stats 11 days")
    assert "1 article went out." in desk.numbers
    await desk.presses("Topics")
    assert "Topic grid: 1 article, 2 messages, 2 followers" in desk.numbers  # the period stays


@pytest.mark.parametrize("typed", ["0", "-3", "3661", "99999999", "soon", "7; 8", "١٢٣٤٥"])
async def test_what_is_no_period_gets_one_answer(desk: Desk, typed: str) -> None:
    before = len(desk.house.messages(EDITH))
    await desk.says(f"/stats {typed}")
    assert desk.screen == "Write /stats and a number of days, such as /stats 30, or /stats weekly on or off."
    assert len(desk.house.messages(EDITH)) == before + 1


async def test_forged_buttons_show_what_there_is(desk: Desk) -> None:
    await desk.says("/stats")
    message = desk.house.messages(EDITH)[-1]["message_id"]
    for data in ("1:stats:5k:5k", "1:stats:-1:-1", "1:stats", "1:stats:2:zzzzzzzzz"):
        await desk.house.presses_data(EDITH, data, message)
        assert ", UTC" in desk.numbers


async def test_readers_are_told_nothing(desk: Desk) -> None:
    await desk.house.starts(ANNA)
    await desk.house.says(ANNA, "/stats")
    assert "active" not in desk.house.screen(ANNA)
    message = desk.house.messages(ANNA)[-1]["message_id"]
    shown = desk.house.screens(ANNA)
    await desk.house.presses_data(ANNA, "1:stats:0:7", message)
    assert not any("active" in screen for screen in desk.house.screens(ANNA)) and len(shown) > 0


def pictures(desk: Desk) -> list[dict[str, object]]:
    return [message for message in desk.house.messages(EDITH) if "photo" in message]


async def test_a_chart_follows_the_numbers_and_is_redrawn_in_its_place(desk: Desk) -> None:
    await publish(desk, "grid", await desk.room.people(3))
    await desk.says("/stats")
    assert "photo" in desk.house.messages(EDITH)[-1]
    assert plain(desk.house.screen(EDITH)) == (
        "24 Feb 2026 to 2 Mar 2026, UTC\n"
        "Above: messages delivered and not delivered. Below: active chats at the end of each day.\n"
        "3 of 3 messages delivered (100 %)\n4 active chats (+4)"
    )
    light = pictures(desk)[-1]["photo"]
    await desk.presses("Dark")
    assert len(pictures(desk)) == 1 and pictures(desk)[-1]["photo"] != light
    assert desk.buttons == [["✓ 7 days", "30 days", "90 days", "1 year"], ["Light"]]
    await desk.presses("30 days")
    assert len(pictures(desk)) == 1
    assert plain(desk.house.screen(EDITH)).startswith("1 Feb 2026 to 2 Mar 2026") and ["Light"] in desk.buttons
    await desk.says("/stats")
    assert desk.buttons[-1] == ["Light"]  # the shade stays as it was chosen
    await desk.presses("Draw a chart")
    assert len(pictures(desk)) == 3


async def test_numbers_come_also_when_no_chart_can_be_drawn(desk: Desk) -> None:
    desk.house.equip(chart_drawer=ChartDrawer(memory=2**24))
    await publish(desk, "grid", await desk.room.people(3))
    await desk.says("/stats")
    assert "3 of 3 messages delivered (100 %)" in desk.screen and not pictures(desk)
    await desk.presses("Draw a chart")
    assert desk.screen == "The chart could not be drawn. /stats has the same in numbers." and not pictures(desk)


async def test_who_wants_no_pictures_gets_a_chart_only_when_asking_for_it(desk: Desk) -> None:
    await desk.house.starts(EDITH)
    await publish(desk, "grid", await desk.room.people(1))
    await desk.says("/settings pictures none")
    await desk.says("/stats")
    assert not pictures(desk)
    await desk.presses("Draw a chart")
    assert len(pictures(desk)) == 1


async def test_there_is_no_chart_of_nothing(desk: Desk) -> None:
    await desk.house.starts(EDITH)
    desk.house.clock.advance(timedelta(days=400))
    await desk.says("/stats")
    assert not pictures(desk)
    assert await desk.presses("Draw a chart") == "Nothing happened in this time, so there is nothing to draw."
    assert not pictures(desk)


async def test_chats_of_several_languages_and_those_that_follow_nothing_are_counted(desk: Desk) -> None:
    people = await desk.room.people(3)
    async with desk.house.db.transaction() as conn:
        for chat in people[:2]:
            await chat_settings.set_language(conn, chat, "de")
    await desk.says("/stats")
    assert "Languages: Deutsch 2, English 2." in desk.numbers
    assert "4 active chats follow nothing." in desk.numbers
