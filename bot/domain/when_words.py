"""
What a language says times with: for each the closed list of words that `when_text` understands, and no other word.

What is typed and the words here are compared without accents and in small letters. A phrase is words with blanks
between them, or Chinese and Japanese signs without. Where two phrases fit, both are tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """A part of the day that says which of two times an hour is."""

    AM = "am"
    PM = "pm"
    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"
    SMALL_HOURS = "small hours"
    FIRST_HALF = "first half"  # of the day, where 12 may be either end of it
    SECOND_HALF = "second half"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language. `days` are counted from today; Monday is 0; `units` are minutes, `day_units` days.

    `around` are templates of a time with an hour in it (`N`): minutes from that hour. `inside` are clock words that
    stand between hour and minutes (`18 uhr 30`). `month_first`: 3/4 may be 4 March as well as 3 April.
    `joined` are weekdays and parts of the day in one word. `later` stands behind what `within` is before: `2時間後`.
    `spans` and `day_spans` are lengths without a number, in minutes and days (`через час`). `minute_words` may stand
    behind minutes, `year` behind a year before the month. `part_first`: a part of the day may come before the hour
    where no day is named.
    """

    fillers: tuple[str, ...]
    clock_fillers: tuple[str, ...]
    days: Mapping[str, int]
    parts: Mapping[str, Part]
    parts_of_today: Mapping[str, Part]
    weekdays: Mapping[str, int]
    coming: tuple[str, ...]
    of_next_week: tuple[str, ...]
    months: Mapping[str, int]
    numbers: Mapping[str, int]
    ordinal: tuple[str, ...]
    the_day: tuple[str, ...]
    of: tuple[str, ...]
    within: tuple[str, ...]
    units: Mapping[str, int]
    day_units: Mapping[str, int]
    noon: tuple[str, ...]
    midnight: tuple[str, ...]
    around: Mapping[str, int]
    inside: tuple[str, ...]
    silently: tuple[str, ...]
    breaking: tuple[str, ...]
    month_first: bool = False
    ones: Mapping[str, float] = field(default_factory=dict)
    joined: Mapping[str, tuple[int, Part]] = field(default_factory=dict)
    parts_of_tomorrow: Mapping[str, Part] = field(default_factory=dict)
    later: tuple[str, ...] = ()
    spans: Mapping[str, int] = field(default_factory=dict)
    day_spans: Mapping[str, int] = field(default_factory=dict)
    minute_words: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    part_first: bool = False


def places(words: str, first: int = 0) -> dict[str, int]:
    """Return each word's place; names of one place are joined by `/`."""
    return {name: place for place, names in enumerate(words.split(), first) for name in names.split("/")}
