"""What each turn of the dispatcher asks first, in one query: to reach the database takes longer than to answer."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bot.store.content.story_json import epoch
from bot.store.delivery.campaigns import Campaign, campaign_of
from bot.store.engine.database import Connection


class Standing(NamedTuple):
    """Whether all pushes are held by `newsbot pause`, what may be claimed from otherwise, most urgent first, and
    whether a chat's own pause is over (`store.readers.chats.end_pauses`)."""

    is_paused: bool
    running: list[Campaign]
    are_pauses_over: bool


async def standing(conn: Connection, now: datetime) -> Standing:
    """Return how things stand as a turn begins."""
    rows = await conn.execute_fetchall(
        """
        SELECT s.is_paused, s.are_pauses_over, f.* FROM (
            SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'paused') AS is_paused,
                EXISTS (SELECT 1 FROM chats WHERE paused_until <= :now AND state = 'paused') AS are_pauses_over
        ) AS s LEFT JOIN campaigns AS f ON f.state = 'running' ORDER BY f.lane, f.id
        """,
        {"now": epoch(now)},
    )
    running = [campaign_of(row) for row in rows if row["id"] is not None]
    return Standing(bool(rows[0]["is_paused"]), running, bool(rows[0]["are_pauses_over"]))
