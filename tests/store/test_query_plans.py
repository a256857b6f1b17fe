"""How SQLite finds an audience: by merging ordered walks of an index, never by sorting."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from databases import empty_database
from store_samples import NOW, plan

from bot.domain.following import KnownStory
from bot.domain.topic import TopicTree
from bot.store.delivery.audiences import MAX_CHAT_ID, MIN_CHAT_ID
from bot.store.delivery.followers import Followers
from bot.store.engine.database import Connection, Database

# 1 ← 2 ← 3, and 4 apart
AUDIENCE = Followers(
    1, (3, 4), TopicTree({1: None, 2: 1, 3: 2, 4: None}), ("northgate",), NOW, stories=(KnownStory(7, ""),)
)
PAGE = {"after": MIN_CHAT_ID, "until": MAX_CHAT_ID, "page": 100, "now": 0}


@pytest.fixture
async def conn(tmp_path: Path) -> AsyncIterator[Connection]:
    empty_database(tmp_path / "news.db")
    db = await Database.open(tmp_path / "news.db")
    async with db.transaction() as conn:
        yield conn
    await db.close()


async def test_candidates_are_merged_from_ordered_scans(conn: Connection) -> None:
    sql, values = AUDIENCE.query("SELECT max(chat), count(*) FROM", "", **PAGE)
    steps = await plan(conn, sql, **values)
    assert "MERGE (UNION)" in steps
    assert steps.count("SEARCH s USING PRIMARY KEY (topic=? AND chat>? AND chat<?)") == 4
    assert steps.count("SEARCH s USING PRIMARY KEY (article=? AND chat>? AND chat<?)") == 1
    assert "TEMP B-TREE" not in steps and "SCAN s" not in steps


async def test_a_piece_of_a_campaign_is_promised_without_sorting(conn: Connection) -> None:
    sql, values = AUDIENCE.recipients(
        "INSERT OR IGNORE INTO deliveries (campaign, chat, thread, not_before)"
        " SELECT :campaign, c.chat, c.thread, :now FROM",
        **PAGE,
        campaign=1,
    )
    steps = await plan(conn, sql, **values)
    # Only the few rows by which one of a group's threads is chosen are sorted.
    candidates, _, threads = steps.partition("CORRELATED SCALAR SUBQUERY")
    assert "MERGE (UNION)" in candidates and "TEMP B-TREE" not in candidates and threads.count("TEMP B-TREE") == 3
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
    wide = Followers(1, tuple(range(1, 901, 10)), tree, (), NOW)
    sql, values = wide.recipients("SELECT count(*) FROM", **PAGE)
    await conn.execute_fetchall(sql, values)


async def test_chats_of_a_piece_that_have_wishes_for_topics_are_listed_once_and_then_asked_by_their_keys(
    conn: Connection,
) -> None:
    sql, values = AUDIENCE.at_their_times(False, with_wishes=True, **PAGE, campaign=1, operation=1)
    steps = await plan(conn, sql, **values)
    assert "MERGE (UNION)" in steps
    assert steps.count("CO-ROUTINE says") == 1  # the time is looked for once
    assert steps.count("SEARCH topic_wishes USING PRIMARY KEY (chat>? AND chat<?)") == 1
    assert "SEARCH w USING PRIMARY KEY (chat=? AND topic=?)" in steps
    assert "SEARCH s USING PRIMARY KEY (topic=? AND chat=?)" in steps
    assert "SEARCH e USING PRIMARY KEY (chat=? AND topic=? AND kind=?)" in steps
    for name in ("t", "a"):
        assert f"SEARCH {name} USING INTEGER PRIMARY KEY (rowid=?)" in steps
    for name in ("topic_wishes", "w", "s", "e", "t", "a", "k"):
        assert f"SCAN {name}\n" not in steps + "\n"
