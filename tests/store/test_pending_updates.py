"""What Telegram may forget before it is done: written down once, dropped when done."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.store.engine.migrations import migrate, scripts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


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
