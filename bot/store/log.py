"""Who did what, for `/log` and `newsbot log`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Connection
from bot.store.stories import epoch, moment


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `person` is None for a file, the shell or newsbot itself."""

    at: datetime
    person: int | None
    act: str
    article: int | None
    detail: str | None


async def record(
    conn: Connection,
    act: str,
    *,
    at: datetime,
    person: int | None = None,
    article: int | None = None,
    detail: str | None = None,
) -> None:
    """Write down an act, in the transaction that does it."""
    await conn.execute(
        "INSERT INTO log (at, person, act, article, detail) VALUES (:at, :person, :act, :article, :detail)",
        {"at": epoch(at), "person": person, "act": act, "article": article, "detail": detail},
    )


async def latest(conn: Connection, limit: int = 50) -> list[Entry]:
    """Return the last acts, newest first."""
    rows = await conn.execute_fetchall(
        "SELECT at, person, act, article, detail FROM log ORDER BY id DESC LIMIT :limit", {"limit": limit}
    )
    return [Entry(moment(row["at"]), row["person"], row["act"], row["article"], row["detail"]) for row in rows]
