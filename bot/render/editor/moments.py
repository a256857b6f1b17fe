"""When something goes out, as editors read it before it counts: weekday, date, time and zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.render.locale import Words


def moment_of(words: Words, at: datetime, zone: ZoneInfo) -> str:
    """Tuesday, 3 Mar 2026, 18:00 (Berlin time)"""
    return words(
        "{weekday}, {date}, {time} ({zone} time)",
        weekday=words.weekday(at, zone),
        date=words.date(at, zone),
        time=words.time(at, zone),
        zone=words.place(zone.key),
    )
