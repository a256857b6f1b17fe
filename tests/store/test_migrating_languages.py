"""Chats that were there before languages were followed keep the one they have, as if it had been chosen."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import migrate, scripts

NUMBER = next(number for number, script in scripts() if "language_chosen" in script)


def test_a_chat_that_was_there_keeps_its_language_and_a_new_one_has_chosen_none(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    insertion = "INSERT INTO chats (id, kind, since, state_at, language) VALUES (?, ?, 0, 0, ?)"
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executemany(insertion, [(7001, "private", "de"), (7002, "private", "en"), (-5001, "group", "de")])
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(insertion, (7003, "private", "de"))
        assert conn.execute("SELECT id, language, language_chosen FROM chats ORDER BY id").fetchall() == [
            (-5001, "de", 1),
            (7001, "de", 1),
            (7002, "en", 1),
            (7003, "de", 0),
        ]
