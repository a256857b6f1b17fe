"""What editors are still to be told: refused, doubled and odd files, and what is held until they decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Connection
from bot.store.stories import epoch, moment_or_none


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing about one file. `kind` is `refused`, `warned`, `held` or `doubled`; `subject` a path or a slug.

    The `detail` of a held one is why (`HeldWhy`). Or about one broadcast: kind `form`, the form in which it goes on,
    and Telegram's words.
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


async def untold(conn: Connection, limit: int = 200) -> list[tuple[int, Notice]]:
    """Return what editors do not know yet of files, oldest first, each with its id; what is held is asked apart."""
    rows = await conn.execute_fetchall(
        """
        SELECT id, kind, subject, detail, article FROM notices
        WHERE told_at IS NULL AND kind <> 'held' ORDER BY id LIMIT :limit
        """,
        {"limit": limit},
    )
    return [(row["id"], Notice(row["kind"], row["subject"], row["detail"], row["article"])) for row in rows]


async def unasked(conn: Connection, limit: int = 200) -> list[tuple[int, Notice]]:
    """Return what is held and editors were not asked about yet, oldest first, each with its id."""
    rows = await conn.execute_fetchall(
        """
        SELECT id, kind, subject, detail, article FROM notices
        WHERE told_at IS NULL AND kind = 'held' ORDER BY id LIMIT :limit
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
