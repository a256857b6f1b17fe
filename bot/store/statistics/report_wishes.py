"""What people with a role want of statistics: a report every week, and in which shade charts are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from sqlite3 import Row

from bot.store.engine.connection import Connection


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
