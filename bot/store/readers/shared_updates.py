"""
Updates of a bot that is several processes: each is one process's, until it is done, and is known a while after that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection


async def claim(conn: Connection, id: int, chat: int, body: str, *, owner: int, now: datetime) -> bool:
    """Take an update for a process, with its text as JSON; return False when another has taken it, or it is done.

    One that is its own already and not done it may have again: it was perhaps never told that it has it.
    """
    claimed = await conn.execute(
        """
        INSERT INTO shared_updates (id, chat, owner, at, body) VALUES (:id, :chat, :owner, :now, :body)
        ON CONFLICT (id) DO UPDATE SET at = excluded.at
        WHERE shared_updates.owner = excluded.owner AND shared_updates.body IS NOT NULL
        """,
        {"id": id, "chat": chat, "owner": owner, "now": epoch(now), "body": body},
    )
    return claimed > 0


async def give_back(conn: Connection, id: int) -> None:
    """Let an update that was claimed be as if nobody had seen it."""
    await conn.execute("DELETE FROM shared_updates WHERE id = :id", {"id": id})


async def finish(conn: Connection, ids: Iterable[int], now: datetime) -> None:
    """Take note that updates are done. What they said, and in which chat, is not kept."""
    await conn.executemany(
        "UPDATE shared_updates SET chat = 0, body = NULL, at = :now WHERE id = :id",
        [{"id": id, "now": epoch(now)} for id in ids],
    )


async def is_behind_another(conn: Connection, id: int, chat: int, *, owner: int) -> bool:
    """Return whether another process works on an earlier update of the same chat."""
    rows = await conn.execute_fetchall(
        """
        SELECT 1 FROM shared_updates
        WHERE chat = :chat AND id < :id AND body IS NOT NULL AND owner <> :owner LIMIT 1
        """,
        {"id": id, "chat": chat, "owner": owner},
    )
    return any(rows)


async def renew(conn: Connection, owner: int, now: datetime) -> None:
    """Say that a process is there and works on what it has."""
    await conn.execute(
        "UPDATE shared_updates SET at = :now WHERE owner = :owner AND body IS NOT NULL",
        {"owner": owner, "now": epoch(now)},
    )


async def take_over(conn: Connection, owner: int, silent_since: datetime, now: datetime) -> list[tuple[int, str]]:
    """Take what is not done of processes that have said nothing since a time; return ids and JSON, oldest first."""
    rows = await conn.execute_fetchall(
        """
        UPDATE shared_updates SET owner = :owner, at = :now
        WHERE body IS NOT NULL AND owner <> :owner AND at < :silent_since RETURNING id, body
        """,
        {"owner": owner, "silent_since": epoch(silent_since), "now": epoch(now)},
    )
    return sorted((int(row["id"]), str(row["body"])) for row in rows)


async def forget_done(conn: Connection, before: datetime) -> None:
    """Forget updates that were done before a time: Telegram does not send them again."""
    await conn.execute("DELETE FROM shared_updates WHERE body IS NULL AND at < :before", {"before": epoch(before)})
