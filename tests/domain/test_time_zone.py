"""What people call their zone, and what it is called to them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.time_zone import City, fixed_zone, meant, offset_label, plain_name, utc_offset, zone_label


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("UTC", 0),
        ("gmt", 0),
        ("Z", 0),
        ("UTC+0", 0),
        ("UTC-00:00", 0),
        ("UTC+3", 180),
        ("utc +3", 180),
        ("UTC + 03", 180),
        ("UTC+03:00", 180),
        ("GMT-4", -240),
        ("UTC−4", -240),
        ("UTC–4", -240),
        ("+3", 180),
        ("-0330", -210),
        ("UTC+5:30", 330),
        ("UTC+0530", 330),
        ("UTC+530", 330),
        ("UTC+14", 840),
        ("UTC+99", 5940),
    ],
)
def test_a_distance_from_utc_is_read_as_people_write_it(text, minutes):
    assert utc_offset(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    ["", "+", "UTC+", "UTC3", "3", "UTC+3 or so", "UTC+123456", "UTC+٣", "UTC++3", "CET", "Etc/GMT-3", "UTC+3\n+4"],
)
def test_what_is_no_distance_is_none(text):
    assert utc_offset(text) is None


@given(st.integers(-12, 14))
def test_whole_hours_have_a_zone_that_is_so_far_ahead_and_is_called_so(hours):
    """POSIX counts the other way: `Etc/GMT-3` is UTC+3. https://data.iana.org/time-zones/tzdb/etcetera"""
    zone = fixed_zone(timedelta(hours=hours))
    assert zone is not None
    assert datetime(2026, 7, 1, tzinfo=ZoneInfo(zone)).utcoffset() == timedelta(hours=hours)
    assert utc_offset(zone_label(zone)) == timedelta(hours=hours)


@pytest.mark.parametrize("minutes", [330, -210, 13 * -60, 15 * 60, 1, 99 * 60])
def test_other_distances_have_none(minutes):
    assert fixed_zone(timedelta(minutes=minutes)) is None


def test_zones_are_called_by_their_distance_only_where_they_are_nothing_else():
    assert [zone_label(zone) for zone in ("Etc/GMT-3", "Etc/GMT+11", "Etc/UTC", "Etc/GMT+0", "UTC")] == [
        "UTC+3",
        "UTC-11",
        "UTC",
        "UTC",
        "UTC",
    ]
    assert [zone_label(zone) for zone in ("Europe/Berlin", "America/Port-au-Prince", "GMT-3")] == [
        "Europe/Berlin",
        "America/Port-au-Prince",
        "GMT-3",
    ]
    assert offset_label(timedelta(minutes=-210)) == "UTC-3:30"


def city(zone, population, name="Springfield", country="US"):
    return City(name, country, zone, population)


def test_a_city_that_is_far_larger_than_its_namesakes_is_meant():
    large, small = city("America/New_York", 1_000_000), city("America/Chicago", 100_000)
    assert meant([small, large]) == (large,)
    nearly = city("America/Chicago", 100_001)
    assert meant([nearly, large]) == (large, nearly)


def test_cities_of_one_zone_are_one_choice_and_the_largest_comes_first():
    here = [city("America/Chicago", people) for people in (20_000, 170_000, 100_000)]
    there = city("Europe/London", 60_000, country="GB")
    assert meant([there, *here]) == (here[1], there)
    assert meant(here) == (here[1],)
    assert meant([]) == ()


def test_a_name_is_the_same_with_and_without_accents_spaces_and_capitals():
    assert plain_name("São  Paulo") == plain_name("sao-paulo") == "saopaulo"
    assert plain_name("@ ,") == ""


@given(st.text(st.characters(max_codepoint=127)))
def test_a_name_in_plain_letters_is_read_as_one_with_accents_beside_it(name):
    assert plain_name(name + "é") == plain_name(name) + "e"
