"""When something goes out and how it arrives, as editors read it before it counts: weekday, date, time and zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.article import Manner
from bot.domain.time_zone import UTC, is_offset
from bot.render.locale import Words


def moment_of(words: Words, at: datetime, zone: ZoneInfo) -> str:
    """Tuesday, 3 Mar 2026, 18:00 (Berlin time); in no place's zone, (UTC) or (UTC+3:00)"""
    given = {"weekday": words.weekday(at, zone), "date": words.date(at, zone), "time": words.time(at, zone)}
    place = words.place(zone.key)
    if is_offset(zone.key):
        return words("{weekday}, {date}, {time} (UTC{offset})", offset=place.removeprefix(UTC), **given)
    return words("{weekday}, {date}, {time} ({zone} time)", zone=place, **given)


def arrives(words: Words, manner: Manner) -> str | None:
    """Return how an article arrives, as a sentence; None when it does as usual."""
    match manner:
        case Manner.SILENT:
            return words("It makes no sound.")
        case Manner.BREAKING:
            return words("It is breaking news: it comes at once to all who allow that.")
        case Manner.USUAL:
            return None
