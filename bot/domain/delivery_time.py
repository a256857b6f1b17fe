"""
When a chat gets its news: at once, a few an hour, hourly or daily, and never in its quiet hours.

Everything is worked out from what the chat has set today, the moment, and the rules of its zone on that day; nothing is
kept but the moment of the next run. A time of day that the clock leaps over comes with the next minute that there is,
and one that comes twice counts once: zoneinfo raises for neither, which a round trip through UTC tells.
Source: https://peps.python.org/pep-0495/ (`fold`)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import IntEnum, StrEnum
from functools import lru_cache

MAX_PER_HOUR = 60
ONE_BY_ONE = 3
"""So many stories that waited for the end of quiet hours come by themselves; more come as one list."""
EVERY_DAY = 0b1111111
WORKING_DAYS = 0b0011111
_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


class Mode(StrEnum):
    """How often news comes. CALM is so many stories an hour and the rest as a list when the hour is over."""

    NOW = "now"
    CALM = "calm"
    HOURLY = "hourly"
    DAILY = "daily"


class Waits(IntEnum):
    """Why a delivery waits, or waited, for its chat's own time. Stored: append only."""

    NOT = 0
    FOR_ITS_TIME = 1  # a digest, or the end of quiet hours
    FOR_THE_HOUR = 2  # the hour had its stories already


@dataclass(frozen=True, slots=True)
class Quiet:
    """From which minute of the day to which nothing comes; over midnight when it ends before it begins."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Timing:
    """When a chat wants its news. `per_hour` counts for CALM; `minute` of the day and `days` (Monday is the lowest
    bit) for DAILY; `silent`, at once and without a sound, for NOW, where it is the wish for a topic."""

    mode: Mode = Mode.NOW
    per_hour: int = 0
    minute: int = 0
    days: int = EVERY_DAY
    quiet: Quiet | None = None
    silent: bool = False

    @property
    def is_at_once(self) -> bool:
        """Whether nothing ever waits."""
        return self.mode is Mode.NOW and self.quiet is None

    @property
    def is_digest(self) -> bool:
        """Whether news comes in lists only."""
        return self.mode in (Mode.HOURLY, Mode.DAILY)

    def follows_clock_of(self, other: Timing) -> bool:
        """Return whether its lists come at the times of another one's."""
        return replace(self, quiet=None) == replace(other, quiet=None)


AT_ONCE = Timing()


class Way(StrEnum):
    """How a delivery leaves whose time has come."""

    ALONE = "alone"
    IN_LIST = "in a list"


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: not before `until`."""

    until: datetime
    why: Waits


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list says of itself: since when it is due, and when the next one comes, if they come regularly."""

    timing: Timing
    at: datetime
    next_at: datetime | None


@lru_cache(maxsize=4096)  # asked for each of the thousands of chats that want the same
def leaves_at(timing: Timing, zone: tzinfo, since: datetime, now: datetime) -> datetime:
    """Return the first moment at which news of `since` may leave; `now` or earlier when it may.

    It is never in quiet hours. A digest time that is over counts: who was down sends then, once.
    """
    match timing.mode:
        case Mode.DAILY:
            at = next_daily(timing, zone, since)
        case Mode.HOURLY:
            at = end_of_hour(zone, since)
        case Mode.NOW | Mode.CALM:
            at = since
    return _end_of_quiet(timing.quiet, zone, max(at, now)) or at


def decide(
    timing: Timing,
    zone: tzinfo,
    since: datetime,
    now: datetime,
    *,
    waited: Waits = Waits.NOT,
    waiting: int = 1,
    pushed: int = 0,
    was_due: bool = False,
) -> Way | Wait:
    """Return how news of `since` leaves now, or until when it waits.

    `waited` says why it waited before, `waiting` how many such ones of the chat may leave now, itself included;
    `pushed` how many came alone in this hour. `was_due` when its time had come before the chat's settings changed.
    """
    at = (_end_of_quiet(timing.quiet, zone, now) or now) if was_due else leaves_at(timing, zone, since, now)
    if at > now:
        return Wait(at, Waits.FOR_ITS_TIME)
    if timing.is_digest:
        return Way.IN_LIST
    if timing.mode is Mode.NOW:
        return Way.IN_LIST if waited and waiting > ONE_BY_ONE else Way.ALONE
    left = timing.per_hour - pushed
    if waited is Waits.FOR_THE_HOUR:
        hour_over = end_of_hour(zone, since)
        return Way.IN_LIST if was_due or hour_over <= now else Wait(hour_over, waited)
    if waited:
        return Way.ALONE if waiting <= min(ONE_BY_ONE, left) else Way.IN_LIST
    if left > 0:
        return Way.ALONE
    hour_over = end_of_hour(zone, now)
    return Wait(_end_of_quiet(timing.quiet, zone, hour_over) or hour_over, Waits.FOR_THE_HOUR)


def has_come(
    timing: Timing, zone: tzinfo, since: datetime, now: datetime, *, waited: Waits, was_due: bool = False
) -> bool:
    """Return whether news of `since` may leave now, in whatever way."""
    return not isinstance(decide(timing, zone, since, now, waited=waited, was_due=was_due), Wait)


@lru_cache(maxsize=1024)
def listing(timing: Timing, zone: tzinfo, now: datetime) -> Listing:
    """Return what a list says of itself that leaves now: equal for all chats with the same times, as long as that is
    the latest one."""
    match timing.mode:
        case Mode.DAILY:
            at = _last_daily(timing, zone, now)
        case Mode.HOURLY | Mode.CALM:
            at = start_of_hour(zone, now)
        case Mode.NOW:
            at = _last_quiet_end(timing.quiet, zone, now) or now.replace(second=0, microsecond=0)
    at = min(now, _end_of_quiet(timing.quiet, zone, at) or at)
    next_at = None
    if timing.mode is not Mode.NOW:
        regular = replace(timing, mode=Mode.HOURLY) if timing.mode is Mode.CALM else timing
        next_at = leaves_at(regular, zone, now + _SECOND, now + _SECOND)
    return Listing(timing, at, next_at)


def next_daily(timing: Timing, zone: tzinfo, since: datetime) -> datetime:
    """Return the first moment from `since` on at which a daily digest is due."""
    day = since.astimezone(zone).date() - timedelta(days=1)
    for ahead in range(17):  # two weeks, if the only weekday of the first is left out by a zone that changed sides
        at = _due_on(timing, zone, day + timedelta(days=ahead))
        if at is not None and at >= since:
            return at
    return since + timedelta(days=7)  # no weekday at all is never stored


def end_of_hour(zone: tzinfo, at: datetime) -> datetime:
    """Return when the hour of the zone's clock is over in which `at` lies."""
    return start_of_hour(zone, at) + _HOUR


def start_of_hour(zone: tzinfo, at: datetime) -> datetime:
    """Return when the hour of the zone's clock began in which `at` lies."""
    there = at.astimezone(zone)
    into = timedelta(minutes=there.minute, seconds=there.second, microseconds=there.microsecond)
    return at.astimezone(UTC) - into


def quiet_until(timing: Timing, zone: tzinfo, at: datetime) -> datetime | None:
    """Return when the quiet hours end in which a moment lies; None when it lies in none."""
    return _end_of_quiet(timing.quiet, zone, at)


def moment_of(day: date, minute: int, zone: tzinfo) -> datetime:
    """Return when a zone's clock shows a minute of a day: for the first time, or the next one that there is, in UTC."""
    naive = datetime.combine(day, time(minute // 60, minute % 60))
    at = naive.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == naive:
        return at
    # It is leapt over. The clock leaps between these two, which lie as far apart as it leaps.
    before = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while at - before > _SECOND:
        middle = before + (at - before) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        if middle == before:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            at = middle
    return at


def _due_on(timing: Timing, zone: tzinfo, day: date) -> datetime | None:
    """Return when a daily digest is due on a day of the zone; None on others, and on a day that it left out."""
    if not timing.days >> day.weekday() & 1:
        return None
    begins = moment_of(day, 0, zone)
    if begins.astimezone(zone).date() > day:
        return None  # Samoa had no 30 December 2011
    return moment_of(day, timing.minute, zone)


def _last_daily(timing: Timing, zone: tzinfo, now: datetime) -> datetime:
    day = now.astimezone(zone).date() + timedelta(days=1)
    for back in range(17):
        at = _due_on(timing, zone, day - timedelta(days=back))
        if at is not None and at <= now:
            return at
    return now


def _end_of_quiet(quiet: Quiet | None, zone: tzinfo, at: datetime) -> datetime | None:
    """Return when the quiet hours end in which a moment lies; None when it lies in none."""
    if quiet is None:
        return None
    day = at.astimezone(zone).date()
    for begins in (day - timedelta(days=1), day):
        begin, end = _quiet_of(quiet, zone, begins)
        if begin <= at < end:
            return end
    return None


def _last_quiet_end(quiet: Quiet | None, zone: tzinfo, now: datetime) -> datetime | None:
    if quiet is None:
        return None
    day = now.astimezone(zone).date()
    ends = (_quiet_of(quiet, zone, day - timedelta(days=back))[1] for back in range(-1, 3))
    return max((end for end in ends if end <= now), default=None)


def _quiet_of(quiet: Quiet, zone: tzinfo, day: date) -> tuple[datetime, datetime]:
    """Return the quiet hours that begin on a day of the zone.

    When clocks are put back over their end they last until it is shown for the second time: whoever looks at the clock
    is asleep until then.
    """
    is_over_midnight = quiet.end <= quiet.begin
    ends_on = day + timedelta(days=1) if is_over_midnight else day
    return moment_of(day, quiet.begin, zone), _last_moment_of(ends_on, quiet.end, zone)


def _last_moment_of(day: date, minute: int, zone: tzinfo) -> datetime:
    """Return the same as `moment_of`, but of two moments the second. In a gap `fold=1` is before it."""
    second = datetime.combine(day, time(minute // 60, minute % 60)).replace(tzinfo=zone, fold=1)
    return max(moment_of(day, minute, zone), second.astimezone(UTC))
