"""
Two processes that send from one database: nobody gets anything twice, and what a dead one had in hand is taken over.

Each has its own connections and its own dispatcher; the far side's Bot API is one. With SQLite a lock keeps a second
process away (`store.engine.lock`); the leases do not rely on it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from press_room import PressRoom, press_room
from story import StoryHouse

from bot.domain.lease import LEASE
from bot.services.delivery.term import Term
from bot.store.delivery import leases, outbox
from bot.store.delivery.campaigns import CampaignState
from bot.store.engine.database import Database


@asynccontextmanager
async def _process(house: StoryHouse, folder: Path) -> AsyncIterator[PressRoom]:
    db = await Database.open(house.db.path, readers=2)
    try:
        async with press_room(house, folder, is_alone=False, db=db) as room:
            yield room
    finally:
        await db.close()


async def test_two_at_once_share_a_broadcast_and_send_nothing_twice(house: StoryHouse, tmp_path: Path) -> None:
    async with _process(house, tmp_path) as one, _process(house, tmp_path) as other:
        people = await one.people(700)
        await one.follow(people, "Energy")
        campaign = await one.publish(await one.draft("grid-storage", "Energy", pictures=()))
        await one.spread()
        for room in (one, other):
            room.dispatcher.wake()
        await asyncio.gather(one.dispatcher.idle(), other.dispatcher.idle())
        await other.run()
        assert {len(one.world.ledger.sent_to(chat)) for chat in people} == {1}
        done = await one.campaign(campaign)
        assert (done.state, done.sent, done.unsure) == (CampaignState.DONE, 700, 0)


async def test_what_a_dead_process_had_in_hand_goes_out_once_its_lease_is_over(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with _process(house, tmp_path) as room:
        people = await room.people(5)
        await room.follow(people, "Energy")
        campaign = await room.publish(await room.draft("grid-storage", "Energy"))
        await room.spread()
        async with room.db.transaction() as conn:  # another process claims two of them, and dies
            dead = await leases.take(conn, "elsewhere:1", house.clock())
            claimed = await outbox.claim(conn, house.clock(), 2, owner=dead)
        await room.run()
        waiting = {delivery.chat for delivery in claimed}
        assert {chat for chat in people if room.got(chat)} == set(people) - waiting
        house.clock.advance(LEASE / 2)
        await room.run()
        assert not any(room.got(chat) for chat in waiting)
        house.clock.advance(LEASE)
        await room.run()
        assert [room.got(chat) for chat in people] == [["Grid storage"]] * 5
        done = await room.campaign(campaign)
        assert (done.state, done.sent, done.unsure) == (CampaignState.DONE, 5, 2)


async def test_a_lock_that_keeps_others_away_spares_the_wait(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path) as room:
        people = await room.people(3)
        await room.follow(people, "Energy")
        await room.publish(await room.draft("grid-storage", "Energy"))
        await room.spread()
        async with room.db.transaction() as conn:
            dead = await leases.take(conn, "elsewhere:1", house.clock())
            await outbox.claim(conn, house.clock(), 9, owner=dead)
    async with press_room(house, tmp_path) as room:
        await room.run()
        assert [room.got(chat) for chat in people] == [["Grid storage"]] * 3


async def test_a_process_that_was_taken_for_dead_goes_on_under_another_term(house: StoryHouse, tmp_path: Path) -> None:
    async with _process(house, tmp_path) as room:
        people = await room.people(2)
        await room.follow(people, "Energy")
        await room.publish(await room.draft("grid-storage", "Energy"))
        await room.run()
        async with room.db.transaction() as conn:
            before = [row["owner"] for row in await conn.execute_fetchall("SELECT owner FROM leases")]
            await leases.take_back_all(conn)
        house.clock.advance(timedelta(minutes=1))
        await room.publish(await room.draft("tidal-power", "Energy"))
        await room.run()
        assert [room.got(chat) for chat in people] == [["Grid storage", "Tidal power"]] * 2
        async with room.db.reading() as conn:
            after = [row["owner"] for row in await conn.execute_fetchall("SELECT owner FROM leases")]
        assert len(before) == len(after) == 1 and after > before


async def test_renewing_writes_one_row_and_an_idle_process_none(house: StoryHouse, tmp_path: Path) -> None:
    async with _process(house, tmp_path) as room:
        people = await room.people(1)
        await room.follow(people, "Energy")
        await room.publish(await room.draft("grid-storage", "Energy"))
        await room.run()
        rows = "SELECT owner, lease_until FROM leases"
        async with room.db.reading() as conn:
            before = [tuple(row) for row in await conn.execute_fetchall(rows)]
        for _ in range(5):
            house.clock.advance(timedelta(minutes=10))
            await room.run()
        async with room.db.reading() as conn:
            assert [tuple(row) for row in await conn.execute_fetchall(rows)] == before
        async with room.db.transaction() as conn:
            term = await Term(is_alone=False).hold(conn, house.clock())
            held = await term.hold(conn, house.clock() + timedelta(seconds=1))
        assert held is term  # not due again
