"""What became of the copies of an article that was taken down, as receipts and outcomes tell, by kind of chat."""

from __future__ import annotations

from collections.abc import Iterable
from sqlite3 import Row

from bot.domain.correction import is_gone
from bot.domain.delivery import NOTICE, WITHDRAWAL
from bot.domain.takedown import OutOfReach
from bot.store.engine.database import Connection

MAX_NAMED = 20
"""Public channels that are named of each kind and reason."""


async def unknown(conn: Connection, article: int) -> tuple[OutOfReach, ...]:
    """Return the copies of which it is not known any more which message each is, by kind of chat."""
    rows = await conn.execute_fetchall(
        """
        SELECT k.kind AS kind, '' AS reason, n.username AS username FROM receipts AS r
        JOIN chats AS k ON k.id = r.chat LEFT JOIN channels AS n ON n.id = r.chat
        WHERE r.subject_type = 1 AND r.subject = :article AND r.message_id IS NULL AND r.sent_at IS NULL
        ORDER BY r.chat
        """,
        {"article": article},
    )
    return _by_kind(rows)


async def refused(conn: Connection, article: int) -> tuple[OutOfReach, ...]:
    """Return the copies that a takedown could not change, notes about its changes too, by kind of chat and reason.

    A copy that whoever had it deleted is none of them. Where the chat is gone there are no words.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT k.kind AS kind, CASE WHEN o.status = 2 THEN '' ELSE coalesce(o.reason, '') END AS reason,
            n.username AS username
        FROM campaigns AS c CROSS JOIN outcomes AS o ON o.campaign = c.id
        JOIN chats AS k ON k.id = o.chat LEFT JOIN channels AS n ON n.id = o.chat
        WHERE c.kind IN (:notice, :withdrawal) AND o.status IN (2, 3, 5) AND (
            (
                c.subject_type = 1 AND c.subject = :article
                AND c.revision = (SELECT revision FROM articles WHERE number = :article)
            ) OR (c.subject_type = 4 AND c.subject IN (SELECT number FROM change_notes WHERE article = :article))
        )
        ORDER BY o.chat
        """,
        {"article": article, "notice": NOTICE, "withdrawal": WITHDRAWAL},
    )
    return _by_kind(row for row in rows if not is_gone(row["reason"]))


async def beside(conn: Connection, article: int) -> int:
    """Return how many messages with an article may stand beside its copies, because an answer never came."""
    [row] = await conn.execute_fetchall(
        "SELECT coalesce(sum(unsure), 0) AS many FROM receipts WHERE subject_type = 1 AND subject = :article",
        {"article": article},
    )
    return int(row["many"])


def _by_kind(rows: Iterable[Row]) -> tuple[OutOfReach, ...]:
    """Count copies by kind of chat and reason, most of them first; public channels are named, a few of them."""
    many: dict[tuple[str, str], int] = {}
    named: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        key = row["kind"], row["reason"]
        many[key] = many.get(key, 0) + 1
        names = named.setdefault(key, [])
        if row["username"] is not None and len(names) < MAX_NAMED:
            names.append(row["username"])
    ordered = sorted(many.items(), key=lambda one: (-one[1], one[0]))
    return tuple(OutOfReach(kind, reason, copies, tuple(named[kind, reason])) for (kind, reason), copies in ordered)
