"""Which plans PostgreSQL keeps: what is asked all day is planned once, what depends on its words each time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from postgres_cluster import Cluster
from several import with_tables

from bot.store.delivery import leases, outbox
from bot.store.engine.connection import Connection
from bot.store.engine.word_query import any_word
from bot.store.postgres.database import PostgresDatabase

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
TIMES = 20  # a statement is prepared once it was asked five times
# https://www.postgresql.org/docs/current/view-pg-prepared-statements.html
_KEPT = """
SELECT sum(generic_plans) AS kept, sum(custom_plans) AS made FROM pg_prepared_statements WHERE statement LIKE :like
"""


@pytest.fixture
def name(postgres_cluster: Cluster) -> Iterator[str]:
    made = with_tables(postgres_cluster)
    yield made
    postgres_cluster.drop(made)


@pytest.fixture
async def db(postgres_cluster: Cluster, name: str) -> AsyncIterator[PostgresDatabase]:
    db = await PostgresDatabase.connect(postgres_cluster.url(name))
    yield db
    await db.close()


async def _plans(conn: Connection, like: str) -> tuple[int, int]:
    [row] = await conn.execute_fetchall(_KEPT, {"like": like})
    return int(row["kept"]), int(row["made"])


async def test_a_claim_is_planned_once(db: PostgresDatabase) -> None:
    async with db.transaction() as conn:
        owner = await leases.take(conn, "a process", NOW)
        for limit in range(1, TIMES):
            assert await outbox.claim(conn, NOW, limit, owner=owner) == []
        kept, made = await _plans(conn, "%UPDATE deliveries SET owner%")
    assert kept >= TIMES - 10 and made == 0


async def test_a_search_is_planned_for_its_words_and_what_follows_it_elsewhere_is_kept(db: PostgresDatabase) -> None:
    asked = "SELECT rowid FROM article_search WHERE article_search MATCH :words"
    for _ in range(TIMES):
        async with db.transaction() as conn:
            assert await conn.execute_fetchall(asked, {"words": any_word(["ocean"])}) == []
        async with db.transaction() as conn:
            assert await outbox.next_due(conn) is None
    async with db.transaction() as conn:
        kept, made = await _plans(conn, "%words @@%")
        assert kept == 0 and made >= TIMES - 10
        kept, made = await _plans(conn, "%min ( o . not_before )%")
        assert kept >= TIMES - 10 and made == 0
