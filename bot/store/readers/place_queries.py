"""Queries of articles from a place onward: written for older ones, and turned round for newer ones."""

from __future__ import annotations

from collections.abc import Iterable
from sqlite3 import Row

from bot.domain.browsing import Direction, Place, Turn

_BEGINNING = Place(2**63 - 1, 0)


def onward(query: str, turn: Turn | None, limit: int, values: dict[str, object]) -> tuple[str, dict[str, object]]:
    """Return a query and its values, for what lies behind a place or, turned round, before it; None: from the start.

    It compares `(…) < (:at, :number)`, orders by the same, and ends with `LIMIT :limit`.
    """
    place = _BEGINNING if turn is None else turn.place
    if turn is not None and turn.direction is Direction.NEWER:
        query = _turned(query)
    return query, {**values, "at": place.at, "number": place.number, "limit": limit}


def listed(rows: Iterable[Row]) -> list[Place]:
    """Return the places that a query has selected as `at` and `number`."""
    return [Place(row["at"], row["number"]) for row in rows]


def _turned(query: str) -> str:
    """Return the same question with its comparison and its order the other way."""
    return query.replace(") < (:at", ") > (:at").replace("DESC", "ASC")
