"""
Searches of readers: articles that hold some words, bear some topics, come from some sources; and remembered searches.

Only published and archived articles are found. Each query is written for older ones; `place_queries` turns it round.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.browsing import Direction, Place, Turn
from bot.domain.search_question import pieces, terms
from bot.domain.search_terms import source_key
from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection
from bot.store.engine.lists import document_list, number_list, text_list
from bot.store.engine.word_query import WordQuery, all_of
from bot.store.readers.place_queries import listed, onward

FEW_MATCHES, NEAR = 1_000, 400
"""Articles that hold a search's words. Up to here they are all fetched and sorted; of more, those among so many next to
the page are looked for first. Numbers grow with time, so a few pages of the index of words have them all."""
FURTHER = 10
"""So many times as many are looked among for a topic's or a source's, of which every twentieth may be one."""
MAX_SPAN = 20
"""Numbers from the least to the greatest of these, for each: where articles came in another order than they were
published, it is as well to sort them all."""

COMMON = 5_000
"""Articles that hold a search's words. Of more than these, those of a topic or source are gone through, the nearest
first, until a page is full: one in twenty or more is found."""
FEW_AMONG, FEW_AMONG_ONE_OF_SEVERAL = 1_000, 10_000
"""Articles of a topic or source. Up to here they are gone through in any case; where several topics and sources are
asked for, there are far fewer of all than of the rarest."""
LISTED, PIECE = 400, 24
"""Articles that are listed to be gone through, and how many of them at first; each further list is longer."""

SHORTEST_WITHIN, LOOKED_WITHIN = 4, 4_000
"""Letters that are looked for within words, at least, and articles that are looked through for them, at most."""

REMEMBERED_SEARCHES = 50
"""Remembered searches of a chat: the oldest are forgotten, and their buttons say that they are too old."""

# Of an article `a`: whether it is of one of the sources, and bears a topic of each list.
_BEARING_TOPICS = """
      AND NOT EXISTS (
          SELECT 1 FROM json_each(:topics) AS each WHERE NOT EXISTS (
              SELECT 1 FROM json_each(each.value) AS one
              CROSS JOIN article_topics AS t ON t.topic = one.value AND t.article = a.number
          )
      )
"""
AMONG = f"""
      AND (:any_source = 1 OR a.source IN (SELECT value FROM json_each(:sources)))
      {_BEARING_TOPICS}
"""
_NEWEST_FIRST = " ORDER BY a.published_at DESC, a.number DESC LIMIT :limit"

_HOLDING = """
    SELECT a.published_at AS at, a.number
    FROM article_search CROSS JOIN articles AS a ON a.number = article_search.rowid
    WHERE article_search MATCH :words
      AND a.state IN ('published', 'archived') AND (a.published_at, a.number) < (:at, :number)
"""
_FOUND = _HOLDING + AMONG + _NEWEST_FIRST

_NEAR = """
    SELECT count(*) AS many, min(number) AS low, max(number) AS high, min(at) AS earliest, max(at) AS latest FROM (
        SELECT published_at AS at, number FROM articles
        WHERE state IN ('published', 'archived') AND (published_at, number) < (:at, :number)
        ORDER BY published_at DESC, number DESC LIMIT :limit
    ) AS near
"""
_AMONG_NEAR = """
      AND article_search.rowid BETWEEN :low AND :high AND a.published_at BETWEEN :earliest AND :latest
"""
# Asked of what the index of words holds, before anything is read of the article itself.
_AMONG_FOUND = AMONG.replace("a.number", "article_search.rowid")
_FOUND_NEAR = _HOLDING + _AMONG_NEAR + _AMONG_FOUND + _NEWEST_FIRST

_HOLDING_WITHIN = """
    SELECT a.published_at AS at, a.number
    FROM articles AS a CROSS JOIN article_search AS s ON s.rowid = a.number
    WHERE a.state IN ('published', 'archived') AND (a.published_at, a.number) < (:at, :number)
      AND a.published_at >= :since
      AND instr(s.title || ' ' || s.excerpt, :longest) > 0
      AND NOT EXISTS (SELECT 1 FROM json_each(:inner) WHERE instr(s.title || ' ' || s.excerpt, value) = 0)
"""
_FOUND_WITHIN = _HOLDING_WITHIN + AMONG + _NEWEST_FIRST

# What no word is looked for in: all that are of the sources, else all that bear a topic of the first list.
# Topics are told by the index of sources alone, before anything is read of the article itself.
_OF_SOURCES = f"""
    SELECT a.published_at AS at, a.number FROM (
        SELECT s.number FROM json_each(:sources) AS wanted CROSS JOIN articles AS s ON s.source = wanted.value
        WHERE s.source IS NOT NULL {_BEARING_TOPICS.replace("a.number", "s.number")}
    ) AS listed CROSS JOIN articles AS a ON a.number = listed.number
    WHERE a.state IN ('published', 'archived') AND (a.published_at, a.number) < (:at, :number)
    {_NEWEST_FIRST}
"""
_OF_TOPICS = f"""
    SELECT a.published_at AS at, a.number FROM (
        SELECT t.article FROM json_each(:topics) AS each CROSS JOIN json_each(each.value) AS one
        CROSS JOIN article_topics AS t ON t.topic = one.value
        GROUP BY t.article HAVING count(DISTINCT each.key) = :many_topics
    ) AS worn CROSS JOIN articles AS a ON a.number = worn.article
    WHERE a.state IN ('published', 'archived') AND (a.published_at, a.number) < (:at, :number)
    {_NEWEST_FIRST}
"""

# Which of some articles hold the words: one pass through what the index has between the least and the greatest number.
# A plus keeps SQLite from asking the index about each by itself, which takes a millisecond and more where it puts the
# beginning of a word together from all words that begin so. https://sqlite.org/optoverview.html#uplus
_HELD = """
    SELECT rowid AS number FROM article_search
    WHERE article_search MATCH :words AND rowid BETWEEN :low AND :high
      AND +rowid IN (SELECT value FROM json_each(:numbers))
"""


async def found(
    conn: Connection,
    words: str,
    turn: Turn | None,
    limit: int,
    *,
    topics: Sequence[Collection[int]] = (),
    sources: Collection[str] | None = None,
) -> list[Place]:
    """Return the places of up to `limit` articles that hold all of `words`, nearest first.

    The last word may be the beginning of one. Where no article holds them all, those are returned that hold each
    somewhere within a word, among the newest. `topics` are lists of which an article bears one each, `sources` those of
    which it is one. Without words, all that are left are found; empty when nothing is asked for.
    """
    asked = pieces(terms(words))
    among = among_these(topics, sources)
    if not asked:
        if words.strip() or (not topics and sources is None):
            return []
        return await _places(conn, _OF_TOPICS if sources is None else _OF_SOURCES, turn, limit, among)
    query = among | {"words": match_query(words)}
    places = await _holding(conn, turn, limit, query)
    if places or (turn is not None and await _holding(conn, None, 1, query)):
        return places
    inner = ["".join(piece.tokens) for piece in asked]
    if min(map(len, inner)) < SHORTEST_WITHIN:
        return []
    values = among | {"inner": text_list(inner), "longest": max(inner, key=len), "since": await _look_back(conn)}
    return await _places(conn, _FOUND_WITHIN, turn, limit, values)


async def _holding(conn: Connection, turn: Turn | None, limit: int, query: dict[str, object]) -> list[Place]:
    """Return the places of articles that hold the words of a query, nearest first."""
    is_filtered = query["topics"] != "[]" or not query["any_source"]
    if is_filtered and await _are_few_among(conn, query):
        return await _held_by_the_nearest(conn, turn, limit, query)
    if await many_hold(conn, query["words"], FEW_MATCHES) <= FEW_MATCHES:
        return await _places(conn, _FOUND, turn, limit, query)
    for near in (NEAR, NEAR * FURTHER) if is_filtered else (NEAR,):
        places, is_all = await _found_near(conn, turn, limit, query, near)
        if len(places) == limit or is_all:
            return places
    if is_filtered and await many_hold(conn, query["words"], COMMON) > COMMON:
        return await _held_by_the_nearest(conn, turn, limit, query)
    return await _places(conn, _FOUND, turn, limit, query)


async def many_hold(conn: Connection, words: object, enough: int) -> int:
    """Return how many articles hold what a query of words looks for; of more than `enough`, one more."""
    [(many,)] = await conn.execute_fetchall(
        "SELECT count(*) FROM (SELECT 1 FROM article_search WHERE article_search MATCH :words LIMIT :enough) AS held",
        {"words": words, "enough": enough + 1},
    )
    return int(many)


async def _found_near(
    conn: Connection, turn: Turn | None, limit: int, query: dict[str, object], near: int
) -> tuple[list[Place], bool]:
    """Return what is found among so many articles next to the page, and whether there are no others."""
    [row] = await conn.execute_fetchall(*onward(_NEAR, turn, near, {}))
    many = int(row["many"])
    if not many or row["high"] - row["low"] > MAX_SPAN * near:
        return [], False
    among = {name: row[name] for name in ("low", "high", "earliest", "latest")}
    return await _places(conn, _FOUND_NEAR, turn, limit, query | among), many < near


async def _are_few_among(conn: Connection, query: dict[str, object]) -> bool:
    """Return whether so few articles bear a query's topics, or are of its sources, that all can be gone through."""
    [row] = await conn.execute_fetchall(
        """
        SELECT (
            SELECT min((
                SELECT count(*) FROM (
                    SELECT 1 FROM json_each(each.value) AS one CROSS JOIN article_topics AS t ON t.topic = one.value
                    LIMIT :enough
                ) AS worn
            )) FROM json_each(:topics) AS each
        ) AS of_topics, (
            SELECT count(*) FROM (
                SELECT 1 FROM json_each(:sources) AS wanted CROSS JOIN articles AS a ON a.source = wanted.value
                LIMIT :enough
            ) AS from_sources
        ) AS of_sources
        """,
        {**query, "enough": FEW_AMONG_ONE_OF_SEVERAL + 1},
    )
    counts = [] if row["of_topics"] is None else [int(row["of_topics"])]
    if not query["any_source"]:
        counts.append(int(row["of_sources"]))
    is_one = query["many_topics"] == (0 if not query["any_source"] else 1)
    return min(counts) <= (FEW_AMONG if is_one else FEW_AMONG_ONE_OF_SEVERAL)


async def _held_by_the_nearest(
    conn: Connection, turn: Turn | None, limit: int, query: dict[str, object]
) -> list[Place]:
    """Return the places of articles that hold the words of a query, out of those of its topics and sources, which are
    gone through a piece at a time, the nearest first."""
    listed = _OF_TOPICS if query["any_source"] else _OF_SOURCES
    found: list[Place] = []
    many = LISTED
    while True:
        among = await _places(conn, listed, turn, many, query)
        for part in (among[:PIECE], among[PIECE:]):
            if part and len(found) < limit:
                found += await _held(conn, part, query)
        if len(found) >= limit or len(among) < many:
            return found[:limit]
        turn = Turn(Direction.OLDER if turn is None else turn.direction, among[-1])
        many *= 8


async def _held(conn: Connection, places: Sequence[Place], query: dict[str, object]) -> list[Place]:
    """Return those of some places whose articles hold the words of a query."""
    numbers = [place.number for place in places]
    ends = {"low": min(numbers), "high": max(numbers), "numbers": number_list(numbers)}
    rows = await conn.execute_fetchall(_HELD, {"words": query["words"], **ends})
    held = {int(row["number"]) for row in rows}
    return [place for place in places if place.number in held]


async def sources_called(conn: Connection, name: str) -> list[str]:
    """Return the sources that go by a name or domain, or by its beginning up to a dot; empty when none is known."""
    rows = await conn.execute_fetchall(
        """
        SELECT DISTINCT source FROM source_names
        WHERE name = :key OR source = :key OR substr(source, 1, length(:key) + 1) = :key || '.' ORDER BY source
        """,
        {"key": source_key(name)},
    )
    return [row["source"] for row in rows]


def among_these(topics: Sequence[Collection[int]], sources: Collection[str] | None) -> dict[str, object]:
    """Return what `AMONG` asks about: lists of topics of which an article bears one each, and sources; None: any."""
    return {
        "topics": document_list(list(one) for one in topics),
        "many_topics": len(topics),
        "any_source": sources is None,
        "sources": text_list(sources or ()),
    }


async def _look_back(conn: Connection) -> int:
    """Return the time of the oldest article that is looked through for what stands within words."""
    rows = await conn.execute_fetchall(
        """
        SELECT published_at FROM articles WHERE state IN ('published', 'archived')
        ORDER BY published_at DESC, number DESC LIMIT 1 OFFSET :newest
        """,
        {"newest": LOOKED_WITHIN},
    )
    return next((int(row["published_at"]) for row in rows), -(2**63))


async def remember_search(
    conn: Connection, chat: int, words: str, now: datetime, kept: int = REMEMBERED_SEARCHES
) -> int:
    """Return the number under which the buttons of a chat's search find its words again; so many are `kept`."""
    rows = await conn.execute_fetchall(
        """
        INSERT INTO searches (chat, words, asked_at) VALUES (:chat, :words, :now)
        ON CONFLICT (chat, words) DO UPDATE SET asked_at = excluded.asked_at RETURNING id
        """,
        {"chat": chat, "words": words, "now": epoch(now)},
    )
    number = int(next(iter(rows))["id"])
    await conn.execute(
        """
        DELETE FROM searches WHERE chat = :chat AND id <> :number AND id NOT IN (
            SELECT id FROM searches WHERE chat = :chat ORDER BY asked_at DESC, id DESC LIMIT :kept
        )
        """,
        {"chat": chat, "number": number, "kept": kept},
    )
    return number


async def search_words(conn: Connection, chat: int, number: int) -> str | None:
    """Return what a remembered search of a chat looked for; None when it is forgotten, or another chat's."""
    rows = await conn.execute_fetchall(
        "SELECT words FROM searches WHERE id = :number AND chat = :chat", {"number": number, "chat": chat}
    )
    return next((str(row["words"]) for row in rows), None)


def match_query(words: str) -> WordQuery:
    """Return the query for articles that hold all of `words`; empty when there is nothing to look for."""
    return all_of(pieces(terms(words)))


async def _places(
    conn: Connection, query: str, turn: Turn | None, limit: int, values: dict[str, object]
) -> list[Place]:
    return listed(await conn.execute_fetchall(*onward(query, turn, limit, values)))
