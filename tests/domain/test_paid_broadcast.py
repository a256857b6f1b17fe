"""What may be paid for: never more than the day allows, and nothing the free pace sends soon anyway."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import chain
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import Failed, Outcome, Rejected, Sent, Throttled, Unreachable
from bot.domain.pacing import full_rate
from bot.domain.paid_broadcast import BETWEEN, PAID_RETRY_AFTER, WAVES, Credit, day_of, for_replies, payable

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SENT, THROTTLED = Sent(1), Throttled(timedelta(seconds=1))
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


def test_a_second_of_the_free_pace_is_kept_for_replies_but_no_more_than_a_tenth() -> None:
    assert for_replies(full_rate(30), 50_000) == 29
    assert for_replies(full_rate(30), 100) == 10
    assert for_replies(full_rate(30), 9) == 0
    assert for_replies(inf, 0) == 0


def after(answers: Iterable[Outcome]) -> Credit:
    """Return the credit after these answers to paid messages."""
    credit = Credit()
    for answer in answers:
        credit.answered(answer, NOW)
    return credit


def test_nobody_knows_before_telegram_has_shown_it() -> None:
    assert Credit().is_good is None
    assert after([Rejected("?"), Unreachable("blocked"), Failed("502")]).is_good is None
    assert after([SENT] * (BETWEEN - 1)).is_good is None
    assert after([SENT] * BETWEEN).is_good is True


def test_a_message_refused_when_paid_and_taken_unpaid_closes_for_an_hour() -> None:
    credit = after([SENT, Rejected("BALANCE_TOO_LOW")])
    assert not credit.is_closed(NOW)
    credit.answered_unpaid(SENT, NOW)
    assert credit.is_good is False
    assert credit.is_closed(NOW)
    assert credit.is_closed(NOW + PAID_RETRY_AFTER - timedelta(seconds=1))
    assert not credit.is_closed(NOW + PAID_RETRY_AFTER)
    for _ in range(BETWEEN):
        credit.answered(SENT, NOW + PAID_RETRY_AFTER)
    assert credit.is_good is True


@pytest.mark.parametrize("outcome", [Rejected("too long"), Unreachable("blocked"), THROTTLED, Failed("502")])
def test_a_message_refused_either_way_says_nothing_of_stars(outcome: Outcome) -> None:
    credit = after([SENT] * BETWEEN + [Rejected("too long")])
    credit.answered_unpaid(outcome, NOW)
    assert credit.is_good is True
    assert not credit.is_closed(NOW)


def test_what_was_on_the_wire_when_it_closed_does_not_open_it_or_close_it_longer() -> None:
    credit = Credit()
    credit.answered_unpaid(SENT, NOW)
    credit.answered(SENT, NOW + timedelta(seconds=1))
    credit.answered_unpaid(SENT, NOW + timedelta(seconds=2))
    assert credit.is_good is False
    assert not credit.is_closed(NOW + PAID_RETRY_AFTER)


def in_waves(waves: int, taken: int) -> Credit:
    """Return the credit after waves of 429s, a second apart, with so many messages taken before each."""
    credit = Credit()
    for second in range(waves):
        for answer in chain([SENT] * taken, [THROTTLED] * 34):
            credit.answered(answer, NOW + timedelta(seconds=second))
    return credit


def test_where_the_wish_is_passed_over_429s_close_it() -> None:
    assert in_waves(WAVES, 30).is_good is False
    assert in_waves(WAVES - 1, 30).is_good is None


def test_429s_at_a_pace_far_above_the_free_one_close_nothing() -> None:
    assert in_waves(10 * WAVES, BETWEEN).is_good is True


def test_a_clock_set_back_does_not_keep_it_closed() -> None:
    credit = Credit()
    credit.answered_unpaid(SENT, NOW)
    assert not credit.is_closed(NOW - timedelta(days=1))
