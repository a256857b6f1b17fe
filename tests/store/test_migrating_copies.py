"""Receipts of before it was kept which messages are lists: what shares a message with others stands in one."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import migrate, scripts

NUMBER = next(number for number, script in scripts() if "uncorrected" in script)


def test_what_shares_a_message_with_others_is_known_to_stand_in_a_list(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    rows = [(1, 1, 7, 50, 1), (1, 2, 7, 51, 0), (1, 3, 7, 51, 0), (1, 1, 8, 51, 0), (1, 2, 8, None, None)]
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executemany(
            "INSERT INTO receipts (subject_type, subject, chat, message_id, look) VALUES (?, ?, ?, ?, ?)", rows
        )
        conn.execute(
            """
            INSERT INTO campaigns (id, kind, subject_type, subject, lane, state, fixed_at, start_at)
            VALUES (1, 'news', 1, 1, 2, 'done', 5, 5)
            """
        )
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        looks = conn.execute("SELECT subject, chat, look FROM receipts ORDER BY chat, subject").fetchall()
        assert looks == [(1, 7, 1), (2, 7, 2), (3, 7, 2), (1, 8, 0), (2, 8, None)]
        assert conn.execute("SELECT operation FROM campaigns").fetchall() == [(1,)]
