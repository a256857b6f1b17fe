"""The weekly report: to those who switched it on, on Monday at eight by their clock, once, and never about nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desk_stories import Desk, desk_of, plain
from story import ANNA, BEN, EDITH

from bot import background
from bot.domain.role import Role
from bot.sandbox.world.faults import Refuse
from bot.services.newsroom import weekly_reports
from bot.store.desk import editors
from bot.store.readers import chat_settings

EIGHT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # the Monday after the stories begin
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        await desk.house.starts(EDITH)
        yield desk


async def published(desk: Desk, slug: str = "grid", readers: int = 3) -> int:
    await desk.room.follow(await desk.room.people(readers), "Energy")
    article = await desk.room.draft(slug, "Energy", pictures=())
    await desk.room.publish(article, by=EDITH)
    await desk.run()
    return article.number


async def due(desk: Desk) -> int:
    """Promise what is due now and send it; return how many campaigns that made."""
    made = await weekly_reports.promise_due(
        desk.house.db, owners=frozenset({EDITH}), zone=UTC_ZONE, now=desk.house.clock()
    )
    await desk.run()
    return made


async def at(desk: Desk, moment: datetime) -> int:
    desk.house.clock.now = moment
    return await due(desk)


def reports(desk: Desk, person: int = EDITH) -> list[str]:
    return [plain(screen) for screen in desk.house.screens(person) if "The week in numbers" in screen]


async def test_a_report_comes_on_monday_at_eight_with_its_chart_and_once(desk: Desk) -> None:
    number = await published(desk)
    await desk.says("/stats")
    assert await desk.presses("Report every Monday") == "A report comes every Monday at 08:00"
    assert await at(desk, EIGHT - timedelta(seconds=1)) == 0 and reports(desk) == []
    assert await at(desk, EIGHT) == 1
    for later in range(7 * 24):
        await weekly_reports.promise_due(
            desk.house.db, owners=frozenset({EDITH}), zone=UTC_ZONE, now=EIGHT + timedelta(hours=later)
        )
    await desk.run()
    [report] = reports(desk)
    assert report.startswith("The week in numbers\n2 Mar 2026 to 8 Mar 2026, UTC\n3 of 3 messages delivered (100 %)")
    assert f"#{number} Grid: in 3 chats" in report and "Energy: 1 article, 3 messages, 3 followers" in report
    assert "photo" in desk.house.messages(EDITH)[-1]


async def test_a_week_in_which_nothing_happened_is_told_to_nobody(desk: Desk) -> None:
    await published(desk)
    await desk.says("/stats weekly on")
    assert desk.screen == "A report comes every Monday at 08:00."
    assert await at(desk, EIGHT) == 1
    assert await at(desk, EIGHT + timedelta(weeks=1)) == 0
    assert len(reports(desk)) == 1


async def test_who_switched_it_off_gets_none_and_who_never_did_neither(desk: Desk) -> None:
    await desk.house.starts(BEN)
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    await published(desk)
    await desk.says("/stats weekly on")
    await desk.says("/stats weekly aus")  # in any language, as everywhere
    assert desk.screen == "No more reports come."
    assert await at(desk, EIGHT) == 0 and reports(desk) == reports(desk, BEN) == []


async def test_each_gets_it_at_their_own_eight_in_their_own_language(desk: Desk) -> None:
    await desk.house.starts(BEN)
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
        await chat_settings.set_zone(conn, BEN, "Asia/Tokyo")
        await chat_settings.set_language(conn, BEN, "de")
    await published(desk)
    for person in (EDITH, BEN):
        await desk.house.says(person, "/stats weekly on")
    tokyo = datetime(2026, 3, 9, 8, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert await at(desk, tokyo.astimezone(UTC) - timedelta(seconds=1)) == 0
    assert await at(desk, tokyo.astimezone(UTC)) == 1
    told = plain(next(screen for screen in desk.house.screens(BEN) if "Die Woche in Zahlen" in screen))
    assert "3 von 3 Nachrichten zugestellt (100 %)" in told
    assert reports(desk) == [] and await at(desk, EIGHT) == 1 and len(reports(desk)) == 1


@pytest.mark.parametrize(
    ("zone", "monday"),
    [("Europe/Berlin", date(2026, 3, 30)), ("Europe/Berlin", date(2026, 10, 26)), ("Asia/Beirut", date(2026, 3, 30))],
)
async def test_eight_stays_eight_over_a_change_of_the_clocks(desk: Desk, zone: str, monday: date) -> None:
    place = ZoneInfo(zone)
    eight = datetime(monday.year, monday.month, monday.day, 8, 0, tzinfo=place).astimezone(UTC)
    desk.house.clock.now = eight - timedelta(days=3)
    async with desk.house.db.transaction() as conn:
        await chat_settings.set_zone(conn, EDITH, zone)
    await desk.says("/stats weekly on")
    await published(desk)
    assert await weekly_reports.next_due(desk.house.db, zone=UTC_ZONE, now=desk.house.clock()) == eight
    assert await at(desk, eight - timedelta(seconds=1)) == 0
    assert await at(desk, eight) == 1


async def test_a_bot_that_was_down_for_weeks_sends_one_report(desk: Desk) -> None:
    await desk.says("/stats weekly on")
    desk.house.clock.now = EIGHT + timedelta(weeks=3, days=-2)
    await published(desk)
    assert await at(desk, EIGHT + timedelta(weeks=3, days=2)) == 1
    assert len(reports(desk)) == 1 and await due(desk) == 0


async def test_a_bot_that_was_down_for_weeks_tells_of_the_last_week_in_which_something_happened(desk: Desk) -> None:
    await desk.house.starts(BEN)
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    await desk.says("/stats weekly on")
    await published(desk)
    desk.house.clock.now = EIGHT + timedelta(days=1)
    await desk.house.says(BEN, "/stats weekly on")  # he is owed only what comes after this Monday
    assert await at(desk, EIGHT + timedelta(weeks=4, days=2)) == 1
    [report] = reports(desk)
    assert report.startswith("The week in numbers\n2 Mar 2026 to 8 Mar 2026") and reports(desk, BEN) == []
    assert await at(desk, EIGHT + timedelta(weeks=5)) == 0 and len(reports(desk)) == 1


async def test_two_processes_promise_it_once(desk: Desk) -> None:
    await published(desk)
    await desk.says("/stats weekly on")
    desk.house.clock.now = EIGHT
    made = await asyncio.gather(
        *(
            weekly_reports.promise_due(desk.house.db, owners=frozenset({EDITH}), zone=UTC_ZONE, now=EIGHT)
            for _ in range(5)
        )
    )
    await desk.run()
    assert sum(made) == 1 and len(reports(desk)) == 1


async def test_who_loses_their_role_before_it_leaves_gets_none(desk: Desk) -> None:
    await desk.house.starts(BEN)
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    await published(desk)
    for person in (EDITH, BEN):
        await desk.house.says(person, "/stats weekly on")
    desk.house.clock.now = EIGHT
    await weekly_reports.promise_due(desk.house.db, owners=frozenset({EDITH}), zone=UTC_ZONE, now=EIGHT)
    async with desk.house.db.transaction() as conn:
        await editors.remove(conn, BEN)
    await desk.run()
    assert reports(desk, BEN) == [] and len(reports(desk)) == 1


async def test_an_older_copy_of_the_database_tells_nothing_that_may_have_been_told(desk: Desk) -> None:
    await published(desk)
    await desk.says("/stats weekly on")
    desk.house.clock.now = EIGHT + timedelta(hours=5)
    await weekly_reports.skip_missed(desk.house.db, zone=UTC_ZONE, now=desk.house.clock())
    assert await due(desk) == 0 and reports(desk) == []
    await published(desk, "wind")
    assert await at(desk, EIGHT + timedelta(weeks=1)) == 1


async def test_when_telegram_refuses_the_picture_the_words_come(desk: Desk) -> None:
    await published(desk)
    await desk.says("/stats weekly on")
    desk.house.world.faults.add(
        Refuse(400, "Bad Request: IMAGE_PROCESS_FAILED"), chat=EDITH, method="sendPhoto", times=1
    )
    assert await at(desk, EIGHT) == 1
    [report] = reports(desk)
    assert "3 of 3 messages delivered" in report and "text" in desk.house.messages(EDITH)[-1]


async def test_the_buttons_below_a_report_show_all_and_end_it(desk: Desk) -> None:
    await published(desk)
    await desk.says("/stats weekly on")
    assert await at(desk, EIGHT) == 1
    assert desk.buttons == [["Show the last 7 days"], ["No more reports"]]
    assert await desk.presses("No more reports") == "No more reports come"
    assert desk.buttons == [["Report every Monday"]]
    await desk.presses("Report every Monday")
    before = len(desk.house.messages(EDITH))
    await desk.presses("Show the last 7 days")
    assert len(desk.house.messages(EDITH)) == before + 1  # below it: a caption has no room for all
    assert "3 Mar 2026 to 9 Mar 2026" in desk.screen
    assert len(reports(desk)) == 1


async def test_readers_cannot_switch_it_on(desk: Desk) -> None:
    await published(desk)
    await desk.house.starts(ANNA)
    await desk.house.says(ANNA, "/stats weekly on")
    message = desk.house.messages(ANNA)[-1]["message_id"]
    await desk.house.presses_data(ANNA, "1:stats_weekly:1", message)
    assert await at(desk, EIGHT) == 0 and reports(desk, ANNA) == []


async def test_the_background_task_promises_it_when_its_time_comes_and_a_later_start_finds_it_told(desk: Desk) -> None:
    await published(desk)
    await desk.says("/stats weekly on")
    desk.house.clock.now = EIGHT
    promised = asyncio.Event()
    reporting = background.promise_reports(
        desk.house.db,
        owners=frozenset({EDITH}),
        zone=UTC_ZONE,
        clock=desk.house.clock,
        changed=asyncio.Event(),
        wake=promised.set,
    )
    task = asyncio.create_task(reporting)
    await promised.wait()
    task.cancel()
    await asyncio.wait([task])
    assert await due(desk) == 0 and len(reports(desk)) == 1


async def test_a_pause_of_all_pushes_holds_it(desk: Desk) -> None:
    await published(desk)
    await desk.says("/stats weekly on")
    async with desk.house.db.transaction() as conn:
        await conn.execute("INSERT INTO meta (key, value) VALUES ('paused', 'now')")
    assert await at(desk, EIGHT) == 1 and reports(desk) == []
    async with desk.house.db.transaction() as conn:
        await conn.execute("DELETE FROM meta WHERE key = 'paused'")
    await desk.run()
    assert len(reports(desk)) == 1
