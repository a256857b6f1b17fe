"""
Reading dates as authors write them: with or without a zone, with or without seconds, or only a day.

Source: https://yaml.org/type/timestamp.html and RFC 3339
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.content.plain_text import quoted

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"(?:[ \t]*(?:([Zz])|([-+])(\d{1,2}):?(\d{2})?))?)?",
    re.ASCII,
)

_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[-+]\d\d:\d\d)", re.ASCII)


def moment(value: object, zone: ZoneInfo) -> datetime:
    """Return the moment an author wrote, in UTC. Without a zone it is in `zone`; a bare day is its midnight.

    Raises: ValueError, with the reason as authors read it.
    """
    if isinstance(value, str) and _USUAL.fullmatch(value) and EARLIEST_YEAR <= int(value[:4]) <= LATEST_YEAR:
        try:
            return datetime.fromisoformat(value).astimezone(UTC)  # in half the time
        except (ValueError, OverflowError):
            pass  # what is wrong is said below
    parts = _TIMESTAMP.fullmatch(value.strip()) if isinstance(value, str) else None
    if parts is None:
        raise ValueError(_no_date(value))
    year, month, day, hour, minute, second, fraction, is_utc, sign, zone_hours, zone_minutes = parts.groups()
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        raise ValueError(f"{quoted(value)} is out of range; years go from {EARLIEST_YEAR} to {LATEST_YEAR}")
    try:
        micros = int(((fraction or "") + "000000")[:6])
        local = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros)
        if is_utc:
            return local.replace(tzinfo=UTC)
        if sign:
            shift = timedelta(hours=int(zone_hours), minutes=int(zone_minutes or 0))
            return local.replace(tzinfo=timezone(-shift if sign == "-" else shift)).astimezone(UTC)
        return local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(_no_date(value)) from error


def _no_date(value: object) -> str:
    return f"{quoted(value)} is not a date; write 2026-02-28 or 2026-02-28T14:00+01:00"
