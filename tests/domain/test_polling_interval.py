"""When a source is asked again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.polling_interval import (
    LONGEST,
    LONGEST_RETRY_AFTER,
    SHORTEST,
    SHORTEST_GIVEN,
    UNKNOWN,
    Pace,
    first_poll,
    interval,
    is_to_be_named,
    next_poll,
    not_before,
    poll_after_failure,
    usual_gap,
)

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

spans = st.timedeltas(timedelta(0), timedelta(days=400))
asked_for = st.none() | spans
moments = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
paces = st.builds(
    Pace,
    every=asked_for,
    ask_every=asked_for,
    max_age=asked_for,
    published=st.lists(moments, max_size=30).map(tuple),
    since=st.none() | moments,
)
jitters = st.floats(0, 1)


def _every(gap: timedelta, *, silent: timedelta = timedelta(0), items: int = 12) -> tuple[datetime, ...]:
    return tuple(NOW - silent - gap * number for number in range(items))


@pytest.mark.parametrize(
    ("gap", "wanted"),
    [
        (MINUTE, SHORTEST),
        (10 * MINUTE, SHORTEST),
        (30 * MINUTE, 15 * MINUTE),
        (2 * HOUR, HOUR),
        (DAY, 12 * HOUR),
        (2 * DAY, LONGEST),
        (60 * DAY, LONGEST),
    ],
)
def test_the_interval_is_half_of_the_usual_gap_between_five_minutes_and_a_day(
    gap: timedelta, wanted: timedelta
) -> None:
    assert interval(Pace(published=_every(gap)), NOW) == wanted


def test_a_source_that_has_gone_quiet_is_asked_more_rarely() -> None:
    assert interval(Pace(published=_every(10 * MINUTE, silent=6 * HOUR)), NOW) == 3 * HOUR
    assert interval(Pace(published=_every(10 * MINUTE, silent=30 * DAY)), NOW) == LONGEST


def test_a_pile_of_items_of_one_moment_is_one_publication() -> None:
    """A static site that is built anew may date all its pages alike."""
    assert usual_gap([NOW - 4 * HOUR] * 50, NOW) == 4 * HOUR


def test_only_the_last_publications_count() -> None:
    long_ago = tuple(NOW - 900 * DAY - DAY * number for number in range(100))
    assert interval(Pace(published=_every(20 * MINUTE, items=30) + long_ago), NOW) == 10 * MINUTE


def test_dates_to_come_say_nothing_about_how_often_a_source_publishes() -> None:
    assert usual_gap([NOW + DAY, NOW + 2 * DAY], NOW) is None
    assert interval(Pace(published=(*_every(2 * HOUR), NOW + 90 * DAY)), NOW) == HOUR


def test_a_source_of_which_nothing_is_known_is_asked_every_quarter_of_an_hour_until_its_silence_is_known() -> None:
    assert interval(Pace(), NOW) == UNKNOWN
    assert interval(Pace(since=NOW), NOW) == UNKNOWN
    assert interval(Pace(since=NOW - 4 * HOUR), NOW) == 2 * HOUR
    assert interval(Pace(since=NOW - 365 * DAY), NOW) == LONGEST


@pytest.mark.parametrize("asked", [{"ask_every": HOUR}, {"max_age": HOUR}, {"ask_every": HOUR, "max_age": MINUTE}])
def test_a_source_is_not_asked_more_often_than_it_asks_for(asked: dict[str, timedelta]) -> None:
    assert interval(Pace(published=_every(MINUTE), **asked), NOW) == HOUR


def test_what_a_source_asks_for_never_makes_it_asked_more_often_than_it_publishes() -> None:
    assert interval(Pace(published=_every(4 * HOUR), ask_every=MINUTE, max_age=timedelta(0)), NOW) == 2 * HOUR


def test_a_max_age_of_a_year_is_a_day() -> None:
    assert interval(Pace(published=_every(MINUTE), max_age=365 * DAY), NOW) == LONGEST


def test_what_an_editor_chose_counts_whatever_the_feed_says_but_is_a_minute_at_least() -> None:
    assert interval(Pace(every=15 * MINUTE, ask_every=DAY, published=_every(30 * DAY)), NOW) == 15 * MINUTE
    assert interval(Pace(every=3 * DAY), NOW) == 3 * DAY
    assert interval(Pace(every=timedelta(seconds=1)), NOW) == SHORTEST_GIVEN


@given(paces)
def test_an_interval_that_adapts_is_between_five_minutes_and_a_day(pace: Pace) -> None:
    if pace.every is None:
        assert SHORTEST <= interval(pace, NOW) <= LONGEST
    else:
        assert interval(pace, NOW) == max(pace.every, SHORTEST_GIVEN)


@given(paces, jitters, asked_for)
def test_the_next_time_is_after_the_interval_and_after_what_the_server_asks_for(
    pace: Pace, jitter: float, retry_after: timedelta | None
) -> None:
    at = next_poll(pace, NOW, jitter=jitter, retry_after=retry_after)
    assert at >= NOW + interval(pace, NOW)
    if retry_after is not None:
        assert at >= NOW + min(retry_after, LONGEST_RETRY_AFTER)
    else:
        assert at <= NOW + max(LONGEST, interval(pace, NOW))


@given(paces, st.integers(1, 10_000), jitters)
def test_pauses_never_shrink_while_a_source_fails_and_never_exceed_a_day(
    pace: Pace, failures: int, jitter: float
) -> None:
    now, later = (poll_after_failure(pace, count, NOW, jitter=jitter) for count in (failures, failures + 1))
    assert NOW < now <= later <= NOW + LONGEST


def test_a_source_is_asked_a_little_later_than_its_interval_so_that_many_do_not_fall_into_step() -> None:
    times = [next_poll(Pace(every=HOUR), NOW, jitter=place / 2) - NOW for place in range(3)]
    assert times == [60 * MINUTE, 63 * MINUTE, 66 * MINUTE]
    assert next_poll(Pace(every=23 * HOUR), NOW, jitter=1) == NOW + DAY
    assert next_poll(Pace(every=3 * DAY), NOW, jitter=1) == NOW + 3 * DAY


@pytest.mark.parametrize(
    ("failures", "hours"), [(1, 0.25), (2, 0.5), (3, 1), (4, 2), (5, 4), (6, 8), (7, 16), (8, 24), (9, 24), (10**9, 24)]
)
def test_pauses_double_from_the_interval_to_a_day(failures: int, hours: float) -> None:
    assert poll_after_failure(Pace(every=15 * MINUTE), failures, NOW, jitter=0) == NOW + timedelta(hours=hours)


def test_a_source_that_is_asked_once_a_day_is_tried_again_after_an_hour() -> None:
    assert poll_after_failure(Pace(published=_every(30 * DAY)), 1, NOW, jitter=0) == NOW + HOUR


def test_retry_after_binds_successes_and_failures_but_not_for_years() -> None:
    pace = Pace(every=MINUTE)
    assert next_poll(pace, NOW, jitter=0, retry_after=2 * HOUR) == NOW + 2 * HOUR
    assert poll_after_failure(pace, 1, NOW, jitter=1, retry_after=2 * HOUR) == NOW + 2 * HOUR
    assert poll_after_failure(pace, 1, NOW, jitter=0, retry_after=timedelta(seconds=5)) == NOW + MINUTE
    assert not_before(10_000 * DAY, NOW) == NOW + LONGEST_RETRY_AFTER
    assert not_before(-HOUR, NOW) == NOW
    assert not_before(None, NOW) is None


def test_sources_that_begin_together_are_spread_over_the_interval() -> None:
    assert [first_poll(NOW, HOUR, place / 4) for place in range(4)] == [
        NOW + timedelta(hours=place / 4) for place in range(4)
    ]


def test_a_source_is_named_once_when_it_has_failed_for_a_day_and_again_when_it_fails_anew() -> None:
    began = NOW - DAY
    assert not is_to_be_named(None, None, NOW)
    assert not is_to_be_named(began + timedelta(seconds=1), None, NOW)
    assert is_to_be_named(began, None, NOW)
    assert not is_to_be_named(began, NOW, NOW + 30 * DAY)
    assert is_to_be_named(NOW + 40 * DAY, NOW, NOW + 41 * DAY)
