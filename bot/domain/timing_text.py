"""
How people write when they want their news (`daily 08:00 mon-fri`, `calm 3`, `22:00-07:00`), and how it is stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from bot.domain import timing_words
from bot.domain.delivery_time import AT_ONCE, EVERY_DAY, MAX_PER_HOUR, WORKING_DAYS, Mode, Quiet, Timing

MAX_LENGTH = 200
"""Characters that are looked at."""
SILENTLY = "silently"
AUTO = "auto"
"""What stands for the chat's own times where somebody writes of a topic."""
MAX_PAUSE = timedelta(days=366)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SETS = {
    **dict.fromkeys(timing_words.EVERY_DAY, EVERY_DAY),
    **dict.fromkeys(timing_words.WORKING_DAYS, WORKING_DAYS),
    **dict.fromkeys(timing_words.WEEKENDS, EVERY_DAY & ~WORKING_DAYS),
}
_HALVES = timing_words.MORNING | timing_words.AFTERNOON
_AFTER_TIME = _HALVES | timing_words.O_CLOCK
_TIME = re.compile(
    rf"({'|'.join(_HALVES)})?\s*(\d{{1,2}})(?:[:.h时時点]\s?(\d{{2}})\s?分?)?\s*({'|'.join(_AFTER_TIME)})?"
)
_DASH = re.compile(rf"\s*(?:[-\u2010-\u2015\u2212\uff5e~\u301c]|{timing_words.UP_TO})\s*")
_BEFORE_TIME = timing_words.FILLERS - {"a", "à", "às", "e"}  # which may stand between two times
_COMMAS = re.compile(r"[\s,;/&+\u060c\u3001\uff0c]+")
_OF_TOPICS = frozenset({*Mode, SILENTLY, AUTO, "pause"})
_MARKED = re.compile(r"""["“”„«»'‘]([^"“”„«»]{1,100})["“”„«»'’]\s*(.{0,100})""")


class Fault(StrEnum):
    """What is wrong with what somebody wrote."""

    MODE = "mode"  # none of now, calm, hourly, daily
    NUMBER = "number"  # calm wants one from 1 to MAX_PER_HOUR
    TIME = "time"  # there is no such time of day
    DAYS = "days"  # these are no weekdays
    SPAN = "span"  # quiet hours go from a time to a time
    LENGTH = "length"  # quiet hours of 24 hours, or of none
    DATE = "date"  # there is no such day
    PAUSE = "pause"  # a pause ends on a day to come, within MAX_PAUSE


@dataclass(frozen=True, slots=True)
class Misread:
    """Something that cannot be understood: `said` is the part that is wrong; empty when it is missing."""

    fault: Fault
    said: str = ""


def delivery_wish(text: str, weekdays: Mapping[str, int] | None = None) -> Timing | Misread:
    """Return what `now`, `silently`, `calm 3`, `hourly` or `daily 08:00 mon-fri` asks for, without quiet hours.

    `weekdays` are further names of weekdays in small letters, Monday is 0.
    """
    mode, _, rest = _plain(text).partition(" ")
    match mode:
        case "now" | "hourly" if not rest:
            return Timing(Mode(mode))
        case "silently" if not rest:
            return Timing(silent=True)
        case "now" | "hourly" | "silently":
            return Misread(Fault.MODE, text.strip())
        case "calm":
            digits = re.fullmatch(r"(\d{1,6})(?:\s*(?:/h|an hour|per hour|/ ?hour))?", rest.strip())
            if digits is None or not 1 <= int(digits[1]) <= MAX_PER_HOUR:
                return Misread(Fault.NUMBER, rest.strip())
            return Timing(Mode.CALM, per_hour=int(digits[1]))
        case "daily":
            return _daily(rest, weekdays or {})
    return Misread(Fault.MODE, text.strip())


def said_of_topics(text: str) -> list[tuple[str, str]]:
    """Return how `Computer Vision daily 08:00` can be read as the name of a topic and what is wished for it.

    The longest name comes first. In quotation marks (`"Daily News" daily 08:00`) only that is the name, and the wish
    may be missing. Empty when it can be read in no such way.
    """
    if marked := _MARKED.fullmatch(text.strip()):
        return [(marked[1].strip(), marked[2].strip())]
    tokens = text[:MAX_LENGTH].split()
    places = [place for place in range(len(tokens) - 1, 0, -1) if tokens[place].casefold() in _OF_TOPICS]
    return [(" ".join(tokens[:place]), " ".join(tokens[place:])) for place in places]


def on_or_off(text: str) -> bool | None:
    """Return what a word switches, in any language that is spoken here; None when it is neither."""
    plain = _plain(text)
    return True if plain in timing_words.ON else False if plain in timing_words.OFF else None


def quiet_wish(text: str) -> Quiet | Misread | None:
    """Return the quiet hours that `22:00-07:00` asks for, None for `off`."""
    plain = _plain(text)
    if plain in timing_words.OFF:
        return None
    parts = _DASH.split(" ".join(word for word in plain.split(" ") if word not in _BEFORE_TIME))
    if len(parts) != 2 or not all(parts):
        return Misread(Fault.SPAN, text.strip())
    found = [time_of_day(part) for part in parts]
    if parts[1] in ("24", "24:00", "24.00"):
        found[1] = 0
    for part, minute in zip(parts, found, strict=True):
        if minute is None:
            return Misread(Fault.TIME, part)
    begin, end = (minute or 0 for minute in found)
    return Misread(Fault.LENGTH, text.strip()) if begin == end else Quiet(begin, end)


def pause_wish(text: str, today: date) -> date | Misread | None:
    """Return the day on which news comes again after a pause: `2026-12-24`, `24.12.`, `5 days`, `2 weeks`; None for
    `off`.

    A day without a year is the next one of that name, and no pause is longer than `MAX_PAUSE`.
    """
    plain = _plain(text)
    if plain in timing_words.OFF:
        return None
    plain = next((plain.removeprefix(word) for word in timing_words.UNTIL if plain.startswith(word)), plain)
    plain = plain.removesuffix("まで")
    found = _day_in(plain, today) or _date_of(plain, today)
    if found is None:
        return Misread(Fault.DATE, text.strip())
    return found if today < found <= today + MAX_PAUSE else Misread(Fault.PAUSE, text.strip())


def time_of_day(text: str) -> int | None:
    """Return the minute of the day that `8`, `08:00`, `8.30` or `8 pm` is; None when there is no such time."""
    said = _TIME.fullmatch(text.strip())
    if said is None:
        return None
    hour, minute, half = int(said[2]), int(said[3] or 0), said[1] or said[4]
    if half in _HALVES:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in timing_words.AFTERNOON else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def as_time(minute: int) -> str:
    """Return 08:00 for the minute 480."""
    return f"{minute // 60:02}:{minute % 60:02}"


def as_days(days: int) -> str:
    """Return `mon-fri` or `mon,wed` for some weekdays; nothing for all of them."""
    chosen = [place for place in range(7) if days >> place & 1]
    if len(chosen) == 7:
        return ""
    if len(chosen) > 2 and chosen == list(range(chosen[0], chosen[-1] + 1)):
        return f"{DAYS[chosen[0]]}-{DAYS[chosen[-1]]}"
    return ",".join(DAYS[place] for place in chosen)


def stored(timing: Timing) -> str:
    """Return when a chat wants its news as one text: `daily 08:00 mon-fri, quiet 22:00-07:00`."""
    match timing.mode:
        case Mode.CALM:
            text = f"calm {timing.per_hour}"
        case Mode.DAILY:
            text = f"daily {as_time(timing.minute)} {as_days(timing.days)}".rstrip()
        case Mode.NOW | Mode.HOURLY:
            text = SILENTLY if timing.silent else timing.mode.value
    if timing.quiet is not None:
        text += f"; quiet {as_time(timing.quiet.begin)}-{as_time(timing.quiet.end)}"
    return text


@lru_cache(maxsize=4096)  # read for every chat of every broadcast
def from_stored(text: str | None) -> Timing:
    """Return what `stored` has written. What cannot be read, as from a newer version, is news at once."""
    wish, _, quiet = (text or "").partition("; quiet ")
    timing, hours = delivery_wish(wish), quiet_wish(quiet) if quiet else None
    if isinstance(timing, Misread) or isinstance(hours, Misread):
        return AT_ONCE
    return replace(timing, quiet=hours)


def _daily(text: str, weekdays: Mapping[str, int]) -> Timing | Misread:
    split = _COMMAS.split(_DASH.sub("-", text))
    tokens = [token for token in split if token and token not in timing_words.FILLERS]
    if not tokens:
        return Misread(Fault.TIME)
    many = 2 if len(tokens) > 1 and (tokens[1] in _AFTER_TIME or tokens[0] in _HALVES) else 1
    said = " ".join(tokens[:many])
    minute = time_of_day(said)
    if minute is None:
        return Misread(Fault.TIME, said)
    days = 0
    for token in tokens[many:]:
        found = _days(token, weekdays)
        if not found:
            return Misread(Fault.DAYS, token)
        days |= found
    return Timing(Mode.DAILY, minute=minute, days=days or EVERY_DAY)


def _days(token: str, weekdays: Mapping[str, int]) -> int:
    """Return the weekdays that `mon`, `fri-mon` or `weekend` names; 0 when it names none."""
    if token in _SETS:
        return _SETS[token]
    if (alone := _day(token, weekdays)) is not None:
        return 1 << alone
    for dash in re.finditer("-", token):  # segunda-feira has one of its own
        begin, end = _day(token[: dash.start()], weekdays), _day(token[dash.end() :], weekdays)
        if begin is not None and end is not None:
            return sum(1 << (begin + ahead) % 7 for ahead in range((end - begin) % 7 + 1))
    return 0


def _day(name: str, weekdays: Mapping[str, int]) -> int | None:
    """Return the weekday with this name, or of which it is an unmistakable beginning of two letters or more."""
    name = name.rstrip(".")
    for spelled in (name, without_accents(name)):
        if spelled in weekdays:
            return weekdays[spelled]
    meant = [place for place, whole in enumerate(_NAMES) if len(name) > 1 and whole.startswith(name)]
    return meant[0] if len(meant) == 1 else None


def _plain(text: str) -> str:
    """Return a text in small letters, with plain digits and single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text[:MAX_LENGTH]).casefold().split())


def without_accents(text: str) -> str:
    """Return sab for sáb; those of Arabic letters are left out too."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _day_in(plain: str, today: date) -> date | None:
    said = re.fullmatch(r"(\d{1,3}) ?(\w+)", plain)
    if said is None or said[2] not in timing_words.DAY_UNITS | timing_words.WEEK_UNITS:
        return None
    return today + timedelta(days=int(said[1]) * (7 if said[2] in timing_words.WEEK_UNITS else 1))


def _date_of(plain: str, today: date) -> date | None:
    try:
        if said := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", plain):
            return date(int(said[1]), int(said[2]), int(said[3]))
        if said := re.fullmatch(r"(\d{1,2})[./] ?(\d{1,2})[./]? ?(\d{4})?", plain):
            if said[3]:
                return date(int(said[3]), int(said[2]), int(said[1]))
            this_year = date(today.year, int(said[2]), int(said[1]))
            return this_year if this_year > today else this_year.replace(year=today.year + 1)
    except ValueError:
        pass
    return None
