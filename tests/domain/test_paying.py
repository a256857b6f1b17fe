"""What may be paid for: never more than the day allows, and nothing the free pace sends soon anyway."""

from datetime import UTC, date, datetime, timedelta, timezone
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pacing import full_rate
from bot.domain.paying import day_of, payable

MANY = st.integers(-1000, 10_000_000)
RATES = st.floats(1, 1000)


@given(waiting=MANY, rate=RATES, left=MANY)
def test_never_more_than_is_left_and_never_what_leaves_in_ten_minutes(waiting: int, rate: float, left: int) -> None:
    paid = payable(waiting, rate, left)
    assert 0 <= paid <= max(0, left)
    assert paid == 0 or waiting - paid >= 600 * rate


@given(waiting=MANY, rate=RATES, left=st.integers(-1000, 0))
def test_nothing_is_paid_for_when_nothing_is_allowed(waiting: int, rate: float, left: int) -> None:
    assert payable(waiting, rate, left) == 0


def test_nothing_is_paid_for_where_nothing_waits() -> None:
    assert payable(1_000_000, inf, 1_000_000) == 0


@pytest.mark.parametrize(
    ("waiting", "left", "paid"), [(17_400, 50_000, 0), (17_401, 50_000, 1), (60_000, 50_000, 42_600), (60_000, 9, 9)]
)
def test_at_the_usual_rate_what_goes_beyond_17_400_is_paid_for(waiting: int, left: int, paid: int) -> None:
    assert payable(waiting, full_rate(30), left) == paid


def test_the_day_is_utc_s() -> None:
    assert day_of(datetime(2026, 3, 2, 23, 59, tzinfo=UTC)) == date(2026, 3, 2)
    assert day_of(datetime(2026, 3, 2, 23, 59, tzinfo=timezone(timedelta(hours=-5)))) == date(2026, 3, 3)
