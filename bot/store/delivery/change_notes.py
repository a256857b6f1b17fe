"""
Change notes as they are stored, and who gets one: whoever has the article or keeps it, at the time when it leaves.

A note to come is dropped for a chat when it would not be true any more: of a correction once the article is taken back,
of a retraction once it is published again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from bot.domain.change_note import Change, ChangeNote, Whom
from bot.domain.correction import Correction, Field
from bot.domain.delivery import CORRECTION_NOTE, RETRACTION_NOTE, Subject, SubjectType
from bot.store.content.story_json import epoch, moment
from bot.store.delivery.audiences import HAS_IT_ALREADY, IS_SETTLED
from bot.store.engine.database import Connection


async def of_correction(conn: Connection, article: int, correction: Correction) -> ChangeNote:
    """Return the note that tells of an article's correction, which is made when there is none."""
    values = _values(article, Change.CORRECTION, correction)
    await conn.execute(
        """
        INSERT INTO change_notes (article, about, at, why, fields) VALUES (:article, :about, :at, :why, :fields)
        ON CONFLICT (article, about, at) DO NOTHING
        """,
        values,
    )
    rows = await conn.execute_fetchall(
        "SELECT * FROM change_notes WHERE article = :article AND about = :about AND at = :at", values
    )
    [found] = map(_note, rows)
    return found


async def open_retraction(conn: Connection, article: int, at: datetime) -> None:
    """Let it be decided whether those who keep an article are told that it was taken back at a time."""
    await conn.execute(
        """
        INSERT INTO change_notes (article, about, at) VALUES (:article, :about, :at)
        ON CONFLICT (article, about, at) DO UPDATE SET decided = 0
        """,
        _values(article, Change.RETRACTION, Correction(at)),
    )


async def note(conn: Connection, number: int) -> ChangeNote | None:
    rows = await conn.execute_fetchall("SELECT * FROM change_notes WHERE number = :number", {"number": number})
    return next(map(_note, rows), None)


async def blank(conn: Connection, article: int) -> list[int]:
    """Let the notes about an article that is taken down say nothing any more; return their numbers."""
    rows = await conn.execute_fetchall(
        """
        UPDATE change_notes SET why = NULL, fields = '[]', decided = 1, asked_for = NULL, asked_by = NULL
        WHERE article = :article RETURNING number
        """,
        {"article": article},
    )
    return sorted(int(row["number"]) for row in rows)


async def latest(conn: Connection, article: int, about: Change) -> ChangeNote | None:
    """Return an article's newest note about such a change; None when there is none."""
    rows = await conn.execute_fetchall(
        """
        SELECT * FROM change_notes WHERE article = :article AND about = :about ORDER BY at DESC, number DESC LIMIT 1
        """,
        {"article": article, "about": about},
    )
    return next(map(_note, rows), None)


async def decide(conn: Connection, number: int) -> bool:
    """Settle whether those who keep a retracted article are told; False when that was settled before."""
    changed = await conn.execute(
        "UPDATE change_notes SET decided = 1 WHERE number = :number AND decided = 0", {"number": number}
    )
    return changed > 0


async def ask(conn: Connection, number: int, whom: Whom, by: int) -> bool:
    """Let a note wait for another editor; False when it does already."""
    changed = await conn.execute(
        """
        UPDATE change_notes SET asked_for = :kind, asked_by = :by
        WHERE number = :number AND asked_by IS NULL
        """,
        {"number": number, "kind": whom.kind, "by": by},
    )
    return changed > 0


async def ask_no_more(conn: Connection, number: int) -> bool:
    """Let a note wait for nobody; False when it does not."""
    changed = await conn.execute(
        "UPDATE change_notes SET asked_for = NULL, asked_by = NULL WHERE number = :number AND asked_by IS NOT NULL",
        {"number": number},
    )
    return changed > 0


async def waiting(conn: Connection) -> list[ChangeNote]:
    """Return those that wait for another editor, oldest first."""
    rows = await conn.execute_fetchall("SELECT * FROM change_notes WHERE asked_by IS NOT NULL ORDER BY at, number")
    return list(map(_note, rows))


async def savers(conn: Connection, article: int) -> int:
    """Return how many chats that get pushes keep an article."""
    [(many,)] = await conn.execute_fetchall(
        """
        SELECT count(*) FROM saved AS s CROSS JOIN chats AS k ON k.id = s.chat
        WHERE s.article = :article AND k.state = 'active'
        """,
        {"article": article},
    )
    return int(many)


async def under_way(conn: Connection, number: int) -> int | None:
    """Return the newest campaign that tells a note and is not done; None when there is none."""
    rows = await conn.execute_fetchall(
        """
        SELECT id FROM campaigns WHERE subject_type = :type AND subject = :number AND state <> 'done'
        ORDER BY id DESC LIMIT 1
        """,
        {"type": SubjectType.CHANGE_NOTE, "number": number},
    )
    return next((int(row["id"]) for row in rows), None)


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whoever a note of a `kind` is for: who got the article or keeps it, or only who keeps it.

    A correction is told to chats that take announcements; a retraction to everybody who keeps it.
    """

    note: ChangeNote
    kind: str

    async def end_of_piece(self, conn: Connection, after: int, until: int, size: int) -> int | None:
        values = self._about | {"after": after, "until": until, "others": size - 1}
        question = _END_OF_RECEIPTS if self.kind == CORRECTION_NOTE else _END_OF_SAVED
        [(end,)] = await conn.execute_fetchall(question, values)
        return None if end is None else int(end)

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        whom = _WHO_HAS_IT if self.kind == CORRECTION_NOTE else _WHO_KEEPS_IT
        subject = Subject(SubjectType.CHANGE_NOTE, self.note.number)
        about = {"kind": self.kind, "subject_type": subject.type, "subject": subject.number}
        return f"{head} {whom} {self._wanted} {_NEITHER} {tail}", values | about | self._about

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        still = "" if self.kind == CORRECTION_NOTE else _STILL_KEEPS_IT
        values = self._about | {"chats": json.dumps(list(chats))}
        rows = await conn.execute_fetchall(f"{_STILL_THERE} {self._wanted} {still}", values)
        return {int(row["id"]): 0 for row in rows}

    @property
    def _wanted(self) -> str:
        return _IF_TAKEN_BACK if self.kind == RETRACTION_NOTE else _IF_LISTED

    @property
    def _about(self) -> dict[str, object]:
        return {"article": self.note.article}


_END_OF_RECEIPTS = """
SELECT (SELECT chat FROM receipts
        WHERE subject_type = 1 AND subject = :article AND chat > :after AND chat <= :until
        ORDER BY chat LIMIT 1 OFFSET :others)
"""
_END_OF_SAVED = """
SELECT (SELECT chat FROM saved WHERE article = :article AND chat > :after AND chat <= :until
        ORDER BY chat LIMIT 1 OFFSET :others)
"""
_WHO_HAS_IT = """
(SELECT u.chat, max(u.thread) AS thread FROM (
     SELECT r.chat AS chat, coalesce(r.thread, 0) AS thread FROM receipts AS r
     WHERE r.subject_type = 1 AND r.subject = :article AND r.chat > :after AND r.chat <= :until
     UNION ALL
     SELECT s.chat AS chat, 0 AS thread FROM saved AS s
     WHERE s.article = :article AND s.chat > :after AND s.chat <= :until
 ) AS u GROUP BY u.chat) AS c
CROSS JOIN chats AS k ON k.id = c.chat WHERE k.state = 'active'
"""
_WHO_KEEPS_IT = """
(SELECT s.chat, 0 AS thread FROM saved AS s
 WHERE s.article = :article AND s.chat > :after AND s.chat <= :until) AS c
CROSS JOIN chats AS k ON k.id = c.chat WHERE k.state = 'active'
"""
_IF_LISTED = """
AND k.announcements = 1
AND EXISTS (SELECT 1 FROM articles WHERE number = :article AND state IN ('published', 'archived'))
"""
_IF_TAKEN_BACK = "AND EXISTS (SELECT 1 FROM articles WHERE number = :article AND state = 'retracted')"
_NEITHER = f"AND NOT {HAS_IT_ALREADY} AND NOT {IS_SETTLED}"
# Whoever paused or went is told apart by the state of the chat itself.
_STILL_THERE = "SELECT k.id FROM chats AS k WHERE k.id IN (SELECT value FROM json_each(:chats))"
_STILL_KEEPS_IT = "AND EXISTS (SELECT 1 FROM saved AS s WHERE s.article = :article AND s.chat = k.id)"


def _values(article: int, about: Change, correction: Correction) -> dict[str, object]:
    return {
        "article": article,
        "about": about,
        "at": epoch(correction.at),
        "why": correction.why,
        "fields": json.dumps(correction.fields),
    }


def _note(row: Row) -> ChangeNote:
    known = set(Field)
    fields = tuple(Field(name) for name in json.loads(row["fields"]) if name in known)
    return ChangeNote(
        number=row["number"],
        article=row["article"],
        about=Change(row["about"]),
        correction=Correction(moment(row["at"]), row["why"], fields),
        is_decided=bool(row["decided"]),
        asked_for=next((whom for whom in Whom if whom.kind == row["asked_for"]), None),
        asked_by=row["asked_by"],
    )
