"""An outage of one article's own, and one of all: what can be sent is sent, and what cannot is tried."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from press_room import PressRoom, press_room
from story import StoryHouse

from bot.domain.circuit import Suspects
from bot.domain.delivery import Failed
from bot.sandbox.world.faults import CutBefore, Refuse
from bot.services.delivery.claiming import due_next
from bot.store.delivery.campaigns import CampaignState


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _passes(room: PressRoom, minutes: int) -> None:
    for _ in range(minutes):
        room.house.clock.advance(timedelta(minutes=1))
        await room.run()


async def test_an_article_that_telegram_fails_at_does_not_keep_the_others_back(room: PressRoom) -> None:
    people = await room.people(100)
    await room.follow(people, "Energy")
    room.world.faults.add(Refuse(500, "Internal Server Error"), method="sendPhoto")
    failing = await room.publish(await room.draft("a-picture", "Energy"))
    first = await room.publish(await room.draft("b-text", "Energy", pictures=()))
    await room.run()
    await _passes(room, 5)
    later = await room.publish(await room.draft("c-text", "Energy", pictures=()))
    await _passes(room, 5)
    for number in (first, later):
        done = await room.campaign(number)
        assert (done.state, done.sent) == (CampaignState.DONE, 100)
    assert (await room.campaign(failing)).settled == 0
    room.world.faults.clear()
    await _passes(room, 40)
    assert (await room.campaign(failing)).sent == 100
    assert all(len(room.world.ledger.sent_to(chat)) == 3 for chat in people)


async def test_an_outage_of_all_ends_for_all_and_in_order(room: PressRoom) -> None:
    people = await room.people(100)
    await room.follow(people, "Energy")
    room.world.faults.add(CutBefore())
    published = [await room.publish(await room.draft(slug, "Energy")) for slug in ("a-first", "b-second", "c-third")]
    await room.run()
    await _passes(room, 30)
    assert len(room.world.faults.happened) < 8 + 5 + 30
    room.world.faults.clear()
    await _passes(room, 5)
    assert [(await room.campaign(number)).sent for number in published] == [100] * 3
    in_order = [room.got(chat) == ["A first", "B second", "C third"] for chat in people]
    assert sum(in_order) >= 97  # but for those who were asked by whether it was over


async def test_nobody_waits_for_a_suspect_that_hardly_anybody_wants_any_more(room: PressRoom) -> None:
    people, others = await room.people(150), await room.people(20, first=40_000)
    await room.follow(people, "Energy")
    await room.follow(others, "Storage")
    room.world.faults.add(Refuse(500, "Internal Server Error"), method="sendPhoto")
    suspect = await room.publish(await room.draft("a-picture", "Energy"))
    await room.run()
    async with room.db.transaction() as conn:
        await conn.execute("UPDATE chats SET state = 'paused' WHERE id < 40000")
    await room.publish(await room.draft("b-text", "Storage", pictures=()))
    await room.spread()
    room.house.clock.advance(timedelta(minutes=1))
    room.dispatcher.wake()
    await room.until(lambda: all(room.got(chat) for chat in others))
    assert (await room.campaign(suspect)).settled < 75


async def test_what_may_not_go_on_is_no_reason_to_look_again(room: PressRoom) -> None:
    await room.follow(await room.people(3), "Energy")
    late = await room.publish(await room.draft("a-late", "Energy"))
    await room.spread()
    now = room.house.clock()
    suspects = Suspects()
    suspects.saw(late, Failed("x"), True, now)
    async with room.db.reading() as conn:
        assert await due_next(conn, suspects, now, [late], is_outage=True) == now
        later = await due_next(conn, suspects, now, [late + 1], is_outage=True)
    assert later is not None and later > now
