"""
Who did what, for `/log` and `newsbot log`.

An act is written down in the transaction that does it, so there is never one without the other. What is written is what
one needs to know what was done: names, titles, times and roles as they were before and after, never a whole text, and
no token, key or link that opens something.
"""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Row

from bot.domain.audit import By, LogGroup, ShellUser, acts_in, person_of
from bot.domain.audit import Entry as Entry  # what is given back here
from bot.store.content.story_json import epoch, moment
from bot.store.engine.database import Connection
from bot.store.engine.lists import text_list

MAX_VALUE_LENGTH = 300  # characters of what was there before and after


async def record(
    conn: Connection,
    act: str,
    *,
    at: datetime,
    person: By = None,
    article: int | None = None,
    detail: str | None = None,
    key: str | None = None,
    before: str | None = None,
    after: str | None = None,
) -> None:
    """Write down an act, in the transaction that does it: `person` is who did it, in chat or at the shell.

    Of what was there `before` and `after`, the beginning is kept.
    """
    await conn.execute(
        """
        INSERT INTO log (at, person, act, article, detail, api_key, before, after, shell)
        VALUES (:at, :person, :act, :article, :detail, :key, :before, :after, :shell)
        """,
        {
            "at": epoch(at),
            "person": person_of(person),
            "act": act,
            "article": article,
            "detail": detail,
            "key": key,
            "before": None if before is None else before[:MAX_VALUE_LENGTH],
            "after": None if after is None else after[:MAX_VALUE_LENGTH],
            "shell": person.name if isinstance(person, ShellUser) else None,
        },
    )


async def latest(
    conn: Connection,
    limit: int = 50,
    *,
    before: int | None = None,
    group: LogGroup = LogGroup.ALL,
    article: int | None = None,
) -> list[Entry]:
    """Return the last acts of a group, newest first, from behind an entry's `id`; about one article, if it is named."""
    rows = await conn.execute_fetchall(
        """
        SELECT id, at, person, act, article, detail, api_key, before, after, shell FROM log
        WHERE (:before IS NULL OR id < :before) AND (:article IS NULL OR article = :article)
          AND CASE :group WHEN 'all' THEN true WHEN 'articles' THEN article IS NOT NULL
              ELSE act IN (SELECT value FROM json_each(:acts)) END
        ORDER BY id DESC LIMIT :limit
        """,
        {
            "before": before,
            "article": article,
            "group": group,
            "acts": text_list(acts_in(group)),
            "limit": limit,
        },
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> Entry:
    return Entry(
        at=moment(row["at"]),
        person=row["person"],
        act=row["act"],
        article=row["article"],
        detail=row["detail"],
        key=row["api_key"],
        before=row["before"],
        after=row["after"],
        shell=row["shell"],
        id=row["id"],
    )
