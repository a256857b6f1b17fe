"""What an update makes of chats that were there before lists had looks."""

import sqlite3
from contextlib import closing

import pytest

from bot.store.engine.migrations import check, migrate, scripts


def test_every_chat_keeps_classic_lists_and_all_it_had_after_an_update(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[script for script in scripts() if script[0] < 21])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO timings (number, wish, zone) VALUES (1, 'daily 08:00', '')")
        conn.execute(
            "INSERT INTO chats (id, kind, since, state_at, pictures, timing) VALUES (7, 'private', 0, 0, 'small', 1)"
        )
        conn.execute("INSERT INTO chats (id, kind, since, state_at) VALUES (-8, 'group', 0, 0)")
    migrate(path, create=False)
    check(path)
    with closing(sqlite3.connect(path)) as conn:
        found = conn.execute("SELECT id, pictures, timing, digest FROM chats ORDER BY id").fetchall()
        assert found == [(-8, "large", None, "classic"), (7, "small", 1, "classic")]
        with pytest.raises(sqlite3.IntegrityError):
            conn.execute("UPDATE chats SET digest = 'fancy'")
