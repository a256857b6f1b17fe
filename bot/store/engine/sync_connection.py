"""
Opening a database file: one function for every synchronous connection, so that none trusts what the file says.

A database may come from anywhere. With an untrusted schema, a view, trigger, index, default or check in it can call
no function that has an effect, and use no virtual table that could.
Source: https://sqlite.org/security.html#untrusted_sqlite_database_files
        https://sqlite.org/pragma.html#pragma_trusted_schema
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.domain.link import normal_link
from bot.domain.search_terms import indexed, source_key
from bot.errors import StoreBusy, StoreError, StoreFull

UNTRUSTED_SCHEMA = "PRAGMA trusted_schema = OFF"

_KINDS: Mapping[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    sqlite3.SQLITE_FULL: StoreFull,
}
# Beside its own errors, sqlite3 raises OverflowError for a number beyond 64 bits and UnicodeEncodeError for half a
# surrogate pair, and aiosqlite ValueError once the connection is closed.
# Source: https://github.com/python/cpython/blob/3.11/Modules/_sqlite/statement.c (bind_param)
REFUSALS = (sqlite3.Error, OverflowError, ValueError)


def connect(
    path: Path, *, read_only: bool = False, timeout: float = 5.0, check_same_thread: bool = True
) -> sqlite3.Connection:
    """Open an existing file in autocommit mode. `timeout`: seconds to wait for a lock. Raises: sqlite3.Error."""
    conn = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        isolation_level=None,
        timeout=timeout,
        check_same_thread=check_same_thread,
    )
    conn.execute(UNTRUSTED_SCHEMA)
    return conn


def look_into(path: Path) -> sqlite3.Connection:
    """Open an existing file for reading and make nothing beside it. Raises: sqlite3.Error.

    A database that no process has open is read as it is: to open it for reading would make the files that belong to
    its log. Source: https://sqlite.org/wal.html#read_only_databases
    """
    how = "mode=ro" if path.with_name(path.name + "-wal").exists() else "immutable=1"
    conn = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)
    conn.execute(UNTRUSTED_SCHEMA)
    return conn


def teach(conn: sqlite3.Connection) -> None:
    """Give a connection the functions that migrations call. They are values in, value out."""
    for function in (normal_link, indexed, source_key):
        conn.create_function(function.__name__, 1, function, deterministic=True)


def translated(error: Exception, path: Path) -> StoreError:
    """Return one of REFUSALS as newsbot's own: StoreBusy when locked, StoreFull without room, else StoreError."""
    # The low byte of a result code is its kind: https://sqlite.org/rescode.html#pve
    kind = _KINDS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, StoreError)
    return kind(f"cannot use the database {path.absolute()}: {error}")


@contextmanager
def translating(path: Path) -> Iterator[None]:
    """Raise what SQLite raises inside as StoreError, for work on a file with a connection of its own."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error, path) from error
