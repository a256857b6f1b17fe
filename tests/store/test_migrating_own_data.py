"""Chats that could not be reached before it was kept since when: since their state last changed."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import migrate, scripts

NUMBER = next(number for number, script in scripts() if "gone_at" in script)


def test_a_chat_that_could_not_be_reached_is_gone_since_then_and_the_others_are_not(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    insertion = "INSERT INTO chats (id, kind, state, since, state_at) VALUES (?, 'private', ?, 5, ?)"
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executemany(insertion, [(7001, "active", 50), (7002, "unreachable", 60), (7003, "paused", 70)])
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT id, gone_at FROM chats ORDER BY id").fetchall() == [
            (7001, None),
            (7002, 60),
            (7003, None),
        ]
