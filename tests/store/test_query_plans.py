"""How SQLite answers the questions asked for every message: by walking an index, never by sorting."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from databases import empty_database
from store_samples import NOW, plan

from bot.domain.topic import TopicTree
from bot.store.content import articles
from bot.store.delivery import outbox
from bot.store.delivery.audiences import HIGHEST, LOWEST
from bot.store.delivery.followers import RECIPIENTS, Followers
from bot.store.engine.database import Connection, Database
from bot.store.readers import chats, restrictions

# 1 ← 2 ← 3, and 4 apart
AUDIENCE = Followers(1, (3, 4), TopicTree({1: None, 2: 1, 3: 2, 4: None}), "northgate", NOW)
PAGE = {"after": LOWEST, "until": HIGHEST, "page": 100, "now": 0}


@pytest.fixture
async def conn(tmp_path: Path) -> AsyncIterator[Connection]:
    empty_database(tmp_path / "news.db")
    db = await Database.open(tmp_path / "news.db")
    async with db.transaction() as conn:
        yield conn
    await db.close()


async def _asked(conn: Connection, question) -> str:
    """Return the plan of the first statement that a function of the store asks."""
    asked: list[tuple[str, object]] = []

    class Listening:
        def execute(self, sql, values=None):
            asked.append((sql, values or {}))
            return conn.execute(sql, values or {})

        async def execute_fetchall(self, sql, values=None):
            asked.append((sql, values or {}))
            return await conn.execute_fetchall(sql, values or {})

    await question(Listening())
    sql, values = asked[0]
    return await plan(conn, sql, **values)


async def test_candidates_are_merged_from_ordered_scans(conn: Connection) -> None:
    sql, values = AUDIENCE.query("SELECT max(chat), count(*) FROM", "", **PAGE)
    steps = await plan(conn, sql, **values)
    assert "MERGE (UNION)" in steps
    assert steps.count("SEARCH s USING PRIMARY KEY (topic=? AND chat>? AND chat<?)") == 4
    assert "TEMP B-TREE" not in steps and "SCAN s" not in steps


async def test_a_piece_of_a_campaign_is_promised_without_sorting(conn: Connection) -> None:
    sql, values = AUDIENCE.query(
        "INSERT OR IGNORE INTO deliveries (campaign, chat, thread, not_before)"
        " SELECT :campaign, c.chat, c.thread, :now FROM",
        RECIPIENTS,
        **PAGE,
        campaign=1,
    )
    steps = await plan(conn, sql, **values)
    assert "MERGE (UNION)" in steps and "TEMP B-TREE" not in steps
    assert "SEARCH k USING INTEGER PRIMARY KEY (rowid=?)" in steps
    # Each of exceptions, unwanted sources, receipts and outcomes: once for the whole piece, then perhaps for each chat.
    assert steps.count("SEARCH x USING PRIMARY KEY (chat>? AND chat<?)") == 2
    for keys in ("x USING PRIMARY KEY (chat=?)", "x USING PRIMARY KEY (chat=? AND source=?)"):
        assert f"SEARCH {keys}" in steps
    for keys in ("chat>? AND chat<?", "chat=?"):
        assert f"SEARCH r USING PRIMARY KEY (subject_type=? AND subject=? AND {keys})" in steps
        assert f"SEARCH o USING PRIMARY KEY (campaign=? AND {keys})" in steps
    assert "SEARCH f USING INDEX campaigns_subject (subject_type=? AND subject=?)" in steps


async def test_more_topics_than_one_union_holds_are_still_asked_in_one_query(conn: Connection) -> None:
    tree = TopicTree({n: n + 1 if n % 10 else None for n in range(1, 901)})
    wide = Followers(1, tuple(range(1, 901, 10)), tree, None, NOW)
    sql, values = wide.query("SELECT count(*) FROM", RECIPIENTS, **PAGE)
    await conn.execute_fetchall(sql, values)


async def test_claiming_walks_what_is_due_campaign_by_campaign(conn: Connection) -> None:
    steps = await _asked(conn, lambda listening: outbox.claim(listening, NOW, 100, owner=1))
    assert "SCAN f USING INDEX campaigns_running" in steps
    assert "SEARCH o USING INDEX deliveries_due (campaign=? AND not_before<?)" in steps
    # Only `o.not_before, o.id` within one campaign could need sorting, and the index has them in that order.
    assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize("question", [outbox.next_due, outbox.waits_since])
async def test_the_next_delivery_due_is_the_end_of_an_index(conn: Connection, question) -> None:
    steps = await _asked(conn, question)
    assert "SEARCH o USING INDEX deliveries_due (campaign=?)" in steps and "SCAN o" not in steps


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (lambda conn: articles.embargo_over(conn, NOW), "articles_due"),
        (lambda conn: articles.next_embargo(conn), "articles_due"),
        (lambda conn: articles.news_since(conn, NOW - timedelta(minutes=10)), "articles_news"),
    ],
)
async def test_what_is_asked_every_few_seconds_has_an_index(conn: Connection, question, index) -> None:
    assert index in await _asked(conn, question)


async def test_what_is_kept_for_a_chat_is_found_by_its_own_index(conn: Connection) -> None:
    steps = await _asked(conn, lambda listening: restrictions.missed(listening, 5, 100))
    assert "outcomes_restricted (chat=?)" in steps
    assert "SCAN o" not in steps and "SCAN f" not in steps
    steps = await _asked(conn, lambda listening: chats.chats(listening, [5, 6]))
    assert "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" in steps
