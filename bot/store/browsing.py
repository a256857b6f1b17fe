"""
Lists of articles for readers: newest, found, saved. Only published and archived ones, always from a place onward.

Each query is written for older articles; `_turned` asks the same question the other way.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from bot.domain.browsing import Direction, Place, Turn
from bot.domain.ranking import Ember
from bot.store.database import Connection
from bot.store.stories import moment

RARE = 4_000
"""Articles of a list's topics. Up to here they are all fetched and sorted (some 5 ms); beyond, walking the newest
articles finds a page of them at once, while sorting would take longer and longer."""

SEARCHES = 10_000
"""Remembered searches: the oldest are forgotten, and their buttons say that they are too old."""

_BEGINNING = Place(2**63 - 1, 0)

_LATEST = """
    SELECT published_at AS at, number FROM articles
    WHERE state IN ('published', 'archived') AND (published_at, number) < (:at, :number)
      AND (source IS NULL OR source NOT IN (SELECT value FROM json_each(:unwanted)))
    ORDER BY published_at DESC, number DESC LIMIT :limit
"""

# CROSS JOIN fixes which table is looped over first: https://sqlite.org/optoverview.html#crossjoin
_LATEST_OF_RARE = """
    SELECT a.published_at AS at, a.number FROM (
        SELECT DISTINCT article FROM json_each(:topics) AS wanted
        CROSS JOIN article_topics ON topic = wanted.value
    ) AS worn CROSS JOIN articles AS a ON a.number = worn.article
    WHERE a.state IN ('published', 'archived') AND (a.published_at, a.number) < (:at, :number)
      AND (a.source IS NULL OR a.source NOT IN (SELECT value FROM json_each(:unwanted)))
    ORDER BY a.published_at DESC, a.number DESC LIMIT :limit
"""

_LATEST_OF_COMMON = """
    SELECT published_at AS at, number FROM articles
    WHERE state IN ('published', 'archived') AND (published_at, number) < (:at, :number)
      AND (source IS NULL OR source NOT IN (SELECT value FROM json_each(:unwanted)))
      AND EXISTS (
          SELECT 1 FROM article_topics
          WHERE article = articles.number AND topic IN (SELECT value FROM json_each(:topics))
      )
    ORDER BY published_at DESC, number DESC LIMIT :limit
"""

_FOUND = """
    SELECT a.published_at AS at, a.number
    FROM article_search CROSS JOIN articles AS a ON a.number = article_search.rowid
    WHERE article_search MATCH :words
      AND a.state IN ('published', 'archived') AND (a.published_at, a.number) < (:at, :number)
    ORDER BY a.published_at DESC, a.number DESC LIMIT :limit
"""

_SAVED = """
    SELECT s.at, s.article AS number FROM saved AS s JOIN articles AS a ON a.number = s.article
    WHERE s.chat = :person AND a.state IN ('published', 'archived') AND (s.at, s.article) < (:at, :number)
    ORDER BY s.at DESC, s.article DESC LIMIT :limit
"""


async def latest(
    conn: Connection, turn: Turn | None, limit: int, *, topics: Collection[int] | None, unwanted: Collection[str] = ()
) -> list[Place]:
    """Return the places of up to `limit` articles that bear one of `topics` (None: of all), nearest first.

    Articles of `unwanted` sources are left out.
    """
    values: dict[str, object] = {"unwanted": json.dumps(list(unwanted))}
    if topics is None:
        return await _places(conn, _LATEST, turn, limit, values)
    values["topics"] = json.dumps(list(topics))
    is_rare = await _are_rare(conn, topics)
    return await _places(conn, _LATEST_OF_RARE if is_rare else _LATEST_OF_COMMON, turn, limit, values)


async def found(conn: Connection, words: str, turn: Turn | None, limit: int) -> list[Place]:
    """Return the places of up to `limit` articles that hold all of `words`, nearest first.

    The last word may be the beginning of one. Empty when there is nothing in `words` to look for.
    """
    query = match_query(words)
    return await _places(conn, _FOUND, turn, limit, {"words": query}) if query else []


async def saved(conn: Connection, person: int, turn: Turn | None, limit: int) -> list[Place]:
    """Return the places of up to `limit` articles that a person keeps, latest kept first."""
    return await _places(conn, _SAVED, turn, limit, {"person": person})


async def embers(conn: Connection, numbers: Iterable[int]) -> list[Ember]:
    """Return what decides the rank of these articles."""
    rows = await conn.execute_fetchall(
        "SELECT number, heat, published_at FROM articles WHERE number IN (SELECT value FROM json_each(:numbers))",
        {"numbers": json.dumps(list(numbers))},
    )
    return [Ember(row["number"], row["heat"], moment(row["published_at"])) for row in rows]


async def remember_search(conn: Connection, words: str) -> int:
    """Return the number under which a search's buttons find its words again."""
    rows = await conn.execute_fetchall(
        """
        INSERT INTO searches (words) VALUES (:words)
        ON CONFLICT (words) DO UPDATE SET words = excluded.words RETURNING id
        """,
        {"words": words},
    )
    number = int(next(iter(rows))["id"])
    await conn.execute("DELETE FROM searches WHERE id <= :last", {"last": number - SEARCHES})
    return number


async def search_words(conn: Connection, number: int) -> str | None:
    """Return what a remembered search looked for; None when it is forgotten."""
    rows = await conn.execute_fetchall("SELECT words FROM searches WHERE id = :number", {"number": number})
    return next((str(row["words"]) for row in rows), None)


def match_query(words: str) -> str:
    """Return an FTS5 query for articles that hold all of `words`; empty when there is nothing to look for.

    Every word is a quoted string, so that nothing in it is an operator; words without a letter or digit go.
    Source: https://sqlite.org/fts5.html#fts5_strings
    """
    wanted = [word.replace('"', '""') for word in words.replace("\0", " ").split() if any(map(str.isalnum, word))]
    quoted = [f'"{word}"' for word in wanted]
    # One letter as a beginning would find nearly everything, slowly.
    return " ".join(quoted) + ("*" if wanted and len(wanted[-1]) > 1 else "")


async def _are_rare(conn: Connection, topics: Collection[int]) -> bool:
    rows = await conn.execute_fetchall(
        """
        SELECT count(*) AS many FROM (
            SELECT 1 FROM json_each(:topics) AS wanted
            CROSS JOIN article_topics ON topic = wanted.value LIMIT :enough
        )
        """,
        {"topics": json.dumps(list(topics)), "enough": RARE + 1},
    )
    return int(next(iter(rows))["many"]) <= RARE


async def _places(
    conn: Connection, query: str, turn: Turn | None, limit: int, values: dict[str, object]
) -> list[Place]:
    place = _BEGINNING if turn is None else turn.place
    if turn is not None and turn.direction is Direction.NEWER:
        query = _turned(query)
    rows = await conn.execute_fetchall(query, {**values, "at": place.at, "number": place.number, "limit": limit})
    return [Place(row["at"], row["number"]) for row in rows]


def _turned(query: str) -> str:
    """Return the same question with its comparison and its order the other way."""
    return query.replace(") < (:at", ") > (:at").replace("DESC", "ASC")
