"""How PostgreSQL finds the recipients of a piece, also among chats of which the planner has not heard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from postgres_cluster import Cluster
from several import with_tables

from bot.domain.following import KnownStory
from bot.domain.topic import TopicTree
from bot.store.delivery.fanout import ROWS_PER_PIECE
from bot.store.delivery.followers import Followers
from bot.store.postgres.dialect import translated
from bot.store.postgres.rows import adapt

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
READERS = 4 * ROWS_PER_PIECE
PLAIN = Followers(1, (1,), TopicTree({1: None}), ("northgate",), NOW)
CHOSEN = replace(PLAIN, quality=5)
WIDE = Followers(1, (2, 1), TopicTree({1: None, 2: 1}), ("northgate",), NOW, stories=(KnownStory(7, ""),))
PIECE = {"after": 2 * ROWS_PER_PIECE, "until": 3 * ROWS_PER_PIECE, "now": 0, "campaign": 1, "operation": 1}
AT_ONCE = """
INSERT OR IGNORE INTO deliveries (campaign, chat, thread, operation, not_before)
SELECT :campaign, c.chat, c.thread, :operation, :now FROM
"""


@pytest.fixture
def name(postgres_cluster: Cluster) -> Iterator[str]:
    """A database with many readers of one topic."""
    made = with_tables(postgres_cluster)
    with psycopg.connect(postgres_cluster.url(made)) as conn:
        conn.execute("SET search_path = newsbot")
        conn.execute("INSERT INTO topics (id, name) VALUES ('ai', 'AI')")
        conn.execute(
            "INSERT INTO chats (id, kind, since, state_at) SELECT i, 'private', 0, 0 FROM generate_series(1, %s) AS i",
            (READERS,),
        )
        conn.execute("INSERT INTO subscriptions (topic, chat, since) SELECT 1, id, 0 FROM chats")
    yield made
    postgres_cluster.drop(made)


@pytest.fixture
def conn(postgres_cluster: Cluster, name: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_cluster.url(name), cursor_factory=psycopg.RawCursor) as conn:
        adapt(conn)  # type: ignore[arg-type]
        conn.execute("SET search_path = newsbot, pg_catalog")
        yield conn


def _steps(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _steps(below)


def _most(conn: psycopg.Connection, sql: str, values: dict[str, object]) -> tuple[int, int]:
    """Run a statement; return how many rows it has written, and how many its most laborious step went through."""
    statement = translated(sql, values)
    [[[plan]]] = conn.execute(
        f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.text}", statement.values(values)
    ).fetchall()
    many = [
        round(step["Actual Loops"] * (step["Actual Rows"] + step.get("Rows Removed by Join Filter", 0)))
        for step in _steps(plan["Plan"])
    ]
    return conn.execute("SELECT count(*) FROM deliveries").fetchall()[0][0], max(many)


@pytest.mark.parametrize("audience", [PLAIN, CHOSEN, WIDE], ids=["one topic", "a quality", "two topics and a story"])
@pytest.mark.parametrize("knows", ["nobody", "half of them", "everybody"])
def test_a_piece_goes_through_its_own_chats_whatever_the_planner_knows(
    conn: psycopg.Connection, knows: str, audience: Followers
) -> None:
    conn.execute("ALTER TABLE chats SET (autovacuum_enabled = off)")
    if knows == "half of them":  # those of the piece have come since
        for table, number in (("subscriptions", "chat"), ("chats", "id")):
            conn.execute(f"CREATE TABLE kept AS SELECT * FROM {table} WHERE {number} > {READERS // 2}")
            conn.execute(f"DELETE FROM {table} WHERE {number} > {READERS // 2}")
            if table == "chats":
                conn.execute("ANALYZE chats")
                conn.execute("ANALYZE subscriptions")
                conn.execute("INSERT INTO chats SELECT * FROM kept")
                conn.execute("INSERT INTO subscriptions (topic, chat, since) SELECT 1, id, 0 FROM kept")
            conn.execute("DROP TABLE kept")
    if knows == "everybody":
        conn.execute("ANALYZE")
    sql, values = audience.recipients(AT_ONCE, **PIECE)
    for _ in ("a row for each", "nobody is left to get one"):
        written, most = _most(conn, sql, values)
        assert written == ROWS_PER_PIECE and most <= 2 * ROWS_PER_PIECE


def test_a_piece_at_the_times_of_its_chats_is_found_in_the_same_way(conn: psycopg.Connection) -> None:
    for breaking in (False, True):
        sql, values = PLAIN.at_their_times(breaking, with_wishes=True, **PIECE)
        written, most = _most(conn, sql, values)
        assert written == ROWS_PER_PIECE and most <= 2 * ROWS_PER_PIECE
        conn.execute("TRUNCATE deliveries")


def test_who_wants_to_know_more_of_a_chat_finds_it_in_the_same_words(conn: psycopg.Connection) -> None:
    conn.execute("UPDATE chats SET announcements = 0 WHERE id % 2 = 0")
    sql, values = CHOSEN.recipients(AT_ONCE, " AND k.announcements = 1", **PIECE)
    written, _ = _most(conn, sql, values)
    assert written == ROWS_PER_PIECE / 2
