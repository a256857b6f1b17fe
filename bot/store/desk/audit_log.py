"""Who did what, for `/log` and `newsbot log`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.store.content.story_json import epoch, moment
from bot.store.engine.database import Connection

_ID = re.compile(r"\d{1,19}", re.ASCII)
ABOUT_PEOPLE = frozenset({"become editor", "become owner", "let go", "remove owner", "not brought back"})
"""Acts whose detail is a person's id: who invited them, who was let go."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `person` is None for a program, a file, the shell or newsbot itself; `key` names a program's key."""

    at: datetime
    person: int | None
    act: str
    article: int | None
    detail: str | None
    key: str | None = None

    @property
    def about(self) -> int | None:
        """Return the person whom the act concerns beside the one who did it; None for all other acts."""
        if self.act not in ABOUT_PEOPLE or not _ID.fullmatch(self.detail or ""):
            return None
        return int(self.detail or "")


async def record(
    conn: Connection,
    act: str,
    *,
    at: datetime,
    person: int | None = None,
    article: int | None = None,
    detail: str | None = None,
    key: str | None = None,
) -> None:
    """Write down an act, in the transaction that does it."""
    await conn.execute(
        """
        INSERT INTO log (at, person, act, article, detail, api_key)
        VALUES (:at, :person, :act, :article, :detail, :key)
        """,
        {"at": epoch(at), "person": person, "act": act, "article": article, "detail": detail, "key": key},
    )


async def latest(conn: Connection, limit: int = 50) -> list[Entry]:
    """Return the last acts, newest first."""
    rows = await conn.execute_fetchall(
        "SELECT at, person, act, article, detail, api_key FROM log ORDER BY id DESC LIMIT :limit", {"limit": limit}
    )
    return [
        Entry(moment(row["at"]), row["person"], row["act"], row["article"], row["detail"], row["api_key"])
        for row in rows
    ]
