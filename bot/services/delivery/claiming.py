"""
Claiming: which of the due deliveries are sent next, and how many may be claimed at once.

In normal operation all of them, most urgent first. In an outage, campaigns whose messages failed in it come last; they
are tried alone once others get through, so that a campaign that fails by itself does not keep the outage going.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.chat import Chat
from bot.domain.circuit import Suspects
from bot.domain.delivery import Delivery, Lane
from bot.domain.limits import PAID_PER_SECOND
from bot.services.delivery.health import Health
from bot.services.delivery.kinds import Kind
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.delivery.term import Term
from bot.services.delivery.triage import Triage
from bot.store.delivery import outbox, turns
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Connection
from bot.store.engine.disk_reserve import Reserve
from bot.store.readers import chats

IN_FLIGHT = 64  # messages on their way at once
UNPACED_CLAIM_ROWS = 512  # rows claimed ahead when nothing paces
CORRECTIONS_SHARE = 0.1  # of what leaves while news does, too
CLAIM_AHEAD = 0.5  # seconds of the pace claimed ahead: within a second of Stop nothing more leaves


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """What bounds the sending of one dispatcher.

    `rate` is messages per second; None means no pace. `stale` is how late news is no news any more. `in_flight` may be
    sent at once. While `reserve` is not held nothing is claimed; without one nobody watches the disk.
    """

    rate: float | None
    stale: timedelta
    paid_budget: PaidBudget
    in_flight: int = IN_FLIGHT
    reserve: Reserve | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one turn has claimed, and what it read. `payable` of the deliveries may be paid for.

    `next_due` is when to look again though nothing has happened; None when nothing waits for a time.
    """

    term: Term
    running: Mapping[int, Campaign]
    is_paused: bool
    deliveries: list[Delivery] = field(default_factory=list)
    people: Mapping[int, Chat] = field(default_factory=dict)
    payable: int = 0
    reserved: int = 0
    next_due: datetime | None = None


class Claimer:
    """Claims for one dispatcher, as far as pauses, health, pace, budget and disk allow."""

    def __init__(self, kinds: Mapping[str, Kind], triage: Triage, health: Health, limits: SendingLimits) -> None:
        self._kinds = kinds
        self._triage = triage
        self._health = health
        self._paid_budget = limits.paid_budget
        rate = limits.rate
        self._usual = limits.in_flight + (UNPACED_CLAIM_ROWS if rate is None else max(4, int(rate * CLAIM_AHEAD)))
        self._reserve = limits.reserve
        self._for_corrections = 0.0  # of the room of past turns

    async def claim(self, conn: Connection, term: Term, in_hand: int, now: datetime) -> Claimed:
        """Claim what is due and may be sent; so many deliveries are `in_hand` (claimed and unsettled) already."""
        suspects, is_outage = self._health.suspects, self._health.is_outage
        stands = await turns.standing(conn, now)
        is_paused = self._health.is_halted or stands.is_paused
        going = [] if is_paused else stands.running
        running = {one.id: one for one in going if one.kind in self._kinds}  # a newer newsbot may know further kinds
        waiting = sum(one.total - one.settled for one in running.values()) - in_hand
        payable = await self._paid_budget.payable(conn, waiting, now)
        if payable:  # counted only where it is of use: what waits for a digest is no backlog
            waiting -= await outbox.for_their_time(conn, running, now)
            payable = await self._paid_budget.payable(conn, waiting, now)
        room = self._room(in_hand, payable)
        ready = self._triage.ready(running, now)
        if ready or in_hand:
            term = await term.hold(conn, now)
        if not ready or room <= 0:
            return Claimed(term, running, is_paused)
        claimed = [] if suspects else await self._claim_corrections(conn, now, room, ready, term.owner)
        claimed += await claim_ready(conn, suspects, now, room - len(claimed), ready, term.owner, is_outage=is_outage)
        if not claimed:
            next_due = await due_next(conn, suspects, now, ready, is_outage=is_outage)
            return Claimed(term, running, is_paused, next_due=next_due)
        payable = min(payable, len(claimed))
        reserved = await self._paid_budget.reserve(conn, payable)
        if stands.are_pauses_over:
            await chats.end_pauses(conn, now)
        people = await chats.chats(conn, {delivery.chat for delivery in claimed})
        return Claimed(term, running, is_paused, claimed, people, payable, reserved)

    async def _claim_corrections(
        self, conn: Connection, now: datetime, room: int, ready: Mapping[int, Campaign], owner: int
    ) -> list[Delivery]:
        """Claim what corrections may have of the room while news is on its way: a broadcast may take hours."""
        corrections = [number for number, one in ready.items() if one.lane is Lane.LATER and one.is_change]
        if not corrections or len(corrections) == len(ready):
            self._for_corrections = 0.0
            return []
        self._for_corrections += room * CORRECTIONS_SHARE
        if self._for_corrections < 1:
            return []
        claimed = await outbox.claim(conn, now, int(self._for_corrections), corrections, owner=owner)
        self._for_corrections -= int(self._for_corrections)
        return claimed

    def _room(self, in_hand: int, payable: int) -> int:
        """Return how many more rows may be claimed, `payable` of them at the paid pace; none on a full disk."""
        if self._reserve is not None and not self._reserve.is_held:
            return 0
        return self._health.room(self._usual + min(payable, int(PAID_PER_SECOND * CLAIM_AHEAD)), in_hand)


async def claim_ready(
    conn: Connection,
    suspects: Suspects,
    now: datetime,
    room: int,
    ready: Collection[int],
    owner: int,
    *,
    is_outage: bool,
) -> list[Delivery]:
    """Claim for a term up to `room` due deliveries of the campaigns that are `ready` to go on, and return them."""
    if not suspects:
        return await outbox.claim(conn, now, room, ready, owner=owner)
    cleared = suspects.cleared(ready)
    claimed: list[Delivery] = []
    if is_outage:
        claimed = await outbox.claim(conn, now, room, cleared, owner=owner)
    for number in suspects.to_try(now, is_outage):
        if number in ready and len(claimed) < room:
            claimed += await outbox.claim(conn, now, 1, [number], owner=owner)
    if not is_outage and len(claimed) < room and not suspects.is_awaited(one.campaign for one in claimed):
        claimed += await outbox.claim(conn, now, room - len(claimed), cleared, owner=owner)
    return claimed


async def due_next(
    conn: Connection, suspects: Suspects, now: datetime, ready: Collection[int], *, is_outage: bool
) -> datetime | None:
    """Return when to look again though nothing has happened; None when nothing waits for a time."""
    if not suspects:
        return await outbox.next_due(conn, ready)
    if suspects.is_awaited():
        return None  # its answer comes first
    possible = [*suspects.cleared(ready), *(number for number in suspects.to_try(now, is_outage) if number in ready)]
    times = (await outbox.next_due(conn, possible), suspects.next_trial(now))
    return min((at for at in times if at is not None), default=None)
