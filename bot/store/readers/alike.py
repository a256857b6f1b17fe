"""
What decides how much articles are alike: their topics, the words that they are found by, and who names whom.

Candidates are few, found along indexes: articles that name each other, the newest of each topic, and those that hold
rare words. How alike they are is decided in `domain.likeness`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from bot.domain.likeness import Traits
from bot.domain.search_terms import BREAK
from bot.store.content.story_json import moment
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list, text_list
from bot.store.engine.word_query import any_word
from bot.store.readers.browsing import any_phrase


async def words_of(conn: Connection, article: int) -> list[str]:
    """Return the words by which an article's title and excerpt are found, each once; empty when it is unknown.

    A single letter or digit is none: it says nothing of what a text is about.
    """
    rows = await conn.execute_fetchall(
        "SELECT title || ' ' || excerpt AS words FROM article_search WHERE rowid = :article", {"article": article}
    )
    words = dict.fromkeys(word for row in rows for word in row["words"].split())
    return [word for word in words if word != BREAK and not (len(word) == 1 and word.isascii())]


async def bearers_of_words(conn: Connection, words: Iterable[str], at_most: int) -> dict[str, int]:
    """Return how many articles hold each word; counted no further than one beyond `at_most`."""
    rows = await conn.execute_fetchall(
        """
        SELECT w.value AS word, (
            SELECT count(*) FROM (
                SELECT 1 FROM article_search WHERE article_search MATCH '"' || w.value || '"' LIMIT :enough
            ) AS bearing
        ) AS many FROM json_each(:words) AS w
        """,
        # A word holds no quotation mark; one that did would end the string.
        {"words": text_list(word for word in words if '"' not in word), "enough": at_most + 1},
    )
    return {row["word"]: int(row["many"]) for row in rows}


async def bearers_of_topics(conn: Connection, topics: Iterable[int], at_most: int) -> dict[int, int]:
    """Return how many articles bear each topic; counted no further than `at_most`."""
    rows = await conn.execute_fetchall(
        """
        SELECT t.value AS topic, (
            SELECT count(*) FROM (SELECT 1 FROM article_topics WHERE topic = t.value LIMIT :at_most) AS bearing
        ) AS many FROM json_each(:topics) AS t
        """,
        {"topics": number_list(topics), "at_most": at_most},
    )
    return {int(row["topic"]): int(row["many"]) for row in rows}


async def newest_of_topic(conn: Connection, topic: int, limit: int) -> list[int]:
    """Return up to `limit` articles that bear a topic, latest known first."""
    rows = await conn.execute_fetchall(
        "SELECT article FROM article_topics WHERE topic = :topic ORDER BY article DESC LIMIT :limit",
        {"topic": topic, "limit": limit},
    )
    return [int(row["article"]) for row in rows]


async def holding_any(conn: Connection, words: Iterable[str], limit: int) -> list[int]:
    """Return up to `limit` articles that hold one of these words, latest known first."""
    either = any_word(word for word in words if '"' not in word)
    if not either:
        return []
    rows = await conn.execute_fetchall(
        "SELECT rowid FROM article_search WHERE article_search MATCH :either ORDER BY rowid DESC LIMIT :limit",
        {"either": either, "limit": limit},
    )
    return [int(row["rowid"]) for row in rows]


async def traits(
    conn: Connection,
    numbers: Collection[int],
    related: Collection[int],
    *,
    unwanted: Collection[str] = (),
    never: Iterable[str] = (),
) -> list[Traits]:
    """Return what is compared of these articles, of those alone that readers can list.

    `related` are those that name the other or are named by it. Articles of `unwanted` sources, and those that hold a
    phrase of `never`, are left out.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT a.number, a.published_at, s.title || ' ' || s.excerpt AS words,
            (SELECT json_group_array(topic) FROM article_topics WHERE article = a.number) AS topics
        FROM json_each(:numbers) AS wanted CROSS JOIN articles AS a ON a.number = wanted.value
        CROSS JOIN article_search AS s ON s.rowid = a.number
        WHERE a.state IN ('published', 'archived')
          AND (a.source IS NULL OR a.source NOT IN (SELECT value FROM json_each(:unwanted)))
          AND (:never IS NULL OR a.number NOT IN (
              SELECT rowid FROM article_search WHERE :never IS NOT NULL AND article_search MATCH :never
          ))
        """,
        {
            "numbers": number_list(numbers),
            "unwanted": text_list(unwanted),
            "never": any_phrase(never),
        },
    )
    return [
        Traits(
            number=row["number"],
            published_at=moment(row["published_at"]),
            topics=frozenset(json.loads(row["topics"])),
            words=frozenset(row["words"].split()),
            is_related=row["number"] in related,
        )
        for row in rows
    ]
