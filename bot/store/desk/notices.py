"""What editors are still to be told: refused, doubled and odd files, and what is held until they decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.content.story_json import epoch, moment, moment_or_none
from bot.store.engine.database import Connection
from bot.store.engine.lists import text_list

RESTORED = "restored"
"""Kind of the notice that several publishes of an older copy of the database are held: one question about them."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing about one file. `subject` is a path, a slug, or empty where only the article counts.

    `refused` and `doubled` are states of a file, which pass when it is mended. The others are told at once: `warned`,
    `left out` (what happened to a story that is in), `held` (a question; its `detail` is why, a `HeldWhy`) and, about
    a broadcast, `form` (the form in which it goes on, and Telegram's words) and `refused by some` (the form that the
    chats get which refuse a fuller one; empty when they take none). `restored` asks about several publishes of an
    older copy of the database.
    """

    kind: str
    subject: str
    detail: str = ""
    article: int | None = None


async def add(conn: Connection, notices: Iterable[Notice], now: datetime) -> None:
    """Keep notices until editors are told."""
    await conn.executemany(
        "INSERT INTO notices (at, kind, subject, detail, article) VALUES (?, ?, ?, ?, ?)",
        [(epoch(now), notice.kind, notice.subject, notice.detail, notice.article) for notice in notices],
    )


async def is_known(conn: Connection, notice: Notice) -> bool:
    """Return whether editors were told a notice of late, or are to be."""
    rows = await conn.execute_fetchall(
        """
        SELECT 1 FROM notices
        WHERE kind = :kind AND subject = :subject AND detail = :detail AND article IS :article LIMIT 1
        """,
        {"kind": notice.kind, "subject": notice.subject, "detail": notice.detail, "article": notice.article},
    )
    return any(rows)


async def replace_untold(conn: Connection, files: Iterable[str], complaints: Iterable[Notice], now: datetime) -> None:
    """Keep these complaints in the place of all earlier ones about these files that nobody was told.

    A file with another fault than before has been complained about since the first of them.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT subject, min(at) AS since FROM notices
        WHERE told_at IS NULL AND kind IN ('refused', 'doubled')
            AND subject IN (SELECT value FROM json_each(:files))
        GROUP BY subject
        """,
        {"files": text_list(files)},
    )
    since = {row["subject"]: int(row["since"]) for row in rows}
    if since:
        await conn.execute(
            """
            DELETE FROM notices
            WHERE told_at IS NULL AND kind IN ('refused', 'doubled')
                AND subject IN (SELECT value FROM json_each(:files))
            """,
            {"files": text_list(since)},
        )
    await conn.executemany(
        """
        INSERT INTO notices (at, kind, subject, detail, article) VALUES (:at, :kind, :subject, :detail, :article)
        """,
        [
            {
                "at": since.get(notice.subject, epoch(now)),
                "kind": notice.kind,
                "subject": notice.subject,
                "detail": notice.detail,
                "article": notice.article,
            }
            for notice in complaints
        ],
    )


# `+id`: by the order of ids alone SQLite would walk through all that was told before. What is untold is little.
# Source: https://sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_


async def untold(
    conn: Connection, *, lasting_since: datetime | None = None, limit: int = 200
) -> list[tuple[int, Notice]]:
    """Return what editors do not know yet, oldest first, each with its id; what is held is asked apart.

    A file's state counts when it has been complained about since `lasting_since`; None: however new it is.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT id, kind, subject, detail, article FROM notices
        WHERE told_at IS NULL AND kind <> 'held'
            AND (kind NOT IN ('refused', 'doubled') OR :lasting_since IS NULL OR at <= :lasting_since)
        ORDER BY +id LIMIT :limit
        """,
        {"lasting_since": None if lasting_since is None else epoch(lasting_since), "limit": limit},
    )
    return [(row["id"], Notice(row["kind"], row["subject"], row["detail"], row["article"])) for row in rows]


async def untold_of(conn: Connection, kind: str, limit: int = 200) -> list[tuple[int, Notice, datetime]]:
    """Return what editors do not know yet of one kind, oldest first, each with its id and since when it is so."""
    rows = await conn.execute_fetchall(
        """
        SELECT id, at, kind, subject, detail, article FROM notices
        WHERE told_at IS NULL AND kind = :kind ORDER BY +id LIMIT :limit
        """,
        {"kind": kind, "limit": limit},
    )
    return [
        (row["id"], Notice(row["kind"], row["subject"], row["detail"], row["article"]), moment(row["at"]))
        for row in rows
    ]


async def unasked(conn: Connection, limit: int = 200) -> list[tuple[int, Notice]]:
    """Return what is held and editors were not asked about yet, oldest first, each with its id."""
    rows = await conn.execute_fetchall(
        """
        SELECT id, kind, subject, detail, article FROM notices
        WHERE told_at IS NULL AND kind = 'held' ORDER BY +id LIMIT :limit
        """,
        {"limit": limit},
    )
    return [(row["id"], Notice(row["kind"], row["subject"], row["detail"], row["article"])) for row in rows]


async def open_question_at(conn: Connection) -> datetime | None:
    """Return when editors were last asked about a burst of which something is still held; None when nothing is."""
    [(at,)] = await conn.execute_fetchall(
        """
        SELECT max(n.told_at) FROM notices AS n JOIN articles AS a ON a.number = n.article
        WHERE n.kind = 'held' AND n.detail <> 'topics' AND a.state = 'held'
        """
    )
    return moment_or_none(at)


async def mark_told(conn: Connection, ids: Sequence[int], now: datetime) -> None:
    """Remember that editors know. What they were told long ago is dropped."""
    await conn.executemany("UPDATE notices SET told_at = ? WHERE id = ?", [(epoch(now), id) for id in ids])
    await conn.execute("DELETE FROM notices WHERE told_at < :old", {"old": epoch(now) - 90 * 86_400})
