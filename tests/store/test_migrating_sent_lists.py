"""Copies in lists from before lists were remembered stay known as such; which list it is nobody knows."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import check, migrate, scripts

NUMBER = next(number for number, script in scripts() if "CREATE TABLE sent_lists" in script)


def test_receipts_stay_as_they_were(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "INSERT INTO receipts (subject_type, subject, chat, message_id, look, sent_at) VALUES (1, 1, 5, 77, 2, 9)"
        )
    migrate(path, create=False)
    check(path)
    with closing(sqlite3.connect(path)) as conn, conn:
        assert conn.execute("SELECT chat, message_id, look, list FROM receipts").fetchall() == [(5, 77, 2, None)]
        assert conn.execute("SELECT count(*) FROM sent_lists").fetchone() == (0,)
