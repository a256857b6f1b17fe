"""Names with a Turkish I keep leading to their topic, and two that are one now to the older."""

import sqlite3
from contextlib import closing

from bot.store.engine.migrations import migrate, scripts


def test_names_with_a_dotted_i_are_rewritten_and_those_that_clash_lead_to_the_topic_that_has_the_name(tmp_path):
    path = tmp_path / "news.db"
    migrate(path, create=True, known=scripts()[:1])
    with closing(sqlite3.connect(path)) as conn, conn:
        topics = [(1, "a", "istanbul", None), (2, "b", "İstanbul", None), (3, "c", "Işık", "i\u0307zmir")]
        conn.executemany("INSERT INTO topics (number, id, name, parent_key) VALUES (?, ?, ?, ?)", topics)
        names = [("istanbul", 1), ("i\u0307stanbul", 2), ("ışık", 3), ("energy", 3)]
        conn.executemany("INSERT INTO topic_names VALUES (?, ?)", names)
    migrate(path, create=False)
    with closing(sqlite3.connect(path)) as conn:
        assert dict(conn.execute("SELECT * FROM topic_names")) == {"istanbul": 1, "işik": 3, "energy": 3}
        assert conn.execute("SELECT parent_key FROM topics WHERE number = 3").fetchone() == ("izmir",)
