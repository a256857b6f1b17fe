"""What waits for a second editor's approval, and what single editors are still to be told of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from bot.domain.approval import ApprovalRequest, DeskNews, Wanted
from bot.domain.article import Manner
from bot.store.content.story_json import epoch, epoch_of_end, moment, moment_or_none
from bot.store.engine.database import Connection


async def ask(conn: Connection, request: ApprovalRequest) -> None:
    """Store a request, in the place of an earlier one for the same article."""
    await conn.execute(
        """
        INSERT INTO approvals (article, wanted, revision, asked_by, key, asked_at, at, silent, approved_by)
        VALUES (:article, :wanted, :revision, :asked_by, :key, :asked_at, :at, :silent, :approved_by)
        ON CONFLICT (article) DO UPDATE SET
            wanted = excluded.wanted, revision = excluded.revision, asked_by = excluded.asked_by,
            key = excluded.key, asked_at = excluded.asked_at, at = excluded.at, silent = excluded.silent,
            approved_by = excluded.approved_by
        """,
        {
            "article": request.article,
            "wanted": request.wanted,
            "revision": request.revision,
            "asked_by": request.asked_by,
            "key": request.key,
            "asked_at": epoch(request.asked_at),
            "at": epoch_of_end(request.at),
            "silent": request.manner,
            "approved_by": request.approved_by,
        },
    )


async def request_for(conn: Connection, article: int) -> ApprovalRequest | None:
    """Return what was asked about an article; None when nothing waits, and nothing scheduled was approved."""
    rows = await conn.execute_fetchall("SELECT * FROM approvals WHERE article = :article", {"article": article})
    return next(map(_request, rows), None)


async def waiting(conn: Connection) -> list[ApprovalRequest]:
    """Return every request that nobody has approved yet, oldest first."""
    rows = await conn.execute_fetchall("SELECT * FROM approvals WHERE approved_by IS NULL ORDER BY asked_at, article")
    return list(map(_request, rows))


async def forget(conn: Connection, article: int) -> bool:
    """Drop what was asked about an article; return whether there was anything."""
    return await conn.execute("DELETE FROM approvals WHERE article = :article", {"article": article}) > 0


# What single editors are told -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Untold:
    """One editor who is still to be told of one article. `by` is None for a program, which `key` names, and newsbot."""

    id: int
    person: int
    kind: DeskNews
    article: int
    by: int | None
    key: str | None
    at: datetime | None


async def let_know(
    conn: Connection,
    people: Iterable[int],
    kind: DeskNews,
    article: int,
    *,
    by: int | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> None:
    """Store that these editors are to be told; what they were still to be told of the same article is out of date."""
    rows = [
        {"person": person, "kind": kind, "article": article, "by": by, "key": key, "at": epoch_of_end(at)}
        for person in people
    ]
    await conn.executemany("DELETE FROM desk_news WHERE person = :person AND article = :article", rows)
    await conn.executemany(
        """
        INSERT INTO desk_news (person, kind, article, by, key, at) VALUES (:person, :kind, :article, :by, :key, :at)
        """,
        rows,
    )


async def untold(conn: Connection, limit: int = 200) -> list[Untold]:
    """Return what editors are still to be told, oldest first."""
    rows = await conn.execute_fetchall("SELECT * FROM desk_news ORDER BY id LIMIT :limit", {"limit": limit})
    return [
        Untold(
            row["id"],
            row["person"],
            DeskNews(row["kind"]),
            row["article"],
            row["by"],
            row["key"],
            moment_or_none(row["at"]),
        )
        for row in rows
    ]


async def told(conn: Connection, id: int) -> None:
    """Remember that an editor knows."""
    await conn.execute("DELETE FROM desk_news WHERE id = :id", {"id": id})


def _request(row: Row) -> ApprovalRequest:
    return ApprovalRequest(
        article=row["article"],
        wanted=Wanted(row["wanted"]),
        revision=row["revision"],
        asked_by=row["asked_by"],
        key=row["key"],
        asked_at=moment(row["asked_at"]),
        at=moment_or_none(row["at"]),
        manner=Manner(row["silent"]),
        approved_by=row["approved_by"],
    )
