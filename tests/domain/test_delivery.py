"""How a delivery stands after an attempt: never lost, never punished for what is not its fault."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import (
    MAX_ATTEMPTS,
    MAX_PAUSE,
    Delivery,
    Failed,
    Halted,
    Migrated,
    PictureRefused,
    Postponed,
    Rejected,
    Restricted,
    Sent,
    Status,
    ThreadGone,
    Throttled,
    Unreachable,
    Unsure,
    backoff,
    settle,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
chats = st.integers(-(2**40), 2**40)
deliveries = st.builds(
    Delivery,
    id=st.integers(1, 9),
    campaign=st.integers(1, 9),
    chat=chats,
    thread=st.integers(0, 3),
    not_before=st.just(NOW - timedelta(minutes=1)),
    attempts=st.integers(1, MAX_ATTEMPTS + 3),
    unsure=st.integers(0, 3),
    status=st.just(Status.WAITING),
    message_id=st.none(),
    reason=st.none(),
)
outcomes = st.one_of(
    st.builds(Sent, st.integers(1)),
    st.builds(Throttled, st.timedeltas(timedelta(0), timedelta(hours=3))),
    *(
        st.builds(kind, st.just("why"))
        for kind in (Failed, Unsure, Rejected, ThreadGone, Unreachable, Restricted, Halted)
    ),
    st.builds(PictureRefused, st.just("why"), st.booleans()),
    st.builds(Migrated, chats),
)
jitters = st.floats(0, 1, exclude_max=True)


def test_outcomes_of_different_kinds_are_never_equal_whatever_their_reasons():
    kinds = (Failed, Rejected, ThreadGone, Unreachable, Restricted, Halted)
    assert len({kind("gone") for kind in kinds}) == len(kinds)
    assert all(kind("gone") == kind("gone") != kind("left") for kind in kinds)


@given(deliveries, outcomes, jitters)
def test_no_outcome_loses_a_delivery(delivery, outcome, jitter):
    after = settle(delivery, outcome, NOW, jitter)
    assert (after.id, after.campaign) == (delivery.id, delivery.campaign)
    assert 0 <= after.attempts <= delivery.attempts
    assert after.unsure in (delivery.unsure, delivery.unsure + 1)
    if after.status is Status.WAITING:
        assert after.not_before >= NOW
        assert after.message_id is None
    else:
        assert after.status is not Status.SENT or after.message_id is not None
        assert after.status is Status.SENT or after.reason


@given(deliveries, outcomes)
def test_only_what_was_sent_counts_as_sent(delivery, outcome):
    assert (settle(delivery, outcome, NOW).status is Status.SENT) == isinstance(outcome, Sent)


@given(outcomes, jitters)
def test_every_delivery_comes_to_an_end_when_nothing_but_failures_answer(outcome, jitter):
    delivery = Delivery(1, 1, 5, 0, NOW)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        delivery = settle(Delivery(1, 1, 5, 0, NOW, attempt, delivery.unsure), outcome, NOW, jitter)
    free = isinstance(outcome, Throttled | Halted) or (isinstance(outcome, Migrated) and outcome.chat != 5)
    assert (delivery.status is Status.WAITING) == free


def test_being_throttled_waits_as_told_and_costs_no_attempt():
    after = settle(Delivery(1, 1, 5, 0, NOW, 8), Throttled(timedelta(seconds=40)), NOW)
    assert (after.status, after.attempts, after.not_before) == (Status.WAITING, 7, NOW + timedelta(seconds=40))


def test_what_may_have_arrived_waits_at_least_a_minute_and_is_counted():
    after = settle(Delivery(1, 1, 5, 0, NOW, 1), Unsure("cut"), NOW, 0.0)
    assert (after.not_before, after.unsure) == (NOW + timedelta(seconds=60), 1)
    assert settle(Delivery(1, 1, 5, 0, NOW, 9), Unsure("cut"), NOW, 1.0).not_before == NOW + backoff(9, 1.0)


def test_what_may_have_arrived_in_an_outage_costs_no_attempt_for_half_a_day_and_pauses_grow():
    delivery, waited = Delivery(1, 1, 5, 0, NOW, 1), []
    while delivery.attempts == 1:
        after = settle(delivery, Unsure("502", in_outage=True), NOW, 1.0)
        waited.append(after.not_before - NOW)
        assert after.unsure == delivery.unsure + 1
        delivery = after._replace(attempts=after.attempts + 1)
    assert waited[:6] == [timedelta(seconds=seconds) for seconds in (64, 128, 256, 512, 1024, 1800)]
    assert timedelta(hours=8) < sum(waited, timedelta()) < timedelta(hours=16)


def test_a_refused_bot_costs_no_attempt():
    after = settle(Delivery(1, 1, 5, 0, NOW, 8), Halted("Unauthorized"), NOW)
    assert (after.status, after.attempts, after.not_before) == (Status.WAITING, 7, NOW)


def test_a_closed_thread_is_left_for_the_chat_itself_and_then_given_up():
    after = settle(Delivery(1, 1, 5, 7, NOW, 1), ThreadGone("closed"), NOW)
    assert (after.status, after.thread, after.attempts) == (Status.WAITING, 0, 0)
    assert settle(after, ThreadGone("closed"), NOW).status is Status.FAILED


def test_a_migrated_chat_is_followed_and_a_circle_is_not():
    after = settle(Delivery(1, 1, -5, 0, NOW, 1), Migrated(-1005), NOW)
    assert (after.status, after.chat, after.attempts) == (Status.WAITING, -1005, 0)
    assert settle(after, Migrated(-1005), NOW).status is Status.FAILED


@given(st.integers(-1, 2000), jitters)
def test_pauses_grow_and_stay_bounded(attempts, jitter):
    pause = backoff(attempts, jitter)
    assert timedelta(0) < pause <= backoff(attempts + 1, jitter) <= MAX_PAUSE
    assert backoff(attempts, 0.0) <= pause <= 2 * backoff(attempts, 0.0)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (8, 128), (20, 1800)])
def test_pauses_double_from_a_second(attempts, seconds):
    assert backoff(attempts, 1.0) == timedelta(seconds=seconds)
    assert backoff(attempts, 0.0) == timedelta(seconds=seconds) / 2


@given(delivery=deliveries, minutes=st.integers(-5, 5000))
def test_what_is_put_back_for_its_hour_waits_until_then_and_costs_no_attempt(delivery, minutes):
    until = NOW + timedelta(minutes=minutes)
    after = settle(delivery, Postponed(until), NOW)
    assert after == delivery._replace(not_before=until, attempts=delivery.attempts - 1)
