"""A database from before change notes has none, and its retractions tell nobody after all."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import check, migrate, scripts

NUMBER = next(number for number, script in scripts() if "CREATE TABLE change_notes" in script)


def test_articles_stay_as_they_were_and_numbers_are_never_given_twice(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < NUMBER])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at, retracted_why)"
            " VALUES (7, 'grid', 'retracted', 'Grid', 0, '{}', 0, 'it was made up')"
        )
    migrate(path, create=False)
    check(path)
    add = "INSERT INTO change_notes (article, about, at) VALUES (7, 'retraction', 5)"
    with closing(sqlite3.connect(path)) as conn, conn:
        assert conn.execute("SELECT state, retracted_why FROM articles").fetchall() == [("retracted", "it was made up")]
        assert conn.execute("SELECT count(*) FROM change_notes").fetchone() == (0,)
        first = conn.execute(add).lastrowid
        conn.execute("DELETE FROM change_notes")
        assert conn.execute(add).lastrowid == first + 1
