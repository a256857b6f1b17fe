"""
The search by relevance: the order of `domain.relevance`, in whole numbers, so that it is the same on both engines.

What stands in which part is asked of the index of words, once for each piece of the question and each part.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from bot.domain.relevance import COUNTED, GROWTH, HALF_A_LINE, MOST_PIECES, POINTS, Part, rarity
from bot.domain.search_question import pieces, terms
from bot.domain.search_terms import SearchQuery
from bot.store.engine.connection import Connection
from bot.store.engine.word_query import all_of, in_part
from bot.store.readers.searching import AMONG, among_these, many_hold

_IS_FOUND = "a.number IN (SELECT rowid FROM article_search WHERE article_search MATCH :{name})"


async def best(
    conn: Connection,
    words: str,
    start: int,
    limit: int,
    *,
    topics: Sequence[Collection[int]] = (),
    sources: Collection[str] | None = None,
) -> list[int]:
    """Return up to `limit` articles that hold all of `words`, those first that say most about them, from a place on.

    `topics` and `sources` as in `searching.found`. Empty when no article holds them all.
    """
    asked = pieces(terms(words))
    if not asked:
        return []
    counting = await _rarest(conn, asked)
    values: dict[str, object] = {"words": all_of(asked), "start": start, "limit": limit, **among_these(topics, sources)}
    for place, (piece, rare) in enumerate(counting):
        values[f"rarity_{place}"] = rare
        values |= {_name(part, place): in_part(piece, part) for part in Part}
    rows = await conn.execute_fetchall(by_relevance(len(counting)), values)
    return [int(row["number"]) for row in rows]


async def _rarest(conn: Connection, asked: Sequence[SearchQuery]) -> list[tuple[SearchQuery, int]]:
    """Return the pieces of a question that count, with their rarity."""
    different = list(dict.fromkeys(asked))
    if len(different) == 1:  # it says as much of each article
        return [(different[0], 1)]
    rare = [(piece, rarity(await many_hold(conn, all_of([piece]), COUNTED))) for piece in different]
    return sorted(rare, key=lambda one: -one[1])[:MOST_PIECES]


@cache
def by_relevance(many: int, is_found: str = _IS_FOUND) -> str:
    """Return the question for articles that hold `:words`, of which so many pieces count.

    `is_found` says of an article that it holds the query `:{name}`.
    """
    said = {
        part: " + ".join(
            f"CASE WHEN {is_found.format(name=_name(part, place))} THEN :rarity_{place} ELSE 0 END"
            for place in range(many)
        )
        for part in Part
    }
    title = f"({said[Part.TITLE]}) * {POINTS[Part.TITLE] * (GROWTH + HALF_A_LINE)} / ({GROWTH} + length(a.title))"
    others = "".join(f" + ({said[part]}) * {POINTS[part]}" for part in Part if part is not Part.TITLE)
    return f"""
    SELECT a.number FROM article_search CROSS JOIN articles AS a ON a.number = article_search.rowid
    WHERE article_search MATCH :words AND a.state IN ('published', 'archived') {AMONG}
    ORDER BY {title}{others} DESC, a.published_at DESC, a.number DESC LIMIT :limit OFFSET :start
    """


def _name(part: Part, place: int) -> str:
    return f"{part.value}_{place}"
