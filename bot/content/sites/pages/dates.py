"""
Dates as pages bear them: taken apart as they are written, because each generator reads the zone differently.

Source: https://yaml.org/type/timestamp.html, https://toml.io/en/v1.0.0#offset-date-time, RFC 5322, section 3.3
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import Enum
from zoneinfo import ZoneInfo, available_timezones

_LONGEST = 80  # characters of a date
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"[ \t]*([Zz]|[-+]\d{1,2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_MONTHS = {
    name: place
    for place, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAYS = (
    re.compile(rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<month>{_MONTH})[\s,-]+(?P<year>\d{{4}})\b", re.I),
    re.compile(r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
)
# Fri Sep 3 11:21:31 CEST 2021, as `date` prints it: the year stands behind the clock
_YEAR_LAST = re.compile(
    rf"(?:[a-z]+,?\s+)?(?P<day>{_MONTH}\s+\d{{1,2}})\s+(?P<clock>\d{{1,2}}:\d{{2}}(?::\d{{2}})?)\s+"
    r"(?P<zone>[a-z]{1,5}\s+|[-+]\d{2}:?\d{2}\s+)?(?P<year>\d{4})",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*([ap]\.?m\b)?", re.IGNORECASE)
_OFFSET = re.compile(r"\s*(Z|UTC|GMT)?\s*([-+]\d{2}:?\d{2})?\s*(?:\([A-Za-z ]*\))?\s*$")


class Form(Enum):
    """How a date is written; generators that take one form may refuse another."""

    ISO = "2026-03-01T10:00:00Z"
    WORDS = "Mar 1, 2026"
    NUMBER = "1772359200"
    TOML = "a time of TOML"


@dataclass(frozen=True, slots=True)
class Written:
    """A date as it is written: what the clock shows, and the offset if one is given.

    `has_time` and `has_seconds` say how much of a clock there is.
    """

    clock: datetime
    offset: timedelta | None = None
    has_time: bool = False
    has_seconds: bool = False
    form: Form = Form.ISO
    has_short_offset: bool = False  # `-0500`, without its colon

    def in_zone(self, zone: tzinfo) -> datetime:
        """Return the moment, aware: at its own offset, else in `zone`. Raises: ValueError, beyond the calendar."""
        if self.offset is not None:
            return self.clock.replace(tzinfo=timezone(self.offset))
        return self.clock.replace(tzinfo=zone)

    def in_utc(self, zone: tzinfo) -> datetime:
        """Return the moment in UTC. Raises: ValueError, beyond the calendar."""
        try:
            return self.in_zone(zone).astimezone(UTC)
        except OverflowError as error:
            raise ValueError("is beyond the calendar") from error


def zone_called(name: object) -> ZoneInfo | None:
    """Return the time zone that a configuration names; None when it names none that is known."""
    return ZoneInfo(name) if isinstance(name, str) and name in available_timezones() else None


def written(value: object) -> Written | None:
    """Return a date that a file gives in any form; None when it is none."""
    match value:
        case datetime():
            offset = value.utcoffset()
            return Written(value.replace(tzinfo=None), offset, True, True, Form.TOML)
        case date():
            return Written(datetime(value.year, value.month, value.day), form=Form.TOML)
        case bool() | None:
            return None
        case int() | float():
            return _of_number(value)
        case str():
            return _of_text(value.strip())
    return None


def _of_number(value: float) -> Written | None:
    try:
        clock = datetime.fromtimestamp(value, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None
    return Written(clock, timedelta(0), True, True, Form.NUMBER)


def _of_text(text: str) -> Written | None:
    if len(text) > _LONGEST:
        return None
    iso = _ISO.fullmatch(text)
    if iso is None:
        return _of_words(text)
    year, month, day, hour, minute, second, fraction, offset = iso.groups()
    try:
        micros = int(((fraction or "") + "000000")[:6])
        clock = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros)
        return Written(
            clock,
            _offset(offset),
            hour is not None,
            second is not None,
            Form.ISO,
            has_short_offset=offset is not None and len(offset) > 3 and ":" not in offset,
        )
    except ValueError:
        return None


def _of_words(text: str) -> Written | None:
    if (last := _YEAR_LAST.fullmatch(text)) is not None:
        text = f"{last['day']} {last['year']} {last['clock']} {last['zone'] or ''}"
    day = next((found for form in _DAYS if (found := form.search(text)) is not None), None)
    if day is None:
        return None
    month = day["month"][:3].lower()
    rest = text[: day.start()] + " " + text[day.end() :]
    clock = _CLOCK.search(rest)
    hour, minute, second = (int(clock[n] or 0) for n in (1, 2, 3)) if clock else (0, 0, 0)
    if clock and clock[5]:
        hour = hour % 12 + (12 if clock[5][0] in "pP" else 0)
    zone = _OFFSET.match(rest, clock.end()) if clock else None
    try:
        number = _MONTHS.get(month) or int(day["month"])
        return Written(
            datetime(int(day["year"]), number, int(day["day"]), hour, minute, second),
            None if zone is None else _offset(zone[2] or zone[1]),
            clock is not None,
            clock is not None and clock[3] is not None,
            Form.WORDS,
        )
    except ValueError:
        return None


def _offset(text: str | None) -> timedelta | None:
    """Return an offset as `Z`, `+02:00`, `-0500` or `+2`. Raises: ValueError, for a day or more."""
    if not text:
        return None
    if text[0] not in "+-":
        return timedelta(0)
    hours, minutes = text[1:].partition(":")[::2] if ":" in text else (text[1:3], text[3:])
    away = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if away >= timedelta(days=1):
        raise ValueError("is no offset")
    return -away if text[0] == "-" else away
