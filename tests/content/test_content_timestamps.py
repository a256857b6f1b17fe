"""Dates as authors write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.articles.timestamps import moment

BERLIN = ZoneInfo("Europe/Berlin")
two_digits = st.integers(0, 61).map("{:02}".format)
zones = st.just("Z") | st.builds("{}{}:{}".format, st.sampled_from("+-"), two_digits, two_digits)
times = st.builds(
    "{:04}-{:02}-{:02}T{}:{}{}{}".format,
    st.sampled_from([0, 1899, 1900, 2026, 2100, 2101, 9999]),
    st.integers(0, 13),
    st.integers(0, 32),
    two_digits,
    two_digits,
    st.just("") | two_digits.map(":{}".format),
    zones,
)


def read(text: str) -> datetime | str:
    try:
        return moment(text, BERLIN)
    except ValueError as error:
        return str(error)


@given(times)
def test_the_usual_form_means_what_it_means_with_a_blank_before_it(text):
    assert read(text) == read(f" {text}")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-02-28T09:30:00Z", datetime(2026, 2, 28, 9, 30, tzinfo=UTC)),
        ("2026-02-28T09:30+01:00", datetime(2026, 2, 28, 8, 30, tzinfo=UTC)),
        ("2026-02-28T09:30", datetime(2026, 2, 28, 8, 30, tzinfo=UTC)),
        ("2026-02-28", datetime(2026, 2, 27, 23, 0, tzinfo=UTC)),
        ("2026-W09-6T09:30:00Z", "“2026-W09-6T09:30:00Z” is not a date; write 2026-02-28 or 2026-02-28T14:00+01:00"),
        ("2026-02-30T09:30:00Z", "“2026-02-30T09:30:00Z” is not a date; write 2026-02-28 or 2026-02-28T14:00+01:00"),
        ("1899-12-31T09:30:00Z", "“1899-12-31T09:30:00Z” is out of range; years go from 1900 to 2100"),
    ],
)
def test_a_date_is_read_as_it_is_written(text, at):
    assert read(text) == at
