"""
Who a campaign is for: a question that SQLite answers a piece at a time, so that a million rows never pass through
Python.

An audience is one of a few sources: who follows an article (`followers`), every chat that is there, whoever holds
a receipt of a subject, or an explicit list. Each says how long a piece is, who in it gets a delivery, and which chats
still belong to it when their turn comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.delivery import Subject
from bot.store.content.story_json import epoch
from bot.store.delivery.campaigns import SUPERSEDED
from bot.store.engine.database import Connection
from bot.store.engine.lists import ALL, number_list

MIN_CHAT_ID, MAX_CHAT_ID = -(2**62), 2**62

# What makes a candidate `c` no recipient: it has a receipt of the subject, or a campaign of the same kind has ended
# otherwise for it. Most pieces hold nobody of either, which one look for the whole piece finds out.
HAS_IT_ALREADY = """
(EXISTS (SELECT 1 FROM receipts AS r
         WHERE r.subject_type = :subject_type AND r.subject = :subject AND r.chat > :after AND r.chat <= :until)
 AND EXISTS (SELECT 1 FROM receipts AS r
             WHERE r.subject_type = :subject_type AND r.subject = :subject AND r.chat = c.chat))
"""
IS_SETTLED = """
(EXISTS (SELECT 1 FROM campaigns AS f CROSS JOIN outcomes AS o
             ON o.campaign = f.id AND o.chat > :after AND o.chat <= :until
         WHERE f.subject_type = :subject_type AND f.subject = :subject AND f.kind = :kind)
 AND EXISTS (SELECT 1 FROM campaigns AS f CROSS JOIN outcomes AS o ON o.campaign = f.id AND o.chat = c.chat
             WHERE f.subject_type = :subject_type AND f.subject = :subject AND f.kind = :kind))
"""


class Audience(Protocol):
    """Where a campaign's chats come from. Every text depends on its kind alone; every value is a parameter."""

    async def end_of_piece(self, conn: Connection, after: int, until: int, size: int) -> int | None:
        """Return the chat with which a piece of about `size` chats ends; None when it is the last."""

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        """Return `head` + the recipients `c (chat, thread)` of a piece + `tail`, with the parameters.

        `values` hold `after`, `until` and `now` (epoch seconds). The piece begins behind the one and ends with the
        other.
        """

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        """Return which of these chats still belong to it, each with the followed topic for which it does, or 0.

        A negative number is that of a followed phrase.
        """


async def reach(conn: Connection, audience: Audience, now: datetime, at_most: int | None = None) -> int:
    """Return how many chats would get a delivery now. With `at_most`, stop counting there."""
    sql, values = audience.recipients(
        "SELECT count(*) FROM (SELECT DISTINCT c.chat FROM",
        " LIMIT :at_most) AS f",
        after=MIN_CHAT_ID,
        until=MAX_CHAT_ID,
        at_most=ALL if at_most is None else at_most,
        now=epoch(now),
    )
    [(many,)] = await conn.execute_fetchall(sql, values)
    return int(many)


async def _end(conn: Connection, question: str, values: dict[str, object]) -> int | None:
    [(end,)] = await conn.execute_fetchall(question, values)
    return None if end is None else int(end)


@dataclass(frozen=True, slots=True)
class EveryChat:
    """Every chat that can be reached and has not paused, except whoever has the subject already."""

    kind: str
    subject: Subject

    async def end_of_piece(self, conn: Connection, after: int, until: int, size: int) -> int | None:
        return await _end(conn, _END_OF_CHATS, {"after": after, "until": until, "others": size - 1})

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        about = {"kind": self.kind, "subject_type": self.subject.type, "subject": self.subject.number}
        return f"{head} {_EVERY_CHAT} {tail}", values | about

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        return dict.fromkeys(chats, 0)  # whoever paused or went is told apart by the state of the chat itself


@dataclass(frozen=True, slots=True)
class Holders:
    """Whoever has a message with a subject that can still be changed, and does not show `revision` yet (None: any).

    Also where nothing is sent to any more: who has paused has the message all the same, and of who has left it is to be
    said that it could not be changed. Only messages `sent_from` a time on that hold nothing else, or those
    `sent_before` it and the lists, which are never deleted for one story; None: of any time.
    Nobody is left once `campaign` was superseded: what of it comes back to be tried again is another's to do.
    """

    subject: Subject
    revision: int | None = None
    sent_from: datetime | None = None
    sent_before: datetime | None = None
    campaign: int | None = None

    async def end_of_piece(self, conn: Connection, after: int, until: int, size: int) -> int | None:
        return await _end(conn, _END_OF_RECEIPTS, {"after": after, "until": until, "others": size - 1} | self._about)

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        return f"{head} {_HOLDERS} {tail}", values | self._about

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        values = {"chats": number_list(chats), "campaign": self.campaign, "superseded": SUPERSEDED} | self._about
        rows = await conn.execute_fetchall(_STILL_HOLDING, values)
        return dict.fromkeys((chat for (chat,) in rows), 0)

    @property
    def _about(self) -> dict[str, object]:
        return {
            "subject_type": self.subject.type,
            "subject": self.subject.number,
            "revision": self.revision,
            "sent_from": None if self.sent_from is None else epoch(self.sent_from),
            "sent_before": None if self.sent_before is None else epoch(self.sent_before),
        }


@dataclass(frozen=True, slots=True)
class Listed:
    """These chats and no other, except whoever has the subject already."""

    kind: str
    subject: Subject
    chats: frozenset[int]

    async def end_of_piece(self, conn: Connection, after: int, until: int, size: int) -> int | None:
        where = {"after": after, "until": until, "others": size - 1, "chats": self._json}
        return await _end(conn, _END_OF_LIST, where)

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        about = {"kind": self.kind, "subject_type": self.subject.type, "subject": self.subject.number}
        return f"{head} {_LISTED} {tail}", values | about | {"chats": self._json}

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        return {chat: 0 for chat in chats if chat in self.chats}

    @property
    def _json(self) -> str:
        return number_list(sorted(self.chats))


_END_OF_CHATS = "SELECT (SELECT id FROM chats WHERE id > :after AND id <= :until ORDER BY id LIMIT 1 OFFSET :others)"
_EVERY_CHAT = f"""
(SELECT id AS chat, 0 AS thread, state FROM chats WHERE id > :after AND id <= :until) AS c
WHERE c.state = 'active' AND NOT {HAS_IT_ALREADY} AND NOT {IS_SETTLED}
"""

_END_OF_LIST = """
SELECT (SELECT CAST(value AS INTEGER) FROM json_each(:chats)
        WHERE value > :after AND value <= :until ORDER BY value LIMIT 1 OFFSET :others)
"""
_LISTED = f"""
(SELECT k.id AS chat, 0 AS thread FROM json_each(:chats) AS l
 CROSS JOIN chats AS k ON k.id = l.value AND k.id > :after AND k.id <= :until AND k.state = 'active') AS c
WHERE NOT {HAS_IT_ALREADY} AND NOT {IS_SETTLED}
"""

_MESSAGE_STANDS = """
subject_type = :subject_type AND subject = :subject AND message_id IS NOT NULL
AND (:revision IS NULL OR revision IS NOT :revision)
AND (:sent_from IS NULL OR (sent_at >= :sent_from AND (coalesce(look, 0) & 2) = 0))
AND (:sent_before IS NULL OR sent_at < :sent_before OR (coalesce(look, 0) & 2) <> 0)
"""
_END_OF_RECEIPTS = """
SELECT (SELECT chat FROM receipts
        WHERE subject_type = :subject_type AND subject = :subject AND chat > :after AND chat <= :until
        ORDER BY chat LIMIT 1 OFFSET :others)
"""
_HOLDERS = f"""
(SELECT r.chat, coalesce(r.thread, 0) AS thread FROM receipts AS r CROSS JOIN chats AS k ON k.id = r.chat
 WHERE {_MESSAGE_STANDS} AND r.chat > :after AND r.chat <= :until) AS c
"""
_STILL_HOLDING = f"""
SELECT chat FROM receipts WHERE {_MESSAGE_STANDS} AND chat IN (SELECT value FROM json_each(:chats))
  AND NOT EXISTS (SELECT 1 FROM campaigns WHERE id = :campaign AND why = :superseded)
"""
