"""
The bot in numbers: what is counted as it happens, periods of local days, and what follows from the counts.

Counts name nobody, and they outlive what was counted: who left, receipts that were pruned, chats that were forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import IntEnum

from bot.domain.chat import ChatKind, ChatState
from bot.domain.delivery_time import moment_of

SLOT = timedelta(minutes=15)
"""What is counted together. The offset of every zone in use is a whole number of these, so days of each are exact.

Source: https://data.iana.org/time-zones/theory.html (since 1972; the last of other offsets was Liberia's)
"""
PERIODS = (7, 30, 90, 365)
"""Days that somebody can choose with a button."""
MAX_DAYS = 3660
DAY_BARS = 92
"""More days than these are drawn by the week: on a phone their bars would be thinner than a hair."""
REPORT_MINUTE = 8 * 60
"""Of a Monday: when the report on the week before comes."""


class Fact(IntEnum):
    """What is counted of the bot. Stored: append only."""

    SENT = 1  # a story or an announcement in a chat; a list of seven counts seven
    UNREACHABLE = 2
    FAILED = 3
    RESTRICTED = 4
    CHANGED = 5  # a copy that was corrected or became a notice
    DELETED = 6
    JOINED = 11
    LEFT = 12  # blocked or removed the bot
    PAUSED = 13
    BACK = 14  # after it had left or paused
    FORGOTTEN = 15  # deleted all that was stored, while news came


class Act(IntEnum):
    """What readers do with an article, as far as a bot can know. Stored: append only."""

    OPENED = 1  # in the bot, by a link
    MUTED = 2  # its topic, from its card
    UNFOLLOWED = 3
    REFUSED_SOURCE = 4
    SHARED = 5  # a card of it put into another chat


MISSED = (Fact.UNREACHABLE, Fact.FAILED, Fact.RESTRICTED)
CAME = (Fact.JOINED, Fact.BACK)
WENT = (Fact.LEFT, Fact.PAUSED, Fact.FORGOTTEN)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of a zone, `first` to `last`."""

    first: date
    last: date
    zone: tzinfo

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def edges(self) -> list[datetime]:
        """When each day begins, and when the last one ends; by the zone's rules they are 23, 24 or 25 hours long."""
        return [moment_of(self.first + timedelta(days=n), 0, self.zone) for n in range(self.days + 1)]

    @property
    def begins(self) -> datetime:
        return moment_of(self.first, 0, self.zone)

    @property
    def ends(self) -> datetime:
        return moment_of(self.last + timedelta(days=1), 0, self.zone)


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on a day, or on several together from `first` on. Facts of which there was nothing are left out."""

    first: date
    counts: Mapping[Fact, int]

    def of(self, *facts: Fact) -> int:
        # Below zero where something is tried again that was given up on an earlier day.
        return max(0, sum(self.counts.get(fact, 0) for fact in facts))

    @property
    def growth(self) -> int:
        return sum(self.counts.get(fact, 0) for fact in CAME) - sum(self.counts.get(fact, 0) for fact in WENT)


@dataclass(frozen=True, slots=True)
class Readers:
    """The chats that there are, by state, and the active ones by kind and by language; `quiet` ones follow nothing."""

    states: Mapping[ChatState, int]
    kinds: Mapping[ChatKind, int]
    languages: Mapping[str, int]
    quiet: int

    @property
    def active(self) -> int:
        return self.states.get(ChatState.ACTIVE, 0)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long messages took from the start on that waited for nothing but their turn: how many, in the mean, the last.

    `seconds` are of all of them together.
    """

    many: int = 0
    seconds: int = 0
    last: timedelta | None = None

    @property
    def mean(self) -> timedelta | None:
        return timedelta(seconds=self.seconds / self.many) if self.many > 0 else None


@dataclass(frozen=True, slots=True)
class ArticleFigures:
    """One article that was pushed in a period: in how many chats it arrived, could not, and what readers did."""

    number: int
    title: str
    sent: int
    missed: int
    pace: Pace
    saved: int = 0
    acts: Mapping[Act, int] | None = None

    def act(self, act: Act) -> int:
        return max(0, (self.acts or {}).get(act, 0))


@dataclass(frozen=True, slots=True)
class Share:
    """What came of a topic or a source in a period: articles, stories in chats, those that could not be delivered."""

    name: str
    articles: int
    sent: int
    missed: int
    followers: int = 0


@dataclass(frozen=True, slots=True)
class Statistics:
    """A period in numbers. `days` are all of its days; lists begin with the most; `articles_out` are all that went out.

    `fastest` and `slowest` are the articles whose messages took least and most in the mean; None below two.
    `growth_since` is by how many active chats there are more since the period ended; `followed` are the most followed
    topics (name, active chats).
    """

    period: Period
    days: Sequence[Day]
    readers: Readers
    pace: Pace
    articles_out: int
    articles: Sequence[ArticleFigures] = ()
    topics: Sequence[Share] = ()
    sources: Sequence[Share] = ()
    fastest: ArticleFigures | None = None
    slowest: ArticleFigures | None = None
    growth_since: int = 0
    followed: Sequence[tuple[str, int]] = ()

    def of(self, *facts: Fact) -> int:
        """Return how often these happened in the period."""
        return max(0, sum(day.counts.get(fact, 0) for day in self.days for fact in facts))

    @property
    def growth(self) -> int:
        return sum(day.growth for day in self.days)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened: nothing went out, and nobody came or left."""
        return self.articles_out == 0 and not any(many for day in self.days for many in day.counts.values())


def period_until(last: date, days: int, zone: tzinfo) -> Period:
    """Return the period of so many days that ends with a day."""
    return Period(last - timedelta(days=days - 1), last, zone)


def latest(days: int, now: datetime, zone: tzinfo) -> Period:
    """Return the last so many days, today among them."""
    return period_until(now.astimezone(zone).date(), days, zone)


def sorted_into_days(period: Period, counts: Mapping[tuple[int, Fact], int]) -> tuple[Day, ...]:
    """Return the days of a period, of counts by the place of a day and by fact."""
    days: list[dict[Fact, int]] = [{} for _ in range(period.days)]
    for (place, fact), many in counts.items():
        days[place][fact] = many
    return tuple(Day(period.first + timedelta(days=place), found) for place, found in enumerate(days))


def bars(days: Sequence[Day]) -> tuple[Day, ...]:
    """Return what a chart shows side by side: days, or weeks when there are too many days; the last one is whole."""
    if len(days) <= DAY_BARS:
        return tuple(days)
    first = len(days) % 7
    pieces = ([days[:first]] if first else []) + [days[at : at + 7] for at in range(first, len(days), 7)]
    return tuple(_together(piece) for piece in pieces)


def _together(days: Sequence[Day]) -> Day:
    counts: dict[Fact, int] = {}
    for day in days:
        for fact, many in day.counts.items():
            counts[fact] = counts.get(fact, 0) + many
    return Day(days[0].first, counts)


def readers_by_end(active: int, shown: Sequence[Day], growth_since: int = 0) -> tuple[int, ...]:
    """Return how many chats were active at the end of each of these days, or bars of several.

    Worked out backwards from how many are `active` now, and by how many these grew since the last of the days ended.
    """
    found: list[int] = []
    standing = active - growth_since
    for day in reversed(shown):
        found.append(max(0, standing))
        standing -= day.growth
    return tuple(reversed(found))


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def report_due(now: datetime, zone: tzinfo, told_until: date | None) -> date | None:
    """Return the Monday whose report on the week before is due; None when it has been told, or its time is to come.

    Whoever moves to another zone gets no second one for the same week. Of several that were missed only the newest is
    due.
    """
    monday = newest_report(now, zone)
    return monday if told_until is not None and monday > told_until else None


def newest_report(now: datetime, zone: tzinfo) -> date:
    """Return the Monday of the newest report whose time has come."""
    monday = monday_of(now.astimezone(zone).date())
    return monday if moment_of(monday, REPORT_MINUTE, zone) <= now else monday - timedelta(days=7)


def next_report_at(now: datetime, zone: tzinfo) -> datetime:
    """Return when the next report is due."""
    return moment_of(newest_report(now, zone) + timedelta(days=7), REPORT_MINUTE, zone)
