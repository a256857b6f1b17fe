"""What an update makes of sources and related stories that were stored before phrases were."""

import json
import sqlite3
from contextlib import closing

from bot.store.engine.migrations import migrate, scripts
from bot.store.engine.sync_connection import teach


def test_sources_have_their_names_and_stories_the_links_they_name_after_an_update(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[script for script in scripts() if script[0] < 18])
    stories = [
        ("dailymail.example", {"provider": {"name": "Daily  Máil", "domain": "dailymail.example"}}),
        ("dailymail.example", {"provider": {"name": "DAILY MAIL"}, "related": [{"link": "http://www.a.example/1/"}]}),
        (None, {"related": [{"link": "https://a.example/1"}, {"link": "https://a.example/1"}, {"title": "none"}]}),
        ("harbour.example", {"provider": {"domain": "harbour.example"}}),
    ]
    with closing(sqlite3.connect(path)) as conn, conn:
        teach(conn)
        for number, (source, story) in enumerate(stories, 1):
            conn.execute(
                """
                INSERT INTO articles (number, slug, state, title, published_at, source, story, first_seen_at)
                VALUES (?, ?, 'published', 'Grid', 0, ?, ?, 0)
                """,
                (number, f"s{number}", source, json.dumps(story)),
            )
        conn.execute("INSERT INTO chats (id, kind, since, state_at) VALUES (7, 'private', 0, 0)")
        conn.execute("INSERT INTO unwanted_sources (chat, source) VALUES (7, 'harbour.example')")
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        names = conn.execute("SELECT name, source FROM source_names").fetchall()
        related = conn.execute("SELECT link, article FROM article_related ORDER BY article").fetchall()
        unwanted = conn.execute("SELECT chat, source, name FROM unwanted_sources").fetchall()
        parts = conn.execute("SELECT parts FROM chats").fetchall()
    assert names == [("daily mail", "dailymail.example"), ("harbour.example", "harbour.example")]
    assert [article for _, article in related] == [2, 3] and len({link for link, _ in related}) == 1
    assert unwanted == [(7, "harbour.example", None)]
    assert parts == [(None,)]
