"""A database of before there were sources keeps all it has, and takes sources."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import migrate, scripts


def test_a_filled_database_keeps_its_articles_and_files_and_takes_sources(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < 13])
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute(
            """
            INSERT INTO articles (slug, state, title, published_at, story, first_seen_at)
            VALUES ('s', 'draft', 't', 0, '{}', 0)
            """
        )
        conn.execute("INSERT INTO files (path, fingerprint, article) VALUES ('s.md', 'f', 1)")
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn, conn:
        assert conn.execute("SELECT slug FROM articles").fetchall() == [("s",)]
        assert conn.execute("SELECT path, article FROM files").fetchall() == [("s.md", 1)]
        conn.execute(
            """
            INSERT INTO sources (url, state, taken_as, origin, added_at, next_at)
            VALUES ('https://a.example/feed', 'active', 'news', 'shell', 0, 0)
            """
        )
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_sources_with_hubs_are_kept_when_subscriptions_can_be_ended(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < 33])
    with closing(sqlite3.connect(path)) as conn, conn:
        for number, state in enumerate(("active", "paused", "removed"), start=1):
            conn.execute(
                """
                INSERT INTO sources (number, url, state, taken_as, origin, added_at, next_at, hub, hub_until)
                VALUES (:number, :url, :state, 'news', 'shell', 0, 0, 'https://hub.example/', 99)
                """,
                {"number": number, "url": f"https://a.example/{number}", "state": state},
            )
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT number, hub_until FROM sources").fetchall() == [(1, 99), (2, 99), (3, 99)]
