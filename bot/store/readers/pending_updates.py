"""
Updates that were confirmed to Telegram before they were worked on, so that a process that dies loses none.

Most updates are never stored: they are done within a moment, and confirmed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection


async def keep(conn: Connection, bodies: Mapping[int, str], now: datetime) -> None:
    """Write updates down, as JSON by their ids. One that is there already stays as it is."""
    await conn.executemany(
        "INSERT INTO updates (id, body, at) VALUES (:id, :body, :at) ON CONFLICT (id) DO NOTHING",
        [{"id": id, "body": body, "at": epoch(now)} for id, body in bodies.items()],
    )


async def forget(conn: Connection, ids: Iterable[int]) -> None:
    """Drop updates that are worked through."""
    await conn.executemany("DELETE FROM updates WHERE id = :id", [{"id": id} for id in ids])


async def forget_before(conn: Connection, moment: datetime) -> None:
    """Drop what was written down before `moment`."""
    await conn.execute("DELETE FROM updates WHERE at < :before", {"before": epoch(moment)})


async def forget_all(conn: Connection) -> None:
    await conn.execute("DELETE FROM updates")


async def kept(conn: Connection) -> list[tuple[int, str]]:
    """Return what is written down, oldest first, as ids and JSON."""
    rows = await conn.execute_fetchall("SELECT id, body FROM updates ORDER BY id")
    return [(int(row["id"]), str(row["body"])) for row in rows]
