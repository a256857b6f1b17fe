"""
What programs were answered, by the Idempotency-Key of their requests: one that is sent again does nothing again.

An answer is stored in the transaction that does what was asked, so after a crash there are both or neither.
Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer, and the `digest` of the request that it was given to."""

    digest: str
    status: int
    body: str


async def answer(conn: Connection, key: str, request: str, now: datetime) -> KeptAnswer | None:
    """Return what a program was answered under an Idempotency-Key; None when it is new, or a day old."""
    rows = await conn.execute_fetchall(
        "SELECT digest, status, body FROM api_answers WHERE key = :key AND request = :request AND at > :since",
        {"key": key, "request": request, "since": epoch(now - KEPT)},
    )
    return next((KeptAnswer(row["digest"], row["status"], row["body"]) for row in rows), None)


async def keep(conn: Connection, key: str, request: str, given: KeptAnswer, now: datetime) -> None:
    """Keep an answer for a day, and forget those that are older."""
    await conn.execute("DELETE FROM api_answers WHERE at <= :before", {"before": epoch(now - KEPT)})
    await conn.execute(
        """
        INSERT INTO api_answers (key, request, digest, status, body, at)
        VALUES (:key, :request, :digest, :status, :body, :at)
        """,
        {
            "key": key,
            "request": request,
            "digest": given.digest,
            "status": given.status,
            "body": given.body,
            "at": epoch(now),
        },
    )
