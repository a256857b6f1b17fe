"""Fields that editors have been asked to write anew: the next words of each are the value."""

from __future__ import annotations

import json
from sqlite3 import Row

from bot.domain.editing import AskedEdit, EditField, Ticked
from bot.store.content.story_json import epoch, moment, picture_from, picture_json
from bot.store.engine.database import Connection


async def ask(conn: Connection, asked: AskedEdit) -> None:
    """Remember what a person was asked for, in the place of what they were asked for before."""
    await conn.execute(
        """
        INSERT INTO asked_edits (person, article, field, revision, at, message_id, typed, sent, ticked)
        VALUES (:person, :article, :field, :revision, :at, :message_id, :typed, :sent, :ticked)
        ON CONFLICT (person) DO UPDATE SET article = excluded.article, field = excluded.field,
            revision = excluded.revision, at = excluded.at, message_id = excluded.message_id, typed = excluded.typed,
            sent = excluded.sent, ticked = excluded.ticked
        """,
        {
            "person": asked.person,
            "article": asked.article,
            "field": asked.field,
            "revision": asked.revision,
            "at": epoch(asked.at),
            "message_id": asked.message_id,
            "typed": asked.typed,
            "sent": None if asked.sent is None else json.dumps(picture_json(asked.sent), ensure_ascii=False),
            "ticked": None if asked.ticked is None else json.dumps([asked.ticked.topics, asked.ticked.search]),
        },
    )


async def asked_of(conn: Connection, person: int) -> AskedEdit | None:
    """Return what a person was asked for; None when that is nothing."""
    rows = await conn.execute_fetchall(
        """
        SELECT person, article, field, revision, at, message_id, typed, sent, ticked FROM asked_edits
        WHERE person = :person
        """,
        {"person": person},
    )
    return next(map(_asked, rows), None)


async def forget(conn: Connection, person: int) -> None:
    """Ask a person for nothing any more."""
    await conn.execute("DELETE FROM asked_edits WHERE person = :person", {"person": person})


def _asked(row: Row) -> AskedEdit:
    return AskedEdit(
        person=row["person"],
        article=row["article"],
        field=EditField(row["field"]),
        revision=row["revision"],
        at=moment(row["at"]),
        message_id=row["message_id"],
        typed=row["typed"],
        sent=None if row["sent"] is None else picture_from(json.loads(row["sent"])),
        ticked=None if row["ticked"] is None else _ticked(*json.loads(row["ticked"])),
    )


def _ticked(topics: list[int], search: str) -> Ticked:
    return Ticked(tuple(topics), search)
