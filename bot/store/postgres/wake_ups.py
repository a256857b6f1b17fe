"""
Wake-ups: how one process tells the others, in the transaction that gives them something to do.

They are heard by every process's direct session (`store.postgres.leadership`) once the transaction is written, half a
millisecond later. They are hints: a process that was not connected has missed them, so whoever acts on them also looks
by itself every few seconds. What they say is an id or a word, never content: anybody who may connect can listen.
Source: https://www.postgresql.org/docs/current/sql-notify.html
"""

from __future__ import annotations

from bot.store.engine.database import Connection
from bot.store.postgres.direct_session import CHANNEL


async def tell(conn: Connection, what: str) -> None:
    """Let all processes hear `what` when this transaction is written; equal ones in one transaction are heard once."""
    await conn.execute_fetchall("SELECT pg_notify(:channel, :what)", {"channel": CHANNEL, "what": what})
