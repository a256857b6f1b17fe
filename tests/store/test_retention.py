"""What stays of old deliveries, what goes, and that nobody has to wait for it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from databases import empty_database
from store_samples import NOW, put_article, put_chats
from what_became import WHAT_BECAME, has, statuses, waiting

from bot.domain.delivery import NEWS, Lane, Status, Subject, SubjectType
from bot.store.content.story_json import epoch
from bot.store.delivery import campaigns, retention
from bot.store.delivery.retention import ROWS_PER_STEP
from bot.store.desk import audit_log, progress_messages
from bot.store.engine.database import Database
from bot.store.readers import export

KEPT = timedelta(days=90)
BEFORE = NOW - KEPT
LONG_AGO = BEFORE - timedelta(days=1)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "newsbot.db"
    empty_database(path)
    db = await Database.open(path)
    yield db
    await db.close()


async def delivered(db: Database, article: int, chats: list[int], done_at: datetime, state: str = "done") -> int:
    """Store an article that was sent to chats, and return its campaign."""
    async with db.transaction() as conn:
        if not await conn.execute_fetchall("SELECT 1 FROM articles WHERE number = ?", (article,)):
            await put_article(conn, article)
            await conn.execute("UPDATE articles SET pushed_at = ? WHERE number = ?", (epoch(done_at), article))
        campaign = await campaigns.promise(
            conn,
            NEWS,
            Subject(SubjectType.ARTICLE, article),
            fixed_at=done_at,
            start_at=done_at,
            lane=Lane.NEWS,
            by=None,
        )
        await conn.execute(
            "UPDATE campaigns SET state = ?, done_at = ?, half = 2, total = ?, sent = ? WHERE id = ?",
            (state, epoch(done_at) if state == "done" else None, len(chats), len(chats), campaign),
        )
        await conn.executemany(
            "INSERT INTO receipts (subject_type, subject, chat, sent_at, message_id, look) VALUES (1, ?, ?, ?, ?, 1)",
            [(article, chat, epoch(done_at), 500 + chat) for chat in chats],
        )
    return campaign


async def prune_all(db: Database) -> int:
    steps = 0
    while True:
        async with db.transaction() as conn:
            if not await retention.prune(conn, BEFORE):
                return steps
        steps += 1


async def what_became(db: Database, article: int) -> list[tuple[object, ...]]:
    async with db.reading() as conn:
        rows = await conn.execute_fetchall(
            f"SELECT chat, status, sent_at, message_id, look, reason FROM {WHAT_BECAME} WHERE article = ? ORDER BY 1",
            (article,),
        )
    return [tuple(row) for row in rows]


async def test_an_old_delivery_keeps_the_fact_and_loses_the_message(db: Database) -> None:
    campaign = await delivered(db, 1, [7, -8], LONG_AGO)
    async with db.transaction() as conn:
        await conn.execute(
            "INSERT INTO outcomes (campaign, chat, operation, status, reason) VALUES (?, 9, 1, 3, 'too long')",
            (campaign,),
        )
    await prune_all(db)
    assert await what_became(db, 1) == [
        (-8, 1, None, None, None, None),
        (7, 1, None, None, None, None),
        (9, 3, None, None, None, "too long"),
    ]
    async with db.reading() as conn:
        assert await has(conn, 1, 7)
        assert await statuses(conn, 1) == {Status.SENT: 2, Status.FAILED: 1}
        assert await retention.is_closed(conn, 1)


async def test_what_is_younger_or_goes_on_is_left_alone(db: Database) -> None:
    await delivered(db, 1, [7], NOW - KEPT + timedelta(days=1))
    await delivered(db, 2, [7], LONG_AGO, state="running")
    await delivered(db, 3, [7], LONG_AGO)
    await delivered(db, 3, [8], NOW)  # sent again to others: the whole article is kept open
    assert await prune_all(db) == 0
    for article in (1, 2, 3):
        assert all(row[3] for row in await what_became(db, article))
        async with db.reading() as conn:
            assert not await retention.is_closed(conn, article)


async def test_a_large_audience_is_pruned_in_steps_that_a_restart_takes_up(db: Database) -> None:
    campaign = await delivered(db, 1, list(range(1, 2 * ROWS_PER_STEP + 5)), LONG_AGO)
    async with db.transaction() as conn:
        assert await retention.prune(conn, BEFORE)
    rows = await what_became(db, 1)
    assert [row[3] is None for row in rows] == [True] * ROWS_PER_STEP + [False] * (ROWS_PER_STEP + 4)
    async with db.reading() as conn:
        assert await retention.is_closed(conn, 1)
    assert await prune_all(db) == 2
    assert (
        all(row[3] is None for row in await what_became(db, 1))
        and len(await what_became(db, 1)) == 2 * ROWS_PER_STEP + 4
    )
    async with db.reading() as conn:
        assert (await campaigns.campaign(conn, campaign)).sent == 2 * ROWS_PER_STEP + 4


async def test_the_export_of_a_chat_names_pruned_deliveries_without_a_time(db: Database) -> None:
    await delivered(db, 1, [7], LONG_AGO)
    await prune_all(db)
    async with db.reading() as conn:
        [received] = (await export.export(conn, 7))["received"]
    assert (received["article"], received["sent_at"], received["message_id"]) == (1, None, None)


async def test_what_an_editor_stopped_long_ago_is_given_up(db: Database) -> None:
    old = await delivered(db, 1, [7], LONG_AGO, state="stopped")
    young = await delivered(db, 2, [7], NOW, state="stopped")
    async with db.transaction() as conn:
        await put_chats(conn, range(100, 100 + ROWS_PER_STEP + 3))
        for campaign in (old, young):
            await conn.executemany(
                "INSERT INTO deliveries (campaign, chat, thread, not_before) VALUES (?, ?, 0, 0)",
                [(campaign, chat) for chat in range(100, 100 + ROWS_PER_STEP + 3)],
            )
            await conn.execute("UPDATE campaigns SET total = sent + ? WHERE id = ?", (ROWS_PER_STEP + 3, campaign))
    steps = 0
    while True:
        async with db.transaction() as conn:
            if not await retention.drop_abandoned(conn, BEFORE):
                break
        steps += 1
    assert steps == 2
    async with db.reading() as conn:
        given_up, kept = await campaigns.campaign(conn, old), await campaigns.campaign(conn, young)
        assert (given_up.state, given_up.unwanted, given_up.settled) == ("done", ROWS_PER_STEP + 3, given_up.total)
        assert await waiting(conn, old) == 0
        assert kept.state == "stopped" and await waiting(conn, young) == ROWS_PER_STEP + 3


async def test_the_log_is_kept_for_a_year_and_old_progress_messages_are_let_go(db: Database) -> None:
    old, new = await delivered(db, 1, [7], LONG_AGO), await delivered(db, 2, [7], NOW)
    async with db.transaction() as conn:
        for campaign in (old, new):
            await progress_messages.follow(conn, campaign, 7, campaign)
        await conn.execute("UPDATE progress SET finished = 1")
        await audit_log.record(conn, "ancient", at=NOW - timedelta(days=400))
        await audit_log.record(conn, "recent", at=NOW - timedelta(days=300))
        assert not await retention.drop_progress(conn, BEFORE)
        assert not await retention.drop_log(conn, NOW - retention.LOG_KEPT)
    async with db.reading() as conn:
        assert [entry.act for entry in await audit_log.latest(conn)] == ["recent"]
        assert [row["campaign"] for row in await conn.execute_fetchall("SELECT campaign FROM progress")] == [new]


async def test_a_delivery_takes_no_more_than_25_bytes_once_pruned_and_the_file_becomes_smaller(db: Database) -> None:
    dice = random.Random(7)
    chats = dice.sample(range(10**8, 8 * 10**9), 20_000)
    async with db.transaction() as conn:
        empty = await _pages(conn)
    for article in range(200, 205):
        await delivered(db, article, chats, LONG_AGO)
    async with db.transaction() as conn:
        full = await _pages(conn)
    await prune_all(db)
    more = True
    while more:
        async with db.transaction() as conn:
            more = await conn.give_back()
    async with db.transaction() as conn:
        free, pages = await _number(conn, "freelist_count"), await _pages(conn)
    assert pages < full * 0.8
    assert free <= pages * 0.03 + 1
    assert (pages - free - empty) * 4096 / 100_000 <= 25


async def test_a_long_write_ahead_log_is_cut_and_a_reader_in_the_way_only_puts_it_off(db: Database) -> None:
    wal = Path(f"{db.path}-wal")
    with closing(sqlite3.connect(db.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM chats").fetchone()
        await _write_megabytes(db, 24)
        assert wal.stat().st_size > retention.LARGE_LOG
        retention.shorten_log(db.path)
        assert wal.stat().st_size > retention.LARGE_LOG
        reader.execute("COMMIT")
    retention.shorten_log(db.path)
    assert wal.stat().st_size == 0
    async with db.transaction() as conn:
        [row] = await conn.execute_fetchall("SELECT count(*) FROM media")
        assert row[0] == 24


async def _write_megabytes(db: Database, many: int) -> None:
    async with db.transaction() as conn:
        await conn.executemany(
            "INSERT INTO media (picture, file_id, at) VALUES (?, ?, 0)",
            [(f"https://pictures.example/{n}", "x" * 1024 * 1024) for n in range(many)],
        )


async def _pages(conn) -> int:
    return await _number(conn, "page_count")


async def _number(conn, pragma: str) -> int:
    [row] = await conn.execute_fetchall(f"PRAGMA {pragma}")
    return int(row[0])
