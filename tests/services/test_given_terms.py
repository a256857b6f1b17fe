"""
A process that sends in a term that it was given: what leaves, is claimed and settled once it may have lost its place.

Which process is given one is decided elsewhere (`store.postgres.leadership`). Here two dispatchers share a database.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from press_room import PressRoom, eventually, press_room
from story import StoryHouse

from bot.domain.lease import RENEW_EVERY
from bot.errors import TermOver
from bot.sandbox.world.faults import Held
from bot.store.delivery import leases
from bot.store.delivery.campaigns import CampaignState
from bot.store.engine.database import Database

IN_FLIGHT = 2


async def _begin_term(db: Database, house: StoryHouse) -> int:
    """End every other term and begin one, as whoever comes to lead does."""
    async with db.transaction() as conn:
        await leases.take_back_all(conn)
        return await leases.take(conn, "a process", house.clock())


@asynccontextmanager
async def _two_on_the_wire(
    house: StoryHouse, room: PressRoom, many: int = 10
) -> AsyncIterator[tuple[list[int], int, asyncio.Event]]:
    """Publish to so many people; give them, the campaign, and what lets the first two be answered."""
    people, answered = await room.people(many), asyncio.Event()
    await room.follow(people, "Energy")
    room.world.faults.add(Held(answered), times=IN_FLIGHT)
    campaign = await room.publish(await room.draft("grid-storage", "Energy", pictures=()))
    await room.spread()
    room.dispatcher.wake()
    await eventually(lambda: len(room.world.faults.happened) == IN_FLIGHT)
    yield people, campaign, answered
    answered.set()


async def test_nothing_more_leaves_once_the_place_is_in_doubt_and_all_goes_on_when_it_is_not(
    house: StoryHouse, tmp_path: Path
) -> None:
    sure = {"is": True}
    term = await _begin_term(house.db, house)
    async with press_room(
        house, tmp_path, term=term, leads=lambda number: sure["is"] and number == term, in_flight=IN_FLIGHT
    ) as room:
        async with _two_on_the_wire(house, room) as (people, campaign, answered):
            sure["is"] = False
            answered.set()
            await room.dispatcher.idle()
            assert sum(len(room.got(chat)) for chat in people) == IN_FLIGHT
            async with room.db.reading() as conn:
                rows = await conn.execute_fetchall("SELECT owner, attempts, unsure FROM deliveries")
            assert [tuple(row) for row in rows] == [(0, 0, 0)] * (len(people) - IN_FLIGHT)
            sure["is"] = True
            await room.run()
        assert [room.got(chat) for chat in people] == [["Grid storage"]] * len(people)
        done = await room.campaign(campaign)
        assert (done.state, done.unsure) == (CampaignState.DONE, 0)


async def test_only_what_was_on_the_wire_comes_twice_when_another_takes_over(house: StoryHouse, tmp_path: Path) -> None:
    sends, db = {"first": True}, await Database.open(house.db.path, readers=2)
    first_term = await _begin_term(house.db, house)
    async with (
        press_room(house, tmp_path, term=first_term, leads=lambda term: sends["first"], in_flight=IN_FLIGHT) as first,
        _two_on_the_wire(house, first) as (people, campaign, answered),
    ):
        sends["first"] = False
        second_term = await _begin_term(db, house)
        assert second_term > first_term
        async with press_room(house, tmp_path, term=second_term, db=db) as second:
            house.clock.advance(timedelta(minutes=2))  # what may have arrived waits a little
            await second.run()
            answered.set()
            await first.dispatcher.idle()
            await second.run()
            done = await second.campaign(campaign)
        twice = [chat for chat in people if len(first.got(chat)) == 2]
        assert [len(first.got(chat)) for chat in people if chat not in twice] == [1] * (len(people) - IN_FLIGHT)
        assert len(twice) == IN_FLIGHT
        assert (done.state, done.sent) == (CampaignState.DONE, len(people))
    await db.close()


async def test_one_that_still_thinks_it_sends_claims_nothing_more(house: StoryHouse, tmp_path: Path) -> None:
    db = await Database.open(house.db.path, readers=2)
    term = await _begin_term(house.db, house)
    async with press_room(house, tmp_path, term=term) as first:
        people = await first.people(5)
        await first.follow(people, "Energy")
        await first.publish(await first.draft("grid-storage", "Energy"))
        await first.run()
        later = await _begin_term(db, house)
        await first.publish(await first.draft("tidal-power", "Energy"))
        await first.run()
        assert [first.got(chat) for chat in people] == [["Grid storage"]] * 5
        async with press_room(house, tmp_path, term=later, db=db) as second:
            await second.run()
        assert [first.got(chat) for chat in people] == [["Grid storage", "Tidal power"]] * 5
    await db.close()


async def test_a_term_that_was_ended_for_another_s_is_given_up_and_none_is_taken_instead(
    house: StoryHouse, tmp_path: Path
) -> None:
    term = await _begin_term(house.db, house)
    room = PressRoom(house, tmp_path)
    running = asyncio.create_task(room.dispatcher.run(term))
    people = await room.people(3)
    await room.follow(people, "Energy")
    await room.publish(await room.draft("grid-storage", "Energy"))
    await room.run()
    later = await _begin_term(house.db, house)
    house.clock.advance(RENEW_EVERY + timedelta(seconds=1))
    await room.publish(await room.draft("tidal-power", "Energy"))
    await room.spread()
    room.dispatcher.wake()
    with pytest.raises(TermOver):
        await running
    assert [room.got(chat) for chat in people] == [["Grid storage"]] * 3
    async with room.db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT owner FROM leases")
    assert [row["owner"] for row in rows] == [later]
    async with press_room(house, tmp_path, term=later) as other:
        await other.run()
    assert [room.got(chat) for chat in people] == [["Grid storage", "Tidal power"]] * 3
