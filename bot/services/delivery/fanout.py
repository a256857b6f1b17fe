"""
Fanout: every promised campaign gets its deliveries, one for each chat of its audience, a piece at a time.

Pieces are small, so that other writes, such as a reader's, wait for one piece at most. While nobody waits, a few follow
each other in one transaction where each statement is a round trip to a server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from itertools import repeat

from bot.services.delivery import clocks
from bot.services.delivery.kinds import KINDS, Kind
from bot.store.delivery import campaign_changes, campaigns, fanout, turns
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Database
from bot.store.readers import chats


async def fan_out_next(
    db: Database, *, now: datetime, draw: float, kinds: Mapping[str, Kind] = KINDS, zone: tzinfo = UTC
) -> bool:
    """Give the next piece of the most urgent campaign its deliveries; return whether there may be more to do now.

    `draw` (0 to 1) is where on the circle of chats a campaign begins when nothing else is on its way. `zone` is that of
    chats that have chosen none.
    """
    further = repeat(True, db.PIECES_AT_ONCE - 1)
    # All of it is read in the transaction: a campaign may be stopped meanwhile, or its subject revised, and so be for
    # others.
    async with db.transaction() as conn:
        stands = await turns.standing(conn, now)
        waiting = [one for one in _incomplete(stands.running, kinds) if one.start_at <= now]
        if not waiting:
            return False
        kind, current = kinds[waiting[0].kind], waiting[0]
        if current.ring_start is None:
            ring_start = await fanout.ring_of_busy_period(conn)
            if ring_start is None:
                ring_start = await fanout.some_chat(conn, draw)
            await fanout.begin(conn, current.id, ring_start)
            current = replace(current, ring_start=ring_start)
        if stands.are_pauses_over:
            await chats.end_pauses(conn, now)
        audience = await kind.audience(conn, current)
        at_own_times = kind.fold is not None and await clocks.expect(conn, current, zone, now)
        more = await fanout.fan_out(
            conn,
            current,
            audience,
            now,
            round((fanout.ROWS_AT_THEIR_TIMES if at_own_times else fanout.ROWS_PER_PIECE) * db.PIECE),
            operation=kind.operation,
            at_own_times=at_own_times,
            goes_on=lambda: next(further, False) and not db.is_wanted,
        )
        if more:
            db.repeatable()  # the cursor is lost with the rows
        else:
            await campaign_changes.close_finished(conn, now)  # it may have reached nobody
        return more or len(waiting) > 1


async def next_start(db: Database, now: datetime, kinds: Mapping[str, Kind] = KINDS) -> datetime | None:
    """Return when the next promised campaign starts; None when none waits for its undo delay."""
    async with db.reading() as conn:
        running = await campaigns.running(conn)
    return min((one.start_at for one in _incomplete(running, kinds) if one.start_at > now), default=None)


def _incomplete(running: Iterable[Campaign], kinds: Mapping[str, Kind]) -> list[Campaign]:
    """Return the running campaigns in which somebody still lacks a delivery, in the same order."""
    return [one for one in running if not one.is_complete and one.kind in kinds]
