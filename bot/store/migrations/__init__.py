"""
How a database gets its shape: numbered SQL files, each in one transaction, on a connection of their own.

A copy is kept before anything is changed, foreign keys are checked before it is kept, and a database written by
a newer newsbot is left alone.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

from bot.errors import StoreError

APPLICATION_ID = 0x6E657773  # "news": https://sqlite.org/pragma.html#pragma_application_id
OLDEST_SQLITE = (3, 37, 0)


def scripts() -> list[tuple[int, str]]:
    """Return every migration as (version, SQL), oldest first."""
    found = []
    for entry in resources.files(__package__).iterdir():
        if match := re.fullmatch(r"(\d{4})_\w+\.sql", entry.name):
            found.append((int(match[1]), entry.read_text(encoding="utf-8")))
    return sorted(found)


def migrate(path: Path, *, create: bool) -> None:
    """Bring the database at `path` to this version's shape; make it when `create` and it is missing.

    Raises: StoreError, in one line with the absolute path.
    """
    where = path.absolute()
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old; newsbot needs 3.37 or newer")
    if not path.exists():
        if not create:
            raise StoreError(f"there is no database at {where}; `newsbot run` or `newsbot import` makes one")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot make the folder of {where}: {error.strerror}") from error
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as conn:
            _migrate(conn, path)
    except sqlite3.Error as error:
        raise StoreError(f"cannot use the database {where}: {error}") from error


def check(path: Path) -> None:
    """Raise StoreError unless `path` is a sound newsbot database of this version or an older one."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            if _number(conn, "application_id") != APPLICATION_ID:
                raise StoreError(f"{path.absolute()} is not a newsbot database")
            _refuse_newer(conn, path)
            verdict = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if verdict != "ok":
                raise StoreError(f"{path.absolute()} is damaged: {verdict}")
    except sqlite3.Error as error:
        raise StoreError(f"cannot read {path.absolute()}: {error}") from error


def _migrate(conn: sqlite3.Connection, path: Path) -> None:
    version = _number(conn, "user_version")
    if version == 0 and not conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        # Both can only be chosen while the file is empty.
        conn.execute("PRAGMA auto_vacuum = INCREMENTAL")
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute("PRAGMA journal_mode = WAL")
        path.chmod(0o600)
    elif _number(conn, "application_id") != APPLICATION_ID:
        raise StoreError(f"{path.absolute()} is not a newsbot database")
    _refuse_newer(conn, path)
    pending = [(number, sql) for number, sql in scripts() if number > version]
    if pending and version:
        with closing(sqlite3.connect(f"{path}.before-{pending[-1][0]:04}")) as copy:
            conn.backup(copy)
    conn.execute("PRAGMA foreign_keys = OFF")
    for number, sql in pending:
        try:
            conn.executescript(f"BEGIN IMMEDIATE;\n{sql}\n;PRAGMA user_version = {number};")
            broken = conn.execute("PRAGMA foreign_key_check").fetchone()
            if broken:
                raise StoreError(f"{path.absolute()}: migration {number} would leave a broken reference: {broken[:]}")
            conn.execute("COMMIT")
        except BaseException:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            raise


def _refuse_newer(conn: sqlite3.Connection, path: Path) -> None:
    newest = scripts()[-1][0]
    version = _number(conn, "user_version")
    if version > newest:
        raise StoreError(
            f"{path.absolute()} was written by a newer newsbot (shape {version}, this one knows {newest}); upgrade"
        )


def _number(conn: sqlite3.Connection, pragma: str) -> int:
    return int(conn.execute(f"PRAGMA {pragma}").fetchone()[0])
