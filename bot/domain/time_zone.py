"""
Names of time zones: how people write theirs (an offset from UTC, or a city), and how a zone is shown to them.

Zones of the IANA database are named after cities. Those that are nothing but a distance from UTC carry the sign of
POSIX, which counts westwards: `Etc/GMT-3` is three hours ahead of UTC, and people write and read `UTC+3`.
Source: https://data.iana.org/time-zones/tzdb/etcetera
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

UTC = "UTC"
MAX_HOURS_BEHIND, MAX_HOURS_AHEAD = 12, 14
FAR_LARGER = 10
"""Of several cities of one name, one with so many times the people of the next is meant by everybody."""
MAX_NAME_LENGTH = 100
"""Characters. The longest name known to be used in full is shorter."""

_OFFSET = re.compile(
    r"(?:UTC|GMT)\s*(?:([+\-−–])\s*([0-9]{1,2})(?::?([0-9]{2}))?)?|([+\-−–])\s*([0-9]{1,2})(?::?([0-9]{2}))?|Z",
    re.ASCII | re.IGNORECASE,
)
_SIGNS = {code: None for code in range(128) if not (chr(code).isalnum() or chr(code) == "/")}
_FIXED = re.compile(r"Etc/GMT([+-])([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class City:
    """A city as GeoNames has it: its English name, its country's ISO 3166 code, its IANA zone, its people."""

    name: str
    country: str
    zone: str
    population: int


def utc_offset(text: str) -> timedelta | None:
    """Return what `UTC+3`, `GMT-4`, `utc +05:30`, `+0530` or `UTC` says; None when it says something else.

    Ahead of UTC is positive, whatever POSIX thinks. It need not be an offset that any place has.
    """
    said = _OFFSET.fullmatch(text.strip())
    if said is None:
        return None
    sign, hours, minutes = said[1] or said[4], said[2] or said[5], said[3] or said[6]
    length = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return length if sign in (None, "+") else -length


def fixed_zone(offset: timedelta) -> str | None:
    """Return the IANA zone that is always so far from UTC; None when there is none, as for parts of an hour."""
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest or not -MAX_HOURS_BEHIND <= hours <= MAX_HOURS_AHEAD:
        return None
    return f"Etc/GMT{-hours:+d}" if hours else UTC


def offset_label(offset: timedelta) -> str:
    """Return UTC+5:30 for five and a half hours ahead."""
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def zone_label(zone: str) -> str:
    """Return what a zone is called to people: its IANA name, or UTC+3 for one that is only that."""
    fixed = _FIXED.fullmatch(zone)
    if fixed is None or not int(fixed[2]):
        return UTC if zone.removeprefix("Etc/") in ("UTC", "GMT", "GMT+0", "GMT-0") else zone
    return offset_label(timedelta(hours=int(fixed[2])) * (1 if fixed[1] == "-" else -1))


def is_offset(zone: str) -> bool:
    """Return whether a zone is no place's: people call it UTC, or UTC+3."""
    return zone_label(zone).startswith(UTC)


def plain_name(name: str) -> str:
    """Return a place's name by its letters alone, without their accents: in this form equal ones are equal."""
    if name.isascii():
        return name.lower().translate(_SIGNS)
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(char for char in letters if char.isalnum() or char == "/")


def meant(cities: Sequence[City]) -> tuple[City, ...]:
    """Return the one city that is meant, or those to choose from, largest first, one for each time zone.

    Cities of one zone are one choice, since only the time is asked for.
    """
    largest: dict[str, City] = {}
    for city in sorted(cities, key=lambda city: -city.population):
        largest.setdefault(city.zone, city)
    found = tuple(largest.values())
    if len(found) > 1 and found[0].population >= FAR_LARGER * found[1].population:
        return found[:1]
    return found
