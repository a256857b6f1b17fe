"""What an update makes of a database that knows neither followed stories nor reactions."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import migrate, scripts
from bot.store.engine.sync_connection import teach


def test_chats_articles_and_what_is_saved_stay_and_nobody_follows_a_story(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[script for script in scripts() if script[0] < 23])
    with closing(sqlite3.connect(path)) as conn, conn:
        teach(conn)
        conn.execute(
            """
            INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at)
            VALUES (1, 's', 'published', 'Grid', 0, '{}', 0)
            """
        )
        conn.execute("INSERT INTO chats (id, kind, since, state_at) VALUES (7, 'private', 0, 0)")
        conn.execute("INSERT INTO saved (chat, article, at) VALUES (7, 1, 5)")
        conn.execute(
            """
            INSERT INTO article_search (rowid, title, excerpt, topics, source)
            VALUES (1, 'c++ grid', '大学', 'sea', 'daily')
            """
        )
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT chat, article, at, by_reaction FROM saved").fetchall() == [(7, 1, 5, 0)]
        assert conn.execute("SELECT count(*) FROM saving_reactions").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM followed_stories").fetchone() == (0,)
        for words in ("c++", "grid", "大学", "daily"):
            found = conn.execute("SELECT rowid FROM article_search WHERE article_search MATCH ?", (f'"{words}"',))
            assert found.fetchall() == [(1,)], words
        conn.execute("INSERT INTO followed_stories (article, chat, since) VALUES (1, 7, 9)")
        assert conn.execute("SELECT thread FROM followed_stories").fetchone() == (0,)
