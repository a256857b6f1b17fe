"""A database from before announcements has none, and those that come are never given a number twice."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import check, migrate, scripts

NUMBER = next(number for number, script in scripts() if "CREATE TABLE announcements" in script)


def test_campaigns_and_chats_stay_as_they_were(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO chats (id, kind, since, state_at, announcements) VALUES (1, 'private', 0, 0, 0)")
        conn.execute(
            "INSERT INTO campaigns (id, kind, subject_type, subject, lane, state, fixed_at, start_at)"
            " VALUES (9, 'news', 1, 1, 2, 'running', 0, 0)"
        )
    migrate(path, create=False)
    check(path)
    add = "INSERT INTO announcements (by, at, text, entities, state) VALUES (7, 0, 'x', '[]', 'asked')"
    with closing(sqlite3.connect(path)) as conn, conn:
        assert conn.execute("SELECT announcements FROM chats").fetchall() == [(0,)]
        assert conn.execute("SELECT kind, state FROM campaigns").fetchall() == [("news", "running")]
        first = conn.execute(add).lastrowid
        conn.execute("DELETE FROM announcements")
        assert conn.execute(add).lastrowid == first + 1
