"""A second try for the chats that a campaign could not reach, and when the last message left."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.store.content.story_json import epoch
from bot.store.delivery import campaigns
from bot.store.engine.database import Connection
from bot.store.engine.lists import text_list


async def try_again(conn: Connection, article: int, now: datetime) -> int:
    """Put every chat that an article could not be sent to back into the outbox; return how many.

    Whatever may have arrived stays known as such. It counts as started now: what an editor sends is news.
    """
    total = 0
    for campaign in await campaigns.of_article(conn, article):
        many = await put_back_failed(conn, campaign.id, None, now)
        await conn.execute(
            """
            UPDATE campaigns SET done_at = NULL, start_at = max(start_at, :now),
                state = CASE state WHEN 'done' THEN 'running' ELSE state END
            WHERE id = :campaign AND :many > 0
            """,
            {"campaign": campaign.id, "many": many, "now": epoch(now)},
        )
        total += many
    return total


async def put_back_failed(conn: Connection, campaign: int, reasons: Collection[str] | None, now: datetime) -> int:
    """Put the chats of a campaign that failed for one of these reasons, or for any, back into the outbox.

    Return how many.
    """
    rows = list(
        await conn.execute_fetchall(
            """
            DELETE FROM outcomes WHERE campaign = :campaign AND status = 3
              AND (:any_reason = 1 OR reason IN (SELECT value FROM json_each(:reasons)))
            RETURNING chat, operation, coalesce(thread, 0) AS thread, coalesce(unsure, 0) AS unsure
            """,
            {"campaign": campaign, "any_reason": reasons is None, "reasons": text_list(reasons or ())},
        )
    )
    await conn.executemany(
        """
        INSERT INTO deliveries (campaign, chat, thread, not_before, unsure, operation)
        VALUES (:campaign, :chat, :thread, :now, :unsure, :operation) ON CONFLICT (campaign, chat) DO NOTHING
        """,
        [
            {
                "campaign": campaign,
                "chat": row["chat"],
                "thread": row["thread"],
                "unsure": row["unsure"],
                "operation": row["operation"],
                "now": epoch(now),
            }
            for row in rows
        ],
    )
    await conn.execute(
        "UPDATE campaigns SET failed = max(0, failed - :many), unsure = max(0, unsure - :unsure) WHERE id = :campaign",
        {"campaign": campaign, "many": len(rows), "unsure": sum(1 for row in rows if row["unsure"])},
    )
    return len(rows)


async def last_sent_at(conn: Connection) -> int | None:
    """Return when the last message of any publish left, in epoch seconds; None when none ever did."""
    [(at,)] = await conn.execute_fetchall("SELECT max(last_sent_at) FROM campaigns")
    return None if at is None else int(at)
