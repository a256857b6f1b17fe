"""Chats that were there before they could choose what reaches them get all of it, and no news of theirs is urgent."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import check, migrate, scripts

NUMBER = next(number for number, script in scripts() if "ADD COLUMN announcements" in script)


def test_chats_and_campaigns_stay_as_they_were(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO chats (id, kind, since, state_at, silent) VALUES (1, 'private', 0, 0, 1)")
        conn.execute(
            "INSERT INTO campaigns (id, kind, subject_type, subject, lane, state, fixed_at, start_at)"
            " VALUES (9, 'news', 1, 1, 2, 'running', 0, 0)"
        )
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT silent, announcements, breaking, quality FROM chats").fetchall() == [
            (1, 1, 0, None)
        ]
        assert conn.execute("SELECT lane, breaking FROM campaigns").fetchall() == [(2, 0)]
    check(path)


def test_what_came_alone_in_an_hour_stays_counted_when_topics_get_times_of_their_own(tmp_path):
    path = tmp_path / "news.db"
    topics = next(number for number, script in scripts() if "CREATE TABLE topic_wishes" in script)
    migrate(path, create=True, known=[one for one in scripts() if one[0] < topics])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO timings (number, wish, zone) VALUES (3, 'calm 3', '')")
        conn.executemany(
            "INSERT INTO chats (id, kind, since, state_at, timing) VALUES (?, 'private', 0, 0, 3)", [(1,), (-2,)]
        )
        conn.executemany("INSERT INTO pushes (chat, since, many) VALUES (?, ?, ?)", [(1, 3600, 3), (-2, 7200, 1)])
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        counted = conn.execute("SELECT chat, topic, since, many FROM pushes").fetchall()
        assert counted == [(-2, 0, 7200, 1), (1, 0, 3600, 3)]
        assert conn.execute("SELECT id, timing FROM chats").fetchall() == [(-2, 3), (1, 3)]
        assert conn.execute("SELECT * FROM topic_wishes").fetchall() == []
    check(path)
