"""A full disk, a locked or vanished database, a clock that jumps: nothing lost, nobody written to twice."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse, story_house
from what_became import WHAT_BECAME, has

from bot.background import clean_up, fan_out, forget_gone, keep_backups, restart_on_error, watch_disk, watch_file
from bot.domain.delivery import Status
from bot.errors import OutOfTurn, StoreBusy
from bot.sandbox.world.faults import Page, Refuse, Slow, Throttle
from bot.services.delivery import delivery_reports, dispatcher
from bot.services.delivery.dispatcher import Alarm
from bot.services.newsroom import campaign_control
from bot.store.desk import incidents
from bot.store.desk.incidents import IncidentKind
from bot.store.engine import disk_reserve
from bot.store.engine.disk_reserve import Reserve
from bot.store.engine.file_guard import copy_open_file
from bot.telegram_edge.botapi.pacer import Pacer

MEGABYTE = 1024 * 1024


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110  it happens in another thread or on the wire
            await asyncio.sleep(0.001)


async def readers(room: PressRoom, many: int) -> list[int]:
    people = await room.people(many)
    await room.follow(people, "Energy")
    return people


def received(room: PressRoom, people: list[int]) -> list[int]:
    return [len(room.world.ledger.sent_to(chat)) for chat in people]


# The disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a file system of its own cannot be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path) -> Path:
    """Leave not a byte."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


async def test_on_a_full_disk_what_was_sent_is_written_down_people_are_answered_and_the_rest_waits(disk: Path) -> None:
    async with story_house(disk) as house:
        kept = Reserve(house.db.path)
        assert kept.take() and kept.path.stat().st_size == disk_reserve.RESERVE_BYTES
        async with press_room(house, disk, reserve=kept) as room:
            people = await readers(room, 1200)
            article = await room.draft("grid-storage", "Energy")
            await room.publish(article)
            await room.spread()
            room.world.faults.add(Slow(0.1), method="sendPhoto")
            room.dispatcher.wake()
            await until(lambda: sum(received(room, people)) > 8)
            filler = fill(disk)
            await until(lambda: not kept.is_held)
            assert not kept.path.exists()
            room.world.faults.clear()
            await room.dispatcher.idle()
            sent = sum(received(room, people))
            assert 0 < sent < len(people) and set(received(room, people)) == {0, 1}
            assert await room.statuses(article) == {Status.SENT: sent}
            assert room.alarms[0][0] is Alarm.DISK
            await house.starts(ANNA)
            assert house.screens(ANNA)
            assert not kept.take_again()
            filler.unlink()
            assert kept.take_again()
            await room.run()
            assert received(room, people) == [1] * len(people)
            assert await room.statuses(article) == {Status.SENT: len(people)}


async def test_the_reserve_is_given_up_before_the_disk_is_full_and_made_again_when_there_is_room(disk: Path) -> None:
    kept = Reserve(disk / "newsbot.db", 2 * MEGABYTE)
    alarms: list[str] = []
    wakes: list[bool] = []

    async def alarm(reason: str) -> None:
        alarms.append(reason)

    assert kept.take()
    assert Reserve(disk / "newsbot.db", 2 * MEGABYTE).take()  # that of the process before
    filler = fill(disk)
    for _ in range(2):
        watching = asyncio.ensure_future(watch_disk(kept, alarm, lambda: wakes.append(True)))
        await until(lambda: bool(alarms))
        if filler.exists():
            assert not kept.is_held and not wakes
            fill(disk)
            assert not kept.take_again() and not kept.take()
            filler.unlink()
        else:
            await until(lambda: bool(wakes))
        watching.cancel()
    assert kept.is_held and len(alarms) == 1


async def test_a_database_at_its_limit_stops_what_is_new_and_goes_on_when_there_is_room(
    house: StoryHouse, tmp_path: Path
) -> None:
    kept = Reserve(house.db.path, MEGABYTE)
    assert kept.take()
    async with press_room(house, tmp_path, reserve=kept, in_flight=64) as room:
        people = await readers(room, 1200)
        article = await room.draft("grid-storage", "Energy")
        await room.publish(article)
        await room.spread()
        async with house.db.transaction() as conn:
            # Whatever its columns are: a receipt takes more room than the delivery that goes for it.
            await conn.execute("CREATE TABLE ballast (weight BLOB)")
            await conn.execute(
                "CREATE TRIGGER weigh AFTER INSERT ON receipts BEGIN INSERT INTO ballast VALUES (zeroblob(400)); END"
            )
            [pages] = await conn.execute_fetchall("PRAGMA page_count")
            await conn.execute(f"PRAGMA max_page_count = {pages[0]}")
        room.dispatcher.wake()
        await until(lambda: not kept.is_held)
        await house.starts(ANNA)  # nobody is left waiting, though this newcomer cannot be remembered
        async with house.db.transaction() as conn:
            await conn.execute("PRAGMA max_page_count = 1073741823")
        assert kept.take_again()
        await room.run()
        assert received(room, people) == [1] * len(people)
        assert await room.statuses(article) == {Status.SENT: len(people)}


async def test_without_room_no_publish_is_turned_into_rows(house: StoryHouse, tmp_path: Path) -> None:
    kept = Reserve(house.db.path, MEGABYTE)
    async with press_room(house, tmp_path) as room:
        await readers(room, 3)
        campaign = await room.publish(await room.draft("grid-storage", "Energy"))
        changed, ready = asyncio.Event(), asyncio.Event()
        spreading = asyncio.ensure_future(fan_out(house.db, kept, clock=house.clock, changed=changed, ready=ready.set))
        for _ in range(2):  # looks around, and sleeps again
            changed.set()
            await until(lambda: not changed.is_set())
        assert (await room.campaign(campaign)).total == 0 and not ready.is_set()
        assert kept.take()
        changed.set()
        async with asyncio.timeout(30):
            while (await room.campaign(campaign)).total < 3:  # noqa: ASYNC110
                await asyncio.sleep(0)
        spreading.cancel()


async def test_a_reserve_for_which_there_is_no_room_is_not_held(tmp_path: Path) -> None:
    kept = Reserve(tmp_path / "missing" / "newsbot.db")
    assert not kept.take() and not kept.is_held


# The database


async def test_a_locked_database_is_waited_for_by_deliveries_and_people_are_answered_meanwhile(
    house: StoryHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "ERROR_PAUSE", 0.01)
    await house.starts(ANNA)
    async with press_room(house, tmp_path) as room:
        people = await readers(room, 20)
        article = await room.draft("grid-storage", "Energy")
        await room.publish(article)
        await room.spread()
        async with house.db.transaction() as conn:
            await conn.execute("PRAGMA busy_timeout = 1")
        with closing(sqlite3.connect(house.db.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            room.dispatcher.wake()
            await house.says(ANNA, "/help")
            assert "/topics" in house.screen(ANNA)
            await asyncio.sleep(0.05)
            assert sum(received(room, people)) == 0
        room.dispatcher.wake()
        await room.dispatcher.idle()
        assert received(room, people) == [1] * len(people)
        assert not room.alarms  # being locked is no full disk


async def test_a_database_whose_whole_folder_was_deleted_is_rescued_into_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    async with story_house(tmp_path / "data") as house:
        await house.starts(ANNA)
        kept = Reserve(house.db.path)
        assert kept.take()
        shutil.rmtree(tmp_path / "data")
        assert not kept.is_needed()
        copy = await copy_open_file(house.db, house.db.path, house.clock())
        with closing(sqlite3.connect(copy)) as saved:
            assert saved.execute("SELECT count(*) FROM chats").fetchone() == (1,)


@pytest.mark.parametrize("fate", ["moved", "deleted", "replaced"])
async def test_a_database_that_is_no_longer_where_it_was_is_noticed_and_rescued(
    house: StoryHouse, tmp_path: Path, fate: str
) -> None:
    await house.starts(ANNA)
    lost = asyncio.Event()
    watching = asyncio.ensure_future(watch_file(house.db.path, lost))
    await asyncio.sleep(0)
    match fate:
        case "moved":
            house.db.path.rename(tmp_path / "elsewhere.db")
        case "deleted":
            house.db.path.unlink()
        case "replaced":
            (tmp_path / "other.db").write_bytes(b"")
            (tmp_path / "other.db").replace(house.db.path)
    await asyncio.wait_for(watching, 30)
    assert lost.is_set()
    copy = await copy_open_file(house.db, house.db.path, house.clock())
    assert copy.name == "story.db.rescued-20260302-120000" and copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT count(*) FROM chats").fetchone() == (1,)
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    # What stays behind would be played into the file that takes the place.
    assert Path(f"{house.db.path}-wal").stat().st_size == 0


# The clock


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_jumps_an_hour_neither_stops_nor_hurries_what_waits(
    house: StoryHouse, tmp_path: Path, hours: int
) -> None:
    async with press_room(house, tmp_path) as room:
        people = await readers(room, 12)
        first = await room.draft("grid-storage", "Energy")
        await room.publish(first)
        await room.spread()
        house.clock.advance(timedelta(hours=hours))
        room.world.faults.add(Page(503), chat=people[0], times=1)
        await room.run()
        assert received(room, people) == [0] + [1] * 11
        house.clock.advance(timedelta(seconds=2))
        await room.run()
        assert received(room, people) == [1] * 12
        # The same with what waits for a second try when the clock is set.
        house.clock.advance(timedelta(hours=2))
        second = await room.draft("heat-pumps", "Energy")
        room.world.faults.add(Page(503), chat=people[1], times=1)
        await room.publish(second)
        await room.run()
        house.clock.advance(timedelta(hours=hours))
        await room.run()
        house.clock.advance(timedelta(seconds=2))
        await room.run()
        assert received(room, people) == [2] * 12


async def test_pauses_that_were_running_when_the_clock_was_set_back_are_not_an_hour_longer(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with press_room(house, tmp_path) as room:
        people = await readers(room, 3)
        house.world.faults.add(Throttle(1), chat=people[0], times=1)
        await room.publish(await room.draft("grid-storage", "Energy"))
        await room.run()
        house.clock.advance(timedelta(hours=-1))
        async with asyncio.timeout(30):
            while received(room, people) != [1, 1, 1]:
                house.clock.advance(timedelta(seconds=1))
                await room.run()
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("fault", [Page(), Refuse(401, "Unauthorized")])
async def test_an_outage_and_a_refusal_are_not_an_hour_longer_when_the_clock_is_set_back(
    house: StoryHouse, tmp_path: Path, fault: Page | Refuse
) -> None:
    async with press_room(house, tmp_path) as room:
        people = await readers(room, 20)
        house.world.faults.add(fault)
        await room.publish(await room.draft("grid-storage", "Energy"))
        await room.run()
        house.world.faults.clear()
        house.clock.advance(timedelta(hours=-1))
        for _ in range(3):
            await room.run()
            house.clock.advance(timedelta(minutes=1))
        assert received(room, people) == [1] * len(people)


async def test_a_clock_set_back_between_two_starts_keeps_nobody_waiting(house: StoryHouse, tmp_path: Path) -> None:
    house.clock.advance(timedelta(days=3))
    async with press_room(house, tmp_path) as room:
        people = await readers(room, 12)
        await room.publish(await room.draft("grid-storage", "Energy"))
        await room.spread()
        stopped = await room.publish(await room.draft("heat-pumps", "Energy"))
        await campaign_control.stop(house.db, stopped, by=EDITH, now=house.clock())
    house.clock.advance(timedelta(days=-3))
    async with press_room(house, tmp_path) as room:
        await room.run()
        assert received(room, people) == [1] * 12
        await campaign_control.resume(house.db, stopped, by=EDITH, now=house.clock())
        await room.run()
        assert received(room, people) == [2] * 12


async def test_after_an_hour_asleep_the_rest_leaves_at_the_pace(tmp_path: Path) -> None:
    async with story_house(tmp_path) as house:
        house.equip(pacer=Pacer(40))
        async with press_room(house, tmp_path, rate=40) as room:
            people = await readers(room, 30)
            await room.publish(await room.draft("grid-storage", "Energy"))
            await room.spread()
            loop = asyncio.get_running_loop()
            began = loop.time()
            room.dispatcher.wake()
            await until(lambda: sum(received(room, people)) > 5)
            house.clock.advance(timedelta(hours=1))
            room.dispatcher.wake()
            await room.dispatcher.idle()
            assert received(room, people) == [1] * 30
            assert loop.time() - began >= 28 / 40


# Backups and the house


async def test_a_backup_that_fails_is_told_to_owners_and_over_when_one_succeeds(
    house: StoryHouse, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.write_text("in the way")

    async def told() -> list[incidents.Incident]:
        async with house.db.reading() as conn:
            return await incidents.untold(conn, house.clock())

    keeping = asyncio.ensure_future(keep_backups(house.db, house.db.path, folder, clock=house.clock, again=0.01))
    async with asyncio.timeout(30):
        while not await told():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    [trouble] = await told()
    assert (trouble.kind, trouble.over_at) == (IncidentKind.BACKUP, None)
    folder.unlink()
    async with asyncio.timeout(30):
        while await told():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    keeping.cancel()
    assert [copy.name for copy in folder.iterdir()] == ["newsbot-2026-03-02.db"]


async def test_a_round_that_fails_is_said_once_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    endings: list[Exception | None] = [ValueError("a mistake"), StoreBusy("database is locked"), None]

    async def round_() -> None:
        if (ending := endings.pop(0)) is not None:
            raise ending

    await asyncio.wait_for(restart_on_error("a round", round_, pause=0.001), 30)
    assert endings == []
    assert [bool(record.exc_info) for record in caplog.records if record.levelname == "ERROR"] == [True, False]


async def test_who_was_gone_for_long_is_forgotten_and_who_is_back_is_not(house: StoryHouse) -> None:
    for person in (ANNA, BEN):
        await house.starts(person)
        await house.says(person, "/stop")
        house.world.block(person)
        await house.settle()
    house.clock.advance(timedelta(days=100))
    house.world.unblock(BEN)
    await house.says(BEN, "/help")
    house.clock.advance(timedelta(days=80))
    for gone_for in (None, timedelta(days=181)):
        await forget_gone(house.db, gone_for, house.clock())
        assert await house.chat(ANNA) is not None
    await forget_gone(house.db, timedelta(days=180), house.clock())
    assert await house.chat(ANNA) is None
    assert await house.chat(BEN) is not None


async def test_the_house_is_kept_while_people_write(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path) as room:
        people = await readers(room, 40)
        article = await room.draft("grid-storage", "Energy")
        await room.publish(article)
        await room.run()
        house.clock.advance(timedelta(days=91))
        await asyncio.gather(clean_up(house.db, timedelta(days=90), house.clock()), house.starts(ANNA))
        assert await room.statuses(article) == {Status.SENT: len(people)}
        async with house.db.reading() as conn:
            rows = await conn.execute_fetchall(f"SELECT count(message_id) FROM {WHAT_BECAME}")
            assert next(iter(rows))[0] == 0
            assert await has(conn, article.number, people[0])
        with pytest.raises(OutOfTurn, match="too old"):
            await delivery_reports.try_again(house.db, article.number, by=None, now=house.clock())
        await clean_up(house.db, None, house.clock())
