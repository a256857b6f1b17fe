"""What an update makes of channels that the bot is in already: they go on, and nobody manages them yet."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import migrate, scripts
from bot.store.engine.sync_connection import teach


def test_a_channel_keeps_what_it_has_set_and_waits_for_an_administrator_to_come(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[script for script in scripts() if script[0] < 25])
    with closing(sqlite3.connect(path)) as conn, conn:
        teach(conn)
        conn.execute("INSERT INTO chats (id, kind, since, state_at, silent) VALUES (-1001, 'channel', 0, 0, 1)")
        conn.execute("INSERT INTO topics (number, id, name) VALUES (1, 'energy', 'Energy')")
        conn.execute("INSERT INTO subscriptions (topic, chat, since) VALUES (1, -1001, 0)")
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT id, kind, silent FROM chats").fetchall() == [(-1001, "channel", 1)]
        assert conn.execute("SELECT topic, chat FROM subscriptions").fetchall() == [(1, -1001)]
        for table in ("channels", "channel_managers"):
            assert conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
