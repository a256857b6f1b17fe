"""Many readers on PostgreSQL, more than are given their deliveries in one transaction, and what they are to get."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import psycopg

from bot.domain.article import ArticleState, Provider, Story
from bot.domain.delivery import NEWS, Lane, Subject, SubjectType
from bot.domain.topic import TopicFile
from bot.store.content import articles, imports, topics
from bot.store.delivery import campaigns
from bot.store.delivery.fanout import ROWS_PER_PIECE
from bot.store.engine.connection import Connection
from bot.store.engine.database import Database
from bot.store.postgres.database import PostgresDatabase

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
AT_ONCE = ROWS_PER_PIECE * PostgresDatabase.PIECES_AT_ONCE  # while nobody waits
READERS = AT_ONCE + 1_000
ANNA = 1


def put_readers(url: str) -> None:
    """Store so many chats that one transaction is not enough for all."""
    with psycopg.connect(url) as conn:
        conn.execute(
            "INSERT INTO newsbot.chats (id, kind, since, state_at) SELECT id, 'private', 0, 0"
            " FROM generate_series(1, %s) AS id",
            (READERS,),
        )


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = await PostgresDatabase.connect(url)
    yield db
    await db.close()


async def promise_to_all(conn: Connection) -> None:
    """Publish an article that everybody follows."""
    topic = await topics.define(conn, TopicFile("ai", "AI"))
    told = Story("A title", "https://northgate.example/1", NOW, provider=Provider("Daily", "daily"), topics=("AI",))
    await imports.add(conn, {1: ("slug", told)}, NOW, {1: (ArticleState.PUBLISHED, None)})
    await imports.index(conn, {1: told}, {"AI": topic})
    await conn.execute(
        "INSERT INTO subscriptions (topic, chat, thread, since) SELECT :topic, id, 0, 0 FROM chats", {"topic": topic}
    )
    await articles.fix_audience(conn, 1, NOW)
    await campaigns.promise(
        conn, NEWS, Subject(SubjectType.ARTICLE, 1), fixed_at=NOW, start_at=NOW, lane=Lane.NEWS, by=None
    )
