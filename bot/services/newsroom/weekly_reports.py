"""
Weekly reports: whoever wants one gets the numbers of the week before, on Monday at eight by their own clock.

What is due is promised as a campaign, and noted as told, in one transaction: once, whatever is restarted in between.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.delivery import REPORT, Lane, Subject, SubjectType
from bot.domain.role import Role
from bot.domain.statistics import newest_report, next_report_at, period_until, report_due
from bot.services.newsroom.statistics import statistics
from bot.store.delivery import campaigns, weekly_reports
from bot.store.desk import editors
from bot.store.engine.database import Connection, Database
from bot.store.statistics import report_wishes

_GET_REPORTS = (Role.OWNER, Role.EDITOR)
_LOOKED_BACK = timedelta(weeks=13)  # further back nobody waits for a report any more


async def switch(db: Database, person: int, is_weekly: bool, zone: ZoneInfo, now: datetime) -> None:
    """Let a person get a report every Monday, or not. The first is that of the next Monday."""
    async with db.transaction() as conn:
        await report_wishes.set_weekly(conn, person, is_weekly, newest_report(now, zone))


async def promise_due(db: Database, *, owners: Collection[int], zone: ZoneInfo, now: datetime) -> int:
    """Promise the reports that are due, and return how many campaigns that makes.

    A week in which nothing happened is told to nobody. After weeks in which no bot ran it is one report: on the newest
    of them in which something happened. `owners` are those of the configuration, `zone` that of chats
    that have chosen none.
    """
    async with db.reading() as conn:
        due = await _due(conn, owners, zone, now)
    made = 0
    for key, monday, told_until in due:
        busy = await _newest_busy(db, ZoneInfo(key), monday, told_until)
        async with db.transaction() as conn:
            # Asked again: somebody may have switched it off meanwhile, and another process may have told them.
            people = (await _due(conn, owners, zone, now)).get((key, monday, told_until), [])
            people = await report_wishes.told(conn, people, monday)
            if people and busy is not None:
                number = await weekly_reports.add(conn, key, busy, people, owners)
                subject = Subject(SubjectType.REPORT, number)
                await campaigns.promise(
                    conn, REPORT, subject, fixed_at=now, start_at=now, lane=Lane.LATER, by=None, revision=None
                )
                made += 1
    return made


async def next_due(db: Database, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when the next report is due; None when nobody wants any."""
    async with db.reading() as conn:
        wanted = await report_wishes.weekly(conn)
    return min((next_report_at(now, ZoneInfo(key or zone.key)) for _, key in wanted), default=None)


async def skip_missed(db: Database, *, zone: ZoneInfo, now: datetime) -> None:
    """Let nothing be due: this database is an older copy, and what it has not told may have been told before."""
    async with db.transaction() as conn:
        for wish, key in await report_wishes.weekly(conn):
            await report_wishes.told(conn, [wish.person], newest_report(now, ZoneInfo(key or zone.key)))


async def _newest_busy(db: Database, zone: ZoneInfo, monday: date, told_until: date) -> date | None:
    """Return the Monday after the newest week in which something happened, of those that were not told; None: none."""
    oldest = max(told_until, monday - _LOOKED_BACK)
    while monday > oldest:
        found = await statistics(db, period_until(monday - timedelta(days=1), 7, zone), listed=1)
        if not found.is_empty:
            return monday
        monday -= timedelta(days=7)
    return None


async def _due(
    conn: Connection, owners: Collection[int], zone: ZoneInfo, now: datetime
) -> dict[tuple[str, date, date], list[int]]:
    """Return to whom reports are due, by zone, Monday, and the Monday until which they were told before."""
    roles = await editors.editors(conn, frozenset(owners))
    due: dict[tuple[str, date, date], list[int]] = {}
    for wish, key in await report_wishes.weekly(conn):
        place = ZoneInfo(key or zone.key)
        monday = report_due(now, place, wish.told_until)
        if monday is not None and wish.told_until is not None and roles.get(wish.person) in _GET_REPORTS:
            due.setdefault((place.key, monday, wish.told_until), []).append(wish.person)
    return due
