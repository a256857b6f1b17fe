"""How a database gets its shape, and when it is left alone."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.engine.migrations import APPLICATION_ID, Scripts, check, migrate, scripts

SECOND = [*scripts(), (scripts()[-1][0] + 1, "CREATE TABLE later (x INTEGER REFERENCES chats (id));")]


def _number(path: Path, pragma: str) -> int:
    conn = sqlite3.connect(path)
    try:
        return int(conn.execute(f"PRAGMA {pragma}").fetchone()[0])
    finally:
        conn.close()


def _run(path: Path, *statements: str) -> None:
    conn = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        conn.execute(statement)
    conn.close()


def _refusal(path: Path, *, create: bool = True, known: Scripts | None = None) -> str:
    with pytest.raises(StoreError) as caught:
        migrate(path, create=create, known=known)
    text = str(caught.value)
    assert "\n" not in text and str(path.absolute()) in text
    return text


def test_a_fresh_database_has_the_newest_shape_and_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "news.db"
    migrate(path, create=True)
    assert _number(path, "user_version") == scripts()[-1][0]
    assert _number(path, "application_id") == APPLICATION_ID
    assert _number(path, "auto_vacuum") == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    check(path)


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True)
    before = path.read_bytes()
    migrate(path, create=False)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir() if ".before-" in entry.name] == []


@pytest.mark.parametrize("is_empty_file", [False, True])
def test_a_missing_database_is_made_only_when_asked(tmp_path: Path, is_empty_file: bool) -> None:
    path = tmp_path / "news.db"
    if is_empty_file:
        path.touch()
    assert "there is no database" in _refusal(path, create=False)
    assert path.exists() == is_empty_file


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True)
    _run(path, "PRAGMA user_version = 9999")
    assert "newer newsbot (shape 9999" in _refusal(path)
    with pytest.raises(StoreError, match="newer newsbot"):
        check(path)


def test_the_databases_of_others_are_refused(tmp_path: Path) -> None:
    _run(tmp_path / "full.db", "CREATE TABLE theirs (x)")
    _run(tmp_path / "empty.db", "PRAGMA application_id = 77")
    (tmp_path / "text.db").write_text("not a database at all, but long enough to be looked at")
    assert "not a newsbot database" in _refusal(tmp_path / "full.db")
    assert "not a newsbot database" in _refusal(tmp_path / "empty.db")
    assert "file is not a database" in _refusal(tmp_path / "text.db")
    (tmp_path / "folder").mkdir()
    assert _refusal(tmp_path / "folder")


def test_a_copy_is_kept_before_a_filled_database_changes(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True)
    _run(path, "INSERT INTO chats (id, kind, since, state_at) VALUES (5, 'private', 0, 0)")
    migrate(path, create=False, known=SECOND)
    assert _number(path, "user_version") == SECOND[-1][0]
    copy = tmp_path / f"news.db.before-{SECOND[-1][0]:04}"
    assert _number(copy, "user_version") == SECOND[-2][0]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    conn = sqlite3.connect(copy)
    assert conn.execute("SELECT id FROM chats").fetchall() == [(5,)]
    conn.close()


@pytest.mark.parametrize(
    "broken",
    [
        "CREATE TABLE half (x); INSERT INTO nowhere VALUES (1);",
        "CREATE TABLE half (x REFERENCES chats (id)); INSERT INTO half VALUES (404);",
    ],
)
def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True)
    assert _refusal(path, known=[*scripts(), (SECOND[-1][0], broken)])
    assert _number(path, "user_version") == scripts()[-1][0]
    migrate(path, create=False)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        _run(path, "SELECT * FROM half")


def test_a_trigger_in_a_migration_is_one_statement(tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON log BEGIN\n DELETE FROM log WHERE id < 0;\n SELECT 1;\nEND;\n-- the end"
    migrate(tmp_path / "news.db", create=True, known=[*scripts(), (SECOND[-1][0], trigger)])


def test_processes_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    program = "import sys; from pathlib import Path; from bot.store.engine.migrations import migrate\n"
    program += "migrate(Path(sys.argv[1]), create=True)"
    started = [subprocess.Popen([sys.executable, "-c", program, str(path)], stderr=subprocess.PIPE) for _ in range(4)]
    errors = [process.communicate()[1] for process in started]
    assert [process.returncode for process in started] == [0] * 4, errors
    check(path)


def test_a_copy_that_has_lost_its_journal_gets_it_back(tmp_path: Path) -> None:
    migrate(tmp_path / "news.db", create=True)
    _run(tmp_path / "news.db", f"VACUUM INTO '{tmp_path / 'copy.db'}'")
    migrate(tmp_path / "copy.db", create=False)
    conn = sqlite3.connect(tmp_path / "copy.db")
    assert conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    conn.close()


def test_a_damaged_database_is_told_apart_from_a_sound_one(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True)
    _run(path, "PRAGMA journal_mode = DELETE")
    data = bytearray(path.read_bytes())
    data[8192:12288] = b"\x99" * 4096
    path.write_bytes(data)
    with pytest.raises(StoreError):
        check(path)


def test_searches_that_do_not_say_whose_they_are_go_and_their_numbers_are_never_used_again(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < 2])
    _run(
        path,
        "INSERT INTO chats (id, kind, since, state_at) VALUES (5, 'private', 0, 0)",
        "INSERT INTO searches (id, words) VALUES (41, 'their words'), (42, 'and others')",
    )
    migrate(path, create=False)
    _run(path, "INSERT INTO searches (chat, words, asked_at) VALUES (5, 'their words', 9)")
    with sqlite3.connect(path) as conn:
        assert conn.execute("SELECT id, chat, words FROM searches").fetchall() == [(43, 5, "their words")]
        assert conn.execute("SELECT id FROM chats").fetchall() == [(5,)]
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    conn.close()
    fresh = tmp_path / "fresh.db"
    migrate(fresh, create=True)
    shapes = []
    for place in (path, fresh):
        conn = sqlite3.connect(place)
        shapes.append(conn.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall())
        conn.close()
    assert shapes[0] == shapes[1]


def test_a_database_in_which_nobody_searched_yet_gets_the_new_shape_too(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < 2])
    migrate(path, create=False)
    _run(path, "INSERT INTO searches (chat, words, asked_at) VALUES (5, 'words', 9)")
    conn = sqlite3.connect(path)
    assert conn.execute("SELECT id FROM searches").fetchall() == [(1,)]
    conn.close()


def test_open_links_and_who_was_let_go_survive_the_migration_that_numbers_links(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True, known=scripts()[:1])
    _run(
        path,
        "INSERT INTO editors VALUES (7001, 'editor', 5, 7003), (7003, 'owner', 4, NULL)",
        "INSERT INTO invitations VALUES ('aa', 'editor', 99), ('bb', 'owner', 98)",
        "INSERT INTO log (at, person, act, detail) VALUES (6, 7003, 'let go', '7002'), (8, 7003, 'let go', '7002')",
        "INSERT INTO log (at, person, act, detail) VALUES (7, 7003, 'let go', 'nobody'), (9, NULL, 'publish', 'file')",
    )
    migrate(path, create=False)
    check(path)
    conn = sqlite3.connect(path)
    assert conn.execute("SELECT code_hash, role, made_by, expires_at FROM invitations ORDER BY number").fetchall() == [
        ("aa", "editor", None, 99),
        ("bb", "owner", None, 98),
    ]
    assert conn.execute("SELECT person, ended_at FROM former_editors").fetchall() == [(7002, 8)]
    assert conn.execute("SELECT person FROM editors ORDER BY person").fetchall() == [(7001,), (7003,)]
    conn.close()


def test_what_was_held_and_borne_before_keeps_its_state_and_topics(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True, known=[one for one in scripts() if one[0] < 4])
    _run(path, "INSERT INTO topics (number, id, name) VALUES (1, 'ai', 'AI')")
    _run(
        path,
        "INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at) "
        "VALUES (1, 'a', 'held', 'A', 0, '{}', 0)",
    )
    _run(path, "INSERT INTO article_topics VALUES (1, 1, 0)")
    migrate(path, create=False)
    conn = sqlite3.connect(path)
    assert conn.execute("SELECT state, held_why FROM articles").fetchall() == [("held", None)]
    assert conn.execute("SELECT topic, by_editor FROM article_topics").fetchall() == [(1, 0)]
    conn.close()


def test_a_filled_database_of_the_first_shape_keeps_its_deliveries(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    migrate(path, create=True, known=scripts()[:1])
    _run(
        path,
        "INSERT INTO chats (id, kind, since, state_at) VALUES (5, 'private', 0, 0), (-6, 'group', 0, 0)",
        "INSERT INTO articles (number, slug, state, title, published_at, story, first_seen_at)"
        " VALUES (1, 'one', 'published', 'One', 0, '{}', 0)",
        "INSERT INTO ledger (article, chat, status) VALUES (1, 5, 1), (1, -6, 3)",
        "INSERT INTO fanouts (kind, article, lane, state, fixed_at, start_at, sent, failed)"
        " VALUES ('news', 1, 2, 'done', 0, 0, 1, 1)",
    )
    migrate(path, create=False)
    conn = sqlite3.connect(path)
    assert conn.execute("SELECT subject, chat FROM receipts").fetchall() == [(1, 5)]
    assert conn.execute("SELECT campaign, chat, status FROM outcomes").fetchall() == [(1, -6, 3)]
    assert conn.execute("SELECT sent, failed, restricted FROM campaigns").fetchall() == [(1, 1, 0)]
    assert conn.execute("SELECT count(*) FROM restrictions").fetchone() == (0,)
    conn.close()
    check(path)
