"""Stars that run out, or were never taken: owners are told once, and every delivery goes out unpaid."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_stories import Desk
from press_room import PressRoom, press_room
from story import EDITH, START, StoryHouse, story_house

from bot.domain.delivery import Status
from bot.sandbox.world.faults import Refuse
from bot.store.delivery import paid_messages
from bot.telegram_edge.botapi.pacer import Pacer

RATE = 2  # one a second: what goes beyond 600 may be paid for
FREE = 600
IN_FLIGHT = 8
NO_STARS = Refuse(400, "Bad Request: BALANCE_TOO_LOW")
TOLD = "Telegram takes no Stars from this bot"
TOLD_OVER = "Telegram takes Stars from this bot again."


def flagged(room: PressRoom) -> list[Any]:
    return [call for call in room.world.ledger if call.params.get("allow_paid_broadcast")]


def unpaid(room: PressRoom) -> int:
    return sum(call.made_a_message and "allow_paid_broadcast" not in call.params for call in room.world.ledger)


async def broadcast(room: PressRoom, slug: str, many: int) -> list[Any]:
    """Send an article to everyone, none of them left out; return the calls that were to be paid for."""
    before = len(flagged(room))
    article = await room.draft(slug, "Energy")
    await room.publish(article)
    await room.run()
    assert await room.statuses(article) == {Status.SENT: many}
    return flagged(room)[before:]


async def test_without_stars_everything_goes_out_unpaid_and_owners_hear_of_it_once(
    house: StoryHouse, tmp_path: Path
) -> None:
    many = FREE + 300
    async with press_room(house, tmp_path, rate=RATE, in_flight=IN_FLIGHT, paid_per_day=10_000) as room:
        await house.starts(EDITH)
        desk = Desk(house, room)
        await room.follow(await room.people(many), "Energy")
        assert {call.status for call in await broadcast(room, "grid-storage", many)} == {200}
        await desk.turn()
        assert not any(TOLD in screen for screen in desk.screens)

        house.world.faults.add(NO_STARS, paid=True)
        refused = await broadcast(room, "wind-farms", many)
        assert {call.status for call in refused} == {400}
        assert len(refused) <= 2 * IN_FLIGHT
        assert await broadcast(room, "solar-roofs", many) == []
        for _ in range(3):
            await desk.passes(600)
        assert sum(TOLD in screen for screen in desk.screens) == 1

        await desk.passes(1801)
        assert 0 < len(await broadcast(room, "tidal-power", many)) <= 2 * IN_FLIGHT
        for _ in range(3):
            await desk.passes(86_400)
        assert sum(TOLD in screen for screen in desk.screens) == 1

        house.world.faults.clear()
        assert len(await broadcast(room, "heat-pumps", many)) == 300
        for _ in range(3):
            await desk.passes(86_400)
        assert sum(TOLD_OVER in screen for screen in desk.screens) == 1
        assert sum(TOLD in screen for screen in desk.screens) == 1


async def test_an_article_that_is_refused_also_unpaid_has_failed_and_says_nothing_of_stars(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with press_room(house, tmp_path, rate=RATE, paid_per_day=10_000) as room:
        people = await room.people(FREE + 300)
        await room.follow(people, "Energy")
        for chat in people[::3]:
            house.world.faults.add(Refuse(400, "Bad Request: this chat takes no such message"), chat=chat)
        article = await room.draft("grid-storage", "Energy")
        await room.publish(article)
        await room.run()
        assert await room.statuses(article) == {Status.SENT: 600, Status.FAILED: 300}
        assert len(flagged(room)) == 300
        assert house.ctx.paid_budget.is_good


async def test_where_paid_broadcasts_are_not_enabled_and_429s_say_so_the_free_pace_goes_on(tmp_path: Path) -> None:
    async with story_house(tmp_path) as house:
        pacer = Pacer(30)
        house.equip(pacer=pacer)
        async with press_room(house, tmp_path, rate=RATE, in_flight=32, paid_per_day=10_000) as room:
            await room.follow(await room.people(FREE + 1000), "Energy")
            house.world.clock = time.time
            house.world.limits = True
            house.world.pace.sells = False
            began = time.monotonic()

            def time_passes() -> bool:
                house.clock.now = START + timedelta(seconds=time.monotonic() - began)
                return True

            await room.publish(await room.draft("grid-storage", "Energy"))
            await room.spread()
            room.dispatcher.wake()
            await room.until(lambda: time_passes() and house.ctx.paid_budget.is_good is False)
            wished = len(flagged(room))
            await room.until(lambda: time_passes() and unpaid(room) >= 40)
            assert len(flagged(room)) == wished < 400
            assert house.world.pace.paid == 0
            assert pacer.rate == pytest.approx(29)


async def test_when_the_stars_run_out_the_rest_leaves_at_the_free_pace_without_one_429(tmp_path: Path) -> None:
    async with story_house(tmp_path) as house:
        house.equip(pacer=Pacer(30))
        async with press_room(house, tmp_path, rate=RATE, in_flight=32, paid_per_day=10_000) as room:
            await room.follow(await room.people(FREE + 400), "Energy")
            house.world.clock = time.time
            house.world.limits = True
            await room.publish(await room.draft("grid-storage", "Energy"))
            await room.spread()
            room.dispatcher.wake()
            await room.until(lambda: len(flagged(room)) >= 100)
            house.world.faults.add(NO_STARS, paid=True)
            await room.until(lambda: len(room.world.ledger) >= len(flagged(room)) + 50)
        calls = list(room.world.ledger)
        refused = [call for call in calls if call.status != 200]
        assert {call.status for call in refused} == {400}
        assert len(refused) <= 2 * 32
        again = {call.chat_id for call in calls if call.status == 200}
        assert {call.chat_id for call in refused} <= again
        assert house.ctx.paid_budget.is_good is False


async def test_what_was_refused_stays_counted(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path, rate=RATE, paid_per_day=100) as room:
        await room.follow(await room.people(FREE + 60), "Energy")
        house.world.faults.add(NO_STARS, paid=True)
        refused = await broadcast(room, "grid-storage", FREE + 60)
    async with house.db.reading() as conn:
        assert await paid_messages.reserved(conn, house.clock().date()) == len(refused) > 0
