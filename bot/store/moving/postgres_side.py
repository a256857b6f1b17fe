"""
A PostgreSQL database as one that can be moved: rows come and go by COPY, in the order of their keys.

While it is filled it has no foreign keys: to look for each row that another refers to takes longer than all the rest.
They are kept in a table beside, and are back before the copy is complete.
Source: https://www.postgresql.org/docs/current/sql-copy.html, https://www.postgresql.org/docs/current/populate.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import psycopg
from psycopg import sql

from bot.domain.database_place import ServerAddress
from bot.errors import StoreBusy, StoreError
from bot.store.engine.moved_mark import MOVING_FROM
from bot.store.moving.pieces import in_pieces
from bot.store.moving.tables import META, Record, Table, all_tables
from bot.store.postgres.connection import SCHEMA, WRITE_LOCK
from bot.store.postgres.direct_session import LEAD_LOCK, PROCESSES, SESSION_NAME
from bot.store.postgres.migrations import migrate
from bot.store.postgres.nul import read, written
from bot.store.postgres.sync_connection import Session, connected, translating

_NAME = "newsbot move"
_ROUNDS = 3  # of the question whose session answers; a pool may have several to give
# What a role or a database may have set would end a session that reads a large table, or waits while another is read.
_SETTINGS = (
    "SET statement_timeout = 0; SET idle_session_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
    f"SET search_path = {SCHEMA}, pg_catalog; SET lock_timeout = '2s'; SET jit = off; SET synchronous_commit = off; "
    "SET maintenance_work_mem = '64MB'"
)
_FOREIGN_KEYS = """
CREATE TABLE foreign_keys_kept AS
SELECT c.relname AS of_table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace
"""
_KEPT = "SELECT of_table, name, definition FROM foreign_keys_kept ORDER BY of_table, name"


class PostgresDatabase:
    """A database that no other newsbot writes to."""

    def __init__(self, address: ServerAddress, conn: Session) -> None:
        self.place = address.shown
        self._url = address.url
        self._conn = conn

    def count(self, table: Table) -> int:
        return self._number(sql.SQL("SELECT count(*) FROM {}").format(_rows_of(table)))

    def rows(self, table: Table, after: Record | None = None) -> Iterator[list[Record]]:
        key = _list(table.key)
        later: sql.Composable = sql.SQL("true")
        if after is not None:
            later = sql.SQL("({}) > ({})").format(key, sql.SQL(", ").join(map(sql.Literal, _written(after))))
        wanted = sql.SQL("COPY (SELECT {} FROM {} WHERE {} ORDER BY {}) TO STDOUT").format(
            _list(table.columns), _rows_of(table), later, key
        )
        with self._translating(), self._conn.cursor() as cursor, cursor.copy(wanted) as copy:
            copy.set_types(_types(table))
            given = copy.rows()
            yield from in_pieces(lambda many: list(map(_read, islice(given, many))))

    def last_key(self, table: Table) -> Record | None:
        last_first = sql.SQL(", ").join(sql.SQL("{} DESC").format(sql.Identifier(column)) for column in table.key)
        found = self._all(
            sql.SQL("SELECT {} FROM {} ORDER BY {} LIMIT 1").format(_list(table.key), _rows_of(table), last_first)
        )
        return _read(found[0]) if found else None

    def write(self, table: Table, rows: Sequence[Record]) -> None:
        taken = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), _list(table.columns))
        with self._translating(), self._conn.cursor() as cursor, cursor.copy(taken) as copy:
            for row in rows:
                copy.write_row(_written(row))

    def counters(self) -> dict[str, int]:
        found = {table.name: self._last_of(sequence) for table, sequence in self._sequences() if table.is_counted}
        found |= {str(name): int(last or 0) for name, last in self._all("SELECT name, last FROM counted")}
        return {name: last for name, last in found.items() if last}

    def complete(self, counters: Mapping[str, int]) -> None:
        with self._translating(), self._conn.transaction():
            for table, sequence in self._sequences():
                key = self.last_key(table)
                last = max(counters.get(table.name, 0), int(key[0] or 0) if key else 0)
                self._conn.execute("SELECT setval(%s, %s, %s)", (sequence, max(last, 1), last > 0))
            for name, last in counters.items():
                self._conn.execute("UPDATE counted SET last = %s WHERE name = %s", (last, name))
            if self._has_kept():
                for of_table, name, definition in self._conn.execute(_KEPT).fetchall():
                    self._conn.execute(
                        sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                            sql.Identifier(of_table), sql.Identifier(name), sql.SQL(definition)
                        )
                    )
                self._conn.execute("DROP TABLE foreign_keys_kept")
            self._conn.execute("SET LOCAL synchronous_commit = on")
        with self._translating():
            self._conn.execute("VACUUM (ANALYZE)")

    def begin(self, moving_from: str) -> None:
        names = sql.SQL(", ").join(sql.Identifier(table.name) for table in all_tables())
        with self._translating(), self._conn.transaction():
            if not self._has_kept():
                self._conn.execute(_FOREIGN_KEYS)
                for of_table, name, _ in self._conn.execute(_KEPT).fetchall():
                    self._conn.execute(
                        sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                            sql.Identifier(of_table), sql.Identifier(name)
                        )
                    )
            self._conn.execute(sql.SQL("TRUNCATE {}").format(names))
            self._conn.execute("UPDATE counted SET last = 0")
            self._put(MOVING_FROM, moving_from)

    def fact(self, key: str) -> str | None:
        found = self._all("SELECT value FROM meta WHERE key = %s", (key,))
        return str(found[0][0]) if found else None

    def put_fact(self, key: str, value: str | None) -> None:
        with self._translating(), self._conn.transaction():
            self._conn.execute("SET LOCAL synchronous_commit = on")  # and all that was written before
            self._put(key, value)

    def _put(self, key: str, value: str | None) -> None:
        self._conn.execute("DELETE FROM meta WHERE key = %s", (key,))
        if value is not None:
            self._conn.execute("INSERT INTO meta (key, value) VALUES (%s, %s)", (key, value))

    def _has_kept(self) -> bool:
        return bool(self._all("SELECT 1 WHERE to_regclass('foreign_keys_kept') IS NOT NULL"))

    def _sequences(self) -> list[tuple[Table, str]]:
        """Return the tables whose numbers are given by a sequence, with its name."""
        found = []
        for table in all_tables():
            [(name,)] = self._all("SELECT pg_get_serial_sequence(%s, %s)", (f"{SCHEMA}.{table.name}", table.key[0]))
            if name is not None:
                found.append((table, str(name)))
        return found

    def _last_of(self, sequence: str) -> int:
        last = sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}")
        return self._number(last.format(sql.Identifier(*sequence.split("."))))

    def _number(self, asked: sql.Composed) -> int:
        with self._translating():
            [(number,)] = self._conn.execute(asked).fetchall()
            return int(number)

    def _all(self, asked: Any, values: Sequence[object] = ()) -> list[Record]:
        with self._translating():
            return self._conn.execute(asked, values or None).fetchall()

    @contextmanager
    def _translating(self) -> Iterator[None]:
        with translating(self._url):
            yield


def _rows_of(table: Table) -> sql.Composable:
    """Return what stands for a table's rows: the marks are none."""
    if table.name == META:
        return sql.SQL("(SELECT key, value FROM meta WHERE key NOT IN ('moved_to', 'moving_from')) AS meta")
    return sql.Identifier(table.name)


def _list(columns: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _types(table: Table) -> list[str]:
    return ["int8" if column in table.integers else "text" for column in table.columns]


def _written(row: Record) -> Record:
    """Return a row as this engine keeps it: texts may hold U+0000."""
    if any(isinstance(value, str) and ("\0" in value or "\1" in value) for value in row):
        return tuple(written(value) if isinstance(value, str) else value for value in row)
    return row


def _read(row: Record) -> Record:
    if any(isinstance(value, str) and "\1" in value for value in row):
        return tuple(read(value) if isinstance(value, str) else value for value in row)
    return row


@contextmanager
def postgres_source(address: ServerAddress) -> Iterator[PostgresDatabase]:
    """Hold a bot's database that is to be moved, or was; no process of it may run. Raises: StoreError."""
    with _held_alone(address, create=False) as db:
        yield db


@contextmanager
def postgres_target(address: ServerAddress) -> Iterator[PostgresDatabase]:
    """Hold a database that a bot is to be moved into, or was; its tables are made. Raises: StoreError."""
    with _held_alone(address, create=True) as db:
        yield db


@contextmanager
def _held_alone(address: ServerAddress, *, create: bool) -> Iterator[PostgresDatabase]:
    """Hold the lock of the process that sends, which ends with the session, and let nobody write."""
    with connected(address, _NAME) as conn:
        if _is_pooled(conn, address):
            raise StoreError(
                f"{address} leads through a pool that gives each transaction another session; name the server itself"
            )
        conn.execute(_SETTINGS)
        if not _locked(conn, LEAD_LOCK) or conn.execute(PROCESSES, (SESSION_NAME,)).fetchall():
            raise StoreError(f"another newsbot runs on the database {address}; stop it first")
        migrate(address.url, create=create, marked=True)
        if not _locked(conn, WRITE_LOCK):
            raise StoreBusy(f"something uses the database {address}; try again")
        yield PostgresDatabase(address, conn)


def _locked(conn: Session, lock: int) -> bool:
    """Take a lock for as long as the session lasts; return whether it was free, or is within two seconds."""
    try:
        conn.execute("SELECT pg_advisory_lock(%s::bigint)", (lock,))
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _is_pooled(conn: Session, address: ServerAddress) -> bool:
    """Return whether a session changes, or serves another one's transactions in between: its locks would be anybody's.

    A pool hands the session that was freed last to whoever comes next, or the one that was freed first.
    """
    first = _process(conn)
    with connected(address, _NAME) as another:
        for _ in range(_ROUNDS):
            with another.transaction():
                if _process(another) == first or _process(conn) != first:
                    return True
    return False


def _process(conn: Session) -> int:
    [(number,)] = conn.execute("SELECT pg_backend_pid()").fetchall()
    return int(number)
