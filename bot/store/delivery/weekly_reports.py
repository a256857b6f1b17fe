"""
Weekly reports as they are stored, and who gets one: people with a role who still want it when their turn comes.

A row is one week in one zone; its campaign sends it once to each of those for whom it was due.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.delivery import REPORT, Subject, SubjectType
from bot.store.delivery.audiences import Listed
from bot.store.engine.connection import Connection
from bot.store.engine.lists import number_list


@dataclass(frozen=True, slots=True)
class WeeklyReport:
    """The week before a `monday`, in the days of a zone. `owners` were those of the configuration then."""

    number: int
    zone: str
    monday: date
    recipients: tuple[int, ...]
    owners: tuple[int, ...]


async def add(conn: Connection, zone: str, monday: date, recipients: Collection[int], owners: Collection[int]) -> int:
    """Keep what is to be told to whom; return its number."""
    [row] = await conn.execute_fetchall(
        """
        INSERT INTO weekly_reports (zone, monday, recipients, owners) VALUES (:zone, :monday, :recipients, :owners)
        RETURNING number
        """,
        {
            "zone": zone,
            "monday": monday.isoformat(),
            "recipients": json.dumps(sorted(recipients)),
            "owners": json.dumps(sorted(owners)),
        },
    )
    return int(row["number"])


async def report(conn: Connection, number: int) -> WeeklyReport | None:
    rows = await conn.execute_fetchall(
        "SELECT number, zone, monday, recipients, owners FROM weekly_reports WHERE number = :number",
        {"number": number},
    )
    for row in rows:
        return WeeklyReport(
            row["number"],
            row["zone"],
            date.fromisoformat(row["monday"]),
            tuple(json.loads(row["recipients"])),
            tuple(json.loads(row["owners"])),
        )
    return None


@dataclass(frozen=True, slots=True)
class Recipients:
    """Those for whom a report was due, as long as they want it and have a role."""

    listed: Listed
    owners: tuple[int, ...]

    async def end_of_piece(self, conn: Connection, after: int, until: int, size: int) -> int | None:
        return await self.listed.end_of_piece(conn, after, until, size)

    def recipients(self, head: str, tail: str = "", **values: object) -> tuple[str, dict[str, object]]:
        return self.listed.recipients(head, tail, **values)

    async def wanting(self, conn: Connection, chats: Sequence[int], now: datetime) -> dict[int, int]:
        rows = await conn.execute_fetchall(
            """
            SELECT w.person FROM report_wishes AS w
            WHERE w.is_weekly = 1 AND w.person IN (SELECT value FROM json_each(:chats))
              AND (w.person IN (SELECT value FROM json_each(:owners))
                   OR EXISTS (SELECT 1 FROM editors AS e WHERE e.person = w.person AND e.role <> 'contributor'))
            """,
            {"chats": number_list(chats), "owners": number_list(self.owners)},
        )
        return {int(row["person"]): 0 for row in rows}


def recipients_of(found: WeeklyReport) -> Recipients:
    """Return who gets a report."""
    subject = Subject(SubjectType.REPORT, found.number)
    return Recipients(Listed(REPORT, subject, frozenset(found.recipients)), found.owners)
