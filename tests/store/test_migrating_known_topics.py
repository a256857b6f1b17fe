"""Which topics readers know after an update: those of the picker, and those of what is published."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import migrate, scripts
from bot.store.engine.sync_connection import teach


def test_topics_of_published_articles_are_known_and_those_of_drafts_are_not(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[script for script in scripts() if script[0] < 11])
    states = ["published", "archived", "draft", "scheduled", "held", "retracted"]
    with closing(sqlite3.connect(path)) as conn, conn:
        teach(conn)
        for number, state in enumerate(states, 1):
            conn.execute("INSERT INTO topics (number, id, name) VALUES (?, ?, ?)", (number, state, state))
            conn.execute(
                """
                INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at)
                VALUES (?, ?, ?, 'Grid', 0, '{}', 0)
                """,
                (number, state, state),
            )
            conn.execute("INSERT INTO article_topics (article, topic, place) VALUES (?, ?, 0)", (number, number))
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        known = [name for (name,) in conn.execute("SELECT name FROM topics WHERE known ORDER BY number")]
    assert known == ["published", "archived"]
