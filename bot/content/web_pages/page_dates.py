"""Reading the dates that pages state, in JSON-LD and in `<meta>`: ISO 8601 nearly always, and what else is seen."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from bot.content.articles.timestamps import moment

_UTC = ZoneInfo("UTC")
_LONGEST = 60  # characters


def date_of(text: str) -> datetime | None:
    """Return a date in UTC; None for one that cannot be read or cannot be. Without a zone it is UTC."""
    text = text.strip()[:_LONGEST]
    for read in (_iso, _compact, _mail):
        found = read(text)
        if found is not None:
            return found if 1971 <= found.year < 2100 else None
    return None


def _iso(text: str) -> datetime | None:
    try:
        return moment(text.replace(" UTC", "Z").replace(" GMT", "Z").replace("/", "-"), _UTC)
    except ValueError:
        return None


def _compact(text: str) -> datetime | None:
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?Z?)?", text, re.ASCII)
    if found is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in found.groups()), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
        return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
