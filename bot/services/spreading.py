"""
Fan-outs under way: every promised publish gets its outbox rows, a piece at a time.

Pieces are small, so a reader's write never waits long; between two of them everybody else has a turn.
"""

from __future__ import annotations

from datetime import datetime

from bot.store import fanouts
from bot.store.audience import audience_of
from bot.store.database import Database


async def spread_next(db: Database, *, now: datetime, draw: float) -> bool:
    """Give the next piece of the most urgent fan-out its rows; return whether there may be more to do now.

    `draw` (0 to 1) is where on the circle of chats a fan-out begins when nothing else is on its way.
    """
    async with db.reading() as conn:
        waiting = [one for one in await fanouts.running(conn) if not one.is_complete and one.start_at <= now]
        if not waiting:
            return False
        audience = await audience_of(conn, waiting[0].article, waiting[0].fixed_at)
    async with db.transaction() as conn:
        # Read again: it may have been stopped in between, or its article given another topic.
        current = await fanouts.fanout(conn, waiting[0].id)
        if current is None or current.state is not fanouts.FanoutState.RUNNING:
            return True
        if (current.fixed_at, current.revision) != (waiting[0].fixed_at, waiting[0].revision):
            return True
        if current.ring_start is None:
            ring_start = await fanouts.ring_of_busy_period(conn)
            if ring_start is None:
                ring_start = await fanouts.some_chat(conn, draw)
            await fanouts.begin(conn, current.id, ring_start)
            current = await fanouts.fanout(conn, current.id)
            assert current is not None
        more = await fanouts.spread(conn, current, audience, now)
        if not more:
            await fanouts.close_finished(conn, now)  # it may have reached nobody
        return more or len(waiting) > 1


async def next_start(db: Database, now: datetime) -> datetime | None:
    """Return when the next promised fan-out starts; None when none waits for its undo time."""
    async with db.reading() as conn:
        later = [one.start_at for one in await fanouts.running(conn) if not one.is_complete and one.start_at > now]
    return min(later, default=None)
