"""Replies while a broadcast is paid for: paid for from the same allowance, or unpaid, and never left out."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from press_room import press_room
from story import ANNA, BEN, StoryHouse, story_house

from bot.domain.delivery import Lane
from bot.domain.paid_broadcast import day_of
from bot.sandbox.world.faults import Refuse, Throttle
from bot.services.delivery.paid_budget import PaidBudget
from bot.store.delivery import paid_messages
from bot.telegram_edge.botapi.pacer import Pacer

PER_DAY = 50  # five of them for replies
NOBODY = 1


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    """A house that has claimed its first paid delivery, and has just let it leave."""
    async with story_house(tmp_path) as house:
        await house.starts(ANNA)
        await house.starts(BEN)
        house.equip(paid_budget=PaidBudget(PER_DAY, 30))
        await leave(house, claimed=1)
        yield house


async def leave(house: StoryHouse, *, claimed: int = 0) -> None:
    """Let one paid delivery leave now, with a claim before it or without."""
    paid_budget = house.ctx.paid_budget
    async with house.db.transaction() as conn:
        await paid_budget.payable(conn, 1_000_000, house.clock())
        reserved = await paid_budget.reserve(conn, claimed)
    paid_budget.fill(reserved)
    if claimed:
        assert paid_budget.pay_for_reply(house.clock())  # it lies in the same paid_budget
    house.equip(pacer=Pacer(30))
    await house.ctx.pacer.slot(NOBODY, Lane.NEWS, False, True)


def said(house: StoryHouse, chat: int) -> list[tuple[int, bool]]:
    """Return status and whether it was to be paid for, of each message sent to a chat."""
    return [
        (call.status, "allow_paid_broadcast" in call.params)
        for call in house.world.ledger.calls_to(chat)
        if call.method.startswith("send")
    ]


async def reserved(house: StoryHouse) -> int:
    async with house.db.reading() as conn:
        return await paid_messages.reserved(conn, day_of(house.clock()))


async def test_replies_are_paid_for_as_long_as_there_is_something_for_them(house: StoryHouse) -> None:
    before = len(said(house, ANNA))
    for _ in range(5):
        await house.says(ANNA, "/help")
        await leave(house)
    assert said(house, ANNA)[before:] == [(200, True)] * 5
    await house.says(ANNA, "/help")
    assert said(house, ANNA)[before + 5 :] == [(200, False)]
    assert await reserved(house) == 6
    await leave(house, claimed=1)
    await house.says(ANNA, "/help")
    assert said(house, ANNA)[-1] == (200, True)


async def test_a_second_after_paid_news_replies_are_free_again(house: StoryHouse) -> None:
    house.equip(pacer=Pacer(30))
    await house.says(ANNA, "/help")
    assert said(house, ANNA)[-1] == (200, False)


async def test_a_changed_message_is_never_paid_for(house: StoryHouse) -> None:
    await house.says(ANNA, "/settings")
    assert said(house, ANNA)[-1] == (200, True)
    await leave(house)
    await house.presses(ANNA, "Send silently")
    edits = [call for call in house.world.ledger.calls_to(ANNA) if call.method.startswith("edit")]
    assert edits
    assert all("allow_paid_broadcast" not in call.params for call in edits)


async def test_what_midnight_overtook_is_not_paid_for(house: StoryHouse) -> None:
    house.clock.advance(timedelta(days=1))
    await house.says(ANNA, "/help")
    assert said(house, ANNA)[-1] == (200, False)
    assert await reserved(house) == 0


async def test_a_429_for_what_was_paid_for_slows_no_free_message(house: StoryHouse) -> None:
    for person in (ANNA, BEN):
        house.world.faults.add(Throttle(1), chat=person, times=1, paid=True)
        house.world.say(person, person, "/help")
    await house.settle()
    assert [said(house, person)[-2:][0] for person in (ANNA, BEN)] == [(429, True)] * 2
    pacer = house.ctx.pacer
    assert pacer.rate == Pacer(30).rate


async def test_a_reply_that_is_given_up_because_its_chat_is_held_pays_for_nothing(house: StoryHouse) -> None:
    await leave(house, claimed=1)
    house.ctx.pacer.throttled(ANNA, 3600.0)
    before = said(house, ANNA)
    for _ in range(20):
        await house.says(ANNA, "/help")
    assert said(house, ANNA) == before
    await house.says(BEN, "/help")
    assert said(house, BEN)[-1] == (200, True)


async def test_without_stars_a_reply_is_said_unpaid_at_once(house: StoryHouse) -> None:
    house.world.faults.add(Refuse(400, "Bad Request: BALANCE_TOO_LOW"), paid=True)
    await house.says(ANNA, "/help")
    assert said(house, ANNA)[-2:] == [(400, True), (200, False)]
    assert house.ctx.paid_budget.is_good is False
    await leave(house)
    await house.says(BEN, "/help")
    assert said(house, BEN)[-1] == (200, False)


async def test_while_a_thousand_a_second_leave_nobody_who_asks_meets_a_429(tmp_path: Path) -> None:
    async with story_house(tmp_path) as house:
        house.equip(pacer=Pacer(30))
        async with press_room(house, tmp_path, rate=30, in_flight=64, paid_per_day=1600) as room:
            await room.follow(await room.people(17_400 + 1600), "Energy")
            asking = await room.people(25, first=90_000)
            house.world.clock = time.time
            house.world.limits = True
            await room.publish(await room.draft("grid-storage", "Energy"))
            await room.spread()
            room.dispatcher.wake()
            for asked, person in enumerate(asking, 1):
                await room.until(lambda asked=asked: len(paid_for(house)) >= 40 * asked)
                await house.says(person, "/help")
        for person in asking:
            assert said(house, person) == [(200, True)]
        assert [call for call in house.world.ledger if call.status == 429] == []
        assert len(paid_for(house)) <= await reserved_by(house, house.clock()) <= 1600


def paid_for(house: StoryHouse) -> list[Any]:
    return [call for call in house.world.ledger if "allow_paid_broadcast" in call.params]


async def reserved_by(house: StoryHouse, now: Any) -> int:
    async with house.db.reading() as conn:
        return await paid_messages.reserved(conn, day_of(now))
