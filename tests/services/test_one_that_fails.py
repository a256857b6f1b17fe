"""One chat that cannot be sent to, whatever the reason, stops nobody else."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from press_room import PressRoom, press_room
from story import StoryHouse

from bot.domain.circuit import OUTAGE_FROM
from bot.domain.delivery import MAX_ATTEMPTS
from bot.sandbox.world.faults import Refuse
from bot.store.delivery.campaigns import CampaignState


async def _passes(room: PressRoom, times: int, each: timedelta) -> None:
    for _ in range(times):
        async with asyncio.timeout(10):
            await room.run()
        room.house.clock.advance(each)


@pytest.mark.parametrize("many", [1, OUTAGE_FROM + 2])
async def test_chats_for_which_telegram_always_fails_do_not_stop_what_comes_later(
    house: StoryHouse, tmp_path: Path, many: int
) -> None:
    async with press_room(house, tmp_path) as room:
        people = await room.people(20 + many)
        await room.follow(people, "Energy")
        for chat in people[:many]:
            room.world.faults.add(Refuse(500, "Internal Server Error"), chat=chat)
        await room.publish(await room.draft("a-first", "Energy", pictures=()))
        await _passes(room, 60, timedelta(minutes=2))
        second = await room.publish(await room.draft("b-second", "Energy", pictures=()))
        await _passes(room, 20 + 5 * many, timedelta(seconds=10))
        assert (await room.campaign(second)).sent == 20
        room.world.faults.clear()
        await _passes(room, 20, timedelta(minutes=10))
        assert [sorted(room.got(chat)) for chat in people] == [["A first", "B second"]] * len(people)


@pytest.mark.parametrize("workers", [1, 8])
async def test_a_chat_for_which_no_message_can_be_made_is_given_up(
    house: StoryHouse, tmp_path: Path, workers: int
) -> None:
    async with press_room(house, tmp_path, in_flight=workers) as room:
        people = await room.people(12)
        await room.follow(people, "Energy")
        async with room.db.transaction() as conn:
            await conn.execute("UPDATE chats SET zone = 'Nowhere/At all' WHERE id = ?", (people[3],))
        campaign = await room.publish(await room.draft("grid-storage", "Energy"))
        await _passes(room, MAX_ATTEMPTS, timedelta(hours=1))
        done = await room.campaign(campaign)
        assert (done.state, done.sent, done.failed) == (CampaignState.DONE, 11, 1)
