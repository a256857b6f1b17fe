"""
How often groups ask: the latest once a minute each, because everybody in them may.

Kept for that minute in the database, so that nothing about it lives in memory, and nothing stays of it afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.database import Connection
from bot.store.stories import epoch

ONCE_IN = timedelta(minutes=1)


async def ask(conn: Connection, chat: int, now: datetime) -> bool:
    """Count a group's question, and return False when its last one is less than a minute ago."""
    await conn.execute(
        "DELETE FROM meta WHERE key GLOB 'asked_*' AND CAST(value AS INTEGER) <= :over", {"over": epoch(now - ONCE_IN)}
    )
    rows = await conn.execute_fetchall(
        "INSERT INTO meta (key, value) VALUES (:key, :now) ON CONFLICT (key) DO NOTHING RETURNING value",
        {"key": _key(chat), "now": str(epoch(now))},
    )
    return any(True for _ in rows)


async def tell(conn: Connection, chat: int, now: datetime) -> int | None:
    """Return for how many seconds a group has to wait; None when it was told so already."""
    rows = await conn.execute_fetchall(
        "UPDATE meta SET value = value || ' told' WHERE key = :key AND value NOT LIKE '% told' RETURNING value",
        {"key": _key(chat)},
    )
    asked_at = next((int(row["value"].split()[0]) for row in rows), None)
    return None if asked_at is None else max(1, asked_at + int(ONCE_IN.total_seconds()) - epoch(now))


def _key(chat: int) -> str:
    return f"asked_{chat}"
