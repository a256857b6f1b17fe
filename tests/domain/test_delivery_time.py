"""When news leaves: digests over changes of the clocks, quiet hours, calm, and settings changed at any moment."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery_time import (
    AT_ONCE,
    EVERY_DAY,
    Mode,
    Quiet,
    Timing,
    Wait,
    Waits,
    Way,
    decide,
    end_of_hour,
    leaves_at,
    listing,
    moment_of,
    next_daily,
    quiet_until,
    start_of_hour,
)

BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = Timing(Mode.DAILY, minute=8 * 60)
NIGHT = Quiet(22 * 60, 7 * 60)
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/Vancouver",
        "America/Havana",
        "Africa/Cairo",
        "Atlantic/Azores",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "UTC",
    )
]
MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
MINUTES = st.integers(0, 24 * 60 - 1) | st.integers(0, 4 * 60)  # clocks change in the small hours
QUIET = st.builds(Quiet, MINUTES, MINUTES).filter(lambda quiet: quiet.begin != quiet.end)
TIMINGS = st.one_of(
    st.builds(Timing, st.just(Mode.DAILY), minute=MINUTES, days=st.integers(1, EVERY_DAY), quiet=st.none() | QUIET),
    st.builds(Timing, st.sampled_from([Mode.NOW, Mode.HOURLY]), quiet=st.none() | QUIET),
    st.builds(Timing, st.just(Mode.CALM), per_hour=st.integers(1, 5), quiet=st.none() | QUIET),
)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _steps(zone: ZoneInfo, since: datetime, by: timedelta, many: int) -> list[datetime]:
    """Return the last moments before a zone's offset is another one, of `many` that lie `by` apart."""
    moments = [since + by * step for step in range(many)]
    offsets = [moment.astimezone(zone).utcoffset() for moment in moments]
    return [moment for moment, before, after in zip(moments, offsets, offsets[1:], strict=False) if before != after]


# When clocks change, from 2011 to 2029, each to the hour.
CHANGES = {
    zone: [
        hour
        for day in _steps(zone, datetime(2011, 1, 1, tzinfo=UTC), timedelta(days=1), 19 * 365)
        for hour in _steps(zone, day, timedelta(hours=1), 25)
    ]
    for zone in ZONES
}


def _near_a_change(zone: ZoneInfo) -> st.SearchStrategy[datetime]:
    """Moments about the time at which clocks change."""
    return st.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        st.sampled_from(CHANGES[zone]),
        st.integers(0, 150),
    )


# A zone and a moment.
AT_CHANGES = st.sampled_from([zone for zone in ZONES if CHANGES[zone]]).flatmap(
    lambda zone: st.tuples(st.just(zone), _near_a_change(zone))
)
PLACES = st.tuples(st.sampled_from(ZONES), MOMENTS) | AT_CHANGES


# Clocks that change at midnight, and those that 2026 has changed, as tzdata 2026f has them.
# Source: https://data.iana.org/time-zones/tzdb/NEWS
@pytest.mark.parametrize(
    ("zone", "day", "clock", "at"),
    [
        ("Europe/Berlin", "2026-03-28", "08:00", "2026-03-28 07:00"),
        ("Europe/Berlin", "2026-03-29", "08:00", "2026-03-29 06:00"),  # an hour was left out in the night
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29 01:00"),  # there is no 02:30: at 03:00
        ("Europe/Berlin", "2026-10-25", "08:00", "2026-10-25 07:00"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25 00:30"),  # twice: the first of them
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23 22:00"),  # from 00:00 to 01:00 there is nothing
        ("Africa/Cairo", "2026-04-24", "00:59", "2026-04-23 22:00"),
        ("Asia/Beirut", "2026-03-29", "00:10", "2026-03-28 22:00"),
        ("America/Santiago", "2026-09-06", "00:30", "2026-09-06 04:00"),
        ("Atlantic/Azores", "2026-10-25", "00:30", "2026-10-25 00:30"),  # twice, the first still in summer time
        ("America/Havana", "2026-03-08", "00:30", "2026-03-08 05:00"),
        ("America/Havana", "2026-12-01", "08:00", "2026-12-01 12:00"),  # UTC-4, this winter only
        ("America/Vancouver", "2026-12-01", "08:00", "2026-12-01 15:00"),  # UTC-7 all year since November
        ("America/Edmonton", "2026-12-01", "08:00", "2026-12-01 14:00"),
        ("America/Winnipeg", "2026-12-01", "08:00", "2026-12-01 13:00"),
        ("Africa/Casablanca", "2026-12-01", "08:00", "2026-12-01 08:00"),  # UTC+0 since September
        ("Europe/Chisinau", "2027-03-28", "02:30", "2027-03-28 00:30"),  # it changes at 01:00 UTC, as the EU does
        ("Asia/Kathmandu", "2026-12-01", "08:00", "2026-12-01 02:15"),
        ("Australia/Lord_Howe", "2026-10-04", "02:10", "2026-10-03 15:30"),  # half an hour is left out
    ],
)
def test_a_time_of_day_is_found_on_every_day_of_a_zone(zone: str, day: str, clock: str, at: str) -> None:
    hour, minute = clock.split(":")
    assert moment_of(date.fromisoformat(day), int(hour) * 60 + int(minute), ZoneInfo(zone)) == _utc(at)


def test_a_day_that_a_zone_left_out_has_no_digest_of_its_own() -> None:
    apia = ZoneInfo("Pacific/Apia")  # no 30 December 2011: https://data.iana.org/time-zones/tzdb/australasia
    before = next_daily(EIGHT, apia, _utc("2011-12-29 00:00"))
    after = next_daily(EIGHT, apia, before + timedelta(seconds=1))
    assert [one.astimezone(apia).strftime("%d %H:%M") for one in (before, after)] == ["29 08:00", "31 08:00"]


def test_a_digest_comes_on_its_weekdays_only() -> None:
    working = Timing(Mode.DAILY, minute=8 * 60, days=0b0011111)
    friday = _utc("2026-11-27 08:00")
    assert next_daily(working, BERLIN, friday) == _utc("2026-11-30 07:00")
    monday_only = Timing(Mode.DAILY, minute=8 * 60, days=1)
    assert next_daily(monday_only, BERLIN, _utc("2026-11-30 07:00")) == _utc("2026-11-30 07:00")
    assert next_daily(monday_only, BERLIN, _utc("2026-11-30 07:01")) == _utc("2026-12-07 07:00")


@given(PLACES, MINUTES, st.integers(1, EVERY_DAY))
def test_a_digest_is_the_first_at_its_local_time_or_the_next_minute_that_there_is(place, minute, days) -> None:
    zone, since = place
    timing = Timing(Mode.DAILY, minute=minute, days=days)
    at = next_daily(timing, zone, since)
    there = at.astimezone(zone)
    shown = there.hour * 60 + there.minute
    assert since <= at <= since + timedelta(days=9)
    just_before = (at - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    leapt = there.replace(tzinfo=None) - just_before > timedelta(seconds=1)
    assert shown == minute or leapt
    if shown == minute:
        assert days >> there.weekday() & 1


@given(PLACES, MINUTES)
def test_digests_of_following_days_lie_a_day_apart_and_never_come_twice(place, minute) -> None:
    zone, since = place
    timing = Timing(Mode.DAILY, minute=minute)
    first = next_daily(timing, zone, since)
    second = next_daily(timing, zone, first + timedelta(seconds=1))
    days = (second.astimezone(zone).date() - first.astimezone(zone).date()).days
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26) or days == 2  # Samoa's missing day


@given(AT_CHANGES, st.integers(0, 90), st.integers(1, 90))
def test_it_is_quiet_whenever_the_clock_shows_a_quiet_time(place, before, after) -> None:
    zone, at = place
    shown = at.astimezone(zone)
    minute = shown.hour * 60 + shown.minute
    quiet = Quiet((minute - before) % 1440, (minute + after) % 1440)
    assert quiet_until(Timing(quiet=quiet), zone, at) is not None


@given(TIMINGS, PLACES, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_nothing_leaves_in_quiet_hours_or_before_it_is_news(timing, place, later) -> None:
    zone, since = place
    now = since + later
    at = leaves_at(timing, zone, since, now)
    assert at >= since
    assert quiet_until(timing, zone, max(at, now)) is None


@given(TIMINGS, PLACES, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_what_waits_may_leave_when_its_time_has_come_and_not_a_second_before(timing, place, later) -> None:
    zone, since = place
    found = decide(timing, zone, since, now := since + later)
    if isinstance(found, Wait):
        assert found.until > now
        again = decide(timing, zone, since, found.until, waited=found.why)
        assert not isinstance(again, Wait)
        if not timing.quiet:
            before = found.until - timedelta(seconds=1)
            assert isinstance(decide(timing, zone, since, max(now, before), waited=found.why), Wait) or now > before


@given(TIMINGS, PLACES)
def test_a_list_says_when_it_was_due_and_the_next_is_later(timing, place) -> None:
    zone, now = place
    if quiet_until(timing, zone, now) is not None:
        return
    said = listing(timing, zone, now)
    assert said.at <= now
    assert (said.next_at is None) == (timing.mode is Mode.NOW)
    if said.next_at is not None:
        assert said.next_at > now
        assert quiet_until(timing, zone, said.next_at) is None


@given(TIMINGS, PLACES, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_what_the_fan_out_expects_is_never_too_late(timing, place, later) -> None:
    """It asks with the start of a campaign; a chat whose settings changed since counts from then."""
    zone, start = place
    assert leaves_at(timing, zone, start, start) <= max(leaves_at(timing, zone, start + later, start + later), start)


def test_a_digest_that_was_missed_leaves_at_once_and_what_came_after_it_waits_for_the_next() -> None:
    now = _utc("2026-12-03 11:00")  # the bot was down for three days
    for since in ("2026-11-30 09:00", "2026-12-01 09:00", "2026-12-02 09:00"):
        assert decide(EIGHT, BERLIN, _utc(since), now) is Way.IN_LIST
    assert decide(EIGHT, BERLIN, _utc("2026-12-03 10:00"), now) == Wait(_utc("2026-12-04 07:00"), Waits.FOR_ITS_TIME)
    assert listing(EIGHT, BERLIN, now).at == _utc("2026-12-03 07:00")


def test_a_digest_time_that_is_moved_over_now_comes_next_where_it_is_next() -> None:
    changed = now = _utc("2026-12-01 11:00")  # noon in Berlin
    morning, evening = EIGHT, Timing(Mode.DAILY, minute=20 * 60)
    assert leaves_at(evening, BERLIN, changed, now) == _utc("2026-12-01 19:00")
    assert leaves_at(morning, BERLIN, changed, now) == _utc("2026-12-02 07:00")


def test_a_zone_that_changes_a_minute_before_midnight_makes_the_next_digest_that_zones() -> None:
    midnight = Timing(Mode.DAILY, minute=0)
    changed = _utc("2026-12-01 22:59")  # 23:59 in Berlin, 07:59 in Tokyo
    assert leaves_at(midnight, BERLIN, changed, changed) == _utc("2026-12-01 23:00")
    assert leaves_at(midnight, ZoneInfo("Asia/Tokyo"), changed, changed) == _utc("2026-12-02 15:00")
    assert leaves_at(EIGHT, ZoneInfo("Asia/Tokyo"), changed, changed) == _utc("2026-12-01 23:00")


def test_what_was_due_before_a_change_of_settings_leaves_by_the_new_ones_at_once() -> None:
    since, now = _utc("2026-12-01 07:05"), _utc("2026-12-01 07:10")
    assert isinstance(decide(EIGHT, BERLIN, since, now), Wait)
    assert decide(EIGHT, BERLIN, since, now, was_due=True) is Way.IN_LIST
    asleep = Timing(Mode.DAILY, minute=8 * 60, quiet=Quiet(7 * 60, 9 * 60))
    assert decide(asleep, BERLIN, since, now, was_due=True) == Wait(_utc("2026-12-01 08:00"), Waits.FOR_ITS_TIME)


def test_an_hour_ends_where_the_zones_clock_says() -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")  # 05:45 ahead
    assert end_of_hour(kathmandu, _utc("2026-12-01 08:20")) == _utc("2026-12-01 09:15")
    assert start_of_hour(kathmandu, _utc("2026-12-01 08:20")) == _utc("2026-12-01 08:15")
    hourly = Timing(Mode.HOURLY)
    assert leaves_at(hourly, BERLIN, _utc("2026-12-01 08:00"), _utc("2026-12-01 08:00")) == _utc("2026-12-01 09:00")


def test_calm_lets_so_many_come_alone_and_the_rest_when_the_hour_is_over() -> None:
    calm, now = Timing(Mode.CALM, per_hour=2), _utc("2026-12-01 08:20")
    found = [decide(calm, BERLIN, now, now, pushed=pushed) for pushed in range(3)]
    assert found == [Way.ALONE, Way.ALONE, Wait(_utc("2026-12-01 09:00"), Waits.FOR_THE_HOUR)]
    later = _utc("2026-12-01 09:00")
    assert decide(calm, BERLIN, now, later, waited=Waits.FOR_THE_HOUR) is Way.IN_LIST


def test_what_waited_for_the_end_of_quiet_hours_comes_one_by_one_up_to_three() -> None:
    quiet, morning = Timing(quiet=NIGHT), _utc("2026-12-02 06:00")
    since = _utc("2026-12-01 23:00")
    assert decide(quiet, BERLIN, since, since) == Wait(morning, Waits.FOR_ITS_TIME)
    ways = [decide(quiet, BERLIN, since, morning, waited=Waits.FOR_ITS_TIME, waiting=n) for n in (1, 3, 4)]
    assert ways == [Way.ALONE, Way.ALONE, Way.IN_LIST]
    calm = Timing(Mode.CALM, per_hour=2, quiet=NIGHT)
    ways = [decide(calm, BERLIN, since, morning, waited=Waits.FOR_ITS_TIME, waiting=n) for n in (1, 2, 3)]
    assert ways == [Way.ALONE, Way.ALONE, Way.IN_LIST]
    assert decide(calm, BERLIN, since, morning, waited=Waits.FOR_ITS_TIME, pushed=2) is Way.IN_LIST


@pytest.mark.parametrize(
    ("quiet", "at", "is_so"),
    [
        (NIGHT, "2026-12-01 21:00", True),
        (NIGHT, "2026-12-01 20:59", False),
        (NIGHT, "2026-12-02 05:59", True),
        (NIGHT, "2026-12-02 06:00", False),
        (Quiet(13 * 60, 15 * 60), "2026-12-01 12:00", True),
        (Quiet(13 * 60, 15 * 60), "2026-12-01 14:00", False),
        (Quiet(2 * 60 + 10, 2 * 60 + 50), "2026-03-29 01:00", False),  # no such time that day
        (Quiet(2 * 60, 2 * 60 + 30), "2026-10-25 00:10", True),
        (Quiet(2 * 60, 2 * 60 + 30), "2026-10-25 01:10", True),  # 02:10 again
        (Quiet(2 * 60, 2 * 60 + 30), "2026-10-25 01:30", False),
        (Quiet(22 * 60, 2 * 60 + 30), "2026-10-25 00:40", True),  # the clock is about to be put back to 02:00
    ],
)
def test_quiet_hours_are_those_of_the_local_clock(quiet: Quiet, at: str, is_so: bool) -> None:
    assert (quiet_until(Timing(quiet=quiet), BERLIN, _utc(at)) is not None) is is_so


def test_without_wishes_news_leaves_at_once() -> None:
    now = _utc("2026-12-01 08:20")
    assert decide(AT_ONCE, BERLIN, now, now) is Way.ALONE
    assert decide(AT_ONCE, BERLIN, now - timedelta(days=3), now) is Way.ALONE
