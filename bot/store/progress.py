"""
Messages in editors' chats that follow a publish, so that a restart goes on telling them.

A row is one message; what it says now is kept as a digest, so that nothing is edited into what it already says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Connection
from bot.store.stories import epoch, moment

OWED = 0
"""In place of a message's id: one that is being sent. When it does not arrive, it is to be sent again."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One message that follows one fan-out. `shown` is as `domain.progress.Shown` writes it."""

    fanout: int
    chat: int
    message_id: int
    shown: str
    shown_at: datetime


async def follow(
    conn: Connection, fanout: int, chat: int, message_id: int, *, shown: str = "", at: datetime | None = None
) -> None:
    """Let a message follow a fan-out, in place of an earlier one in that chat."""
    await conn.execute(
        """
        INSERT INTO progress (fanout, chat, message_id, shown, shown_at)
        VALUES (:fanout, :chat, :message_id, :shown, :at)
        ON CONFLICT (fanout, chat) DO UPDATE SET message_id = excluded.message_id, shown = excluded.shown,
            shown_at = excluded.shown_at, finished = 0
        """,
        {
            "fanout": fanout,
            "chat": chat,
            "message_id": message_id,
            "shown": shown,
            "at": 0 if at is None else epoch(at),
        },
    )


async def open_ones(conn: Connection) -> list[Watch]:
    """Return every message that still follows something."""
    rows = await conn.execute_fetchall(
        "SELECT fanout, chat, message_id, shown, shown_at FROM progress WHERE finished = 0 ORDER BY fanout, chat"
    )
    return [Watch(row["fanout"], row["chat"], row["message_id"], row["shown"], moment(row["shown_at"])) for row in rows]


async def saw(conn: Connection, watch: Watch, shown: str, at: datetime, *, finished: bool) -> None:
    """Remember what a message says now, unless another one follows in its place by now."""
    await conn.execute(
        """
        UPDATE progress SET shown = :shown, shown_at = :at, finished = :finished
        WHERE fanout = :fanout AND chat = :chat AND message_id = :message_id
        """,
        {
            "fanout": watch.fanout,
            "chat": watch.chat,
            "message_id": watch.message_id,
            "shown": shown,
            "at": epoch(at),
            "finished": finished,
        },
    )


async def take_up(conn: Connection, fanout: int) -> None:
    """Let finished messages follow a fan-out again that goes on."""
    await conn.execute("UPDATE progress SET finished = 0 WHERE fanout = :fanout", {"fanout": fanout})


async def unannounced(conn: Connection) -> list[int]:
    """Return the fan-outs that no editor asked for in chat, that wait or waited for second thoughts, and that nobody
    has been shown yet: those of files and the shell."""
    rows = await conn.execute_fetchall(
        """
        SELECT id FROM fanouts AS f
        WHERE state = 'running' AND done_at IS NULL AND asked_by IS NULL AND start_at > fixed_at
          AND NOT EXISTS (SELECT 1 FROM progress WHERE fanout = f.id)
        ORDER BY id
        """
    )
    return [int(row["id"]) for row in rows]


async def article_of(conn: Connection, chat: int, message_id: int) -> int | None:
    """Return the article that a message in a chat brought or follows; None when it is neither."""
    rows = await conn.execute_fetchall(
        """
        SELECT f.article FROM progress AS p JOIN fanouts AS f ON f.id = p.fanout
        WHERE p.chat = :chat AND p.message_id = :message_id
        UNION ALL
        SELECT l.article FROM articles AS a CROSS JOIN ledger AS l ON l.article = a.number AND l.chat = :chat
        WHERE a.pushed_at IS NOT NULL AND l.message_id = :message_id
        LIMIT 1
        """,
        {"chat": chat, "message_id": message_id},
    )
    return next((int(row["article"]) for row in rows), None)
