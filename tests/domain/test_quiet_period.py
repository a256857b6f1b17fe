"""When a file is still: two looks that agree, the longer apart the longer it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.quiet_period import (
    BURST_WINDOW,
    MAX_QUIET_PERIOD,
    QUIET_PERIOD,
    FileState,
    is_quiet_already,
    quiet_time,
    ready,
)


def test_one_look_is_never_enough():
    first = FileState("a", 100.0, 100.0)
    assert ready({"a": first}, 100.0) == (frozenset(), 102.0)
    assert ready({"a": first.again("a", 102.0)}, 102.0) == (frozenset({"a"}), None)


def test_a_change_begins_the_quiet_time_anew():
    changed = FileState("a", 100.0, 100.0).again("b", 101.9)
    assert ready({"a": changed}, 102.0) == (frozenset(), 101.9 + QUIET_PERIOD)


@pytest.mark.parametrize(("written_for", "seconds"), [(0, 2), (8, 2), (20, 5), (60, 15), (120, 30), (3600, 30)])
def test_what_was_written_for_longer_is_watched_for_longer(written_for, seconds):
    assert quiet_time(written_for) == seconds


def test_files_that_arrive_together_are_acted_on_together():
    wave = {str(n): FileState("x", n / 10, n / 10) for n in range(12)}
    taken, again = ready(wave, 2.0)
    assert not taken and again == pytest.approx(3.1)
    assert ready(wave, again) == (frozenset(wave), None)


def test_a_stream_without_end_holds_a_finished_file_for_three_seconds_at_most():
    finished = FileState("x", 0.0, 0.0)
    at = 2.0
    while True:
        arriving = {f"{n}": FileState("x", at - 0.1 * n, at - 0.1 * n) for n in range(1, 15)}
        taken, again = ready({"finished": finished, **arriving}, at)
        if "finished" in taken:
            break
        assert again is not None and again > at
        at = again
    assert at <= QUIET_PERIOD + BURST_WINDOW + 1e-9


def test_a_file_that_goes_on_being_written_holds_nobody_up():
    growing = FileState("0", 0.0, 0.0)
    for second in range(1, 60):
        growing = growing.again(str(second), float(second))
    assert ready({"growing": growing, "done": FileState("x", 57.0, 57.0)}, 59.0)[0] == {"done"}
    assert ready({"growing": growing}, 59.0) == (frozenset(), 59 + 59 / 4)


@pytest.mark.parametrize(("age", "quiet"), [(2.0, True), (1.9, False), (1e9, True), (-1.0, False), (-1e9, False)])
def test_a_time_to_come_says_nothing(age, quiet):
    assert is_quiet_already(1000.0 - age, 1000.0) is quiet


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=8),
    st.floats(0, 300),
)
def test_what_waits_is_looked_at_again_later_and_within_half_a_minute(times, at):
    seen = {
        str(n): FileState("x", first, first + written)
        for n, (first, written) in enumerate(times)
        if first + written <= at
    }
    taken, again = ready(seen, at)
    assert all(seen[path].quiet_at <= at for path in taken)
    if taken == seen.keys():
        assert again is None
    else:
        assert again is not None and at < again <= at + MAX_QUIET_PERIOD
