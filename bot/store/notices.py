"""What editors and owners are still to be told: refused, held and doubled files, and troubles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Connection
from bot.store.stories import epoch


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing about one file. `kind` is `refused`, `held` or `doubled`; `subject` a path or a slug."""

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
    """Return what editors do not know yet, oldest first, each with its id."""
    rows = await conn.execute_fetchall(
        "SELECT id, kind, subject, detail, article FROM notices WHERE told_at IS NULL ORDER BY id LIMIT :limit",
        {"limit": limit},
    )
    return [(row["id"], Notice(row["kind"], row["subject"], row["detail"], row["article"])) for row in rows]


async def mark_told(conn: Connection, ids: Sequence[int], now: datetime) -> None:
    """Remember that editors know. What they were told long ago is dropped."""
    await conn.executemany("UPDATE notices SET told_at = ? WHERE id = ?", [(epoch(now), id) for id in ids])
    await conn.execute("DELETE FROM notices WHERE told_at < :old", {"old": epoch(now) - 90 * 86_400})
