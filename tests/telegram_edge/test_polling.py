"""Updates are fetched until their work is done: killed at any moment, nothing that people said is lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import timedelta

import pytest
from story import ANNA, BEN, EDITH, TOKEN, StoryHouse, story_house

from bot.domain.message import Message
from bot.domain.text import Text
from bot.sandbox.world.faults import Refuse
from bot.store.readers import pending_updates
from bot.telegram_edge.botapi.transport import HttpTransport
from bot.telegram_edge.kit.registry import Command, Conversation, Registry
from bot.telegram_edge.updates import polling
from bot.telegram_edge.updates.application import build_application, connect_router
from bot.telegram_edge.updates.polling import BATCH, poll
from bot.telegram_edge.updates.update_journal import UpdateJournal
from bot.telegram_edge.updates.update_queue import UpdateQueue


class Desk:
    """Answers `/quick` at once and `/slow` when the gate opens."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.begun: list[str] = []
        self.seen: list[str] = []

    async def quick(self, house, request):
        self.seen.append(request.args)
        await request.answer(Message(Text("done")))

    async def slow(self, house, request):
        self.begun.append(request.args)
        await self.gate.wait()
        await self.quick(house, request)

    def registry(self) -> Registry:
        return Registry(
            (
                Conversation(
                    "test", commands=(Command("quick", "quick", self.quick), Command("slow", "slow", self.slow))
                ),
            )
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def house(tmp_path, desk) -> AsyncIterator[StoryHouse]:
    async with story_house(tmp_path, registry=desk.registry()) as house:
        for person in (ANNA, BEN):
            house.world.people[person].has_started = True
        yield house


@asynccontextmanager
async def polled(house: StoryHouse, **options) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.ensure_future(poll(house.application, house.update_queue, **options))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def restarted(house: StoryHouse, desk: Desk) -> AsyncIterator[None]:
    """The next process on the same database: what `house` has in memory is gone."""
    journal = UpdateJournal(house.db, house.clock)
    update_queue = UpdateQueue(journal)
    application = build_application(TOKEN, house.ctx.settings.api_url, HttpTransport(), update_queue)
    connect_router(application, house.ctx, desk.registry(), update_queue)
    async with application:
        await application.start()
        await update_queue.resume(application)
        task = asyncio.ensure_future(poll(application, update_queue))
        yield
        task.cancel()
        await asyncio.wait([task])
        await application.stop()
    await journal.close()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110  it happens elsewhere
            await asyncio.sleep(0)


async def test_an_update_in_work_is_not_confirmed_while_others_are_answered(house, desk):
    async with polled(house):
        house.world.say(ANNA, ANNA, "/slow one")
        await until(lambda: desk.begun == ["one"])
        for word in ("two", "three"):
            house.world.say(BEN, BEN, f"/quick {word}")
            await until(lambda word=word: desk.seen[-1:] == [word])
        assert len(house.world.updates) == 3  # Telegram still knows what Anna said, and what came after
        desk.gate.set()
        await until(lambda: not house.world.updates)
    assert (desk.begun, desk.seen) == (["one"], ["two", "three", "one"])


async def test_what_was_in_work_when_the_process_was_killed_is_done_after_the_next_start(house, desk):
    async with polled(house, confirm_timeout=timedelta(0)):  # as a SIGKILL does it
        house.world.say(ANNA, ANNA, "/slow one")
        await until(lambda: desk.begun == ["one"])
        house.world.say(BEN, BEN, "/quick two")
        await until(lambda: desk.seen == ["two"])
    assert len(house.world.updates) == 2
    again = Desk()
    again.gate.set()
    async with restarted(house, again):
        await until(lambda: not house.world.updates)
    assert sorted(again.seen) == ["one", "two"]
    desk.gate.set()


async def test_an_update_that_cannot_be_read_is_passed_over_and_keeps_nobody_from_being_answered(house, desk, caplog):
    house.world.say(ANNA, ANNA, "/quick one")
    unreadable = {"message_id": 9, "date": 1, "chat": {"id": 9, "type": "private"}, "gift": {"gift": {}}}
    house.world.queue_update(message=unreadable)
    async with polled(house):
        house.world.say(BEN, BEN, "/quick two")
        await until(lambda: len(desk.seen) == 2)
        await until(lambda: not house.world.updates)
    assert sorted(desk.seen) == ["one", "two"]
    [warning] = [record.message for record in caplog.records if record.name.startswith("bot.")]  # once
    assert warning.endswith("cannot be read (TypeError) and is passed over")


async def test_ending_waits_for_what_is_in_work_and_confirms_it(house, desk):
    async with polled(house) as task:
        house.world.say(ANNA, ANNA, "/slow one")
        await until(lambda: desk.begun == ["one"])
        task.cancel()
        desk.gate.set()
        await asyncio.wait([task])
    assert desk.seen == ["one"] and not house.world.updates


async def test_a_crowd_that_comes_at_once_is_written_down_and_telegram_may_forget_it(house, desk, caplog):
    crowd = [house.world.add_person(has_started=True).id for _ in range(3 * BATCH)]
    async with polled(house):
        for person in crowd:
            house.world.say(person, person, "/slow one")
        await until(lambda: len(desk.begun) > BATCH and not house.world.updates)
        async with house.db.reading() as conn:
            assert len(await pending_updates.kept(conn)) == len(crowd)
        desk.gate.set()
        await until(lambda: len(desk.seen) == len(crowd))
    await house.journal.close()
    async with house.db.reading() as conn:
        assert await pending_updates.kept(conn) == []
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == []


async def test_what_a_killed_process_had_written_down_is_done_first_after_the_next_start(house, desk):
    async with polled(house, confirm_timeout=timedelta(0)):  # as a SIGKILL does it
        for number in range(BATCH):
            house.world.say(ANNA, ANNA, f"/slow {number}")
        await until(lambda: desk.begun == ["0"] and not house.world.updates)
    house.world.say(ANNA, ANNA, "/quick last")
    again = Desk()
    again.gate.set()
    async with restarted(house, again):
        await until(lambda: again.seen[-1:] == ["last"])
    assert again.seen == [*map(str, range(BATCH)), "last"]
    desk.gate.set()


async def test_what_was_written_down_more_than_a_day_ago_is_left_alone(house, desk):
    """As Telegram does: https://core.telegram.org/bots/api#getting-updates"""
    async with polled(house, confirm_timeout=timedelta(0)):
        for number in range(BATCH):
            house.world.say(ANNA, ANNA, f"/slow {number}")
        await until(lambda: desk.begun == ["0"] and not house.world.updates)
    house.clock.advance(timedelta(days=1, seconds=1))
    again = Desk()
    async with restarted(house, again):
        house.world.say(BEN, BEN, "/quick new")
        await until(lambda: again.seen == ["new"])
    desk.gate.set()


async def test_a_database_that_cannot_be_written_loses_nothing_and_only_makes_others_wait(house, desk):
    for person in (ANNA, BEN):
        await house.says(person, "/quick hello")
    async with house.db.transaction() as conn:
        await conn.execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(house.db.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with polled(house):
            for number in range(BATCH):
                house.world.say(ANNA, ANNA, f"/slow {number}")
            house.world.say(BEN, BEN, "/quick ben")
            await until(lambda: desk.begun == ["0"])
            assert len(house.world.updates) == BATCH + 1
            desk.gate.set()
            await until(lambda: "ben" in desk.seen)


async def test_a_hundred_updates_behind_one_that_hangs_are_answered_all_the_same(house, desk):
    async with polled(house):
        house.world.say(ANNA, ANNA, "/slow one")
        await until(lambda: desk.begun == ["one"])
        for number in range(BATCH + 20):
            house.world.say(BEN, BEN, f"/quick {number}")
        await until(lambda: len(desk.seen) == BATCH + 20)
        desk.gate.set()
        await until(lambda: "one" in desk.seen)
    assert len(desk.seen) == BATCH + 21


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refuse(401, "Unauthorized"), "unauthorized"),
        (Refuse(409, "Conflict: terminated by other getUpdates request"), "terminated by other"),
    ],
)
async def test_owners_hear_of_a_refused_token_and_of_a_second_instance(house, desk, refusal, reason):
    house.world.faults.add(refusal, method="getUpdates", times=3)
    heard: list[str] = []

    async def alarm(detail: str) -> None:
        heard.append(detail.lower())

    async with polled(house, alarm=alarm, longest_pause=polling.BACKLOG_POLL_TIMEOUT / 100):
        await until(lambda: len(heard) == 3)
        house.world.say(BEN, BEN, "/quick two")
        await until(lambda: desk.seen == ["two"])
    assert all(reason in detail for detail in heard) and len(heard) == 3


async def test_a_webhook_that_somebody_set_meanwhile_is_removed_and_nobody_is_alarmed(house, desk):
    heard: list[str] = []

    async def alarm(detail: str) -> None:
        heard.append(detail)

    async with polled(house, alarm=alarm, longest_pause=polling.BACKLOG_POLL_TIMEOUT / 100):
        house.world.say(BEN, BEN, "/quick one")
        await until(lambda: desk.seen == ["one"])
        await house.application.bot.set_webhook("http://127.0.0.1:9/elsewhere")
        await until(lambda: not house.world.webhook.url)
        house.world.say(BEN, BEN, "/quick two")
        await until(lambda: desk.seen == ["one", "two"])
    assert not heard


async def test_what_is_written_down_says_the_same_when_it_is_read_again(house):
    """Messages, presses, presses under what is too old to be shown, documents, and coming and going."""
    house.world.say(ANNA, ANNA, "/start t_energy")
    said = await house.ctx.bot.send_message(ANNA, "hello")
    house.world.press(ANNA, ANNA, said.message_id, "again:1")
    house.world.press(ANNA, ANNA, 999, "again:1")
    house.world.upload(ANNA, ANNA, "a.md", b"x", caption="see @here")
    house.world.add_bot(EDITH, house.group)
    house.world.say(EDITH, house.group, "/help", anonymous=True)
    house.world.block(ANNA)
    fetched = await house.application.bot.get_updates(allowed_updates=polling.ALLOWED_UPDATES)
    assert len(fetched) >= 6
    for update in fetched:
        assert (
            house.update_queue.read(json.loads(update.to_json()), house.application.bot).to_json() == update.to_json()
        )
        assert json.loads(update.to_json()) == update.to_dict()


async def test_what_somebody_else_wrote_into_the_database_stops_no_start(house, desk):
    async with house.db.transaction() as conn:
        await pending_updates.keep(
            conn, {1: "oops", 2: '{"update_id": 3}', 4: "[]", 5: '{"update_id": 5}'}, house.clock()
        )
    async with restarted(house, desk):
        house.world.say(BEN, BEN, "/quick new")
        await until(lambda: desk.seen == ["new"])
    async with house.db.reading() as conn:
        assert await pending_updates.kept(conn) == []
