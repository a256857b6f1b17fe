"""
An SQLite file as a database that can be moved: held alone, its rows read and written in the order of their keys.

Source: https://sqlite.org/pragma.html#pragma_locking_mode, https://sqlite.org/rowvalue.html#scrolling_window_queries
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bot.errors import StoreError
from bot.store.engine.backup import close_log, sync_folder
from bot.store.engine.lock import DatabaseLock
from bot.store.engine.migrations import APPLICATION_ID, migrate, missing
from bot.store.engine.moved_mark import MOVING_FROM
from bot.store.engine.sync_connection import connect, translating
from bot.store.moving.pieces import in_pieces
from bot.store.moving.tables import META, Record, Table, all_tables

CACHE = 32_768  # KiB: what an index of a million rows is filled through
_MAGIC, _HEADER = b"SQLite format 3\0", 100
LOG_PAGES = 8_192  # the write-ahead log is written back at this size, 32 MiB


class SqliteDatabase:
    """A file that nobody else has open."""

    def __init__(self, path: Path, conn: sqlite3.Connection) -> None:
        self.place = str(path)
        self._path = path
        self._conn = conn

    def count(self, table: Table) -> int:
        return self._number(f"SELECT count(*) FROM {_rows_of(table)}")

    def rows(self, table: Table, after: Record | None = None) -> Iterator[list[Record]]:
        key = _list(table.key)
        later = f"({key}) > ({_marks(table.key)})" if after is not None else "1 = 1"
        wanted = f"SELECT {_list(table.columns)} FROM {_rows_of(table)} WHERE {later} ORDER BY {key}"
        with translating(self._path):
            yield from in_pieces(self._conn.execute(wanted, after or ()).fetchmany)

    def last_key(self, table: Table) -> Record | None:
        last_first = ", ".join(f'"{column}" DESC' for column in table.key)
        found = self._all(f"SELECT {_list(table.key)} FROM {_rows_of(table)} ORDER BY {last_first} LIMIT 1")
        return found[0] if found else None

    def write(self, table: Table, rows: Sequence[Record]) -> None:
        add = f'INSERT INTO "{table.name}" ({_list(table.columns)}) VALUES ({_marks(table.columns)})'
        with self._writing():
            self._conn.executemany(add, rows)

    def counters(self) -> dict[str, int]:
        counted = {table.name for table in all_tables() if table.is_counted}
        with translating(self._path):
            found = self._conn.execute("SELECT name, seq FROM sqlite_sequence WHERE seq > 0").fetchall()
        return {str(name): int(number) for name, number in found if name in counted}

    def complete(self, counters: Mapping[str, int]) -> None:
        with self._writing():
            self._conn.execute("DELETE FROM sqlite_sequence")
            self._conn.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", list(counters.items()))
        if broken := self._all("PRAGMA foreign_key_check"):
            table, _, parent, _ = broken[0]
            raise StoreError(f"{self.place}: a row of {table} refers to one of {parent} that is not there")
        with translating(self._path):
            self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        sync_folder(self._path.parent)

    def begin(self, moving_from: str) -> None:
        with self._writing():
            for table in reversed(all_tables()):
                self._conn.execute(f'DELETE FROM "{table.name}"')
            self._put(MOVING_FROM, moving_from)

    def fact(self, key: str) -> str | None:
        found = self._all("SELECT value FROM meta WHERE key = :key", {"key": key})
        return str(found[0][0]) if found else None

    def put_fact(self, key: str, value: str | None) -> None:
        with translating(self._path):
            self._conn.execute("PRAGMA synchronous = FULL")
        with self._writing():
            self._put(key, value)

    def _put(self, key: str, value: str | None) -> None:
        self._conn.execute("DELETE FROM meta WHERE key = :key", {"key": key})
        if value is not None:
            self._conn.execute("INSERT INTO meta (key, value) VALUES (:key, :value)", {"key": key, "value": value})

    def _all(self, asked: str, values: Mapping[str, object] | None = None) -> list[Record]:
        with translating(self._path):
            return self._conn.execute(asked, values or {}).fetchall()

    def _number(self, asked: str) -> int:
        with translating(self._path):
            return int(self._conn.execute(asked).fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with translating(self._path):
            self._conn.execute("BEGIN")
            try:
                yield
                self._conn.execute("COMMIT")
            except BaseException:
                if self._conn.in_transaction:
                    self._conn.execute("ROLLBACK")
                raise


def _rows_of(table: Table) -> str:
    """Return what stands for a table's rows: the marks are none."""
    if table.name == META:
        return "(SELECT key, value FROM meta WHERE key NOT IN ('moved_to', 'moving_from')) AS meta"
    return f'"{table.name}"'


def _list(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _marks(columns: Sequence[str]) -> str:
    return ", ".join("?" * len(columns))


@contextmanager
def sqlite_source(file: Path) -> Iterator[SqliteDatabase]:
    """Hold a bot's file that is to be moved, or was; no bot may run on it. Raises: StoreError."""
    path = file.resolve()
    if not path.exists():
        raise missing(file)
    with _locked(path):
        migrate(path, create=False, marked=True)
        with _held_alone(path) as conn:
            yield SqliteDatabase(path, conn)


@contextmanager
def sqlite_target(file: Path) -> Iterator[SqliteDatabase]:
    """Hold a file that a bot is to be moved into, or was; it is made when it is not there. Raises: StoreError."""
    path = file.resolve()
    if not path.parent.is_dir():
        raise StoreError(f"there is no folder {path.parent}; make it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StoreError(f"cannot write to the folder {path.parent}")
    if not (is_nothing(path) or is_database(path)):
        raise StoreError(f"{path} is not empty and no database of newsbot's; nothing was moved. Name another file")
    with _locked(path) as lock:
        migrate(path, create=True, marked=True)
        with _held_alone(path) as conn:
            conn.execute("PRAGMA journal_mode = WAL").fetchall()
            for setting in ("synchronous = NORMAL", f"cache_size = -{CACHE}", f"wal_autocheckpoint = {LOG_PAGES}"):
                conn.execute(f"PRAGMA {setting}").fetchall()
            db = SqliteDatabase(path, conn)
            yield db
            close_log(conn, path)
            # What an earlier file of this name had come to does not make this one an older copy.
            lock.remember(int(db.fact("starts") or 0) + db.counters().get("campaigns", 0))


@contextmanager
def _locked(path: Path) -> Iterator[DatabaseLock]:
    """Hold the lock of a bot that runs on a file."""
    lock = DatabaseLock(path)
    try:
        yield lock
    finally:
        lock.release()


@contextmanager
def _held_alone(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that nobody else has open, and keep everybody else from opening it until the block ends.

    A command that had opened it before would go on writing to it once it was moved, and what it wrote be lost.
    """
    with translating(path), closing(connect(path)) as conn:
        conn.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        close_log(conn, path)
        conn.execute("BEGIN EXCLUSIVE")
        conn.execute("COMMIT")  # in this mode the lock is kept
        yield conn


def is_nothing(path: Path) -> bool:
    """Return whether a file is not there, or has no bytes. Raises: StoreError when it is none, or out of reach."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return True
    except OSError as error:
        raise StoreError(f"cannot look at {path}: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path} is not a regular file")
    return found.st_size == 0


def is_database(path: Path) -> bool:
    """Return whether a file is a database of newsbot's. It is only read, also where there is no room to open it.

    Source: https://sqlite.org/fileformat2.html#the_database_header
    """
    with suppress(OSError), path.open("rb") as file:
        header = file.read(_HEADER)
        return header.startswith(_MAGIC) and header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    return False
