"""
Announcements as they are stored, and who gets one: all who take announcements and have no role here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from sqlite3 import Row

from bot.domain.announcement import Announcement, AnnouncementState
from bot.domain.delivery import ANNOUNCEMENT, Subject, SubjectType
from bot.domain.text import Entity, Text
from bot.store.content import topics
from bot.store.content.story_json import epoch, moment
from bot.store.delivery.audiences import HAS_IT_ALREADY, IS_SETTLED
from bot.store.delivery.followers import Followers
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list


async def add(conn: Connection, by: int, at: datetime, text: Text, photo: str | None) -> Announcement:
    """Keep what somebody wants to announce, until they decide; return it with its number."""
    rows = await conn.execute_fetchall(
        """
        INSERT INTO announcements (by, at, text, entities, photo, state)
        VALUES (:by, :at, :text, :entities, :photo, 'asked') RETURNING *
        """,
        {
            "by": by,
            "at": epoch(at),
            "text": text.string,
            "entities": json.dumps([asdict(span) for span in text.entities]),
            "photo": photo,
        },
    )
    [found] = map(_announcement, rows)
    return found


async def announcement(conn: Connection, number: int) -> Announcement | None:
    rows = await conn.execute_fetchall("SELECT * FROM announcements WHERE number = :number", {"number": number})
    return next(map(_announcement, rows), None)


async def choose(conn: Connection, number: int, topic: int | None, owners: Iterable[int], at: datetime) -> bool:
    """Let one that was asked about be sent to a topic's readers, or all; False when it is sent or left already."""
    changed = await conn.execute(
        """
        UPDATE announcements SET state = 'sent', topic = :topic, owners = :owners, sent_at = :at
        WHERE number = :number AND state IN ('asked', 'waiting')
        """,
        {"number": number, "topic": topic, "owners": json.dumps(sorted(owners)), "at": epoch(at)},
    )
    return changed > 0


async def wait(conn: Connection, number: int, topic: int | None) -> bool:
    """Let one that was asked about wait for another editor, to go to a topic's readers or all; False when it cannot."""
    changed = await conn.execute(
        "UPDATE announcements SET state = 'waiting', topic = :topic WHERE number = :number AND state = 'asked'",
        {"number": number, "topic": topic},
    )
    return changed > 0


async def waiting(conn: Connection) -> list[Announcement]:
    """Return those that wait for another editor, oldest first."""
    rows = await conn.execute_fetchall("SELECT * FROM announcements WHERE state = 'waiting' ORDER BY at, number")
    return list(map(_announcement, rows))


async def promised(conn: Connection, number: int, campaign: int) -> None:
    """Remember which campaign sends it."""
    await conn.execute(
        "UPDATE announcements SET campaign = :campaign WHERE number = :number",
        {"number": number, "campaign": campaign},
    )


async def leave(conn: Connection, number: int) -> bool:
    """Let one that was asked about not be sent; False when it is sent or left already."""
    changed = await conn.execute(
        "UPDATE announcements SET state = 'left' WHERE number = :number AND state IN ('asked', 'waiting')",
        {"number": number},
    )
    return changed > 0


async def sent_since(conn: Connection, since: datetime) -> list[datetime]:
    """Return when announcements were sent from a time on. One that was stopped before anybody got it is none."""
    rows = await conn.execute_fetchall(
        """
        SELECT a.sent_at FROM announcements AS a LEFT JOIN campaigns AS f ON f.id = a.campaign
        WHERE a.sent_at >= :since AND NOT coalesce(f.state = 'stopped' AND f.sent = 0 AND f.unsure = 0, false)
        ORDER BY a.sent_at
        """,
        {"since": epoch(since)},
    )
    return [moment(row["sent_at"]) for row in rows]


async def under_way(conn: Connection) -> int | None:
    """Return the campaign of an announcement that is running or held; None when there is none."""
    rows = await conn.execute_fetchall(
        "SELECT id FROM campaigns WHERE kind = :kind AND state IN ('running', 'held') ORDER BY id LIMIT 1",
        {"kind": ANNOUNCEMENT},
    )
    return next((int(row["id"]) for row in rows), None)


@dataclass(frozen=True, slots=True)
class Announced:
    """Every chat that takes announcements, or those of them that follow a topic; nobody with a role, no `owners`.

    A topic is followed as an article that bears it would be: by who follows one above it too, unless they left it out
    or muted it.
    """

    subject: Subject
    owners: tuple[int, ...]
    followers: Followers | None = None

    async def end_of_piece(self, conn: Connection, after: int, until: int, size: int) -> int | None:
        if self.followers is not None:
            return await self.followers.end_of_piece(conn, after, until, size)
        values = {"after": after, "until": until, "others": size - 1}
        [(end,)] = await conn.execute_fetchall(_END_OF_CHATS, values)
        return None if end is None else int(end)

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        about = {
            "kind": ANNOUNCEMENT,
            "subject_type": self.subject.type,
            "subject": self.subject.number,
            "owners": number_list(self.owners),
        }
        if self.followers is None:
            return f"{head} {_EVERYBODY} {_TAKES_IT} {tail}", values | about
        sql, given = self.followers.recipients(head, f"{_TAKES_IT} {tail}", **values)
        return sql, given | about

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        values = {"chats": number_list(chats), "owners": number_list(self.owners)}
        rows = await conn.execute_fetchall(_STILL_TAKING, values)
        taking = [int(row["id"]) for row in rows]
        if self.followers is None:
            return dict.fromkeys(taking, 0)
        return await self.followers.wanting(conn, taking, now) if taking else {}


async def audience_of(
    conn: Connection, number: int, topic: int | None, owners: Iterable[int], fixed_at: datetime
) -> Announced:
    """Return who gets an announcement, of those who follow a topic at a time or of everybody."""
    everybody = Announced(Subject(SubjectType.ANNOUNCEMENT, number), tuple(sorted(owners)))
    if topic is None:
        return everybody
    followers = Followers(0, (topic,), await topics.tree(conn), (), fixed_at)
    return replace(everybody, followers=followers)


_TAKES_IT = """
AND k.announcements = 1 AND c.chat NOT IN (SELECT person FROM editors)
AND c.chat NOT IN (SELECT value FROM json_each(:owners))
"""
_END_OF_CHATS = "SELECT (SELECT id FROM chats WHERE id > :after AND id <= :until ORDER BY id LIMIT 1 OFFSET :others)"
_EVERYBODY = f"""
(SELECT id AS chat, 0 AS thread FROM chats WHERE id > :after AND id <= :until) AS c
CROSS JOIN chats AS k ON k.id = c.chat
WHERE k.state = 'active' AND NOT {HAS_IT_ALREADY} AND NOT {IS_SETTLED}
"""
# Whoever paused or went is told apart by the state of the chat itself.
_STILL_TAKING = """
SELECT id FROM chats WHERE id IN (SELECT value FROM json_each(:chats)) AND announcements = 1
AND id NOT IN (SELECT person FROM editors) AND id NOT IN (SELECT value FROM json_each(:owners))
"""


def _announcement(row: Row) -> Announcement:
    spans = tuple(Entity(**span) for span in json.loads(row["entities"]))
    return Announcement(
        number=row["number"],
        by=row["by"],
        at=moment(row["at"]),
        text=Text(row["text"], spans),
        photo=row["photo"],
        topic=row["topic"],
        state=AnnouncementState(row["state"]),
        owners=tuple(json.loads(row["owners"])),
        campaign=row["campaign"],
    )
