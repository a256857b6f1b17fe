"""Stories that a site's move to https had doubled become one, and nobody gets them again."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.store.engine.migrations import migrate, scripts

OLD, MOVED, LATER = 4, 7, 9  # one story under http, https and www.


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of the first shape."""
    migrate(tmp_path / "news.db", create=True, known=scripts()[:1])
    return tmp_path / "news.db"


def _article(conn: sqlite3.Connection, number: int, link: str, state: str = "published", **more: Any) -> None:
    row = {"pushed_at": None, "title": f"Title {number}", **more}
    conn.execute(
        "INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at, pushed_at)"
        " VALUES (:number, :slug, :state, :title, 100, :story, :number, :pushed_at)",
        {**row, "number": number, "slug": f"slug-{number}", "state": state, "story": json.dumps({"link": link})},
    )
    conn.execute("INSERT INTO article_links VALUES (?, ?)", (link, number))
    conn.execute("INSERT INTO article_topics VALUES (?, ?, 0)", (number, number))
    conn.execute(
        "INSERT INTO article_search (rowid, title, excerpt, topics, source) VALUES (?, ?, '', '', '')",
        (number, row["title"]),
    )
    conn.execute(
        "INSERT INTO files (path, fingerprint, article, last_flag) VALUES (?, 'x', ?, 1)", (f"{number}.md", number)
    )


@pytest.fixture
def filled(path: Path) -> Iterator[Path]:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executemany(
            "INSERT INTO topics (number, id, name) VALUES (?, ?, ?)", [(n, f"t{n}", f"T{n}") for n in range(12)]
        )
        conn.executemany(
            "INSERT INTO chats (id, kind, since, state_at) VALUES (?, 'private', 0, 0)", [(1,), (2,), (3,), (4,)]
        )
        _article(conn, 1, "https://n.example/other")
        _article(conn, OLD, "http://www.n.example/grid", pushed_at=50)
        _article(conn, MOVED, "https://www.n.example/grid", pushed_at=60)
        _article(conn, LATER, "https://n.example/grid", state="draft")
        conn.execute("UPDATE files SET fingerprint = '' WHERE path = '4.md'")
        conn.executemany(
            "INSERT INTO ledger (article, chat, status, message_id) VALUES (?, ?, ?, ?)",
            [(OLD, 1, 1, 11), (OLD, 2, 3, None), (MOVED, 1, 1, 12), (MOVED, 2, 1, 22), (MOVED, 3, 1, 32)],
        )
        conn.executemany("INSERT INTO saved VALUES (?, ?, 0)", [(1, OLD), (1, MOVED), (2, MOVED)])
        conn.executemany(
            "INSERT INTO fanouts (id, kind, article, lane, state, fixed_at, start_at, total)"
            " VALUES (?, 'news', ?, 0, 'running', 0, 0, 3)",
            [(5, OLD), (6, MOVED)],
        )
        conn.executemany(
            "INSERT INTO outbox (fanout, chat, thread, due_at) VALUES (?, ?, 0, 0)", [(5, 3), (5, 4), (6, 1), (6, 3)]
        )
        conn.execute("INSERT INTO log (at, act, article) VALUES (0, 'publish', ?)", (MOVED,))
        conn.execute("INSERT INTO files (path, fingerprint) VALUES ('upload:http://www.n.example/a', '')")
    yield path


def _rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as conn:
        return conn.execute(sql).fetchall()


def test_two_articles_with_one_link_become_one_and_the_older_keeps_its_number(filled: Path) -> None:
    migrate(filled, create=False)
    assert _rows(filled, "SELECT number, slug, state, title, pushed_at FROM articles ORDER BY number") == [
        (1, "slug-1", "published", "Title 1", None),
        (OLD, "slug-4", "published", "Title 7", 50),  # the newer of those that readers see is told
    ]
    assert _rows(filled, "SELECT * FROM article_links ORDER BY link") == [
        ("https://n.example/grid", OLD),
        ("https://n.example/other", 1),
    ]
    assert _rows(filled, "SELECT * FROM article_slugs ORDER BY slug") == [("slug-7", OLD), ("slug-9", OLD)]
    assert _rows(filled, "SELECT article, topic FROM article_topics ORDER BY article") == [(1, 1), (OLD, MOVED)]
    assert _rows(filled, "SELECT rowid, title FROM article_search ORDER BY rowid") == [(1, "title 1"), (OLD, "title 7")]
    assert _rows(filled, "SELECT article FROM log") == [(OLD,)]


def test_who_has_either_has_it_and_keeps_what_was_saved(filled: Path) -> None:
    migrate(filled, create=False)
    assert _rows(filled, "SELECT subject_type, subject, chat, message_id FROM receipts ORDER BY chat") == [
        (1, OLD, 1, 11),
        (1, OLD, 2, 22),
        (1, OLD, 3, 32),
    ]
    assert _rows(filled, "SELECT * FROM outcomes") == []
    assert _rows(filled, "SELECT chat, article FROM saved ORDER BY chat") == [(1, OLD), (2, OLD)]


def test_of_two_broadcasts_of_one_story_one_goes_on_to_those_who_have_nothing_of_it(filled: Path) -> None:
    migrate(filled, create=False)
    assert _rows(filled, "SELECT id, subject, state FROM campaigns ORDER BY id") == [
        (5, OLD, "running"),
        (6, OLD, "done"),
    ]
    assert _rows(filled, "SELECT campaign, chat FROM deliveries") == [(5, 4)]
    assert _rows(filled, "SELECT total FROM campaigns WHERE id = 5") == [(2,)]


def test_the_living_file_of_the_story_told_owns_it(filled: Path) -> None:
    migrate(filled, create=False)
    assert _rows(filled, "SELECT path, article, owns FROM files ORDER BY path") == [
        ("1.md", 1, 1),
        ("4.md", OLD, 0),
        ("7.md", OLD, 1),
        ("9.md", OLD, 0),
        ("upload:https://n.example/a", None, 1),
    ]


def test_stories_that_lead_to_each_other_by_several_links_become_one(path: Path) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executemany(
            "INSERT INTO topics (number, id, name) VALUES (?, ?, ?)", [(n, f"t{n}", f"T{n}") for n in range(9)]
        )
        _article(conn, 1, "http://n.example/a")
        _article(conn, 2, "https://n.example/a")
        conn.execute("INSERT INTO article_links VALUES ('http://n.example/b', 2)")
        _article(conn, 3, "https://n.example/b", state="retracted")
    migrate(path, create=False)
    assert _rows(path, "SELECT number, title FROM articles") == [(1, "Title 2")]
    assert _rows(path, "SELECT link, article FROM article_links ORDER BY link") == [
        ("https://n.example/a", 1),
        ("https://n.example/b", 1),
    ]
