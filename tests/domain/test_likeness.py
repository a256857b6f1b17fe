"""Which articles are most like another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.likeness import Traits, most_alike, weight

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
TOPICS = {1: 10, 2: 900}
WORDS = {"merger": 3, "harbour": 40, "today": 1_000}


def one(number: int, *words: str, topics: tuple[int, ...] = (), is_related: bool = False, hours: int = 0) -> Traits:
    return Traits(number, NOW - timedelta(hours=hours), frozenset(topics), frozenset(words), is_related)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([one(1, "merger"), one(2, "today")], []),  # a single word is chance
        ([one(1, "today", "harbour"), one(2, "merger", "harbour")], [2, 1]),  # rare words say more
        ([one(1, topics=(2,)), one(2, topics=(1,))], [2, 1]),  # and so do rare topics
        ([one(1, topics=(1, 2)), one(2, is_related=True)], [2, 1]),
        ([one(1, topics=(1,), hours=1), one(2, topics=(1,))], [2, 1]),  # of equal ones the newest
        ([one(1, topics=(1,)), one(2, topics=(1,))], [2, 1]),
        ([one(1, "other", topics=(7,))], []),
        ([one(1, "merger", topics=(1,)), one(2, topics=(1,))], [1, 2]),
        ([], []),
    ],
)
def test_links_then_rare_words_and_topics_decide(others: list[Traits], expected: list[int]) -> None:
    assert most_alike(others, TOPICS, WORDS, 9) == expected


def test_no_more_than_asked_for_and_nothing_of_an_article_without_words_and_topics() -> None:
    others = [one(number, topics=(1,)) for number in range(5)]
    assert len(most_alike(others, TOPICS, WORDS, 3)) == 3
    assert most_alike(others, {}, {}, 3) == []


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=1, max_value=10**9))
def test_what_more_have_never_weighs_more(few: int, more: int) -> None:
    assert 0 < weight(few + more) <= weight(few) <= 1
