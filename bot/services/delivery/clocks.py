"""
The clocks by which chats get their news: those of the zone rules and of the operator's zone of today.

What waits in the outbox was timed by the rules of the day on which it was promised. A start with newer rules, or with
another operator's zone, times it anew.
"""

from __future__ import annotations

import logging
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from bot.domain.delivery_time import leaves_at
from bot.store.delivery import outbox
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Connection, Database
from bot.store.readers import timings

log = logging.getLogger(__name__)


async def expect(conn: Connection, campaign: Campaign, zone: tzinfo, now: datetime) -> bool:
    """Note when a campaign leaves for each way in which chats get their news; return whether there is any.

    So what waits for a digest is claimed when that is due, and not before. It is asked again then. `zone` is that of
    chats that have chosen none.
    """
    if not await timings.are_any(conn):
        return False
    unasked = await timings.unasked(conn, campaign.start_at)
    leaves = {
        number: leaves_at(wish.timing, _zone(wish.zone, zone), campaign.start_at, now)
        for number, wish in unasked.items()
    }
    await timings.note(conn, campaign.start_at, leaves)
    return True


async def follow_rules(db: Database, zone: tzinfo, now: datetime) -> int:
    """Ask anew when what waits leaves, where the rules of today say another time than those by which it was noted.

    Return how many deliveries that were.
    """
    async with db.reading() as conn:
        noted = await timings.noted(conn)
    changed = [
        number
        for number, (wish, since, at) in noted.items()
        if leaves_at(wish.timing, _zone(wish.zone, zone), since, since) != at
    ]
    if not changed:
        return 0
    async with db.transaction() as conn:
        many = sum([await outbox.ask_again_all(conn, number, now) for number in changed])
        await timings.unnote(conn, changed)
    if many:
        log.info("%d deliveries wait for times that clocks show at other moments now; they are asked again", many)
    return many


def _zone(name: str | None, operators: tzinfo) -> tzinfo:
    """Return a zone; the operator's for one that the rules of today do not know."""
    if name is None:
        return operators
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError):
        return operators
