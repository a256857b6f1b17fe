"""Chats that were there before they could choose when their news comes get it at once, and what waits stays due."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import check, migrate, scripts

NUMBER = next(number for number, script in scripts() if "CREATE TABLE timings" in script)


def test_chats_and_what_waits_for_them_stay_as_they_were(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executemany(
            "INSERT INTO chats (id, kind, state, since, state_at, zone) VALUES (?, 'private', ?, 0, 0, ?)",
            [(1, "active", "Europe/Berlin"), (2, "paused", None)],
        )
        conn.execute(
            "INSERT INTO campaigns (id, kind, subject_type, subject, lane, state, fixed_at, start_at, half, total)"
            " VALUES (9, 'news', 1, 1, 2, 'running', 0, 0, 2, 2)"
        )
        conn.executemany(
            "INSERT INTO deliveries (campaign, chat, thread, not_before, attempts) VALUES (9, ?, 0, ?, ?)",
            [(1, 100, 0), (2, 700, 3)],
        )
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT id, state, zone, timing, timed_at, paused_until FROM chats").fetchall() == [
            (1, "active", "Europe/Berlin", None, None, None),
            (2, "paused", None, None, None, None),
        ]
        assert conn.execute("SELECT chat, not_before, attempts, waits FROM deliveries").fetchall() == [
            (1, 100, 0, 0),
            (2, 700, 3, 0),
        ]
    check(path)
