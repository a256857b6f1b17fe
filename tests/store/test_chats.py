"""Chats in the store: states, moving house, being forgotten."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import empty_database

from bot.domain.chat import ChatKind, ChatState
from bot.store.engine.database import Connection, Database
from bot.store.readers import chat_rows, chat_settings, chats, export

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OLD, NEW, OTHER = -5001, -1_000_000_005_001, -5002
CHOSEN = (
    "subscriptions",
    "exceptions",
    "topic_wishes",
    "unwanted_sources",
    "saved",
    "followed_stories",
    "saving_reactions",
)
PHRASES = ("followed_phrases", "unwanted_phrases")
BESIDE = ("progress", "waiting_exports", "closed_threads", "searches", "restrictions", "pushes")
THREADS = ("topic_threads", "topic_thread_tries")
WITH_CHATS = (*CHOSEN, *PHRASES, *BESIDE, *THREADS, "deliveries", "receipts", "outcomes")


@pytest.fixture
async def conn(tmp_path: Path) -> AsyncIterator[Connection]:
    """A database with two topics, two pushed articles, and a campaign of each."""
    empty_database(tmp_path / "chats.db")
    db = await Database.open(tmp_path / "chats.db")
    async with db.transaction() as conn:
        for insertion in (
            "INSERT INTO topics (number, id, name) VALUES (1, 'ai', 'AI'), (2, 'energy', 'Energy')",
            """
            INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at, pushed_at)
            VALUES (1, 'one', 'published', 'One', 0, '{}', 0, 100), (2, 'two', 'published', 'Two', 0, '{}', 0, 200)
            """,
            """
            INSERT INTO campaigns (id, kind, subject_type, subject, lane, state, fixed_at, start_at)
            VALUES (1, 'news', 1, 1, 2, 'running', 100, 100), (2, 'news', 1, 2, 2, 'running', 200, 200)
            """,
        ):
            await conn.execute(insertion)
    async with db.transaction() as conn:
        yield conn
    await db.close()


async def furnish(conn: Connection, chat: int, *, topic: int = 1, article: int = 1) -> None:
    """Give a chat one of everything."""
    await chats.get_or_create(conn, chat, ChatKind.GROUP, "en", NOW)
    ids = {"chat": chat, "topic": topic, "article": article}
    for insertion in (
        "INSERT INTO subscriptions (topic, chat, thread, since) VALUES (:topic, :chat, 0, 50)",
        "INSERT INTO exceptions (chat, topic, kind, until) VALUES (:chat, :topic, 'muted', 999)",
        "INSERT INTO topic_wishes (chat, topic, wish) VALUES (:chat, :topic, 'now')",
        "INSERT INTO unwanted_sources (chat, source) VALUES (:chat, 'example.com')",
        "INSERT INTO saved (chat, article, at) VALUES (:chat, :article, 60)",
        "INSERT INTO followed_stories (article, chat, since) VALUES (:article, :chat, 65)",
        "INSERT INTO saving_reactions (person, article, chat) VALUES (:chat, :article, :chat)",
        "INSERT INTO deliveries (campaign, chat, thread, not_before) VALUES (:article, :chat, 0, 70)",
        "INSERT INTO receipts (subject_type, subject, chat, sent_at, message_id) VALUES (1, :article, :chat, 80, 9)",
        "INSERT INTO outcomes (campaign, chat, operation, status, at) VALUES (:article, :chat, 1, 3, 80)",
        "INSERT INTO progress (campaign, chat, message_id) VALUES (:article, :chat, 3)",
        "INSERT INTO closed_threads (chat, thread, since) VALUES (:chat, 5, 90)",
        "INSERT INTO searches (chat, words, asked_at) VALUES (:chat, 'solar power', 95)",
        "INSERT OR IGNORE INTO phrases (number, words, forms) VALUES (1, 'quantum dots', 'quantum dots')",
        "INSERT OR IGNORE INTO phrase_beginnings (beginning, phrase) VALUES ('quantum dots', 1)",
        "INSERT INTO followed_phrases (phrase, chat, since) VALUES (1, :chat, 50)",
        "INSERT INTO unwanted_phrases (phrase, chat) VALUES (1, :chat)",
        """
        INSERT INTO restrictions (chat, since, reason, tries, awaits, tried_at, next_at)
        VALUES (:chat, 90, 'no rights', 1, 1, 90, 990)
        """,
        "INSERT INTO pushes (chat, topic, since, many) VALUES (:chat, 0, 90, 2)",
        "INSERT INTO waiting_exports (chat, document, at) VALUES (:chat, '{}', 90)",
        "INSERT INTO topic_threads (chat, topic, thread, name) VALUES (:chat, :topic, 5, 'AI')",
        "INSERT INTO topic_thread_tries (chat, tries, next_at) VALUES (:chat, 1, 90)",
    ):
        await conn.execute(insertion, ids)


async def rows_of(conn: Connection, chat: int) -> dict[str, int]:
    found = {}
    for table in WITH_CHATS:
        [row] = await conn.execute_fetchall(f"SELECT count(*) FROM {table} WHERE chat = ?", (chat,))
        found[table] = row[0]
    return found


async def test_no_table_with_rows_of_chats_is_left_out_of_these_tests(conn):
    tables = await conn.execute_fetchall(
        """
        SELECT DISTINCT m.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
        WHERE m.type = 'table' AND c.name = 'chat'
        """
    )
    at_work = {"shared_updates"}  # its rows forget their chat when they are done, as those of `updates` go
    assert {row["name"] for row in tables} - at_work == set(WITH_CHATS)


async def test_a_group_takes_everything_along_when_it_becomes_a_supergroup(conn):
    await furnish(conn, OLD)
    await chat_settings.set_language(conn, OLD, "de")
    await chats.set_state(conn, OLD, ChatState.PAUSED, NOW)
    await chat_rows.migrate(conn, OLD, NEW)
    assert await chats.chat(conn, OLD) is None
    moved = await chats.chat(conn, NEW)
    assert moved is not None
    assert (moved.language, moved.language_chosen, moved.state) == ("de", True, ChatState.PAUSED)
    # Its progress messages stay where they are, and can be edited no more.
    all_but_progress = dict.fromkeys(WITH_CHATS, 1) | {"progress": 0}
    assert set((await rows_of(conn, OLD)).values()) == {0}
    assert await rows_of(conn, NEW) == all_but_progress
    await chat_rows.migrate(conn, OLD, NEW)
    assert await rows_of(conn, NEW) == all_but_progress


async def test_two_known_chats_that_become_one_are_merged(conn):
    await furnish(conn, OLD)
    await chat_settings.set_zone(conn, OLD, "Europe/Berlin")
    await furnish(conn, NEW)  # the same things: must not clash
    await conn.execute("INSERT INTO subscriptions (topic, chat, thread, since) VALUES (2, ?, 0, 55)", (NEW,))
    await chat_rows.migrate(conn, OLD, NEW)
    merged = await chats.chat(conn, NEW)
    assert merged is not None
    assert merged.zone == "Europe/Berlin"
    assert set((await rows_of(conn, OLD)).values()) == {0}
    assert await rows_of(conn, NEW) == dict.fromkeys(WITH_CHATS, 1) | {"subscriptions": 2}


async def test_a_group_that_was_paused_where_it_lives_now_stays_paused(conn):
    await furnish(conn, OLD)
    await furnish(conn, NEW)
    await chats.set_state(conn, NEW, ChatState.PAUSED, NOW)
    await chat_rows.migrate(conn, OLD, NEW)
    merged = await chats.chat(conn, NEW)
    assert merged is not None and merged.state is ChatState.PAUSED


async def test_moving_to_where_it_is_changes_nothing(conn):
    await furnish(conn, OLD)
    before = await rows_of(conn, OLD)
    await chat_rows.migrate(conn, OLD, OLD)
    assert await rows_of(conn, OLD) == before
    assert await chats.chat(conn, OLD) is not None


async def test_moving_from_a_group_nobody_knew_changes_nothing(conn):
    await furnish(conn, NEW)
    before = await chats.chat(conn, NEW)
    await chat_rows.migrate(conn, OLD, NEW)
    assert await chats.chat(conn, NEW) == before


async def test_forgetting_leaves_no_row_of_the_chat_and_all_of_the_others(conn):
    await furnish(conn, OLD)
    await furnish(conn, OTHER, topic=2, article=2)
    await chat_rows.delete(conn, OLD)
    assert await chats.chat(conn, OLD) is None
    assert set((await rows_of(conn, OLD)).values()) == {0}
    assert set((await rows_of(conn, OTHER)).values()) == {1}
    assert not await conn.execute_fetchall("PRAGMA foreign_key_check")


async def test_what_a_copy_learnt_of_a_draft_belongs_to_its_chats_too(conn):
    await conn.execute("UPDATE articles SET state = 'draft', pushed_at = NULL, learnt = 1 WHERE number = 1")
    await furnish(conn, OLD)
    assert (await export.export(conn, OLD))["received"]
    await chat_rows.migrate(conn, OLD, NEW)
    assert (await rows_of(conn, NEW))["receipts"] == 1
    await chat_rows.delete(conn, NEW)
    assert set((await rows_of(conn, NEW)).values()) == {0}


async def test_what_was_promised_to_a_forgotten_chat_counts_as_unwanted(conn):
    await furnish(conn, OLD)
    await chat_rows.delete(conn, OLD)
    rows = await conn.execute_fetchall("SELECT id, unwanted FROM campaigns ORDER BY id")
    assert [tuple(row) for row in rows] == [(1, 1), (2, 0)]


async def test_an_export_names_everything_that_forgetting_deletes(conn):
    await furnish(conn, OLD)
    document = await export.export(conn, OLD)
    read = json.loads(json.dumps(document))
    assert read["chat"][0]["since"] == NOW.isoformat()
    assert read["follows"] == [{"topic": "AI", "thread": 0, "since": "1970-01-01T00:00:50+00:00"}]
    assert read["closed_threads"] == [{"thread": 5, "since": "1970-01-01T00:01:30+00:00", "told_at": None}]
    assert read["saved"][0]["title"] == "One"
    assert all(read[part] for part in read if part not in ("editor", "acts_as_editor", "channel", "manages"))
    await chat_rows.delete(conn, OLD)
    assert not any((await export.export(conn, OLD)).values())


async def test_the_time_of_a_change_of_state_is_kept(conn):
    await chats.get_or_create(conn, 1, ChatKind.PRIVATE, "en", NOW)
    later = NOW + timedelta(hours=1)
    await chats.set_state(conn, 1, ChatState.ACTIVE, later)  # no change
    await chats.switch_off(conn, 1, later + timedelta(hours=1))
    [row] = await conn.execute_fetchall("SELECT state_at FROM chats WHERE id = 1")
    assert row["state_at"] == (later + timedelta(hours=1)).timestamp()
