"""
Restrictions: chats that forbid writing for a while, and the news that is kept for them.

A story that such a chat missed has the outcome "restricted", so that its broadcast is finished without it; from there
it goes back into the outbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Row

from bot.domain.restriction import MAX_PAUSE, Missed, Restriction
from bot.store.content.story_json import epoch, moment, moment_or_none
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list


async def of(conn: Connection, chat: int) -> Restriction | None:
    """Return a chat's spell; None when it may be written to, for all that is known."""
    rows = await conn.execute_fetchall(
        "SELECT since, reason, tries, awaits, tried_at, next_at, sign_at FROM restrictions WHERE chat = :chat",
        {"chat": chat},
    )
    return next((restriction(row) for row in rows), None)


async def of_chats(conn: Connection, chats: Iterable[int]) -> dict[int, Restriction]:
    """Return the spells of those of these chats that have one."""
    rows = await conn.execute_fetchall(
        """
        SELECT chat, since, reason, tries, awaits, tried_at, next_at, sign_at FROM restrictions
        WHERE chat IN (SELECT value FROM json_each(:chats))
        """,
        {"chats": number_list(chats)},
    )
    return {int(row["chat"]): restriction(row) for row in rows}


async def put(conn: Connection, chat: int, spell: Restriction) -> None:
    """Write down how a chat's spell stands. A chat that was forgotten meanwhile has none."""
    await conn.execute(
        """
        INSERT INTO restrictions (chat, since, reason, tries, awaits, tried_at, next_at, sign_at)
        SELECT id, :since, :reason, :tries, :awaits, :tried_at, :next_at, :sign_at FROM chats WHERE id = :chat
        ON CONFLICT (chat) DO UPDATE SET since = excluded.since, reason = excluded.reason, tries = excluded.tries,
            awaits = excluded.awaits, tried_at = excluded.tried_at, next_at = excluded.next_at,
            sign_at = excluded.sign_at
        """,
        {
            "chat": chat,
            "since": epoch(spell.since),
            "reason": spell.reason,
            "tries": spell.tries,
            "awaits": spell.awaits_story,
            "tried_at": epoch(spell.tried_at),
            "next_at": None if spell.next_at is None else epoch(spell.next_at),
            "sign_at": None if spell.sign_at is None else epoch(spell.sign_at),
        },
    )


async def mark_due(conn: Connection, chat: int) -> None:
    """Take note that a try is due, with whatever comes first."""
    await conn.execute("UPDATE restrictions SET next_at = NULL WHERE chat = :chat", {"chat": chat})


async def end(conn: Connection, chat: int) -> None:
    """Take note that a chat may be written to."""
    await conn.execute("DELETE FROM restrictions WHERE chat = :chat", {"chat": chat})


async def due(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Return chats whose pause is over, those that are paused or unreachable aside; longest over first.

    A pause of more than the longest is over too: the clock was set back.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT r.chat FROM restrictions AS r CROSS JOIN chats AS c ON c.id = r.chat AND c.state = 'active'
        WHERE r.next_at <= :now OR r.next_at > :latest ORDER BY r.next_at LIMIT :limit
        """,
        {"now": epoch(now), "latest": epoch(now + MAX_PAUSE), "limit": limit},
    )
    return [int(row["chat"]) for row in rows]


async def listed(conn: Connection, limit: int) -> tuple[int, list[tuple[int, Restriction]]]:
    """Return how many chats forbid writing now, and those of the longest spells."""
    rows = await conn.execute_fetchall(
        """
        SELECT r.chat, r.since, r.reason, r.tries, r.awaits, r.tried_at, r.next_at, r.sign_at, count(*) OVER () AS many
        FROM restrictions AS r CROSS JOIN chats AS c ON c.id = r.chat AND c.state = 'active'
        ORDER BY r.since, r.chat LIMIT :limit
        """,
        {"limit": limit},
    )
    found = [(int(row["chat"]), restriction(row)) for row in rows]
    return next((int(row["many"]) for row in rows), 0), found


async def missed(conn: Connection, chat: int, limit: int) -> list[Missed]:
    """Return the stories kept for a chat that are still published, newest first."""
    rows = await conn.execute_fetchall(
        """
        SELECT a.number AS article, max(f.start_at) AS start_at
        FROM outcomes AS o CROSS JOIN campaigns AS f ON f.id = o.campaign AND f.subject_type = 1 AND f.kind = 'news'
        JOIN articles AS a ON a.number = f.subject AND a.state = 'published'
        WHERE o.chat = :chat AND o.status = 5 AND NOT EXISTS (
            SELECT 1 FROM campaigns AS p
            WHERE p.subject_type = f.subject_type AND p.subject = f.subject AND p.pruned_to IS NOT NULL
        )
        GROUP BY a.number ORDER BY a.number DESC LIMIT :limit
        """,
        {"chat": chat, "limit": limit},
    )
    return [Missed(int(row["article"]), moment(row["start_at"])) for row in rows]


async def put_back(conn: Connection, chat: int, articles: Iterable[int], now: datetime) -> None:
    """Put stories that were kept for a chat back into the outbox, due now; their broadcasts go on for it.

    They do not count as started anew: what is no longer news comes in a list. What may have arrived stays known.
    """
    values = {"chat": chat, "articles": number_list(articles), "now": epoch(now)}
    rows = await conn.execute_fetchall(
        """
        DELETE FROM outcomes
        WHERE chat = :chat AND status = 5 AND campaign IN (
            SELECT f.id FROM json_each(:articles) AS a
            CROSS JOIN campaigns AS f ON f.subject_type = 1 AND f.subject = a.value AND f.kind = 'news'
        )
        RETURNING campaign, operation, coalesce(thread, 0) AS thread, coalesce(unsure, 0) AS unsure
        """,
        values,
    )
    back = [{key: row[key] for key in ("campaign", "operation", "thread", "unsure")} | values for row in rows]
    await conn.executemany(
        """
        INSERT INTO deliveries (campaign, chat, thread, not_before, unsure, operation)
        VALUES (:campaign, :chat, :thread, :now, :unsure, :operation)
        ON CONFLICT (campaign, chat) DO NOTHING
        """,
        back,
    )
    await conn.executemany(
        """
        UPDATE campaigns SET restricted = max(0, restricted - 1),
            unsure = max(0, unsure - CASE WHEN :unsure > 0 THEN 1 ELSE 0 END),
            state = CASE state WHEN 'done' THEN 'running' ELSE state END
        WHERE id = :campaign
        """,
        back,
    )


async def give_up_all(conn: Connection) -> None:
    """Keep nothing for anybody any longer, in an older copy of the database: it may have reached them since.

    It counts as failed, which an editor may try again.
    """
    await conn.execute("UPDATE outcomes SET status = 3 WHERE status = 5")
    await conn.execute("UPDATE campaigns SET failed = failed + restricted, restricted = 0 WHERE restricted > 0")
    await conn.execute("DELETE FROM restrictions")


def restriction(row: Row) -> Restriction:
    """Return the spell that a row of `restrictions` holds."""
    return Restriction(
        since=moment(row["since"]),
        reason=row["reason"],
        tries=row["tries"],
        awaits_story=bool(row["awaits"]),
        tried_at=moment(row["tried_at"]),
        next_at=moment_or_none(row["next_at"]),
        sign_at=moment_or_none(row["sign_at"]),
    )
