"""
Messages in editors' chats that follow a publish, so that a restart goes on telling them.

A row is one message; what it says now is kept as a digest, so that nothing is edited into what it already says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.content.story_json import epoch, moment
from bot.store.engine.database import Connection

OWED_MESSAGE_ID = 0
"""In place of a message's id: one that is being sent. When it does not arrive, it is to be sent again."""


@dataclass(frozen=True, slots=True)
class FollowedMessage:
    """One message that follows one campaign. `shown` is as `domain.progress.Shown` writes it."""

    campaign: int
    chat: int
    message_id: int
    shown: str
    shown_at: datetime


async def follow(
    conn: Connection, campaign: int, chat: int, message_id: int, *, shown: str = "", at: datetime | None = None
) -> None:
    """Let a message follow a campaign, in place of an earlier one in that chat."""
    await conn.execute(
        """
        INSERT INTO progress (campaign, chat, message_id, shown, shown_at)
        VALUES (:campaign, :chat, :message_id, :shown, :at)
        ON CONFLICT (campaign, chat) DO UPDATE SET message_id = excluded.message_id, shown = excluded.shown,
            shown_at = excluded.shown_at, finished = 0
        """,
        {
            "campaign": campaign,
            "chat": chat,
            "message_id": message_id,
            "shown": shown,
            "at": 0 if at is None else epoch(at),
        },
    )


async def open_ones(conn: Connection) -> list[FollowedMessage]:
    """Return every message that still follows something."""
    rows = await conn.execute_fetchall(
        "SELECT campaign, chat, message_id, shown, shown_at FROM progress WHERE finished = 0 ORDER BY campaign, chat"
    )
    return [
        FollowedMessage(row["campaign"], row["chat"], row["message_id"], row["shown"], moment(row["shown_at"]))
        for row in rows
    ]


async def saw(conn: Connection, watch: FollowedMessage, shown: str, at: datetime, *, finished: bool) -> None:
    """Remember what a message says now, unless another one follows in its place by now."""
    await conn.execute(
        """
        UPDATE progress SET shown = :shown, shown_at = :at, finished = :finished
        WHERE campaign = :campaign AND chat = :chat AND message_id = :message_id
        """,
        {
            "campaign": watch.campaign,
            "chat": watch.chat,
            "message_id": watch.message_id,
            "shown": shown,
            "at": epoch(at),
            "finished": finished,
        },
    )


async def take_up(conn: Connection, campaign: int) -> None:
    """Let finished messages follow a campaign again that goes on."""
    await conn.execute("UPDATE progress SET finished = 0 WHERE campaign = :campaign", {"campaign": campaign})


async def unannounced(conn: Connection) -> list[int]:
    """Return the campaigns that no editor asked for in chat, that wait or waited for second thoughts, and that nobody
    has been shown yet: those of files and the shell."""
    rows = await conn.execute_fetchall(
        """
        SELECT id FROM campaigns AS f
        WHERE state = 'running' AND done_at IS NULL AND asked_by IS NULL AND start_at > fixed_at
          AND NOT EXISTS (SELECT 1 FROM progress WHERE campaign = f.id)
        ORDER BY id
        """
    )
    return [int(row["id"]) for row in rows]


async def article_of(conn: Connection, chat: int, message_id: int) -> int | None:
    """Return the article that a message in a chat brought or follows; None when it is neither."""
    rows = await conn.execute_fetchall(
        """
        SELECT f.subject AS article FROM progress AS p JOIN campaigns AS f ON f.id = p.campaign
        WHERE p.chat = :chat AND p.message_id = :message_id AND f.subject_type = 1
        UNION ALL
        SELECT t.subject FROM told AS t
        CROSS JOIN receipts AS r ON r.subject_type = 1 AND r.subject = t.subject AND r.chat = :chat
        WHERE t.subject_type = 1 AND r.message_id = :message_id
        LIMIT 1
        """,
        {"chat": chat, "message_id": message_id},
    )
    return next((int(row["article"]) for row in rows), None)
