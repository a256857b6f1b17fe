"""
The outbox: deliveries that have been promised and not yet settled.

Publishing promises its fan-out in the article's own transaction, so news is never lost between "known" and "sent".
Rows leave `sending` only settled, or released after a crash; the ledger keeps what became of each.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import NamedTuple

from bot.domain.article import Article
from bot.domain.delivery import Delivery, Lane, Status
from bot.store.database import Connection
from bot.store.stories import epoch, moment, moment_or_none

# As stored in the ledger. Append only.
STATUSES: dict[int, Status] = {
    1: Status.SENT,
    2: Status.UNREACHABLE,
    3: Status.FAILED,
    4: Status.UNWANTED,
    5: Status.RESTRICTED,
}
CODES = {status: code for code, status in STATUSES.items()}


class Settled(NamedTuple):
    """A delivery as it stands after one attempt, with what only the ledger needs to know."""

    delivery: Delivery
    article: int
    revision: int
    has_photo: bool


async def claim(conn: Connection, now: datetime, limit: int, among: Iterable[int] | None = None) -> list[Delivery]:
    """Mark up to `limit` due deliveries of running fan-outs as being sent and return them, most urgent lane first.

    With `among`, only of these fan-outs.
    """
    rows = await conn.execute_fetchall(
        """
        UPDATE outbox SET sending = 1, attempts = attempts + 1
        WHERE id IN (
            SELECT o.id FROM fanouts AS f
            CROSS JOIN outbox AS o ON o.fanout = f.id AND o.sending = 0 AND o.due_at <= :now
            WHERE f.state = 'running' AND (:among IS NULL OR f.id IN (SELECT value FROM json_each(:among)))
            ORDER BY f.lane, f.id, o.due_at, o.id LIMIT :limit
        )
        RETURNING id, fanout, chat, thread, due_at, attempts, unsure,
            (SELECT lane FROM fanouts WHERE fanouts.id = outbox.fanout) AS lane
        """,
        {"now": epoch(now), "limit": limit, "among": _json(among)},
    )
    # RETURNING promises no order: https://sqlite.org/lang_returning.html#limitations_and_caveats
    in_order = sorted(rows, key=lambda row: (row["lane"], row["fanout"], row["due_at"], row["id"]))
    return [_delivery(row) for row in in_order]


async def next_due(conn: Connection, among: Iterable[int] | None = None) -> datetime | None:
    """Return when the next delivery of a running fan-out is due; None when nothing waits.

    With `among`, only of these fan-outs.
    """
    [(due_at,)] = await conn.execute_fetchall(
        """
        SELECT min((SELECT min(o.due_at) FROM outbox AS o WHERE o.fanout = f.id AND o.sending = 0))
        FROM fanouts AS f
        WHERE f.state = 'running' AND (:among IS NULL OR f.id IN (SELECT value FROM json_each(:among)))
        """,
        {"among": _json(among)},
    )
    return moment_or_none(due_at)


async def waits_since(conn: Connection) -> datetime | None:
    """Return since when the oldest delivery of a running fan-out waits, one that has no row yet included."""
    [(since,)] = await conn.execute_fetchall(
        """
        SELECT min(CASE WHEN f.half < 2 THEN f.start_at
                   ELSE (SELECT min(o.due_at) FROM outbox AS o WHERE o.fanout = f.id AND o.sending = 0) END)
        FROM fanouts AS f WHERE f.state = 'running'
        """
    )
    return moment_or_none(since)


async def release(conn: Connection, deliveries: Sequence[Delivery], due_at: datetime | None = None) -> None:
    """Hand back claimed deliveries that were not tried; `due_at` postpones them."""
    await conn.executemany(
        "UPDATE outbox SET sending = 0, attempts = attempts - 1, due_at = coalesce(:due_at, due_at) WHERE id = :id",
        [{"id": delivery.id, "due_at": due_at and epoch(due_at)} for delivery in deliveries],
    )


async def release_all(conn: Connection) -> int:
    """Hand back what a process that died had claimed; return how many. They were perhaps sent, and count as such."""
    return await conn.execute("UPDATE outbox SET sending = 0, unsure = unsure + 1 WHERE sending = 1")


async def set_back(conn: Connection, now: datetime, by: timedelta) -> None:
    """Keep what waits waiting as long as before, after the clock was set back to `now`.

    What was promised by the right clock keeps its time to think again: this may come with every start for a while.
    """
    values = {"now": epoch(now), "by": round(by.total_seconds())}
    await conn.execute("UPDATE outbox SET due_at = max(:now, due_at - :by) WHERE sending = 0 AND due_at > :now", values)
    await conn.execute(
        """
        UPDATE fanouts SET start_at = max(:now, start_at - :by)
        WHERE state <> 'done' AND start_at > :now AND fixed_at > :now
        """,
        values,
    )


async def postpone(conn: Connection, deliveries: Sequence[Delivery]) -> None:
    """Put back deliveries that will be tried again, as they stand now."""
    await conn.executemany(
        """
        UPDATE outbox SET sending = 0, due_at = :due_at, attempts = :attempts, unsure = :unsure, thread = :thread
        WHERE id = :id
        """,
        [
            {
                "id": delivery.id,
                "due_at": -(-int(delivery.due_at.timestamp() * 1000) // 1000),  # a pause is never cut short
                "attempts": delivery.attempts,
                "unsure": delivery.unsure,
                "thread": delivery.thread,
            }
            for delivery in deliveries
        ],
    )


async def settle(conn: Connection, settled: Sequence[Settled], at: datetime) -> None:
    """Move finished deliveries from the outbox to the ledger and count them in their fan-outs.

    One whose row is gone belongs to a chat that was forgotten meanwhile, and leaves no trace; one whose chat has moved
    is written down where it lives now.
    """
    seconds = epoch(at)
    rows = await conn.execute_fetchall(
        "DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(:ids)) RETURNING id, chat",
        {"ids": json.dumps([one.delivery.id for one in settled])},
    )
    homes = {row["id"]: row["chat"] for row in rows}
    settled = [one for one in settled if one.delivery.id in homes]
    await conn.executemany(
        """
        INSERT INTO ledger (article, chat, status, sent_at, message_id, thread, revision, look, unsure, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (article, chat) DO UPDATE SET
            status = excluded.status, sent_at = excluded.sent_at, message_id = excluded.message_id,
            thread = excluded.thread, revision = excluded.revision, look = excluded.look, unsure = excluded.unsure,
            reason = excluded.reason
        """,
        [_ledger_row(one, homes[one.delivery.id], seconds) for one in settled],
    )
    counts = ("sent", "unreachable", "failed", "restricted", "unwanted", "unsure")
    totals: defaultdict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(counts, 0))
    for one in settled:
        total = totals[one.delivery.fanout]
        total[one.delivery.status.value] += 1
        total["unsure"] += one.delivery.unsure > 0
    await conn.executemany(
        """
        UPDATE fanouts SET sent = sent + :sent, unreachable = unreachable + :unreachable, failed = failed + :failed,
            restricted = restricted + :restricted, unwanted = unwanted + :unwanted, unsure = unsure + :unsure,
            first_sent_at = CASE WHEN :sent THEN coalesce(first_sent_at, :at) ELSE first_sent_at END,
            last_sent_at = CASE WHEN :sent THEN :at ELSE last_sent_at END
        WHERE id = :id
        """,
        [{"id": number, "at": seconds, **total} for number, total in totals.items()],
    )


async def beside(conn: Connection, delivery: Delivery, started_before: datetime) -> list[int]:
    """Return the other running fan-outs from before a time that have a delivery for the same chat."""
    rows = await conn.execute_fetchall(
        """
        SELECT f.id FROM fanouts AS f CROSS JOIN outbox AS o ON o.fanout = f.id AND o.chat = :chat
        WHERE f.state = 'running' AND f.id <> :fanout AND f.start_at < :before
        """,
        {"chat": delivery.chat, "fanout": delivery.fanout, "before": epoch(started_before)},
    )
    return [int(row["id"]) for row in rows]


async def take_along(
    conn: Connection, carrier: Delivery, articles: Mapping[int, Article], stands: Delivery, at: datetime
) -> None:
    """Settle what was in a list, by fan-out, as the delivery that carried it `stands`, before that is settled.

    Every article in it stands in that one message. They are found where the chat lives now.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT id, fanout, chat, thread, due_at, attempts, unsure FROM outbox
        WHERE chat = (SELECT chat FROM outbox WHERE id = :carrier) AND id <> :carrier
          AND fanout IN (SELECT value FROM json_each(:fanouts))
        """,
        {"carrier": carrier.id, "fanouts": json.dumps(list(articles))},
    )
    taken = [
        _delivery(row)._replace(status=stands.status, message_id=stands.message_id, reason=stands.reason)
        for row in rows
    ]
    read = [(one, articles[one.fanout]) for one in taken]
    await settle(conn, [Settled(one, article.number, article.revision, has_photo=False) for one, article in read], at)


async def doubt(conn: Connection, carrier: Delivery, fanouts: Iterable[int]) -> None:
    """Take note that what went in one list with a delivery, by fan-out, may have arrived with it."""
    await conn.execute(
        """
        UPDATE outbox SET unsure = unsure + 1
        WHERE chat = (SELECT chat FROM outbox WHERE id = :carrier) AND id <> :carrier
          AND fanout IN (SELECT value FROM json_each(:fanouts))
        """,
        {"carrier": carrier.id, "fanouts": json.dumps(list(fanouts))},
    )


async def waiting_by_lane(conn: Connection) -> dict[Lane, int]:
    """Return how many deliveries are not settled in each lane that has any."""
    rows = await conn.execute_fetchall(
        """
        SELECT lane, sum(total - sent - unreachable - failed - restricted - unwanted) AS many
        FROM fanouts WHERE state <> 'done' GROUP BY lane
        """
    )
    return {Lane(row["lane"]): int(row["many"]) for row in rows}


async def waiting(conn: Connection, fanout: int) -> int:
    """Return how many rows of a fan-out are not settled."""
    [(many,)] = await conn.execute_fetchall("SELECT count(*) FROM outbox WHERE fanout = :fanout", {"fanout": fanout})
    return int(many)


async def statuses(conn: Connection, article: int) -> dict[Status, int]:
    """Return how many chats of an article ended in each status."""
    rows = await conn.execute_fetchall(
        "SELECT status, count(*) AS many FROM ledger WHERE article = :article GROUP BY status", {"article": article}
    )
    return {STATUSES[row["status"]]: int(row["many"]) for row in rows}


async def failures(
    conn: Connection, article: int, limit: int = 50, status: Status = Status.FAILED
) -> list[tuple[int, str]]:
    """Return the chats that an article could not be sent to, or whatever became of it, each with the reason."""
    rows = await conn.execute_fetchall(
        "SELECT chat, reason FROM ledger WHERE article = :article AND status = :status ORDER BY chat LIMIT :limit",
        {"article": article, "status": CODES[status], "limit": limit},
    )
    return [(int(row["chat"]), row["reason"] or "") for row in rows]


async def has(conn: Connection, article: int, chat: int) -> bool:
    """Return whether a chat got an article as news."""
    rows = await conn.execute_fetchall(
        "SELECT 1 FROM ledger WHERE article = :article AND chat = :chat AND status = 1",
        {"article": article, "chat": chat},
    )
    return any(rows)


def _json(numbers: Iterable[int] | None) -> str | None:
    return None if numbers is None else json.dumps(list(numbers))


def _delivery(row: Row) -> Delivery:
    number, fanout, chat, thread, due_at, attempts, unsure = row[:7]
    return Delivery(number, fanout, chat, thread, moment(due_at), attempts, unsure)


def _ledger_row(one: Settled, chat: int, at: int) -> tuple[object, ...]:
    """Return a ledger row's values in the order in which `settle` writes them; `at` is in epoch seconds."""
    delivery = one.delivery
    return (
        one.article,
        chat,
        CODES[delivery.status],
        at,
        delivery.message_id,
        delivery.thread or None,
        one.revision,
        one.has_photo,
        delivery.unsure or None,
        delivery.reason,
    )
