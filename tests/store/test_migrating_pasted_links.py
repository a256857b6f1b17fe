"""A database with articles gets the table of links that editors sent."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.engine.migrations import migrate, scripts


def test_a_database_with_articles_gets_the_table(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    known = scripts()
    before = next(place for place, (_, sql) in enumerate(known) if "pasted_links" in sql)
    migrate(path, create=True, known=known[:before])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            "INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at)"
            " VALUES (1, 'one', 'draft', 'One', 0, '{}', 0)"
        )
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT slug FROM articles").fetchall() == [("one",)]
        assert conn.execute("SELECT count(*) FROM pasted_links").fetchone() == (0,)
