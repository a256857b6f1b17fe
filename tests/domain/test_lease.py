"""How long a process is believed to be alive, and until when it may send."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.lease import LEASE, MAX_CALL_TIME, RENEW_EVERY, is_due, may_leave

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(None, True), (timedelta(0), False), (RENEW_EVERY - SECOND, False), (RENEW_EVERY, True), (-SECOND, True)],
)
def test_a_lease_is_renewed_in_time_and_when_the_clock_was_set_back(ago, expected):
    assert is_due(None if ago is None else NOW - ago, NOW) is expected


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(None, False), (timedelta(0), True), (LEASE - MAX_CALL_TIME - SECOND, True), (LEASE - MAX_CALL_TIME, False)],
)
def test_nothing_leaves_whose_answer_may_come_after_the_lease(ago, expected):
    assert may_leave(None if ago is None else NOW - ago, NOW) is expected


def test_a_process_that_looks_every_half_minute_keeps_its_lease_with_room_for_a_slow_call():
    assert timedelta(seconds=30) + RENEW_EVERY + MAX_CALL_TIME < LEASE
