"""
The number of paid messages of each UTC day, stored before any of them is sent.

One row for each day, never deleted: a clock that is set forward and back must not reset a day's count.
"""

from __future__ import annotations

from datetime import date

from bot.store.engine import metadata
from bot.store.engine.database import Connection

ALL = 1_000_000_000
"""More than any allowance: reserving it closes a day."""


async def reserved(conn: Connection, day: date) -> int:
    """Return how many messages of a day were paid for, or may be by whoever reserved them."""
    return int(await metadata.get(conn, _key(day)) or 0)


async def reserve(conn: Connection, day: date, many: int) -> None:
    """Count so many more messages as paid for; fewer than none gives back what was not used."""
    await metadata.put(conn, _key(day), str(await reserved(conn, day) + many))


def _key(day: date) -> str:
    return f"paid:{day.isoformat()}"
