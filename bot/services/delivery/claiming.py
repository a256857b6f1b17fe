"""
Claiming: which of the due deliveries are sent next.

In normal operation all of them, most urgent first. In an outage, campaigns whose messages failed in it come last; they
are tried alone once others get through, so that a campaign that fails by itself does not keep the outage going.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.domain.circuit import Suspects
from bot.domain.delivery import Delivery
from bot.store.delivery import outbox
from bot.store.engine.database import Connection


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
