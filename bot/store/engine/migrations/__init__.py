"""
Schema migrations: numbered SQL files, each run in one transaction, on a connection of its own.

A copy is kept before anything is changed, foreign keys are checked before it is kept, and a database written by
a newer newsbot, built by somebody else, or moved elsewhere, is left alone.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path

from bot.errors import StoreError, StoreNewer
from bot.store.engine.moved_mark import MARKS, why_nothing_runs
from bot.store.engine.schema_check import built_by, difference, read_schema
from bot.store.engine.sync_connection import connect, teach, translating

APPLICATION_ID = 0x6E657773  # "news": https://sqlite.org/pragma.html#pragma_application_id
OLDEST_SQLITE = (3, 37, 0)


Scripts = Sequence[tuple[int, str]]
"""Migrations as (version, SQL), oldest first."""


def scripts() -> list[tuple[int, str]]:
    """Return every migration as (version, SQL), oldest first."""
    found = []
    for entry in resources.files(__package__).iterdir():
        if match := re.fullmatch(r"(\d{4})_\w+\.sql", entry.name):
            found.append((int(match[1]), entry.read_text(encoding="utf-8")))
    return sorted(found)


def migrate(path: Path, *, create: bool, known: Scripts | None = None, marked: bool = False) -> None:
    """Bring the database at `path` to this version's shape; make it when `create` and it is missing.

    `known` are the migrations of this version, or of the one that is to be played. `marked`: also one that was moved,
    or is to become the copy of another, on which nothing runs.
    Raises: StoreError, in one line with the absolute path.
    """
    where = path.absolute()
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old; newsbot needs 3.37 or newer")
    try:
        if not path.exists():
            if not create:
                raise missing(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        with _alone(path.parent), closing(connect(path, timeout=10)) as conn:
            _migrate(conn, path, scripts() if known is None else known, create=create, marked=marked)
    except OSError as error:
        raise StoreError(f"cannot make the database {where}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise StoreError(f"cannot use the database {where}: {error}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time look at the shape of the databases in a folder.

    SQLite's own patience does not cover the switch to WAL: whoever comes second is told at once that it is locked.
    """
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        os.close(place)


def check(path: Path, called: Path | None = None, known: Scripts | None = None) -> None:
    """Raise StoreError unless `path` is a sound newsbot database of this version or an older one.

    `called` is the file that it is a copy of, for the reason. What is in a write-ahead log beside it comes into it.
    """
    where = (called or path).absolute()
    try:
        with closing(connect(path)) as conn:
            conn.execute("PRAGMA cell_size_check = ON")
            if _number(conn, "application_id") != APPLICATION_ID:
                raise StoreError(f"{where} is not a newsbot database")
            known = scripts() if known is None else known
            _refuse_newer(conn, where, known)
            _refuse_foreign(conn, where, known)  # before all rows are checked, which computes what a schema says
            verdict = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if verdict != "ok":
                raise StoreError(f"{where} is damaged ({verdict}); take another copy")
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{where} is damaged ({error}); take another copy") from error


def refuse_foreign(path: Path) -> None:
    """Raise StoreError when a database is not built as newsbot builds its version, or it cannot be read."""
    with translating(path), closing(connect(path)) as conn:
        if _number(conn, "application_id") != APPLICATION_ID:
            raise StoreError(f"{path.absolute()} is not a newsbot database")
        _refuse_newer(conn, path, scripts())
        _refuse_foreign(conn, path, scripts())


def _migrate(conn: sqlite3.Connection, path: Path, known: Scripts, *, create: bool, marked: bool) -> None:
    teach(conn)
    if _is_empty(conn):
        if not create:
            raise missing(path)
        # Both can only be chosen while the file is empty.
        conn.execute("PRAGMA auto_vacuum = INCREMENTAL")
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    elif _number(conn, "application_id") != APPLICATION_ID:
        raise StoreError(f"{path.absolute()} is not a newsbot database")
    _refuse_newer(conn, path, known)
    _refuse_foreign(conn, path, known)
    version = _number(conn, "user_version")
    if version and not marked:
        _refuse_moved(conn, path)
    conn.execute("PRAGMA journal_mode = WAL")  # always: a copy made by VACUUM has lost it
    pending = [(number, sql) for number, sql in known if number > version]
    if pending and version:
        _keep_copy(conn, Path(f"{path}.before-{pending[-1][0]:04}"))
    conn.execute("PRAGMA foreign_keys = OFF")
    for number, sql in pending:
        conn.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been here first: two begin, one waits for the other's transaction.
            if _number(conn, "user_version") < number:
                for statement in _statements(sql):
                    conn.execute(statement)
                conn.execute(f"PRAGMA user_version = {number}")
            broken = conn.execute("PRAGMA foreign_key_check").fetchone()
            if broken:
                raise StoreError(f"{path.absolute()}: migration {number} would leave a broken reference: {broken[:]}")
            conn.execute("COMMIT")
        except BaseException:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            raise


def _is_empty(conn: sqlite3.Connection) -> bool:
    if _number(conn, "user_version") or _number(conn, "application_id") not in (0, APPLICATION_ID):
        return False
    return conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def _keep_copy(conn: sqlite3.Connection, place: Path) -> None:
    place.touch(mode=0o600)
    with closing(connect(place)) as copy:
        conn.backup(copy)


def _statements(script: str) -> Iterator[str]:
    """Return the statements of a script one by one, because `executescript` commits what is open before it starts."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def missing(path: Path) -> StoreError:
    """Return what is raised where there is no database."""
    return StoreError(f"there is no database at {path.absolute()}; `newsbot run` or `newsbot import` makes one")


def _refuse_newer(conn: sqlite3.Connection, path: Path, known: Scripts) -> None:
    newest = known[-1][0]
    version = _number(conn, "user_version")
    if version > newest:
        raise StoreNewer(
            f"{path.absolute()} was written by a newer newsbot (shape {version}, this one knows {newest}); upgrade"
        )


def _refuse_foreign(conn: sqlite3.Connection, path: Path, known: Scripts) -> None:
    """Refuse a database that is not built as the migrations up to its own version build it."""
    version = _number(conn, "user_version")
    expected = built_by(tuple(sql for number, sql in known if number <= version))
    if (foreign := difference(read_schema(conn), expected)) is not None:
        raise StoreError(f"{path.absolute()} {foreign}")


def _refuse_moved(conn: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that was moved, and half a copy of one."""
    marks = dict(conn.execute("SELECT key, value FROM meta WHERE key IN (?, ?)", MARKS).fetchall())
    if (why := why_nothing_runs(str(path.absolute()), *map(marks.get, MARKS))) is not None:
        raise StoreError(why)


def _number(conn: sqlite3.Connection, pragma: str) -> int:
    return int(conn.execute(f"PRAGMA {pragma}").fetchone()[0])
