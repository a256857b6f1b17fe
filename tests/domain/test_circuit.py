"""Telling an outage from bad luck, and an empty house from one person who left."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.circuit import HALT_PAUSE, OUTAGE_FROM, OUTAGE_PAUSE, TRIAL_PAUSE, Circuit, Reachability, Suspects
from bot.domain.delivery import Failed, Halted, Rejected, Sent, Throttled, Unreachable, Unsure

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _after(*outcomes: object) -> Circuit:
    circuit = Circuit()
    for outcome in outcomes:
        circuit = circuit.after(outcome, NOW)  # type: ignore[arg-type]
    return circuit


def test_a_few_failures_among_answers_are_no_outage() -> None:
    assert not _after(*[Failed("x")] * (OUTAGE_FROM - 1), Sent(1), *[Unsure("x")] * (OUTAGE_FROM - 1)).is_outage


def test_failures_in_a_row_are_an_outage_that_costs_no_attempts_until_one_comes_through() -> None:
    circuit = _after(*[Failed("x")] * OUTAGE_FROM)
    assert circuit.is_outage
    assert circuit.forgiven(Failed("x")) == Throttled(timedelta(0))
    assert circuit.forgiven(Unsure("x")) == Unsure("x", in_outage=True)
    assert circuit.forgiven(Rejected("x")) == Rejected("x")
    assert circuit.room(64, 0) == 0
    later = circuit.at(NOW + OUTAGE_PAUSE)
    assert (later.room(64, 0), later.room(64, 1)) == (1, 0)
    assert later.after(Rejected("x"), NOW) == Circuit()


def test_being_throttled_says_nothing_about_the_network() -> None:
    circuit = _after(*[Failed("x")] * 3)
    assert circuit.after(Throttled(timedelta(seconds=5)), NOW) == circuit


def test_a_refusal_halts_for_a_minute_and_no_longer() -> None:
    circuit = _after(Halted("Unauthorized"), Halted("Unauthorized"))
    assert circuit.next_look == NOW + HALT_PAUSE
    assert circuit.at(NOW + HALT_PAUSE - timedelta(seconds=1)).is_halted
    assert not circuit.at(NOW + HALT_PAUSE).is_halted


def test_a_refusal_that_goes_on_halts_on() -> None:
    circuit = _after(Halted("Conflict")).after(Halted("Conflict"), NOW + HALT_PAUSE / 2)
    assert circuit.at(NOW + HALT_PAUSE).is_halted


@given(st.lists(st.sampled_from([Failed("x"), Unsure("x"), Sent(1), Throttled(timedelta(1)), Halted("x")])))
def test_no_pause_is_ever_longer_than_a_minute_and_all_of_them_end(outcomes: list[object]) -> None:
    circuit = _after(*outcomes)
    assert circuit.next_look is None or circuit.next_look <= NOW + HALT_PAUSE
    assert circuit.at(NOW + HALT_PAUSE).next_look is None


def test_an_outage_of_hours_is_asked_about_twice_a_minute() -> None:
    circuit = _after(*[Failed("x")] * 500)
    assert circuit.next_look is not None and circuit.next_look - NOW <= timedelta(seconds=30)


@pytest.mark.parametrize(("missing", "told"), [(40, False), (41, True)])
def test_more_than_a_fifth_of_the_last_two_hundred_is_too_many(missing: int, told: bool) -> None:
    attendance = Reachability()
    seen = [isinstance(outcome, Sent) for outcome in [Unreachable("x")] * missing + [Sent(1)] * (200 - missing)]
    assert [attendance.saw(reached) for reached in seen] == [False] * 199 + [told]


def test_a_small_audience_is_never_too_empty() -> None:
    attendance = Reachability()
    assert not any(attendance.saw(False) for _ in range(199))


def test_a_broadcast_is_suspect_from_a_failure_in_an_outage_until_it_comes_through() -> None:
    suspects = Suspects()
    suspects.saw(1, Failed("x"), False, NOW)
    assert not suspects  # bad luck
    suspects.saw(1, Failed("x"), True, NOW)
    suspects.saw(2, Unsure("x"), True, NOW)
    assert suspects.cleared([1, 2, 3]) == [3]
    suspects.saw(1, Failed("x"), False, NOW)
    assert suspects.to_try(NOW, True) == [2, 1]
    suspects.saw(1, Throttled(timedelta(1)), True, NOW)
    suspects.saw(2, Rejected("x"), True, NOW)
    assert suspects.cleared([1, 2, 3]) == [2, 3]
    suspects.keep({2, 3})
    assert not suspects


def test_what_is_suspect_shows_at_once_whether_the_outage_is_over_for_it_and_then_now_and_then() -> None:
    suspects = Suspects()
    suspects.saw(1, Failed("x"), True, NOW)
    assert suspects.to_try(NOW, False) == [1]
    assert suspects.is_awaited([1]) and not suspects.is_awaited([2])
    suspects.put_on_trial([1, 2])
    assert suspects.to_try(NOW, False) == [] and suspects.is_awaited()
    suspects.saw(1, Failed("x"), False, NOW)
    suspects.end_trial([1, 2], False)
    assert suspects.to_try(NOW, False) == [] and not suspects.is_awaited([1])
    assert suspects.next_trial(NOW) == NOW + TRIAL_PAUSE
    assert suspects.to_try(NOW + TRIAL_PAUSE, False) == [1]
    assert suspects.next_trial(NOW + TRIAL_PAUSE) is None


@pytest.mark.parametrize("is_outage", [True, False])
def test_a_trial_that_shows_nothing_is_waited_for_once(is_outage: bool) -> None:
    suspects = Suspects()
    suspects.saw(1, Failed("x"), True, NOW)
    suspects.put_on_trial([1])
    suspects.end_trial([1], is_outage)
    assert suspects.is_awaited([1]) is is_outage  # in an outage it was none yet
    assert suspects.to_try(NOW + TRIAL_PAUSE, False) == [1]
