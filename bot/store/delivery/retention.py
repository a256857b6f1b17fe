"""
Retention: of old deliveries only the fact that they arrived is kept, so that the file does not grow without bound.

Of an old delivery the article, the chat and what became of it stay; the message it became is forgotten, so an article
once pruned is closed to pushing and its copies can no longer be changed. Everything goes in small steps, each a
transaction of a few milliseconds, so that nobody who writes meanwhile has to wait for more.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from bot.store.content.story_json import epoch
from bot.store.delivery.audiences import MAX_CHAT_ID, MIN_CHAT_ID
from bot.store.engine.database import Connection
from bot.store.engine.sync_connection import connect, translating

LOG_KEPT = timedelta(days=365)
ROWS_PER_STEP = 1_000  # rows: some 10 ms of the writer
LARGE_LOG = 16 * 1024 * 1024
"""Bytes of write-ahead log. SQLite comes back to its start by itself, but never makes the file shorter."""


async def prune(conn: Connection, done_before: datetime) -> bool:
    """Drop the next message ids of campaigns that were done before a time; return whether there may be more.

    Rows are written anew rather than changed: changed in place, they would leave the pages half empty.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT id, subject_type, subject, coalesce(pruned_to, :lowest) AS after FROM campaigns AS f
        WHERE state = 'done' AND done_at <= :before AND coalesce(pruned_to, :lowest) < :highest
          AND NOT EXISTS (
              SELECT 1 FROM campaigns AS o
              WHERE o.subject_type = f.subject_type AND o.subject = f.subject
                AND (o.state <> 'done' OR o.done_at > :before OR o.id > f.id)
          )
        ORDER BY id LIMIT 1
        """,
        {"before": epoch(done_before), "lowest": MIN_CHAT_ID, "highest": MAX_CHAT_ID},
    )
    for campaign in rows:
        piece = {
            "type": campaign["subject_type"],
            "subject": campaign["subject"],
            "after": campaign["after"],
            "step": ROWS_PER_STEP,
        }
        old = await conn.execute_fetchall(
            """
            DELETE FROM receipts WHERE subject_type = :type AND subject = :subject AND chat IN (
                SELECT chat FROM receipts WHERE subject_type = :type AND subject = :subject AND chat > :after
                ORDER BY chat LIMIT :step
            )
            RETURNING subject_type, subject, chat, unsure
            """,
            piece,
        )
        kept = sorted(tuple(row) for row in old)
        await conn.executemany("INSERT INTO receipts (subject_type, subject, chat, unsure) VALUES (?, ?, ?, ?)", kept)
        await conn.execute(
            "UPDATE campaigns SET pruned_to = :to WHERE id = :id",
            {"id": campaign["id"], "to": kept[-1][2] if len(kept) == ROWS_PER_STEP else MAX_CHAT_ID},
        )
        return True
    return False


async def is_closed(conn: Connection, article: int) -> bool:
    """Return whether an article is closed to pushing: who got which message of it is no longer known."""
    rows = await conn.execute_fetchall(
        """
        SELECT 1 FROM campaigns WHERE subject_type = 1 AND subject = :article AND pruned_to IS NOT NULL LIMIT 1
        """,
        {"article": article},
    )
    return any(rows)


async def drop_abandoned(conn: Connection, halted_before: datetime) -> bool:
    """Give up the next rows of campaigns that were stopped and left so since a time; return whether there may be more.

    They count as unwanted: what an editor stopped so long ago and never took up again is not news any more.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT id FROM campaigns
        WHERE state = 'stopped' AND max(start_at, coalesce(last_sent_at, 0)) <= :before ORDER BY id LIMIT 1
        """,
        {"before": epoch(halted_before)},
    )
    for campaign in rows:
        dropped = await conn.execute(
            """
            DELETE FROM deliveries WHERE campaign = :id
              AND chat IN (SELECT chat FROM deliveries WHERE campaign = :id ORDER BY chat LIMIT :step)
            """,
            {"id": campaign["id"], "step": ROWS_PER_STEP},
        )
        many = dropped
        await conn.execute(
            """
            UPDATE campaigns SET unwanted = unwanted + :many, half = 2,
                state = CASE WHEN :many < :step THEN 'done' ELSE state END,
                done_at = CASE WHEN :many < :step THEN max(start_at, coalesce(last_sent_at, 0)) END
            WHERE id = :id
            """,
            {"id": campaign["id"], "many": many, "step": ROWS_PER_STEP},
        )
        return True
    return False


async def drop_progress(conn: Connection, done_before: datetime) -> bool:
    """Forget the messages that followed campaigns which were done before a time; return whether there may be more."""
    dropped = await conn.execute(
        """
        DELETE FROM progress WHERE (campaign, chat) IN (
            SELECT p.campaign, p.chat FROM progress AS p JOIN campaigns AS f ON f.id = p.campaign
            WHERE p.finished = 1 AND f.state = 'done' AND f.done_at <= :before LIMIT :step
        )
        """,
        {"before": epoch(done_before), "step": ROWS_PER_STEP},
    )
    return dropped == ROWS_PER_STEP


async def drop_log(conn: Connection, logged_before: datetime) -> bool:
    """Drop the oldest entries of the log that are older than a time; return whether there may be more."""
    dropped = await conn.execute(
        "DELETE FROM log WHERE at <= :before AND id IN (SELECT id FROM log ORDER BY id LIMIT :step)",
        {"before": epoch(logged_before), "step": ROWS_PER_STEP},
    )
    return dropped == ROWS_PER_STEP


def empty_log(path: Path) -> bool:
    """Write the write-ahead log of the database at `path` back and cut it; return False when somebody is reading it.

    Raises: StoreError. Source: https://sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    with translating(path), closing(connect(path, timeout=1)) as conn:
        [(busy, _, _)] = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return not busy


def shorten_log(path: Path) -> None:
    """Cut the write-ahead log of the database at `path` when it is large. Somebody at work is not waited for long.

    Raises: StoreError. Source: https://sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    log = Path(f"{path}-wal")
    if not log.exists() or log.stat().st_size < LARGE_LOG:
        return
    with translating(path), closing(connect(path, timeout=0.02)) as conn:
        # A passive checkpoint blocks nobody, and leaves next to nothing to the one that blocks writers.
        conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
