"""Incidents: finds what is wrong with the bot; `telegram_edge.notifications` alerts owners to it."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime, timedelta

from bot.store.content.story_json import moment_or_none
from bot.store.delivery import delivery_reports, outbox
from bot.store.desk import incidents
from bot.store.desk.incidents import IncidentKind
from bot.store.engine import metadata
from bot.store.engine.database import Database

MIN_FREE_DISK_BYTES = 256 * 1024 * 1024
"""Bytes: room for some ten million deliveries, a copy of a small database, and time to act."""
STUCK_AFTER = timedelta(minutes=10)
STALLED_AFTER = timedelta(minutes=1)


async def note(db: Database, kind: IncidentKind, is_there: bool, now: datetime) -> None:
    """Open an incident of a kind, or close it; neither changes one that is open, or closed, already."""
    async with db.transaction() as conn:
        if is_there:
            await incidents.open_incident(conn, kind, now)
        else:
            await incidents.close_incident(conn, kind, now)


async def stuck_for(db: Database, now: datetime) -> timedelta | None:
    """Return how long the oldest delivery has waited, when that is too long and nothing moves; else None.

    A broadcast to many chats takes longer than ten minutes; while deliveries of it still go out, it is not stuck.
    """
    async with db.reading() as conn:
        since = await outbox.waits_since(conn)
        last = moment_or_none(await delivery_reports.last_sent_at(conn))
        is_paused = await metadata.is_paused(conn)
    moves = last is not None and now - last < STALLED_AFTER
    return None if since is None or moves or is_paused or now - since <= STUCK_AFTER else now - since


async def look_around(db: Database, now: datetime, awake_for: timedelta) -> None:
    """Open or close the incidents that can be seen from here: a disk nearly full, deliveries that wait too long.

    What waited while newsbot was down, or its machine asleep, is given a moment to move: `awake_for` is how long
    newsbot has been at work since.
    """
    seen = []
    if db.path is not None:
        free = (await asyncio.to_thread(shutil.disk_usage, db.path.absolute().parent)).free
        seen.append((IncidentKind.DISK, free < MIN_FREE_DISK_BYTES))
    if awake_for >= STALLED_AFTER:
        seen.append((IncidentKind.SLOW, await stuck_for(db, now) is not None))
    async with db.transaction() as conn:
        for kind, is_there in seen:
            if is_there:
                await incidents.open_incident(conn, kind, now)
            else:
                await incidents.close_incident(conn, kind, now)
