"""
One asynchronous connection, whose errors are newsbot's own.

Nobody outside the store knows which database it is: what SQLite raises becomes a StoreError of the kind that callers
can act on, with SQLite's words for the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import aiosqlite

from bot.errors import StoreError
from bot.store.engine.sync_connection import REFUSALS, UNTRUSTED_SCHEMA, translated

BEGIN = "BEGIN IMMEDIATE"  # a transaction that is to write

Parameters = Sequence[Any] | Mapping[str, Any]


class _Preceded(str):
    """A statement, and those that run before it on the same visit to the connection's thread."""

    __slots__ = ("before",)
    before: tuple[str, ...]


class _Driver(sqlite3.Connection):
    """SQLite's connection, in its thread."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return super().execute(self._after_others(sql), parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        return super().executemany(self._after_others(sql), parameters)

    def _after_others(self, sql: str) -> str:
        if type(sql) is not _Preceded:
            return sql
        for statement in sql.before:
            super().execute(statement)
        return str(sql)


class Connection:
    """What the store's questions are put to. Every method raises StoreError.

    A visit to the thread in which a connection lives takes longer than most statements: 36 µs. So what begins or ends
    a transaction goes with its first statement, or the next one (`first`).
    """

    def __init__(self, conn: aiosqlite.Connection, path: Path) -> None:
        self._conn = conn
        self._path = path
        self._first: tuple[str, ...] = ()

    @classmethod
    async def open(cls, path: Path, *settings: str) -> Connection:
        """Open a file in autocommit mode; what it says of functions and virtual tables is not trusted.

        `settings` are the pragmas of this connection.
        """
        try:
            conn = await aiosqlite.connect(path, isolation_level=None, factory=_Driver)
        except REFUSALS as error:
            raise translated(error, path) from error
        conn.row_factory = sqlite3.Row
        opened = cls(conn, path)
        opened.first(UNTRUSTED_SCHEMA, *settings[:-1])
        try:
            await opened.execute(settings[-1] if settings else "SELECT 1")
        except StoreError:
            await opened.close()
            raise
        return opened

    @property
    def in_transaction(self) -> bool:
        try:
            return self._conn.in_transaction
        except ValueError:  # it is closed
            return False

    @property
    def waits_to_begin(self) -> bool:
        """Whether nothing of a transaction has been run yet that is to begin with the next statement."""
        return self._first[:1] == (BEGIN,)

    def first(self, *statements: str) -> None:
        """Let these run before the next statement, behind those that already do."""
        self._first += statements

    def forget_first(self, *statements: str) -> bool:
        """Let these not run, the last that are to run first, or none of them; return whether there were any."""
        there = self._first[-len(statements) :] == statements if statements else bool(self._first)
        if there:
            self._first = self._first[: -len(statements)] if statements else ()
        return there

    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement; return how many rows it changed, -1 where that means nothing."""
        sql, before = self._after_others(sql)
        try:
            # Its cursor is not closed: that is one more hop to the connection's thread, and a change is at its end.
            return (await self._conn.execute(sql, parameters)).rowcount
        except REFUSALS as error:
            raise self._refused(error, before) from error

    async def executemany(self, sql: str, rows: Collection[Parameters]) -> None:
        """Run a statement once for each row of parameters."""
        if not rows:
            return
        sql, before = self._after_others(sql)
        try:
            await self._conn.executemany(sql, rows)
        except REFUSALS as error:
            raise self._refused(error, before) from error

    async def execute_fetchall(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Run a statement to its end and return all its rows."""
        sql, before = self._after_others(sql)
        try:
            return cast("list[sqlite3.Row]", await self._conn.execute_fetchall(sql, parameters))
        except REFUSALS as error:
            raise self._refused(error, before) from error

    def _after_others(self, sql: str) -> tuple[str, tuple[str, ...]]:
        if not self._first:
            return sql, ()
        before, self._first = self._first, ()
        made = _Preceded(sql)
        made.before = before
        return made, before

    def _refused(self, error: Exception, before: tuple[str, ...]) -> StoreError:
        """Return what is raised for an error. Where nothing could begin, the next statement has to begin it."""
        if before[:1] == (BEGIN,) and not self.in_transaction:
            self._first = before + self._first
        return translated(error, self._path)

    async def done(self) -> None:
        """Wait until what was begun on this connection has ended, also what nobody waits for any more."""
        try:
            await self._conn.cursor()
        except REFUSALS as error:
            raise translated(error, self._path) from error

    async def rollback(self) -> None:
        try:
            await self._conn.rollback()
        except REFUSALS as error:
            raise translated(error, self._path) from error

    async def backup(self, target: sqlite3.Connection) -> None:
        """Copy the whole database into another."""
        try:
            await self._conn.backup(target)
        except REFUSALS as error:
            raise translated(error, self._path) from error

    async def close(self) -> None:
        try:
            await self._conn.close()
        except REFUSALS as error:
            raise translated(error, self._path) from error
