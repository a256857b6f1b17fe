"""A database of before topics had names in other languages: each keeps what it is called."""

import sqlite3
from pathlib import Path

from bot.store.engine.migrations import check, migrate, scripts

NUMBER = 27


def test_topics_that_were_there_have_no_other_names_and_stay(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[script for script in scripts() if script[0] < NUMBER])
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("INSERT INTO topics (number, id, name, listed, from_file) VALUES (7, 'tech', 'Technology', 1, 1)")
    conn.execute("INSERT INTO topic_names (key, topic) VALUES ('technology', 7)")
    conn.close()
    migrate(path, create=False)
    check(path)
    conn = sqlite3.connect(path)
    assert conn.execute("SELECT number, id, name, names FROM topics").fetchall() == [(7, "tech", "Technology", "{}")]
    assert conn.execute("SELECT key, topic FROM topic_names").fetchall() == [("technology", 7)]
    conn.close()
