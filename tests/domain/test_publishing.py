"""What a file's flag does, over everything that can be the case."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot.domain.article import ArticleState
from bot.domain.publishing import (
    UNDO_FROM,
    Act,
    PushWindow,
    act_of_file,
    is_burst,
    is_for_nobody,
    opens_audience,
    undo_time,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FRESH, OLD, COMING = NOW - timedelta(hours=48), NOW - timedelta(hours=48, seconds=1), NOW + timedelta(seconds=1)
WINDOW, ANY, NEVER = PushWindow(timedelta(hours=48)), PushWindow(None), PushWindow(timedelta(0))
D, S, H, P, A, R = ArticleState
DATES, WINDOWS = (FRESH, OLD, COMING), (WINDOW, ANY, NEVER)


def act(state, last_flag, flag, published_at, window):
    return act_of_file(state=state, last_flag=last_flag, flag=flag, published_at=published_at, now=NOW, window=window)


@pytest.mark.parametrize(
    ("published_at", "window", "expected"),
    [
        (FRESH, WINDOW, Act.PUSH),
        (OLD, WINDOW, Act.ARCHIVE),
        (FRESH, ANY, Act.PUSH),
        (OLD, ANY, Act.PUSH),
        (FRESH, NEVER, Act.ARCHIVE),
        (OLD, NEVER, Act.ARCHIVE),
        (COMING, WINDOW, Act.SCHEDULE),
        (COMING, ANY, Act.SCHEDULE),
        (COMING, NEVER, Act.SCHEDULE),
    ],
)
def test_a_story_first_seen_as_published(published_at, window, expected):
    assert act(None, None, True, published_at, window) is expected


@pytest.mark.parametrize(("published_at", "window"), list(product(DATES, WINDOWS)))
def test_a_story_first_seen_as_a_draft_is_one(published_at, window):
    assert act(None, None, False, published_at, window) is Act.DRAFT


@pytest.mark.parametrize(
    ("state", "flag", "published_at", "window"), list(product(ArticleState, (False, True), DATES, WINDOWS))
)
def test_an_unchanged_flag_does_nothing(state, flag, published_at, window):
    assert act(state, flag, flag, published_at, window) is Act.NOTHING


# What a changed flag does to an article in each state; by the date and the window only where a row says so.
TURNS_FALSE = {D: Act.NOTHING, S: Act.DRAFT, H: Act.DRAFT, P: Act.RETRACT, A: Act.RETRACT, R: Act.NOTHING}


@pytest.mark.parametrize(("state", "published_at", "window"), list(product(ArticleState, DATES, WINDOWS)))
def test_a_flag_that_turns_false(state, published_at, window):
    assert act(state, True, False, published_at, window) is TURNS_FALSE[state]


@pytest.mark.parametrize(("state", "published_at", "window"), list(product(ArticleState, DATES, WINDOWS)))
def test_a_flag_first_seen_as_false_in_a_known_story_takes_nothing_back(state, published_at, window):
    assert act(state, None, False, published_at, window) is Act.NOTHING


@pytest.mark.parametrize(
    ("state", "last_flag", "published_at", "window"), list(product(ArticleState, (None, False), DATES, WINDOWS))
)
def test_a_flag_that_turns_true(state, last_flag, published_at, window):
    if state not in (D, R):
        expected = Act.NOTHING
    elif published_at is COMING:
        expected = Act.SCHEDULE
    else:
        expected = Act.ARCHIVE if window is NEVER else Act.PUSH  # whatever its date
    assert act(state, last_flag, True, published_at, window) is expected


def test_more_than_the_setting_is_a_burst():
    assert [is_burst(many, 10) for many in (0, 10, 11)] == [False, False, True]
    assert is_burst(1, 0)


def test_only_a_large_reach_waits():
    assert [undo_time(reach, timedelta(seconds=10)).seconds for reach in (0, UNDO_FROM - 1, UNDO_FROM)] == [0, 0, 10]


@pytest.mark.parametrize(
    ("topics", "established", "has_followers", "expected"),
    [
        ((1,), {1}, True, False),
        ((1,), {2}, True, True),
        ((1,), {2}, False, True),
        ((1, 2), {2}, True, False),
        ((), {2}, True, True),
        ((), set(), False, False),
    ],
)
def test_an_article_is_for_nobody_when_none_of_its_topics_is_more_than_a_name(
    topics, established, has_followers, expected
):
    assert is_for_nobody(topics, established, has_followers) is expected


@pytest.mark.parametrize(
    ("published_at", "pushed_at", "window", "expected"),
    [
        (FRESH, OLD, WINDOW, True),
        (OLD, FRESH, WINDOW, True),
        (OLD, OLD, WINDOW, False),
        (OLD, OLD, ANY, True),
        (FRESH, FRESH, NEVER, False),
    ],
)
def test_a_topic_opens_an_audience_as_long_as_the_article_or_its_publishing_is_news(
    published_at, pushed_at, window, expected
):
    assert opens_audience(published_at, pushed_at, NOW, window) is expected
