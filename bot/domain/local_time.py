"""What a clock on a wall shows, as a moment: once, twice or never, by the rules of its zone on that day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from zoneinfo import ZoneInfo


class Clocks(Enum):
    """How often clocks show a time on a day."""

    ONCE = auto()
    TWICE = auto()  # they are put back over it
    GAP = auto()  # they are put forward over it


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A time of day. `at` is the moment, the first of two; in a gap, that at which as much has passed since midnight.

    `choices` are both moments, or those that are nearest to what is not there.
    """

    at: datetime
    clocks: Clocks
    choices: tuple[datetime, ...] = ()

    @property
    def last(self) -> datetime:
        return self.choices[-1] if self.clocks is Clocks.TWICE else self.at


def at_local(day: date, minute: int, zone: ZoneInfo) -> LocalTime:
    """Return when clocks in a zone show a minute of a day; 1440 is the midnight at its end.

    Source: PEP 495 (`fold`), and https://docs.python.org/3/library/zoneinfo.html
    """
    day += timedelta(days=minute // 1440)
    shown = datetime.combine(day, time(minute % 1440 // 60, minute % 60))
    first, second = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return LocalTime(first, Clocks.ONCE)
    if first.astimezone(zone).replace(tzinfo=None) == shown:
        return LocalTime(first, Clocks.TWICE, (first, second))
    # In a gap `fold=0` reads the clock by the offset before it: that moment shows a time behind the gap.
    return LocalTime(first, Clocks.GAP, (_end_of_gap(second, first, zone), first))


def _end_of_gap(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment behind a gap between two moments: clocks jump there."""
    offset = high.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high.replace(second=0, microsecond=0)
