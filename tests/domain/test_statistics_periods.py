"""Periods of local days, what charts make of them, and when a week is told."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.statistics import (
    SLOT,
    Day,
    Fact,
    bars,
    latest,
    newest_report,
    next_report_at,
    period_until,
    readers_by_end,
    report_due,
    sorted_into_days,
)

BERLIN, BEIRUT, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Beirut"), ZoneInfo("Pacific/Apia")


def test_the_last_seven_days_end_with_today_in_that_zone():
    now = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)
    assert latest(7, now, UTC).last == date(2026, 3, 7)
    assert latest(7, now, BERLIN).last == date(2026, 3, 8)
    assert (latest(7, now, BERLIN).first, latest(7, now, BERLIN).days) == (date(2026, 3, 2), 7)


def test_days_have_23_and_25_hours_where_clocks_change_also_at_midnight():
    spring = period_until(date(2026, 3, 30), 3, BERLIN).edges
    assert [after - before for before, after in pairwise(spring)] == [
        timedelta(hours=24),
        timedelta(hours=23),
        timedelta(hours=24),
    ]
    autumn = period_until(date(2026, 10, 25), 1, BERLIN)
    assert autumn.ends - autumn.begins == timedelta(hours=25)
    # In Beirut clocks are put forward at midnight: that day begins at one o'clock.
    leapt = period_until(date(2026, 3, 29), 1, BEIRUT)
    assert leapt.begins.astimezone(BEIRUT).hour == 1 and leapt.ends - leapt.begins == timedelta(hours=23)


@given(st.sampled_from(["Asia/Kathmandu", "Australia/Eucla", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham"]))
def test_days_of_every_zone_are_made_of_whole_quarters_of_an_hour(zone):
    for edge in period_until(date(2026, 12, 31), 365, ZoneInfo(zone)).edges:
        assert edge.timestamp() % SLOT.total_seconds() == 0


def test_a_year_is_drawn_by_the_week_and_loses_nothing():
    days = [Day(date(2026, 1, 1) + timedelta(days=n), {Fact.SENT: n, Fact.JOINED: 1}) for n in range(365)]
    drawn = bars(days)
    assert len(drawn) == 53 and drawn[0].first == date(2026, 1, 1) and drawn[-1].of(Fact.JOINED) == 7
    assert sum(bar.of(Fact.SENT) for bar in drawn) == sum(range(365))
    assert bars(days[:30]) == tuple(days[:30])


def test_how_many_readers_there_were_is_worked_out_backwards():
    days = sorted_into_days(
        period_until(date(2026, 3, 3), 3, UTC),
        {(0, Fact.JOINED): 5, (1, Fact.LEFT): 2, (1, Fact.BACK): 1, (2, Fact.PAUSED): 1, (2, Fact.FORGOTTEN): 1},
    )
    assert readers_by_end(12, days) == (15, 14, 12)
    assert readers_by_end(20, days, growth_since=8) == (15, 14, 12)
    assert readers_by_end(0, days)[0] >= 0


def test_a_count_that_was_taken_back_is_none():
    assert Day(date(2026, 3, 3), {Fact.FAILED: -2}).of(Fact.FAILED) == 0


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Apia", "Asia/Kathmandu"])
def test_a_report_is_due_at_eight_on_monday_and_once(zone):
    place = ZoneInfo(zone)
    told = date(2026, 3, 2)
    due = next_report_at(datetime(2026, 3, 4, 12, 0, tzinfo=UTC), place)
    assert (due.astimezone(place).isoweekday(), due.astimezone(place).hour) == (1, 8)
    assert report_due(due - timedelta(seconds=1), place, told) is None
    assert report_due(due, place, told) == date(2026, 3, 9)
    assert report_due(due + timedelta(days=3), place, told) == date(2026, 3, 9)
    assert report_due(due, place, date(2026, 3, 9)) is None


def test_a_report_that_was_missed_for_weeks_is_one():
    assert report_due(datetime(2026, 4, 1, tzinfo=UTC), BERLIN, date(2026, 3, 2)) == date(2026, 3, 30)


def test_who_moves_to_another_zone_gets_no_second_report_of_a_week():
    monday = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)  # eight in Berlin
    told = report_due(monday, BERLIN, date(2026, 3, 2))
    assert told == date(2026, 3, 9)
    west = ZoneInfo("Pacific/Honolulu")
    for hours in range(24 * 6):
        assert report_due(monday + timedelta(hours=hours), west, told) is None


def test_nobody_who_wants_none_gets_one():
    assert report_due(datetime(2026, 4, 1, tzinfo=UTC), BERLIN, None) is None


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)))
def test_the_next_report_comes_within_a_week_and_an_hour_and_is_not_the_newest(now):
    for zone in (BERLIN, APIA, BEIRUT):
        due = next_report_at(now, zone)
        assert now < due <= now + timedelta(days=7, hours=1)
        assert newest_report(due, zone) == newest_report(now, zone) + timedelta(days=7)
