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


def test_chats_of_before_are_linked_to_nothing_and_have_their_forum_threads_still(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[script for script in scripts() if script[0] < 26])
    with closing(sqlite3.connect(path)) as conn, conn:
        teach(conn)
        conn.execute("INSERT INTO topics (number, id, name) VALUES (1, 'energy', 'Energy')")
        for id, kind in ((7, "private"), (-1002, "group")):
            conn.execute("INSERT INTO chats (id, kind, since, state_at) VALUES (?, ?, 0, 0)", (id, kind))
            conn.execute("INSERT INTO subscriptions (topic, chat, thread, since) VALUES (1, ?, 5, 0)", (id,))
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        chats = conn.execute("SELECT id, linked_channel, repeats_channel, topic_threads FROM chats ORDER BY id")
        assert chats.fetchall() == [(-1002, None, 0, 0), (7, None, 0, 0)]
        assert conn.execute("SELECT chat, thread FROM subscriptions").fetchall() == [(-1002, 5), (7, 5)]
        assert conn.execute("SELECT count(*) FROM topic_threads").fetchone() == (0,)
