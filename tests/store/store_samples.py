"""Rows that the tests of readers' lists need, put into a real database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.article import Provider, Story
from bot.domain.topic import TopicFile
from bot.store.content import imports, topics
from bot.store.engine.database import Connection

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)
OVER = NOW - timedelta(seconds=1)


async def put_article(
    conn: Connection,
    number: int,
    *,
    topics: Sequence[int] = (),
    state: str = "published",
    age: timedelta = timedelta(hours=1),
    title: str = "A title",
    excerpt: str | None = None,
    source: str | None = None,
    source_name: str | None = None,
    heat: int = 0,
    quality: int | None = None,
) -> None:
    """Store an article as an import does, in the state it is to have."""
    story = Story(
        title=title,
        link=f"https://northgate.example/{number}",
        published_at=NOW - age,
        excerpt=excerpt,
        heat=heat,
        quality=quality,
        provider=Provider(source_name or source, source),
    )
    await imports.add(conn, {number: (f"slug-{number}", story)}, NOW)
    await imports.index(conn, {number: story}, {})
    await conn.execute("UPDATE articles SET state = :state WHERE number = :number", {"state": state, "number": number})
    await conn.executemany(
        "INSERT INTO article_topics (article, topic, place) VALUES (:article, :topic, :place)",
        [{"article": number, "topic": topic, "place": place} for place, topic in enumerate(topics)],
    )


async def put_topics(conn: Connection, *files: TopicFile) -> dict[str, int]:
    """Define topics as their files do and return their numbers by name."""
    return {file.name: await topics.define(conn, file) for file in files}


async def put_chats(conn: Connection, chats: Iterable[int], kind: str = "private") -> None:
    await conn.executemany(
        "INSERT INTO chats (id, kind, since, state_at) VALUES (:id, :kind, 0, 0)",
        [{"id": chat, "kind": kind} for chat in chats],
    )


async def plan(conn: Connection, query: str, **values: object) -> str:
    """Return how SQLite would answer a query, one step a line."""
    rows = await conn.execute_fetchall(f"EXPLAIN QUERY PLAN {query}", values)
    return "\n".join(row["detail"] for row in rows)


def many(numbers: Iterable[int]) -> str:
    return json.dumps(list(numbers))
