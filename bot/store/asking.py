"""
How often groups ask: the latest once a minute each, because everybody in them may, and anything a few times.

A group takes twenty messages a minute, and answers go before news: who asks all the time would keep its news away.
Kept for that minute in the database, so that nothing about it lives in memory, and nothing stays of it afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.database import Connection
from bot.store.stories import epoch

ONCE_IN = timedelta(minutes=1)


async def ask(conn: Connection, chat: int, now: datetime) -> bool:
    """Count a group's question, and return False when its last one is less than a minute ago."""
    await _forget(conn, now)
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


async def hear(conn: Connection, chat: int, now: datetime) -> int:
    """Count what is said to the bot in a group; return how often that was in the minute that began with the first."""
    await _forget(conn, now)
    rows = await conn.execute_fetchall(
        """
        INSERT INTO meta (key, value) VALUES (:key, :now || ' 1')
        ON CONFLICT (key) DO UPDATE
        SET value = CAST(value AS INTEGER) || ' ' || (CAST(substr(value, instr(value, ' ')) AS INTEGER) + 1)
        RETURNING value
        """,
        {"key": f"heard_{chat}", "now": epoch(now)},
    )
    return int(next(iter(rows))["value"].split()[1])


async def _forget(conn: Connection, now: datetime) -> None:
    """Forget what is more than a minute ago."""
    await conn.execute(
        "DELETE FROM meta WHERE (key GLOB 'asked_*' OR key GLOB 'heard_*') AND CAST(value AS INTEGER) <= :over",
        {"over": epoch(now - ONCE_IN)},
    )


def _key(chat: int) -> str:
    return f"asked_{chat}"
