"""What Telegram may forget before it is done: written down once, dropped when done."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from databases import empty_database

from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate, scripts
from bot.store.readers import pending_updates

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_updates_come_back_in_order_until_they_are_dropped(tmp_path: Path) -> None:
    empty_database(tmp_path / "news.db")
    db = await Database.open(tmp_path / "news.db")
    async with db.transaction() as conn:
        await pending_updates.keep(conn, {9: '{"b":1}', 7: '{"a":1}'}, NOW)
        await pending_updates.keep(conn, {9: "twice", 8: "{}"}, NOW + timedelta(hours=1))
        assert await pending_updates.kept(conn) == [(7, '{"a":1}'), (8, "{}"), (9, '{"b":1}')]
        await pending_updates.forget(conn, [7, 12345])
        await pending_updates.forget_before(conn, NOW + timedelta(seconds=1))
        assert await pending_updates.kept(conn) == [(8, "{}")]
        await pending_updates.forget_all(conn)
        assert await pending_updates.kept(conn) == []
    await db.close()


def test_a_filled_database_of_an_older_version_gets_the_table_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    [number] = [number for number, text in scripts() if "CREATE TABLE updates" in text]
    before = [script for script in scripts() if script[0] < number]
    migrate(path, create=True, known=before)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("INSERT INTO chats (id, kind, since, state_at) VALUES (5, 'private', 0, 0)")
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT id FROM chats").fetchall() == [(5,)]
        assert conn.execute("SELECT count(*) FROM updates").fetchone() == (0,)
