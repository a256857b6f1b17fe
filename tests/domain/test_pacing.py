"""Pacing decided on values alone: the clock is a number, and so is every answer."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pacing import (
    CATCH_UP_WINDOW,
    DECREASE,
    GROUP,
    GROUP_WINDOW,
    IDLE_RESET,
    MIN_HOLD,
    MIN_RATE,
    PERSON_WINDOW,
    PRIVATE,
    RECOVERY_AFTER,
    TOGETHER,
    Allowance,
    Pace,
    Recent,
    full_rate,
    is_within_limits,
    shared_rate,
)

ANNA, BEN, CARL, DORA = 1, 2, 3, 4
FORUM, CLUB, CHANNEL = -100, -200, -1_000_000_000_300
delays = st.lists(st.floats(0, 0.5, allow_nan=False), min_size=1, max_size=150)


def leave_all(pace: Pace, late: list[float]) -> list[float]:
    """Return when messages leave that are always wanted, each with its timer ringing that late."""
    now, times = 0.0, []
    for delay in late:
        if pace.free_at() > now:
            now = pace.free_at() + delay
        pace = pace.taken(now)
        times.append(now)
    return times


def most_within(times: list[float], window: float) -> int:
    return max(sum(start <= time < start + window for time in times) for start in times)


@given(ceiling=st.integers(2, 1200), late=delays)
def test_no_second_holds_more_messages_than_the_ceiling(ceiling, late):
    assert most_within(leave_all(Pace.below(ceiling), [delay / 50 for delay in late]), 1.0) <= ceiling


@given(ceiling=st.integers(2, 1200), late=st.floats(0, CATCH_UP_WINDOW, allow_nan=False))
def test_timers_that_ring_a_little_late_cost_nothing_of_the_pace(ceiling, late):
    times = leave_all(Pace.below(ceiling), [late] * 200)
    assert (len(times) - 1) / (times[-1] - times[0]) >= full_rate(ceiling) * 0.999


def test_at_telegrams_ceiling_the_pace_is_one_below():
    assert full_rate(30) == 29


@pytest.mark.parametrize("ceiling", [0.5, 1, 2])
def test_a_low_ceiling_still_lets_something_leave(ceiling):
    assert 0 < full_rate(ceiling) < ceiling


def test_a_pause_is_not_saved_up_for_a_burst():
    pace = Pace.below(30).taken(0.0).taken(1000.0)
    assert pace.free_at() == pytest.approx(1000 + 1 / 29 - CATCH_UP_WINDOW)


def test_without_a_ceiling_every_moment_is_free():
    pace = Pace.below(inf)
    for _ in range(3):
        pace = pace.taken(5.0)
    assert pace.free_at() <= 5.0


def test_one_chat_told_to_wait_changes_nothing_for_the_others():
    pace = Pace.below(30).complained(ANNA, 30.0, now=100.0)
    assert pace.free_at() <= 100.0
    assert pace.rate(100.0) == 29


def test_the_same_chat_told_twice_is_still_that_chat_alone():
    pace = Pace.below(30).complained(ANNA, 3.0, now=100.0).complained(ANNA, 3.0, now=101.0)
    assert pace.free_at() <= 100.0
    assert pace.rate(101.0) == 29


def told(pace: Pace, now: float, **waits: float) -> Pace:
    """Return the pace after one 429 for each of these chats, each told to wait so many seconds."""
    for name, wait in waits.items():
        pace = pace.complained(globals()[name.upper()], wait, now)
    return pace


@pytest.mark.parametrize(
    "waits",
    [
        {"anna": 240.0, "ben": 240.0},
        {"anna": 240.0, "forum": 60.0},
        {"anna": 240.0, "forum": 60.0, "club": 60.0, "channel": 60.0},
        {"forum": 60.0, "club": 60.0, "channel": 60.0},
    ],
)
def test_two_chats_or_one_person_among_groups_change_nothing_for_the_others(waits):
    pace = told(Pace.below(30), 100.0, **waits)
    assert pace.free_at() <= 100.0
    assert pace.rate(100.0) == 29


@pytest.mark.parametrize(
    ("waits", "held"),
    [
        ({"anna": 3.0, "ben": 4.0, "carl": 5.0}, 3.0),
        ({"anna": 3.0, "ben": 4.0, "forum": 3600.0}, 3.0),
        ({"forum": 2.0, "anna": 300.0, "ben": 300.0}, 2.0),
        ({"anna": 3.0, "ben": 4.0, "carl": 5.0, "dora": 6.0}, 4.0),
        ({"anna": 30.0, "ben": 30.0, "carl": 2.0, "forum": 20.0}, 20.0),
    ],
)
def test_people_and_a_third_chat_hold_everybody_as_long_as_all_three_were_told(waits, held):
    pace = told(Pace.below(30), 100.0, **waits)
    assert pace.free_at() == 100.0 + held
    assert pace.rate(100.0 + held) == pytest.approx(29 * DECREASE)


@given(
    st.lists(
        st.tuples(st.sampled_from([FORUM, CLUB, CHANNEL]), st.floats(1, 86_400), st.floats(0, 5)),
        min_size=1,
        max_size=80,
    )
)
def test_groups_and_channels_alone_never_hold_or_slow_anybody(complaints):
    """Slow mode lasts up to an hour: https://core.telegram.org/method/channels.toggleSlowMode"""
    pace, now = Pace.below(30), 0.0
    for chat, wait, pause in complaints:
        now += pause
        pace = pace.complained(chat, wait, now)
    assert pace == replace(Pace.below(30), witnesses=pace.witnesses)


@given(
    st.lists(
        st.tuples(st.sampled_from([ANNA, BEN, CARL, FORUM, CLUB, CHANNEL]), st.floats(0, 3600), st.floats(0, 30)),
        min_size=1,
        max_size=60,
    )
)
def test_nobody_is_held_for_longer_than_two_people_and_a_third_chat_were_told(complaints):
    pace, now, waits, bound = Pace.below(30), 0.0, dict[int, float](), -inf
    for chat, wait, pause in complaints:
        now += pause
        pace = pace.complained(chat, wait, now)
        waits[chat] = max(waits.get(chat, 0.0), now + wait)
        people = sorted((until for one, until in waits.items() if one > 0), reverse=True)
        most = sorted(waits.values(), reverse=True)
        if len(people) > 1 and len(most) > 2:
            bound = max(bound, min(people[1], most[2]), now + min(wait, MIN_HOLD))
        assert pace.held_until <= bound
        assert len(pace.witnesses) <= 4


def test_a_long_forgotten_wait_slows_once_with_a_fresh_one():
    pace = told(Pace.below(30), 100.0, anna=1.0, ben=1.0)
    for chat, at in ((CARL, 108.0), (DORA, 108.1)):
        pace = pace.complained(chat, 5.0, now=at)
    assert pace.rate(119.0) == pytest.approx(29 * DECREASE)
    assert pace.free_at() == pytest.approx(109.1)


def test_chats_told_long_after_each_other_say_nothing_together():
    pace = told(told(Pace.below(30), 100.0, anna=3.0), 100.0 + TOGETHER + 1, ben=3.0, carl=3.0)
    assert pace.rate(120.0) == 29


def test_answers_to_messages_that_were_on_the_wire_together_lower_the_rate_once():
    pace = Pace.below(30)
    for chat in range(16):
        pace = pace.complained(chat, 5.0, now=100.0 + chat / 100)
    assert pace.rate(105.0) == pytest.approx(29 * DECREASE)
    assert pace.free_at() == pytest.approx(105.13)
    assert pace.next_at <= 100.0  # replies do not wait for a hold


def test_the_rate_grows_back_evenly_after_quiet_seconds_and_stops_at_the_top():
    pace = told(Pace.below(30), 0.0, anna=1.0, ben=1.0, carl=1.0)
    low = 29 * DECREASE
    assert pace.rate(1.0 + RECOVERY_AFTER) == pytest.approx(low)
    assert pace.rate(1.0 + RECOVERY_AFTER + 10) == pytest.approx(low + 2.9)
    assert pace.rate(1e6) == 29


def test_ten_seconds_pass_after_a_429_before_the_bot_goes_faster_again():
    pace = told(Pace.below(30), 0.0, anna=1.0, ben=1.0, carl=1.0)
    assert pace.rate(11.0) == pace.rate(1.0) < 29
    assert pace.rate(12.0) > pace.rate(11.0)


@given(
    st.lists(
        st.tuples(st.sampled_from([ANNA, BEN, CARL, FORUM]), st.floats(0, 60), st.floats(0.01, 40)),
        min_size=1,
        max_size=60,
    )
)
def test_the_rate_stays_between_a_walk_and_the_ceiling_whatever_telegram_says(complaints):
    pace, now = Pace.below(30), 0.0
    for chat, wait, pause in complaints:
        now += pause
        before = pace.rate(now)
        pace = pace.complained(chat, wait, now)
        assert 29 * MIN_RATE <= pace.rate(now) <= before <= 29


def test_news_of_a_hold_never_shortens_it():
    pace = told(Pace.below(30), 0.0, anna=60.0, ben=60.0, carl=60.0)
    assert pace.complained(DORA, 1.0, now=1.0).held_until == 60.0


@pytest.mark.parametrize("chat", [FORUM, CHANNEL])
def test_in_the_first_minute_of_a_process_a_group_may_have_had_its_twenty_already(chat):
    assert not is_within_limits(chat, 1, GROUP_WINDOW - 1, inf)
    assert is_within_limits(chat, 1, GROUP_WINDOW, inf)


def test_a_person_s_chat_has_recovered_from_what_an_earlier_process_sent_after_a_second():
    assert not is_within_limits(ANNA, 1, PERSON_WINDOW - 0.1, inf)
    assert is_within_limits(ANNA, 1, PERSON_WINDOW, inf)


@given(
    chat=st.sampled_from([ANNA, FORUM]),
    messages=st.integers(0, 40),
    known_for=st.floats(0, 1e6),
    rested_for=st.floats(-3600, 1e6),
)
def test_what_is_not_known_and_who_was_sent_much_is_never_within_limits(chat, messages, known_for, rested_for):
    if is_within_limits(chat, messages, known_for, rested_for):
        assert 1 <= messages <= (60 if chat == ANNA else 20) / 2
        assert known_for >= (PERSON_WINDOW if chat == ANNA else GROUP_WINDOW)
        assert rested_for >= IDLE_RESET


steps = st.lists(st.tuples(st.sampled_from([ANNA, BEN, CARL, FORUM, CLUB]), st.floats(0, 100)), max_size=80)


@pytest.mark.parametrize("most", [2, 1000])
@given(sent=steps, ask_after=st.floats(0, 100))
def test_what_left_in_the_time_that_is_known_is_counted_and_what_was_forgotten_is_not_known(most, sent, ask_after):
    now, times = 1000.0, list[tuple[int, float]]()
    recent = Recent(now, most)
    for chat, pause in sent:
        now += pause
        recent.count(chat, now)
        times.append((chat, now))
        assert len(recent._since) <= most and len(recent._before) <= most
    now += ask_after
    for chat in (ANNA, BEN, CARL, FORUM, CLUB):
        known = sum(one == chat and at > recent.known_from for one, at in times)
        assert known <= recent.messages(chat) <= sum(one == chat for one, _ in times)
    if most == 1000:
        assert now - recent.known_from >= min(GROUP_WINDOW, now - 1000.0) - 1e-6


@given(
    allowance=st.sampled_from([PRIVATE, GROUP]),
    pauses=st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=120),
)
def test_a_chat_gets_a_short_burst_and_then_its_own_pace(allowance: Allowance, pauses):
    now, spent_until, times = 0.0, -inf, []
    for pause in pauses:
        now = max(now + pause, allowance.free_at(spent_until))
        spent_until = allowance.taken(spent_until, now)
        times.append(now)
    if allowance is GROUP:
        assert most_within(times, 60.0 - 1e-6) <= 20
    assert most_within(times, 10.0 - 1e-6) <= allowance.burst + 10 / allowance.interval


def test_a_chat_at_rest_has_its_whole_burst():
    spent_until = -inf
    for _ in range(PRIVATE.burst):
        assert PRIVATE.free_at(spent_until) <= 0.0
        spent_until = PRIVATE.taken(spent_until, 0.0)
    assert PRIVATE.free_at(spent_until) == PRIVATE.interval


def test_a_pace_is_a_value():
    pace = Pace.below(30)
    pace.taken(1.0)
    assert pace == replace(pace) == Pace.below(30)


@given(ceiling=st.integers(2, 1000), processes=st.integers(1, 50))
def test_processes_that_are_one_bot_keep_the_ceiling_together(ceiling: int, processes: int) -> None:
    parts = [shared_rate(ceiling, processes, leads=one == 0) for one in range(processes)]
    assert sum(parts) == pytest.approx(ceiling)
    assert processes == 1 or parts[0] == pytest.approx(4 * sum(parts[1:]))
    assert sum(parts[1:]) < parts[0], "news has most of it"


def test_a_pace_under_another_ceiling_stays_as_far_below_it_as_it_was() -> None:
    slowed = replace(Pace.below(30), reached=Pace.below(30).full / 2)
    assert slowed.within(6).reached == pytest.approx(Pace.below(6).full / 2)
    assert slowed.within(6).within(30).reached == pytest.approx(slowed.reached)
    assert Pace.below(inf).within(6) == Pace.below(6)
