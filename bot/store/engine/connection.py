"""
One asynchronous connection, whose errors are newsbot's own.

Nobody outside the store knows which database it is: what SQLite raises becomes a StoreError of the kind that callers
can act on, with SQLite's words for the log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import aiosqlite

from bot.store.engine.sync_connection import REFUSALS, UNTRUSTED_SCHEMA, translated

Parameters = Sequence[Any] | Mapping[str, Any]


class Connection:
    """What the store's questions are put to. Every method raises StoreError."""

    def __init__(self, conn: aiosqlite.Connection, path: Path) -> None:
        self._conn = conn
        self._path = path

    @classmethod
    async def open(cls, path: Path) -> Connection:
        """Open a file in autocommit mode; what it says of functions and virtual tables is not trusted."""
        try:
            conn = await aiosqlite.connect(path, isolation_level=None)
            conn.row_factory = sqlite3.Row
            await conn.execute(UNTRUSTED_SCHEMA)
        except REFUSALS as error:
            raise translated(error, path) from error
        return cls(conn, path)

    @property
    def in_transaction(self) -> bool:
        return self._conn.in_transaction

    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement; return how many rows it changed, -1 where that means nothing."""
        try:
            # Its cursor is not closed: that is one more hop to the connection's thread, and a change is at its end.
            return (await self._conn.execute(sql, parameters)).rowcount
        except REFUSALS as error:
            raise translated(error, self._path) from error

    async def executemany(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run a statement once for each row of parameters."""
        try:
            await self._conn.executemany(sql, rows)
        except REFUSALS as error:
            raise translated(error, self._path) from error

    async def execute_fetchall(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Run a statement to its end and return all its rows."""
        try:
            return cast("list[sqlite3.Row]", await self._conn.execute_fetchall(sql, parameters))
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
