"""
One asynchronous connection to a file of SQLite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, cast

import aiosqlite

from bot.errors import StoreError
from bot.store.engine.connection import Connection, Parameters
from bot.store.engine.sync_connection import REFUSALS, UNTRUSTED_SCHEMA, translated

PAGES_PER_VACUUM = 64
"""Pages given back to the file system in a step, some 5 ms of the writer."""
PAGES_PER_MERGE = 64
"""Pages of the index of words that are written in a step."""
FREE_PAGE_SHARE = 0.02
"""Of the file: free pages that are kept, because the next broadcast fills them again."""


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


class SqliteConnection(Connection):
    """A connection to a file.

    A visit to the thread in which a connection lives takes longer than most statements: 36 µs. So what begins or ends
    a transaction goes with its first statement, or the next one (`first`).
    """

    BEGIN = "BEGIN IMMEDIATE"  # a transaction that is to write
    LOOK = "BEGIN"  # one that sees a single moment

    def __init__(self, conn: aiosqlite.Connection, path: Path) -> None:
        super().__init__()
        self._conn = conn
        self._path = path

    @classmethod
    async def open(cls, path: Path, *settings: str) -> SqliteConnection:
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

    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        sql, before = self._after_others(sql)
        try:
            # Its cursor is not closed: that is one more hop to the connection's thread, and a change is at its end.
            return (await self._conn.execute(sql, parameters)).rowcount
        except REFUSALS as error:
            raise self._refused(error, before) from error

    async def executemany(self, sql: str, rows: Collection[Parameters]) -> None:
        if not rows:
            return
        sql, before = self._after_others(sql)
        try:
            await self._conn.executemany(sql, rows)
        except REFUSALS as error:
            raise self._refused(error, before) from error

    async def execute_fetchall(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
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
        if before[:1] == (self.BEGIN,) and not self.in_transaction:
            self._first = before + self._first
        return translated(error, self._path)

    async def flush(self) -> None:
        """Nothing: what is enqueued runs at once."""

    async def done(self) -> None:
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

    async def give_back(self) -> bool:
        """Return a few free pages at the end of the file to the file system; return whether there may be more.

        Source: https://sqlite.org/pragma.html#pragma_incremental_vacuum (each page is a step of the statement, and
        Python takes only the first step of one without columns; at the end of its cursor the statement ends too)
        """
        free, pages = await self._number("freelist_count"), await self._number("page_count")
        surplus = int(free - pages * FREE_PAGE_SHARE)
        for _ in range(min(surplus, PAGES_PER_VACUUM)):
            await self.execute_fetchall("PRAGMA incremental_vacuum(1)")
        return surplus > PAGES_PER_VACUUM

    async def optimize(self) -> None:
        """Look at what the tables hold, where that has changed much, and at a few hundred rows only.

        Source: https://sqlite.org/lang_analyze.html#recommended_usage_pattern
        """
        await self.execute("PRAGMA analysis_limit = 400")
        await self.execute("PRAGMA optimize")

    async def drop_words(self) -> bool:
        """Take a few pages of deleted words out of the index of words; return whether there may be more.

        Until its parts are merged, an entry that is deleted is only marked so. A merge that has done nothing changes
        one row at most. Source: https://sqlite.org/fts5.html#the_merge_command
        """
        before = await self._changes()
        await self.execute(
            "INSERT INTO article_search (article_search, rank) VALUES ('merge', :pages)", {"pages": -PAGES_PER_MERGE}
        )
        return await self._changes() - before >= 2

    async def _changes(self) -> int:
        [row] = await self.execute_fetchall("SELECT total_changes()")
        return int(row[0])

    async def _number(self, pragma: str) -> int:
        [row] = await self.execute_fetchall(f"PRAGMA {pragma}")
        return int(row[0])

    async def close(self) -> None:
        try:
            await self._conn.close()
        except REFUSALS as error:
            raise translated(error, self._path) from error
