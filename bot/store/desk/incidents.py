"""
Troubles that owners must know of: told once a day each while they last, and once when they are over. A lack of Stars
is told only once: all goes out without them, and it may be weeks before newsbot wants any again.

Here is also when editors were last told of files, because the same courtesy holds for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.store.content.story_json import epoch, moment, moment_or_none
from bot.store.engine.database import Connection

REMIND_AFTER = timedelta(days=1)


class IncidentKind(StrEnum):
    """What can be the matter."""

    DISK = "disk"  # nearly full
    TOKEN = "token"
    SECOND = "second"  # another instance fetches updates with the same token
    SLOW = "slow"  # the oldest waiting delivery waits too long
    BACKUP = "backup"  # the daily one failed
    STARS = "stars"  # Telegram takes none for speed


@dataclass(frozen=True, slots=True)
class Incident:
    """One trouble. `over_at` is None while it lasts."""

    kind: IncidentKind
    since: datetime
    over_at: datetime | None


async def open_incident(conn: Connection, kind: IncidentKind, now: datetime) -> None:
    """Take note that there is trouble. One that lasts keeps its beginning.

    One that is back begins later than owners last heard of it: what they heard was of the one before.
    """
    await conn.execute(
        """
        INSERT INTO troubles (kind, since) VALUES (:kind, :now)
        ON CONFLICT (kind) DO UPDATE SET over_at = NULL, since = max(excluded.since, coalesce(told_at, 0) + 1)
        WHERE over_at IS NOT NULL
        """,
        {"kind": kind, "now": epoch(now)},
    )


async def close_incident(conn: Connection, kind: IncidentKind, now: datetime) -> None:
    """Take note that a trouble is over; harmless when there was none."""
    await conn.execute(
        "UPDATE troubles SET over_at = :now WHERE kind = :kind AND over_at IS NULL", {"kind": kind, "now": epoch(now)}
    )


async def untold(conn: Connection, now: datetime) -> list[Incident]:
    """Return what owners are to be told now: troubles, and those that ended after being told."""
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


async def told(conn: Connection, trouble: Incident, now: datetime) -> None:
    """Remember that owners know. A telling in the second in which it ended counts as one of the end."""
    await conn.execute(
        "UPDATE troubles SET told_at = max(:now, coalesce(over_at + 1, 0)) WHERE kind = :kind",
        {"kind": trouble.kind, "now": epoch(now)},
    )


async def editors_told_at(conn: Connection) -> datetime | None:
    """Return when editors were last told of files; None when they never were. What they were asked does not count."""
    [(at,)] = await conn.execute_fetchall("SELECT max(told_at) FROM notices WHERE kind <> 'held'")
    return moment_or_none(at)
