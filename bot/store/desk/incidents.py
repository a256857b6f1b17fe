"""
Incidents (table `troubles`): owners are alerted once a day to each that lasts, and once when it is over. A lack of
Stars is reported only once: everything goes out without them, and it may be weeks before any are needed again.

The time of the editors' last alert about files is kept here too, because it limits their alerts in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.store.content.story_json import epoch, moment, moment_or_none
from bot.store.engine.database import Connection

REMIND_AFTER = timedelta(days=1)


class IncidentKind(StrEnum):
    """What is wrong."""

    DISK = "disk"  # nearly full
    TOKEN = "token"
    SECOND = "second"  # another instance fetches updates with the same token
    SLOW = "slow"  # the oldest waiting delivery waits too long
    BACKUP = "backup"  # the daily one failed
    STARS = "stars"  # Telegram takes none for speed


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. `over_at` is None while it lasts."""

    kind: IncidentKind
    since: datetime
    over_at: datetime | None


async def open_incident(conn: Connection, kind: IncidentKind, now: datetime) -> None:
    """Write down that an incident has begun; one that is open already keeps its beginning.

    When one of a kind comes back, it begins after the last alert, because that alert was about the previous one.
    """
    await conn.execute(
        """
        INSERT INTO troubles (kind, since) VALUES (:kind, :now)
        ON CONFLICT (kind) DO UPDATE SET over_at = NULL, since = max(excluded.since, coalesce(troubles.told_at, 0) + 1)
        WHERE troubles.over_at IS NOT NULL
        """,
        {"kind": kind, "now": epoch(now)},
    )


async def close_incident(conn: Connection, kind: IncidentKind, now: datetime) -> None:
    """Write down that an incident is over; does nothing when none of the kind is open."""
    await conn.execute(
        "UPDATE troubles SET over_at = :now WHERE kind = :kind AND over_at IS NULL", {"kind": kind, "now": epoch(now)}
    )


async def untold(conn: Connection, now: datetime) -> list[Incident]:
    """Return the incidents to alert owners to now: open ones, and those that ended after an alert."""
    rows = await conn.execute_fetchall(
        """
        SELECT kind, since, over_at FROM troubles
        WHERE (over_at IS NULL
               AND (told_at IS NULL OR (told_at <= :again AND (kind <> :once OR told_at < since))))
           OR (over_at IS NOT NULL AND told_at >= since AND told_at <= over_at)
        ORDER BY since
        """,
        {"again": epoch(now - REMIND_AFTER), "once": IncidentKind.STARS},
    )
    return [Incident(IncidentKind(row["kind"]), moment(row["since"]), moment_or_none(row["over_at"])) for row in rows]


async def told(conn: Connection, incident: Incident, now: datetime) -> None:
    """Remember that owners were alerted. An alert in the second in which the incident ended counts for its end."""
    await conn.execute(
        "UPDATE troubles SET told_at = max(:now, coalesce(over_at + 1, 0)) WHERE kind = :kind",
        {"kind": incident.kind, "now": epoch(now)},
    )


async def editors_told_at(conn: Connection) -> datetime | None:
    """Return when editors were last alerted about files; None when never. Questions about held news do not count."""
    [(at,)] = await conn.execute_fetchall("SELECT max(told_at) FROM notices WHERE kind <> 'held'")
    return moment_or_none(at)
