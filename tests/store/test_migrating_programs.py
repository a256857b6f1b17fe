"""What editors did before programs could do anything stays as it was."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import check, migrate, scripts


def test_the_log_and_scheduled_articles_of_before_have_no_program(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < 14])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO log (at, person, act, article, detail) VALUES (5, 7003, 'publish', 1, 'file')")
        conn.execute(
            "INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at, scheduled_at)"
            " VALUES (1, 'a', 'scheduled', 'A', 9, '{}', 1, 9)"
        )
    migrate(path, create=False)
    check(path)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT at, person, act, article, detail, api_key FROM log").fetchall() == [
            (5, 7003, "publish", 1, "file", None)
        ]
        assert conn.execute("SELECT state, scheduled_at, by_hand FROM articles").fetchall() == [("scheduled", 9, 0)]
        assert conn.execute("SELECT count(*) FROM api_keys").fetchone() == (0,)
