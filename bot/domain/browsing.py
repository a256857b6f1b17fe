"""
Pages of lists of articles, newest first. A page is found by the place where it begins (keyset pagination).

Articles come and go between two presses of a button. A place (a time and a number) stays valid, while an offset does
not: the twentieth article of a minute ago may be the thirtieth now.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.domain.article import Article

_OFFSET = re.compile(r"(-?[0-9]{1,18})\.([0-9]{1,18})", re.ASCII)

PAGE = 6
"""Articles on a page when nobody says how many."""

MAX_PAGE_SIZE = 10
"""Articles on a page at most: more would not fit a message with long titles."""

ALL_TOPICS = -1
FOLLOWED = 0
"""What a list is about, as one number of a button's data: a topic's number, what the chat follows, or everything."""


class Direction(IntEnum):
    """Which way from a place; the numbers stand in buttons."""

    OLDER = 0
    NEWER = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands in a list: epoch seconds, and its number where two share a second."""

    at: int
    number: int

    @property
    def offset(self) -> str:
        """The place as a text of at most 38 characters, for lists whose pages are asked for by such a one."""
        return f"{self.at}.{self.number}"


def place_of(offset: str) -> Place | None:
    """Return the place of such a text; None for any other."""
    read = _OFFSET.fullmatch(offset)
    return None if read is None else Place(int(read[1]), int(read[2]))


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the page: from a place, excluding it, in a direction."""

    direction: Direction
    place: Place


@dataclass(frozen=True, slots=True)
class Page:
    """Some articles, newest first. `newer` and `older` are where the next pages begin; None at an end."""

    articles: tuple[Article, ...] = ()
    newer: Place | None = None
    older: Place | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """The places on one page of a list, and whether the list goes on at either end."""

    places: tuple[Place, ...]
    has_newer: bool
    has_older: bool


def leaf(found: Sequence[Place], size: int, turn: Turn | None) -> Leaf:
    """Return one page of what was found when one place more than a page was looked for, nearest first.

    The page that the turn came from is assumed to exist still.
    """
    kept, goes_on = tuple(found[:size]), len(found) > size
    if turn is None:
        return Leaf(kept, has_newer=False, has_older=goes_on)
    if turn.direction is Direction.OLDER:
        return Leaf(kept, has_newer=True, has_older=goes_on)
    return Leaf(kept[::-1], has_newer=goes_on, has_older=True)
