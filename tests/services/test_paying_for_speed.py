"""Paid broadcasts: as many as the day allows and not one more, whatever happens; and none unless it is asked for."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from press_room import PressRoom, press_room
from story import StoryHouse, story_house

from bot.domain.chat import ChatState
from bot.domain.delivery import Status
from bot.domain.paid_broadcast import day_of
from bot.sandbox.world.faults import Slow
from bot.services.newsroom.restoring import restore
from bot.store.delivery import paid_messages
from bot.store.engine.backup import copy_database
from bot.store.engine.database import Database
from bot.store.readers import chats
from bot.telegram_edge.botapi.pacer import Pacer

RATE = 2  # one a second: what goes beyond 600 may be paid for
FREE = 600
REPLIES = 1  # kept at hand for those who ask meanwhile


def paid_calls(room: PressRoom) -> list[Any]:
    return [call for call in room.world.ledger if call.params.get("allow_paid_broadcast")]


async def reserved(room: PressRoom) -> int:
    async with room.db.reading() as conn:
        return await paid_messages.reserved(conn, day_of(room.house.clock()))


async def broadcast(room: PressRoom, slug: str, many: int) -> int:
    """Send an article to everyone who is left to; return how many of its messages were paid for."""
    before = len(paid_calls(room))
    article = await room.draft(slug, "Energy")
    await room.publish(article)
    await room.run()
    assert await room.statuses(article) == {Status.SENT: many}
    return len(paid_calls(room)) - before


async def test_a_day_s_allowance_is_spent_once_across_restarts_and_anew_the_next_day(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with press_room(house, tmp_path, rate=RATE, paid_per_day=40) as room:
        await room.follow(await room.people(FREE + 60), "Energy")
        assert await broadcast(room, "grid-storage", FREE + 60) == 40 - REPLIES
        assert await broadcast(room, "wind-farms", FREE + 60) == 0
    async with press_room(house, tmp_path, rate=RATE, paid_per_day=40) as room:
        assert await broadcast(room, "solar-roofs", FREE + 60) == 0
        house.clock.advance(timedelta(days=1))
        assert await broadcast(room, "tidal-power", FREE + 60) == 40 - REPLIES
        house.clock.advance(timedelta(days=-1))
        assert await broadcast(room, "heat-pumps", FREE + 60) == 0


async def test_what_leaves_within_ten_minutes_anyway_is_not_paid_for(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path, rate=RATE, paid_per_day=10_000) as room:
        await room.follow(await room.people(FREE), "Energy")
        assert await broadcast(room, "grid-storage", FREE) == 0
        await room.follow(await room.people(30, 30_000), "Energy")
        assert await broadcast(room, "wind-farms", FREE + 30) == 30
        assert await reserved(room) == 30 + REPLIES


async def test_unless_it_is_set_nothing_is_ever_paid_for(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path, rate=RATE) as room:
        await room.follow(await room.people(FREE + 60), "Energy")
        assert await broadcast(room, "grid-storage", FREE + 60) == 0
        assert all("allow_paid_broadcast" not in call.params for call in room.world.ledger)
        assert await reserved(room) == 0


async def test_what_was_meant_for_somebody_who_has_paused_is_used_for_another(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with press_room(house, tmp_path, rate=RATE, paid_per_day=40) as room:
        people = await room.people(FREE + 300)
        await room.follow(people, "Energy")
        article = await room.draft("grid-storage", "Energy")
        await room.publish(article)
        await room.spread()
        async with room.db.transaction() as conn:
            for chat in people[::5]:
                await chats.set_state(conn, chat, ChatState.PAUSED, house.clock())
        await room.run()
        assert await room.statuses(article) == {Status.SENT: 720, Status.UNWANTED: 180}
        assert len(paid_calls(room)) == 40 - REPLIES


async def test_what_may_be_paid_for_is_written_down_before_it_leaves_and_given_back_when_it_did_not(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with press_room(house, tmp_path, rate=RATE, paid_per_day=50) as room:
        await room.follow(await room.people(FREE + 60), "Energy")
        house.world.faults.add(Slow(0.2), times=10_000)
        await room.publish(await room.draft("grid-storage", "Energy"))
        await room.spread()
        room.dispatcher.wake()
        await room.until(lambda: bool(paid_calls(room)))
        # Were the process killed now, this is what the next one would find.
        assert await reserved(room) == 50
    assert await reserved(room) == len(paid_calls(room)) < 50


async def test_what_midnight_overtakes_goes_out_on_the_next_day_and_at_its_expense(
    house: StoryHouse, tmp_path: Path
) -> None:
    house.clock.advance(timedelta(hours=11, minutes=59))
    yesterday = day_of(house.clock())
    async with press_room(house, tmp_path, rate=RATE, paid_per_day=100) as room:
        await room.follow(await room.people(FREE + 200), "Energy")
        house.world.faults.add(Slow(0.02), times=100)
        article = await room.draft("grid-storage", "Energy")
        await room.publish(article)
        await room.spread()
        room.dispatcher.wake()
        await room.until(lambda: len(paid_calls(room)) >= 20)
        house.clock.advance(timedelta(minutes=2))
        await room.run()
        assert await room.statuses(article) == {Status.SENT: FREE + 200}
        assert await reserved(room) <= 100
    async with house.db.reading() as conn:
        spent = [await paid_messages.reserved(conn, day) for day in (yesterday, day_of(house.clock()))]
    assert spent[0] <= 100 and spent[1] <= 100
    assert 20 <= len(paid_calls(room)) <= sum(spent)


async def test_after_a_restore_nothing_more_is_paid_for_on_that_day(house: StoryHouse, tmp_path: Path) -> None:
    async with house.db.transaction() as conn:
        await paid_messages.reserve(conn, day_of(house.clock()), 7)
    await asyncio.to_thread(copy_database, house.db.path, tmp_path / "copy.db")
    await restore(tmp_path / "copy.db", tmp_path / "again.db", house.clock())
    db = await Database.open(tmp_path / "again.db")
    try:
        async with db.reading() as conn:
            assert await paid_messages.reserved(conn, day_of(house.clock())) == 7 + paid_messages.ALL
            assert await paid_messages.reserved(conn, day_of(house.clock() + timedelta(days=1))) == 0
    finally:
        await db.close()


async def test_telegram_takes_paid_messages_faster_than_the_free_pace(tmp_path: Path) -> None:
    async with story_house(tmp_path) as house:
        house.equip(pacer=Pacer(30))
        async with press_room(house, tmp_path, rate=RATE, in_flight=32, paid_per_day=200) as room:
            await room.follow(await room.people(FREE + 200), "Energy")
            house.world.clock = time.time
            house.world.limits = True
            await room.publish(await room.draft("grid-storage", "Energy"))
            await room.spread()
            room.dispatcher.wake()
            async with asyncio.timeout(6):  # 200 take seven seconds at the free pace
                await room.until(lambda: len(paid_calls(room)) == 200 - REPLIES)
        assert len(paid_calls(room)) == 200 - REPLIES
        assert 0 < house.world.pace.paid <= 200
        assert [call for call in room.world.ledger if call.status == 429] == []
