"""A database that somebody else has built or changed is refused before anything in it is used."""

import ast
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import bot
from bot.errors import StoreError
from bot.store.engine.database import Database
from bot.store.engine.migrations import check, migrate, scripts
from bot.store.engine.schema_check import built_by, difference, read_schema
from bot.store.engine.sync_connection import connect

ROOM = Path(bot.__file__).parent

# (what is done to a database, what is said of it). All of it is harmless; none of it is newsbot's.
FOREIGN = {
    "trigger": ("CREATE TRIGGER hook AFTER INSERT ON log BEGIN SELECT 1; END", 'trigger "hook"', "DROP TRIGGER"),
    "view": ("CREATE VIEW peek AS SELECT id FROM chats", 'view "peek"', "DROP VIEW"),
    "virtual table": ("CREATE VIRTUAL TABLE words USING fts5 (x)", 'virtual table "words"', "DROP TABLE"),
    "table": ("CREATE TABLE theirs (x)", 'table "theirs"', "DROP TABLE"),
    "index": ("CREATE INDEX quick ON chats (language)", 'index "quick"', "DROP INDEX"),
    "generated column": (
        "ALTER TABLE chats ADD COLUMN shout TEXT AS (upper(kind))",
        'table "chats" that is not as newsbot makes it',
        "take another copy",
    ),
    "check that computes": (
        "ALTER TABLE searches ADD COLUMN at TEXT CHECK (length(at) < 30)",
        'table "searches" that is not as newsbot makes it',
        "take another copy",
    ),
    "missing table": ("DROP TABLE notices", 'lacks the index "notices_untold"', "take another copy"),
    "missing index": ("DROP INDEX articles_latest", 'lacks the index "articles_latest"', "take another copy"),
    "other view": ("DROP VIEW told", 'lacks the view "told"', "take another copy"),
    "renamed column": ("ALTER TABLE chats RENAME COLUMN zone TO place", 'table "chats"', "take another copy"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    migrate(tmp_path / "news.db", create=True)
    return tmp_path / "news.db"


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for statement in statements:
            conn.execute(statement)


def refusal(path: Path) -> str:
    """Return why a database is refused, for the same reason on opening and on restoring."""
    with pytest.raises(StoreError) as opened:
        migrate(path, create=False)
    with pytest.raises(StoreError) as restored:
        check(path)
    assert str(opened.value) == str(restored.value)
    assert "\n" not in str(opened.value) and str(opened.value).startswith(str(path))
    return str(opened.value)


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_newsbot_did_not_build_is_named_with_what_to_do(path: Path, kind: str) -> None:
    statement, named, remedy = FOREIGN[kind]
    run(path, statement)
    reason = refusal(path)
    assert named in reason and remedy in reason


def test_the_database_is_used_again_once_the_foreign_part_is_gone(path: Path) -> None:
    run(path, "CREATE TRIGGER hook AFTER INSERT ON log BEGIN SELECT 1; END")
    remedy = refusal(path).partition("remove it there: ")[2]
    run(path, remedy)
    migrate(path, create=False)
    check(path)


def test_what_acts_is_named_before_what_only_lies_there(path: Path) -> None:
    run(
        path,
        "CREATE TABLE aaa (x)",
        "DROP INDEX articles_latest",
        "CREATE TRIGGER zzz AFTER INSERT ON log BEGIN SELECT 1; END",
    )
    assert 'trigger "zzz"' in refusal(path)


def test_a_foreign_name_moves_no_cursor_and_is_not_endless(path: Path) -> None:
    run(path, f'CREATE TABLE "a\x1b[2J\n{"x" * 500}" (x)')
    reason = refusal(path)
    assert "a?[2J?xxx" in reason and len(reason) < 500 + len(str(path))


def test_a_table_that_says_its_own_in_other_words_is_told_apart(path: Path) -> None:
    """The columns are called the same; only what the statement says shows that one computes."""
    sql = built_by(tuple(sql for _, sql in scripts()))["table", "searches"]
    other = sql.replace("asked_at INTEGER NOT NULL", "asked_at INTEGER NOT NULL DEFAULT (abs(random()))")
    assert other != sql
    run(path, "DROP TABLE searches", other)
    assert 'table "searches" that is not as newsbot makes it' in refusal(path)


def test_what_sqlite_and_replication_keep_in_a_database_is_no_complaint(path: Path) -> None:
    run(
        path,
        "INSERT INTO chats (id, kind, since, state_at) VALUES (5, 'private', 0, 0)",
        "ANALYZE",
        "CREATE TABLE IF NOT EXISTS _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
        "CREATE TABLE IF NOT EXISTS _litestream_lock (id INTEGER)",
    )
    migrate(path, create=False)
    check(path)


def test_comments_blanks_and_needless_quotation_marks_make_no_difference(path: Path) -> None:
    with closing(connect(path)) as conn:
        found = read_schema(conn)
    respelled = {
        part: sql.replace("CREATE TABLE chats (", 'CREATE  TABLE "chats"\n( /* theirs */ -- ours\n')
        for part, sql in found.items()
    }
    assert respelled != found
    assert difference(respelled, found) is None


def test_an_older_database_is_compared_with_its_own_version(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    later = [*scripts(), (scripts()[-1][0] + 1, "ALTER TABLE chats ADD COLUMN mood TEXT;")]
    migrate(path, create=True)
    check(path, known=later)
    migrate(path, create=False, known=later)
    check(path, known=later)
    run(path, f"PRAGMA user_version = {later[-2][0]}")
    assert 'table "chats"' in refusal(path)


async def test_no_connection_trusts_what_a_schema_says(path: Path) -> None:
    with closing(connect(path)) as conn, closing(connect(path, read_only=True)) as reader:
        assert [one.execute("PRAGMA trusted_schema").fetchone() for one in (conn, reader)] == [(0,), (0,)]
    db = await Database.open(path)
    try:
        async with db.transaction() as writer:
            assert [tuple(row) for row in await writer.execute_fetchall("PRAGMA trusted_schema")] == [(0,)]
        async with db.reading() as one:
            assert [tuple(row) for row in await one.execute_fetchall("PRAGMA trusted_schema")] == [(0,)]
    finally:
        await db.close()


def test_connections_are_opened_in_one_place() -> None:
    opening = {
        module.relative_to(ROOM).as_posix()
        for module in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr == "connect"
        and isinstance(node.value, ast.Name)
        and node.value.id in ("sqlite3", "aiosqlite")
    }
    # Asynchronous ones are opened in their own way; two are in memory, where the migrations make them.
    assert opening == {
        "store/engine/sync_connection.py",
        "store/engine/sqlite_connection.py",
        "store/engine/schema_check.py",
        "store/moving/tables.py",
    }
