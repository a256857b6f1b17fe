"""
Which articles are like another: those that name each other, bear the same topics, and use the same telling words.

What is rare tells more than what is common, so a shared topic or word weighs by how few articles have it, and each kind
of it counts by its share of all that the article has. A link between two articles is somebody's own word for it and
counts most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

_Trait = TypeVar("_Trait", int, str)

TELLING_BELOW = 1_000
"""Articles that hold a word, at most, for it to tell anything."""
RELATED, OF_WORDS, OF_TOPICS = 2.0, 1.5, 1.0
FEWEST_WORDS = 2
"""Words that two articles must share where nothing else connects them: one alone is chance."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is compared of an article. `is_related`: it names the other, or is named by it."""

    number: int
    published_at: datetime
    topics: frozenset[int]
    words: frozenset[str]
    is_related: bool = False


def weight(bearers: int) -> float:
    """Return how much a topic or word tells that so many articles have: 1, 0.5 at some 55, 0.29 at 1,000."""
    return 1 / (1 + math.log(max(1, bearers)) / 4)


def most_alike(others: Iterable[Traits], topics: Mapping[int, int], words: Mapping[str, int], limit: int) -> list[int]:
    """Return the numbers of up to `limit` of the others, the most alike first; of equal ones the newest.

    `topics` and `words` are those of the article itself, each with how many articles have it.
    """
    scored = [(score, one.published_at, one.number) for one in others if (score := _score(one, topics, words)) > 0]
    return [number for _, _, number in sorted(scored, reverse=True)[:limit]]


def _score(other: Traits, topics: Mapping[int, int], words: Mapping[str, int]) -> float:
    same_words = other.words & words.keys()
    same_topics = other.topics & topics.keys()
    if not other.is_related and not same_topics and len(same_words) < FEWEST_WORDS:
        return 0.0
    return RELATED * other.is_related + OF_TOPICS * _share(same_topics, topics) + OF_WORDS * _share(same_words, words)


def _share(same: Iterable[_Trait], having: Mapping[_Trait, int]) -> float:
    """Return how much of the weight of all is in the same ones; 0 when there are none."""
    everything = sum(map(weight, having.values()))
    return sum(weight(having[one]) for one in same) / everything if everything else 0.0
