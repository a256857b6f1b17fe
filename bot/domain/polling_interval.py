"""
When a source is asked again: as often as it publishes, never more often than it asks for, more rarely when it fails.

Sources: https://www.rssboard.org/rss-specification#ltttlgtSubelementOfLtchannelgt (ttl),
         https://web.resource.org/rss/1.0/modules/syndication/ (sy:updatePeriod, sy:updateFrequency),
         RFC 9111, section 5.2.2.1 (max-age), and RFC 9110, section 10.2.3 (Retry-After)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SHORTEST_GIVEN = timedelta(minutes=1)
"""What `every` is at least."""
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=1)
"""Between these the interval adapts; what a server asks for counts up to the longest."""
UNKNOWN = timedelta(minutes=15)
"""For a source of which nothing is known yet."""
LONGEST_RETRY_AFTER = timedelta(days=7)
"""A server that asks for more than this has made a mistake."""
NAMED_AFTER = timedelta(days=1)
"""For so long a source fails before editors are told."""

_ASKED_PER_GAP = 2  # so that what is new is found after a quarter of the usual gap, on average
_RECENT = 20  # publications; what a source did a year ago says little
_LONGEST_FIRST_PAUSE = timedelta(hours=1)  # after a first failure, however rarely a source is asked
_JITTER = 10  # an interval grows by up to one in so many, never beyond a day, so that sources do not fall into step


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known about how often a source wants to be asked. None is what nobody said.

    `every` is what an editor chose, `ask_every` the longer of `ttl` and `sy:*` in the feed, `max_age` that of its last
    answer. `published` are the times at which it published: the dates of its items, and for those without one when
    they were first seen, but not when all of them were first seen because the source was new. `since` is when the
    source was first read.
    """

    every: timedelta | None = None
    ask_every: timedelta | None = None
    max_age: timedelta | None = None
    published: tuple[datetime, ...] = ()
    since: datetime | None = None


def interval(pace: Pace, now: datetime) -> timedelta:
    """Return how long to leave a source alone that answers as it should.

    What an editor chose is what happens. Else the longest of what the feed and its server ask for and of half the
    usual time between two publications: 5 min for a source with a story every 10 minutes or more, 1 h for one every
    two hours, 24 h for one every second day. A source that has gone quiet is asked as if its silence were such a gap.
    """
    if pace.every is not None:
        return max(pace.every, SHORTEST_GIVEN)
    asked = max((one for one in (pace.ask_every, pace.max_age) if one is not None), default=timedelta(0))
    return min(LONGEST, max(asked, _adapted(pace, now)))


def _adapted(pace: Pace, now: datetime) -> timedelta:
    gap = usual_gap(pace.published, now)
    if gap is None:
        silence = now - pace.since if pace.since is not None else timedelta(0)
        return max(UNKNOWN, min(LONGEST, silence / _ASKED_PER_GAP))
    return max(SHORTEST, min(LONGEST, gap / _ASKED_PER_GAP))


def usual_gap(published: Iterable[datetime], now: datetime) -> timedelta | None:
    """Return the usual time between two of the last publications, or how long it has been silent if that is longer.

    Dates to come say nothing. None when there is none before `now`.
    """
    times = sorted({one for one in published if one <= now}, reverse=True)[:_RECENT]
    if not times:
        return None
    silence = now - times[0]
    return max(silence, (times[0] - times[-1]) / (len(times) - 1)) if len(times) > 1 else silence


def first_poll(now: datetime, within: timedelta, at: float) -> datetime:
    """Return when a source is asked after a start or an import, so that thousands do not come at once.

    `at` is a random number from 0 to 1: the place in the interval.
    """
    return now + within * at


def next_poll(pace: Pace, now: datetime, *, jitter: float, retry_after: timedelta | None = None) -> datetime:
    """Return when a source is asked again that has just answered. `jitter` is a random number from 0 to 1."""
    return max(now + _spread(interval(pace, now), jitter), not_before(retry_after, now) or now)


def poll_after_failure(
    pace: Pace, failures: int, now: datetime, *, jitter: float, retry_after: timedelta | None = None
) -> datetime:
    """Return when a source is asked again that has just failed for the `failures`-th time in a row.

    With an interval of 15 min: after 15 min, 30 min, 1 h, 2 h, … 16 h at the seventh, then 24 h; one that is asked once
    a day is tried again after an hour. Each pause grows by up to a tenth, to a day at most.
    `Retry-After` binds.
    """
    first = min(interval(pace, now), _LONGEST_FIRST_PAUSE)
    pause = min(LONGEST, first * (1 << min(max(failures, 1) - 1, 16)))
    return max(now + _spread(pause, jitter), not_before(retry_after, now) or now)


def _spread(pause: timedelta, jitter: float) -> timedelta:
    """Return a pause that is a little longer, but not for that longer than a day."""
    return pause + max(timedelta(0), min(pause / _JITTER, LONGEST - pause)) * jitter


def not_before(retry_after: timedelta | None, now: datetime) -> datetime | None:
    """Return until when nobody may ask, a person who refreshes by hand neither; None when the server said nothing."""
    if retry_after is None:
        return None
    return now + max(timedelta(0), min(retry_after, LONGEST_RETRY_AFTER))


def is_to_be_named(failing_since: datetime | None, named_at: datetime | None, now: datetime) -> bool:
    """Return whether editors are to be told of a source: it has failed for a day, and this failing is not yet named.

    `failing_since` is when the first of the failures in a row was; `named_at` when editors were last told of it.
    """
    if failing_since is None or now - failing_since < NAMED_AFTER:
        return False
    return named_at is None or named_at < failing_since
