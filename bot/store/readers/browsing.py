"""Lists of articles for readers: newest, and saved. Only published and archived ones, always from a place onward."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.domain.browsing import Place, Turn
from bot.domain.ranking import HotArticle
from bot.domain.search_terms import exactly
from bot.store.content.story_json import moment
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list, text_list
from bot.store.engine.word_query import WordQuery, any_in_text
from bot.store.readers.place_queries import listed, onward

RARE_TOPIC_BELOW = 4_000
"""Articles of a list's topics. Up to here they are all fetched and sorted (some 5 ms); beyond, walking the newest
articles finds a page of them at once, while sorting would take longer and longer."""

_LATEST = """
    SELECT published_at AS at, number FROM articles
    WHERE state IN ('published', 'archived') AND (published_at, number) < (:at, :number)
      AND (source IS NULL OR source NOT IN (SELECT value FROM json_each(:unwanted)))
      AND (:never IS NULL OR number NOT IN (SELECT rowid FROM article_search WHERE article_search MATCH :never))
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
      AND (:never IS NULL OR a.number NOT IN (SELECT rowid FROM article_search WHERE article_search MATCH :never))
    ORDER BY a.published_at DESC, a.number DESC LIMIT :limit
"""

_LATEST_OF_COMMON = """
    SELECT published_at AS at, number FROM articles
    WHERE state IN ('published', 'archived') AND (published_at, number) < (:at, :number)
      AND (source IS NULL OR source NOT IN (SELECT value FROM json_each(:unwanted)))
      AND (:never IS NULL OR number NOT IN (SELECT rowid FROM article_search WHERE article_search MATCH :never))
      AND EXISTS (
          SELECT 1 FROM article_topics
          WHERE article = articles.number AND topic IN (SELECT value FROM json_each(:topics))
      )
    ORDER BY published_at DESC, number DESC LIMIT :limit
"""

_SAVED = """
    SELECT s.at, s.article AS number FROM saved AS s JOIN articles AS a ON a.number = s.article
    WHERE s.chat = :person AND a.state IN ('published', 'archived') AND (s.at, s.article) < (:at, :number)
    ORDER BY s.at DESC, s.article DESC LIMIT :limit
"""


async def latest(
    conn: Connection,
    turn: Turn | None,
    limit: int,
    *,
    topics: Collection[int] | None,
    unwanted: Collection[str] = (),
    never: Iterable[str] = (),
    rare: int = RARE_TOPIC_BELOW,
) -> list[Place]:
    """Return the places of up to `limit` articles that bear one of `topics` (None: of all), nearest first.

    Articles of `unwanted` sources, and those that hold a phrase of `never`, are left out. Topics with no more than
    `rare` articles are sorted as a whole.
    """
    values: dict[str, object] = {"unwanted": text_list(unwanted), "never": any_phrase(never)}
    if topics is None:
        return await _places(conn, _LATEST, turn, limit, values)
    values["topics"] = number_list(topics)
    is_rare = await _are_rare(conn, topics, rare)
    return await _places(conn, _LATEST_OF_RARE if is_rare else _LATEST_OF_COMMON, turn, limit, values)


async def saved(conn: Connection, person: int, turn: Turn | None, limit: int) -> list[Place]:
    """Return the places of up to `limit` articles that a person keeps, latest kept first."""
    return await _places(conn, _SAVED, turn, limit, {"person": person})


async def hot_articles(conn: Connection, numbers: Iterable[int]) -> list[HotArticle]:
    """Return what decides the rank of these articles."""
    rows = await conn.execute_fetchall(
        "SELECT number, heat, published_at FROM articles WHERE number IN (SELECT value FROM json_each(:numbers))",
        {"numbers": number_list(numbers)},
    )
    return [HotArticle(row["number"], row["heat"], moment(row["published_at"])) for row in rows]


def any_phrase(phrases: Iterable[str]) -> WordQuery | None:
    """Return the query for articles with one of these phrases in title or excerpt; None when there are none."""
    return any_in_text(piece for phrase in phrases for piece in exactly(phrase)) or None


async def _are_rare(conn: Connection, topics: Collection[int], rare: int) -> bool:
    rows = await conn.execute_fetchall(
        """
        SELECT count(*) AS many FROM (
            SELECT 1 FROM json_each(:topics) AS wanted
            CROSS JOIN article_topics ON topic = wanted.value LIMIT :enough
        ) AS bearing
        """,
        {"topics": number_list(topics), "enough": rare + 1},
    )
    return int(next(iter(rows))["many"]) <= rare


async def _places(
    conn: Connection, query: str, turn: Turn | None, limit: int, values: dict[str, object]
) -> list[Place]:
    return listed(await conn.execute_fetchall(*onward(query, turn, limit, values)))
