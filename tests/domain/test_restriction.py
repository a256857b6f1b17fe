"""When a chat that forbids writing is tried again, and with what."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.restriction import MAX_PAUSE, SIGN_PAUSE, Missed, Restriction, pause, refused, to_try

NOW = datetime(2026, 3, 2, 22, tzinfo=UTC)
DAY = timedelta(days=1)
pauses = st.lists(st.timedeltas(timedelta(0), timedelta(days=2)), max_size=40)


def _refused(times: int) -> Restriction:
    spell = refused(None, "no rights", NOW)
    for _ in range(times - 1):
        spell = refused(spell, "no rights", NOW)
    return spell


@pytest.mark.parametrize(
    ("tries", "hours"), [(1, 0.25), (2, 0.5), (3, 1), (4, 2), (5, 4), (6, 8), (7, 16), (8, 24), (9, 24), (5000, 24)]
)
def test_pauses_double_from_a_quarter_of_an_hour_to_a_day(tries: int, hours: float) -> None:
    assert pause(tries) == timedelta(hours=hours)


def test_the_next_story_is_tried_at_once_and_those_after_it_when_the_pause_is_over() -> None:
    assert _refused(1).may_try(NOW)
    second = _refused(2)
    assert not second.may_try(NOW + pause(2) - timedelta(seconds=1))
    assert second.may_try(NOW + pause(2))
    assert (second.since, second.tries) == (NOW, 2)


def test_a_try_that_was_due_by_itself_leaves_the_next_story_to_be_tried() -> None:
    later = NOW + pause(1)
    assert refused(_refused(1), "no rights", later).may_try(later)
    assert not refused(refused(_refused(1), "no rights", later), "no rights", later).may_try(later)


@given(pauses)
def test_hundreds_of_stories_cost_a_try_a_day_in_the_end(waits: list[timedelta]) -> None:
    spell, now = _refused(1), NOW
    tries = 0
    for wait in waits:
        now += wait
        if spell.may_try(now):
            spell, tries = refused(spell, "no rights", now), tries + 1
    assert tries <= 10 + (now - NOW) / MAX_PAUSE
    assert spell.next_at is not None and spell.next_at - spell.tried_at <= MAX_PAUSE


def test_a_sign_that_it_is_open_again_is_tried_at_once_and_flipping_rights_once_a_minute() -> None:
    closed = _refused(6)
    assert closed.expected_open(NOW).next_at == NOW
    assert closed.expected_open(NOW + 2 * DAY).next_at == closed.next_at  # later than the pause changes nothing
    spell, now, tries = closed, NOW, 0
    for _ in range(600):  # ten minutes of a change each second, and it is always refused
        spell, now = spell.expected_open(now), now + timedelta(seconds=1)
        if spell.may_try(now):
            spell, tries = refused(spell, "no rights", now), tries + 1
    assert 9 <= tries <= 11
    waiting = spell.expected_open(now).next_at
    assert waiting is not None and waiting <= now + SIGN_PAUSE


def test_a_try_takes_the_oldest_news_and_what_is_none_any_more_all_together() -> None:
    old, older = Missed(2, NOW - 2 * DAY), Missed(1, NOW - 3 * DAY)
    new, newest = Missed(3, NOW - timedelta(hours=2)), Missed(4, NOW)
    assert to_try([newest, new, old, older], NOW, DAY) == [new]
    assert to_try([old, older], NOW, DAY) == [old, older]
    assert to_try([old, older], NOW, timedelta(0)) == [older]  # nothing is ever too old for news
    assert to_try([], NOW, DAY) == []
