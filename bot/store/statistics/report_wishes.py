"""What people with a role want of statistics: a report every week, and in which shade charts are drawn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from sqlite3 import Row

from bot.store.engine.connection import Connection
from bot.store.engine.lists import number_list


@dataclass(frozen=True, slots=True)
class ReportWish:
    """One person's. `told_until` is the Monday of the last report, or of when it was switched on; None: never."""

    person: int
    is_weekly: bool = False
    is_dark: bool = False
    told_until: date | None = None


async def wish(conn: Connection, person: int) -> ReportWish:
    """Return what a person wants; of one who never said so what everybody gets."""
    rows = await conn.execute_fetchall(
        "SELECT person, is_weekly, is_dark, told_until FROM report_wishes WHERE person = :person", {"person": person}
    )
    for row in rows:
        return _wish(row)
    return ReportWish(person)


def _wish(row: Row) -> ReportWish:
    told = row["told_until"]
    told_until = None if told is None else date.fromisoformat(told)
    return ReportWish(row["person"], bool(row["is_weekly"]), bool(row["is_dark"]), told_until)


async def set_dark(conn: Connection, person: int, is_dark: bool) -> None:
    await conn.execute(
        """
        INSERT INTO report_wishes (person, is_dark) VALUES (:person, :is_dark)
        ON CONFLICT (person) DO UPDATE SET is_dark = excluded.is_dark
        """,
        {"person": person, "is_dark": int(is_dark)},
    )


async def set_weekly(conn: Connection, person: int, is_weekly: bool, told_until: date) -> None:
    """Let a person get a report every week, or not. The first is that of the Monday after `told_until`."""
    await conn.execute(
        """
        INSERT INTO report_wishes (person, is_weekly, told_until) VALUES (:person, :is_weekly, :told_until)
        ON CONFLICT (person) DO UPDATE SET is_weekly = excluded.is_weekly,
            told_until = CASE WHEN report_wishes.is_weekly = excluded.is_weekly THEN report_wishes.told_until
                ELSE excluded.told_until END
        """,
        {"person": person, "is_weekly": int(is_weekly), "told_until": told_until.isoformat()},
    )


async def weekly(conn: Connection) -> list[tuple[ReportWish, str | None]]:
    """Return who gets reports, each with the zone of their chat; None where that is the operator's."""
    rows = await conn.execute_fetchall(
        """
        SELECT w.person, w.is_weekly, w.is_dark, w.told_until, c.zone
        FROM report_wishes AS w LEFT JOIN chats AS c ON c.id = w.person WHERE w.is_weekly = 1 ORDER BY w.person
        """
    )
    return [(_wish(row), row["zone"]) for row in rows]


async def told(conn: Connection, persons: Collection[int], monday: date) -> list[int]:
    """Take note that the reports up to a Monday are told to these people; return to whom they were not yet.

    Of two processes that do so at once, one is returned each of them.
    """
    rows = await conn.execute_fetchall(
        """
        UPDATE report_wishes SET told_until = :monday
        WHERE person IN (SELECT value FROM json_each(:persons)) AND (told_until IS NULL OR told_until < :monday)
        RETURNING person
        """,
        {"persons": number_list(persons), "monday": monday.isoformat()},
    )
    return sorted(int(row["person"]) for row in rows)
