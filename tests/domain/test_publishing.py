"""When an article becomes news, and to whom."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.publishing import (
    UNDO_FROM,
    PushWindow,
    is_burst,
    is_for_nobody,
    opens_audience,
    undo_time,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FRESH, OLD = NOW - timedelta(hours=48), NOW - timedelta(hours=48, seconds=1)
WINDOW, ANY, NEVER = PushWindow(timedelta(hours=48)), PushWindow(None), PushWindow(timedelta(0))


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
