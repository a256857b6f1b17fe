"""
What editors write for a time to come (`morgen um 9`, `next friday 6pm`, `le 5 à 18h`), understood to its end or not at
all.

A closed grammar reads it: every word has a place in it, or the whole is refused. Where it can mean several times, all
of them are given to choose from; nothing is guessed. dateparser 1.5.0, which takes what it knows and leaves the rest,
was wrong on 29 of 131 such phrases, 12 times in the past: `tomorrow 9` keeps its present minute.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.article import Manner
from bot.domain.local_time import Clocks, LocalTime, at_local
from bot.domain.when_grammar import Said, Week, readings, tokens_of, without_manner
from bot.domain.when_languages import VOCABULARIES
from bot.domain.when_words import Part, Vocabulary

MAX_LENGTH = 120  # characters; nobody says a time in more
FURTHEST = timedelta(days=731)
LATELY = timedelta(days=31)
"""A date without a year that has passed is meant for the next year, unless it passed so lately that it is a slip."""
PROPOSED = (7 * 60, 9 * 60, 12 * 60, 18 * 60)
"""Minutes of the day that are offered where a day is named and no time."""
MORNING, EVENING = 7 * 60, 22 * 60
"""Minutes of the day between which it is day: at night people sleep beside their phones."""
_MOST = 4


class Fault(StrEnum):
    """Why a text is no time to come."""

    UNKNOWN = "unknown"  # not understood to its end
    NO_TIME = "no time"  # a day, and no time of day
    SEVERAL = "several"  # it can mean several times
    PAST = "past"
    GAP = "gap"  # the clocks are put forward over it
    TWICE = "twice"  # the clocks are put back over it
    FAR = "far"  # more than two years away


@dataclass(frozen=True, slots=True)
class When:
    """A time to come, or why there is none. `choices` are times that may be meant, soonest first.

    `manner` is how it was asked to arrive.
    """

    at: datetime | None
    fault: Fault | None = None
    choices: tuple[datetime, ...] = ()
    manner: Manner = Manner.USUAL


def read_when(text: str, language: str, zone: ZoneInfo, now: datetime) -> When:
    """Return the time that a text means at `now`, by the words of a language, else by those of all others together.

    `now` and the answer are aware. Numbers alone read the same in every language but where day and month may be meant
    either way. What reads to its end in one's own language and contradicts itself there is not tried in others.
    """
    if len(text) > MAX_LENGTH:
        return When(None, Fault.UNKNOWN)
    own = _own(language)
    others = [words for tag, words in VOCABULARIES.items() if tag != own]
    return _read(text, [VOCABULARIES[own]], zone, now) or _read(text, others, zone, now) or When(None, Fault.UNKNOWN)


def read_manner(text: str, language: str, *, may_be_all: bool = False) -> tuple[str, Manner]:
    """Return a text without the word at its end that says how something arrives, and what that says.

    Nothing is taken away from a text of one word, unless that `may_be_all` there is.
    """
    before, _, last = text.strip().rpartition(" ")
    for tag in dict.fromkeys([_own(language), "en"]):
        _, manner = without_manner(tokens_of(last), VOCABULARIES[tag])
        if manner is not Manner.USUAL and (before or may_be_all):
            return before.rstrip(), manner
    return text, Manner.USUAL


def suggestions(zone: ZoneInfo, now: datetime) -> tuple[datetime, ...]:
    """Return times that are offered where nobody has said one, soonest first."""
    today = now.astimezone(zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    found = {(now + timedelta(hours=1)).replace(second=0, microsecond=0)}
    for day, minute in (
        (today, 18 * 60),
        *((today + timedelta(days=1), one) for one in PROPOSED[:2]),
        (monday, 9 * 60),
    ):
        one = at_local(day, minute, zone)
        if one.clocks is Clocks.ONCE and one.at > now:
            found.add(one.at)
    return tuple(sorted(found))


def morning_after(zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when 07:00 comes, to somebody in whose zone it is night; None by day."""
    local = now.astimezone(zone)
    if MORNING <= local.hour * 60 + local.minute < EVENING:
        return None
    day = local.date() + timedelta(days=local.hour >= 12)
    return at_local(day, MORNING, zone).at


def _own(language: str) -> str:
    tag = language.partition("-")[0].partition("_")[0]
    return tag if tag in VOCABULARIES else "en"


def _read(text: str, vocabularies: Iterable[Vocabulary], zone: ZoneInfo, now: datetime) -> When | None:
    """Return what a text means in some languages taken together; None when none of them reads it to its end."""
    found = []
    for words in vocabularies:
        tokens, manner = without_manner(tokens_of(text), words)
        said = set(readings(tokens, words)) if tokens else ()
        found += [replace(one, manner=manner) for one in (_resolve(each, zone, now) for each in said) if one]
    understood = [one for one in found if one.fault is not Fault.UNKNOWN]
    if not understood:
        return When(None, Fault.UNKNOWN) if found else None
    manner = understood[0].manner
    # A reading that is a time to come goes before one that is none: `31/12` names no thirty-first month.
    times = sorted({one.at for one in understood if one.at is not None})
    if len(times) == 1 and all(one.at is not None or one.fault is Fault.PAST for one in understood):
        return When(times[0], manner=manner)
    if len(understood) == 1 or not times:
        first = min(
            understood, key=lambda one: (one.choices[:1] or (datetime.max.replace(tzinfo=now.tzinfo),), one.fault or "")
        )
        return replace(first, manner=manner)
    choices = sorted({*times, *(choice for one in understood for choice in one.choices)})
    return When(None, Fault.SEVERAL, tuple(choices[:_MOST]), manner)


def _resolve(said: Said, zone: ZoneInfo, now: datetime) -> When | None:
    """Return the time that was said, or what is the matter with it; None when it names a day that there is not."""
    if said.after is not None:
        at = (now + said.after).replace(second=0, microsecond=0)
        return When(at) if timedelta(0) < said.after <= FURTHEST else When(None, Fault.UNKNOWN)
    minute = _minute(said)
    if minute is None and (said.minute is not None or said.part is Part.NOON):
        return When(None, Fault.UNKNOWN)  # 18:00 in the morning
    days = _days(said, zone, now)
    if not days:
        return None
    days = [day for day in days if _agrees(said, day)]
    if not days:
        return When(None, Fault.UNKNOWN)
    if minute is None:
        offered = [at_local(day, time, zone) for day in days for time in PROPOSED]
        choices = tuple(one.at for one in offered if one.clocks is Clocks.ONCE and now < one.at <= now + FURTHEST)
        return When(None, Fault.NO_TIME, choices[:_MOST]) if choices else When(None, Fault.PAST)
    if not said.names_day:
        today, tomorrow = (at_local(day, minute, zone) for day in days[:2])
        return _judged([today if today.last > now else tomorrow], said, zone, now)
    return _judged([at_local(day, minute, zone) for day in days], said, zone, now)


def _judged(found: list[LocalTime], said: Said, zone: ZoneInfo, now: datetime) -> When:
    """Return the one time that was meant, or what is the matter with it."""
    ahead = [one for one in found if one.last > now]
    if not ahead:
        return When(None, Fault.PAST, _instead(found[0].at, zone, now))
    if len(ahead) > 1:
        return When(None, Fault.SEVERAL, tuple(one.at for one in ahead))
    [one] = ahead
    if one.at - now > FURTHEST:
        return When(None, Fault.FAR)
    match one.clocks:
        case Clocks.GAP:
            return When(None, Fault.GAP, one.choices)
        case Clocks.TWICE:
            return When(None, Fault.TWICE, tuple(at for at in one.choices if at > now))
    return When(one.at)


def _instead(at: datetime, zone: ZoneInfo, now: datetime) -> tuple[datetime, ...]:
    """Return the same time of day, on the first days on which it is still to come."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    days = (at_local(today + timedelta(days=one), local.hour * 60 + local.minute, zone) for one in range(3))
    return tuple(one.at for one in days if one.clocks is Clocks.ONCE and one.at > now)[:2]


def _minute(said: Said) -> int | None:
    """Return the minute of the day; 1440 is the midnight at its end. None: none was said, or it cannot be."""
    if said.minute is None:
        return None
    hour, rest = divmod(said.minute, 60)
    if said.part is None:
        return said.minute
    if said.is_exact and said.minute in (720, 1440):
        return said.minute
    match said.part:
        case Part.AM:
            return rest if hour == 12 else said.minute if hour < 12 else None
        case Part.PM:
            return said.minute if hour == 12 else said.minute + 720 if 1 <= hour < 12 else None
        case Part.MORNING:
            return said.minute if 1 <= hour < 12 else None
        case Part.NOON:
            return said.minute if 11 <= hour <= 14 else said.minute + 720 if 1 <= hour <= 2 else None
        case Part.AFTERNOON:
            return said.minute + 720 if 1 <= hour <= 7 else said.minute if 12 <= hour <= 19 else None
        case Part.EVENING:
            return said.minute + 720 if 5 <= hour < 12 else said.minute if 17 <= hour < 24 else None
        case Part.NIGHT:
            return said.minute + 720 if 8 <= hour < 12 else said.minute if 20 <= hour < 24 else None
        case Part.SMALL_HOURS:
            return said.minute if hour < 6 else None  # 12 at night ends one day and begins another
        case Part.FIRST_HALF:
            return said.minute if hour < 12 else None
        case Part.SECOND_HALF:
            return said.minute + 720 if hour < 12 else said.minute if 12 < hour < 24 else None


def _days(said: Said, zone: ZoneInfo, now: datetime) -> list[date]:
    """Return the days that may be meant; none when there is no such day."""
    today = now.astimezone(zone).date()
    if said.days is not None:
        return [today + timedelta(days=said.days)]
    if said.date is not None:
        return _dates(*said.date, today)
    if said.weekday is None:
        return [today, today + timedelta(days=1)]
    to_come = (said.weekday - today.weekday()) % 7
    monday = today - timedelta(days=today.weekday())
    of_next_week = monday + timedelta(days=7 + said.weekday)
    if said.week is Week.THIS:
        return [monday + timedelta(days=said.weekday)]
    if said.week is Week.NEXT:
        return [of_next_week]
    if said.week is Week.COMING:
        # On a Monday, next Friday is the one of this week to some and of the next week to others.
        coming = today + timedelta(days=to_come or 7)
        return [coming] if coming == of_next_week else [coming, of_next_week]
    return [today + timedelta(days=to_come)] if to_come else [today]


def _agrees(said: Said, day: date) -> bool:
    """Return whether a date falls on the weekday that was said with it. `Next Friday, 4 December` is said by nobody."""
    return said.date is None or said.weekday is None or (said.week is None and said.weekday == day.weekday())


def _dates(year: int | None, month: int | None, day: int, today: date) -> list[date]:
    if year is not None and month is not None:
        found = _date_of(year, month, day)
        return [] if found is None else [found]
    if month is not None:
        # The year before is looked at too: in January, a day of December has just passed. 29 February may be far.
        years = (_date_of(today.year + more, month, day) for more in range(-1, 5))
        return [one for one in years if one is not None and one >= today - LATELY][:1]
    for ahead in range(13):
        place = today.year * 12 + today.month - 1 + ahead
        found = _date_of(place // 12, place % 12 + 1, day)
        if found is not None and found >= today:
            return [found]
    return []


def _date_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
