"""
Relevance: in which order a search lists what it found, when not by time.

A piece of the question says most in the title, the more the shorter that is; a rare piece says more than a common one.
Everything is a whole number and small, so every database that is asked (`store.readers.relevance`) comes to the same
order as `relevance` here. Engines' own measures do not: bm25 of SQLite knows how often a word comes in all texts,
ts_rank of PostgreSQL does not.
Sources: https://sqlite.org/fts5.html#the_bm25_function
         https://www.postgresql.org/docs/current/textsearch-controls.html#TEXTSEARCH-RANKING
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum


class Part(Enum):
    """What of an article is searched, each by itself."""

    TITLE = "title"
    EXCERPT = "excerpt"
    TOPICS = "topics"
    SOURCE = "source"


POINTS: Mapping[Part, int] = {Part.TITLE: 1_000, Part.EXCERPT: 300, Part.TOPICS: 200, Part.SOURCE: 100}
"""What a piece that stands in a part says, if it is in very many articles, and the title is half a line."""
HALF_A_LINE, GROWTH = 50, 100
"""Characters of a title that counts as it is. One of 150 counts for three fifths of that, one of 8 for four thirds."""

COUNTED = 4_096
"""Articles that hold a piece, at most, until which it is told how many they are."""
MOST_PIECES = 8
"""Pieces of a question that count, the rarest: all of them have to be found in any case."""


def rarity(many: int) -> int:
    """Return how much more a piece says than one that is everywhere, by how many articles hold it.

    13 for one article, 12 for two or three, 11 for four to seven, … 2 for 2,048 to 4,095, and 1 from there on.
    """
    return max(1, 14 - min(many, COUNTED).bit_length())


def relevance(title_length: int, found: Collection[tuple[int, Collection[Part]]]) -> int:
    """Return how much an article says about a question: the more, the earlier it is listed.

    `found` has each piece's rarity and where it stands; `title_length` is in characters. Of two articles that say as
    much the younger is listed first.
    """
    said = {part: sum(rare for rare, parts in found if part in parts) for part in Part}
    title = said[Part.TITLE] * POINTS[Part.TITLE] * (GROWTH + HALF_A_LINE) // (GROWTH + title_length)
    return title + sum(said[part] * points for part, points in POINTS.items() if part is not Part.TITLE)
