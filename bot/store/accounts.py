"""
Who got an article, who did not, and why; and the sums that editors ask for.

Counts come from the fan-outs, which keep them as they go; the ledger is only walked where a reason is wanted.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery import Status
from bot.store.database import Connection
from bot.store.outbox import CODES
from bot.store.stories import epoch


@dataclass(frozen=True, slots=True)
class Figures:
    """How many messages were sent, and the most followed topics (name, chats), most first."""

    sent_day: int
    sent_week: int
    followed: tuple[tuple[str, int], ...]


async def reasons(
    conn: Connection, article: int, limit: int = 3, status: Status = Status.FAILED
) -> list[tuple[str, int]]:
    """Return why an article could not be sent, or whatever became of it, each with how many chats, most first."""
    rows = await conn.execute_fetchall(
        """
        SELECT coalesce(reason, '') AS reason, count(*) AS many FROM ledger
        WHERE article = :article AND status = :status GROUP BY 1 ORDER BY many DESC, 1 LIMIT :limit
        """,
        {"article": article, "status": CODES[status], "limit": limit},
    )
    return [(row["reason"], int(row["many"])) for row in rows]


async def try_again(conn: Connection, article: int, fanout: int, now: datetime) -> int:
    """Put every chat that an article could not be sent to back into the outbox; return how many.

    Whatever may have arrived stays known as such. It counts as started now: what an editor sends is news.
    """
    many = await put_back_failed(conn, article, fanout, None, now)
    await conn.execute(
        """
        UPDATE fanouts SET done_at = NULL, start_at = max(start_at, :now),
            state = CASE state WHEN 'done' THEN 'running' ELSE state END
        WHERE id = :fanout AND :many > 0
        """,
        {"fanout": fanout, "many": many, "now": epoch(now)},
    )
    return many


async def put_back_failed(
    conn: Connection, article: int, fanout: int, reasons: Collection[str] | None, now: datetime
) -> int:
    """Put the chats that failed for one of these reasons, or for any, back into the outbox; return how many."""
    rows = list(
        await conn.execute_fetchall(
            """
            DELETE FROM ledger WHERE article = :article AND status = 3
              AND (:reasons IS NULL OR reason IN (SELECT value FROM json_each(:reasons)))
            RETURNING chat, coalesce(thread, 0) AS thread, coalesce(unsure, 0) AS unsure
            """,
            {"article": article, "reasons": None if reasons is None else json.dumps(list(reasons))},
        )
    )
    await conn.executemany(
        """
        INSERT INTO outbox (fanout, chat, thread, due_at, unsure) VALUES (:fanout, :chat, :thread, :now, :unsure)
        ON CONFLICT (fanout, chat) DO NOTHING
        """,
        [
            {"fanout": fanout, "chat": row["chat"], "thread": row["thread"], "unsure": row["unsure"], "now": epoch(now)}
            for row in rows
        ],
    )
    await conn.execute(
        "UPDATE fanouts SET failed = max(0, failed - :many), unsure = max(0, unsure - :unsure) WHERE id = :fanout",
        {"fanout": fanout, "many": len(rows), "unsure": sum(1 for row in rows if row["unsure"])},
    )
    return len(rows)


async def figures(conn: Connection, now: datetime, topics: int = 10) -> Figures:
    """Return what was sent in the last day and week, and the most followed topics."""
    rows = await conn.execute_fetchall(
        """
        SELECT t.name, count(DISTINCT s.chat) AS many
        FROM subscriptions AS s JOIN chats AS c ON c.id = s.chat AND c.state = 'active'
        JOIN topics AS t ON t.number = s.topic
        GROUP BY t.number ORDER BY many DESC, t.name LIMIT :topics
        """,
        {"topics": topics},
    )
    return Figures(
        sent_day=await _sent_since(conn, now - timedelta(days=1)),
        sent_week=await _sent_since(conn, now - timedelta(days=7)),
        followed=tuple((row["name"], int(row["many"])) for row in rows),
    )


async def last_sent_at(conn: Connection) -> int | None:
    """Return when the last message of any publish left, in epoch seconds; None when none ever did."""
    [(at,)] = await conn.execute_fetchall("SELECT max(last_sent_at) FROM fanouts")
    return None if at is None else int(at)


async def _sent_since(conn: Connection, since: datetime) -> int:
    """Count whole fan-outs where they lie within the time, and row by row only those that began before it."""
    rows = await conn.execute_fetchall(
        """
        SELECT coalesce(sum(CASE WHEN first_sent_at >= :since THEN sent ELSE
            (SELECT count(*) FROM ledger AS l WHERE l.article = f.article AND l.status = 1 AND l.sent_at >= :since)
        END), 0) AS many
        FROM fanouts AS f WHERE last_sent_at >= :since
        """,
        {"since": epoch(since)},
    )
    return int(next(iter(rows))["many"])
