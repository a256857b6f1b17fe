"""
One asynchronous connection to PostgreSQL, with the methods and errors of the one to SQLite.

What a block has begun ends with it, whatever becomes of the connection: once it is lost inside a transaction, every
statement of that transaction fails, and the next transaction connects anew. Nothing runs alone that was meant to be
part of a whole.
Source: https://www.psycopg.org/psycopg3/docs/advanced/async.html
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from bot.errors import StoreError
from bot.store.engine.connection import Connection, Parameters
from bot.store.postgres.dialect import translated
from bot.store.postgres.own_sql import MANY
from bot.store.postgres.rows import adapt, array, has_rows, rows
from bot.store.postgres.trouble import busy, store_error

SCHEMA = "newsbot"
WRITE_LOCK = 0x6E657773  # "news": one writer at a time, among all processes on this database
CONNECT_TIMEOUT = 5  # seconds
PATIENCE = 30.0
"""Seconds for one statement. Without this limit, a server or a pool that accepts a statement and never answers would be
waited for without end: the connection looks healthy."""
# How a peer is noticed that vanished without closing the connection. Seconds; milliseconds for the last.
# Source: https://www.postgresql.org/docs/current/libpq-connect.html
_WATCHED = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# A writer waits for the one before it (`lock_timeout`). A process that is stopped or cut off in a transaction loses it
# after five seconds, so that only a slow writer that is at work is waited for longer.
_SETTINGS = (
    ("search_path", f"{SCHEMA}, pg_catalog"),
    ("jit", "off"),
    ("lock_timeout", "'20s'"),
    ("idle_in_transaction_session_timeout", "'5s'"),
)
# By default the server plans many prepared statements anew at each execution: it underrates what planning costs. That
# is half of all that it does for a bot that sends 29 messages a second. So each statement keeps one generic plan.
# Source: https://www.postgresql.org/docs/current/sql-prepare.html
_ITS_OWN = "; ".join(f"SET {name} = {value}" for name, value in (*_SETTINGS, ("plan_cache_mode", "force_generic_plan")))
_BY_VALUES = "SET LOCAL plan_cache_mode = force_custom_plan"
_BEGIN = f"BEGIN; SELECT pg_advisory_xact_lock({WRITE_LOCK})"
_LOOK = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '60s'"
# A pool may run the next transaction in another session, so there the settings are sent with each transaction.
# Source: https://www.pgbouncer.org/features.html (transaction pooling)
_EACH_TIME = "; ".join(f"SET LOCAL {name} = {value}" for name, value in _SETTINGS)
_IN_A_POOL = {
    _BEGIN: _BEGIN.replace("BEGIN;", f"BEGIN; {_EACH_TIME};"),
    _LOOK: _LOOK.replace("READ ONLY;", f"READ ONLY; {_EACH_TIME};"),
}
# The commit returns before its log record is on disk. It is in the log before every later commit's.
# Source: https://www.postgresql.org/docs/current/wal-async-commit.html
_COMMIT_SOON = "SET LOCAL synchronous_commit = off; COMMIT"
_LOST = "the connection was lost in a transaction; nothing of it was kept"

T = TypeVar("T")


class PostgresConnection(Connection):
    """A connection to PostgreSQL. Every method raises StoreError."""

    BEGIN = _BEGIN
    LOOK = _LOOK
    COMMIT_SOON = _COMMIT_SOON

    def __init__(self, url: str, *, prepares: bool, patience: float = PATIENCE) -> None:
        """`prepares`: the session is its own, and keeps statements prepared and its settings; not through a pool that
        gives each transaction another session.

        A statement that takes longer than `patience` seconds loses the connection.
        """
        super().__init__()
        self._url = url
        self._prepares = prepares
        self._patience = patience
        self._pg: AsyncConnection[Any] | None = None
        self._kept: AsyncRawCursor[Any] | None = None
        self._begun = False  # a transaction was begun, and has not been ended
        self._turn = asyncio.Lock()
        self._running: asyncio.Task[Any] | None = None

    @classmethod
    async def connect(cls, url: str, *, prepares: bool = True, patience: float = PATIENCE) -> PostgresConnection:
        """Connect. Raises: StoreError."""
        opened = cls(url, prepares=prepares, patience=patience)
        await opened._asked(opened._connected)
        return opened

    async def another(self) -> PostgresConnection:
        """Return another connection to the same place, to be closed. Raises: StoreError."""
        return await self.connect(self._url, prepares=self._prepares, patience=self._patience)

    @property
    def in_transaction(self) -> bool:
        return self._begun

    async def execute(self, sql: str, parameters: Parameters = ()) -> int:
        async def run(conn: AsyncConnection[Any]) -> int:
            return (await self._executed(conn, sql, parameters)).rowcount

        return await self._stated(sql, run)

    async def executemany(self, sql: str, rows: Collection[Parameters]) -> None:
        if not rows:
            return
        given = list(rows)

        async def run(conn: AsyncConnection[Any]) -> None:
            cursor = self._cursor(conn)
            if (for_all := MANY.get(sql)) is not None:
                await cursor.execute(for_all, [array(column) for column in zip(*given, strict=True)])
                return
            statement = translated(sql, given[0])
            if len(given) == 1:
                await cursor.execute(statement.text, statement.values(given[0]))
            else:
                await cursor.executemany(statement.text, [statement.values(row) for row in given])

        await self._stated(sql, run)

    async def execute_fetchall(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        async def run(conn: AsyncConnection[Any]) -> list[Any]:
            cursor = await self._executed(conn, sql, parameters)
            return await cursor.fetchall() if has_rows(cursor) else []

        return await self._stated(sql, run)

    async def _executed(self, conn: AsyncConnection[Any], sql: str, parameters: Parameters) -> AsyncRawCursor[Any]:
        statement = translated(sql, parameters)
        if statement.by_values and self._prepares and self._begun:
            await conn.execute(_BY_VALUES)
        cursor = self._cursor(conn)
        await cursor.execute(statement.text, statement.values(parameters) or None)
        return cursor

    def _cursor(self, conn: AsyncConnection[Any]) -> AsyncRawCursor[Any]:
        """Return the connection's one cursor: the rows of a statement are read before the next one runs.

        A new cursor for each would cost a fifth of the time of a small query.
        """
        if self._kept is None or self._kept.connection is not conn:
            self._kept = AsyncRawCursor(conn, row_factory=rows)
        return self._kept

    async def _stated(self, sql: str, run: Callable[[AsyncConnection[Any]], Coroutine[Any, Any, T]]) -> T:
        """Run a statement after those that were queued to run before it."""
        before, self._first = self._first, ()

        async def in_turn() -> T:
            for statement in before:
                await self._control(statement)
            if sql in _CONTROLS:
                await self._control(sql)
                return -1  # type: ignore[return-value]
            return await run(await self._usable())

        try:
            return await self._asked(in_turn)
        except StoreError:
            if before[:1] == (self.BEGIN,) and not self._begun:
                self._first = before + self._first
            raise

    async def _control(self, sql: str) -> None:
        """Begin or end a transaction, or a part of one."""
        if sql in (_BEGIN, _LOOK):
            conn = await self._connected()
            try:
                await conn.execute(sql if self._prepares else _IN_A_POOL[sql])
            except psycopg.Error:
                # BEGIN may have succeeded and what follows it failed: every later statement here would fail too.
                with suppress(psycopg.Error):
                    await conn.execute("ROLLBACK")
                raise
            self._begun = True
        elif sql == "ROLLBACK":
            self._begun = False
            if self._pg is not None and not self._pg.closed:
                await self._pg.execute(sql)
        elif sql in ("COMMIT", _COMMIT_SOON):
            conn = await self._usable()
            # PostgreSQL answers COMMIT in a failed transaction without an error, and rolls it back.
            if not self._begun or conn.pgconn.transaction_status != TransactionStatus.INTRANS:
                raise busy(_LOST, self._url)
            await conn.execute(sql)
            self._begun = False
        else:
            await (await self._usable()).execute(sql)

    async def _usable(self) -> AsyncConnection[Any]:
        """Return the connection of the transaction that was begun; a new one outside of any."""
        if not self._begun:
            return await self._connected()
        if self._pg is None or self._pg.closed:
            raise busy(_LOST, self._url)
        return self._pg

    async def _connected(self) -> AsyncConnection[Any]:
        if self._pg is None or self._pg.closed:
            self._pg = await AsyncConnection.connect(
                make_conninfo(self._url, **_WATCHED),
                autocommit=True,
                prepare_threshold=5 if self._prepares else None,
                connect_timeout=CONNECT_TIMEOUT,
                application_name="newsbot",
            )
            adapt(self._pg)
            if self._prepares:
                await self._pg.execute(_ITS_OWN)
        return self._pg

    async def _asked(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run `work` after what was asked before it. It runs to its end even if the caller is cancelled."""

        async def in_turn() -> T:
            async with self._turn:
                timer = asyncio.get_running_loop().call_later(self._patience, self._cut)
                try:
                    return await work()
                finally:
                    timer.cancel()

        self._running = task = asyncio.ensure_future(in_turn())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_seen)
            raise
        except (psycopg.Error, OverflowError, ValueError) as error:
            raise store_error(error, self._url) from error

    def _cut(self) -> None:
        if self._pg is not None:
            cut(self._pg)

    async def done(self) -> None:
        async with self._turn:
            pass

    async def rollback(self) -> None:
        await self.execute("ROLLBACK")

    async def give_back(self) -> bool:
        """Nothing: the server cleans up by itself, as the tables tell it to."""
        return False

    async def optimize(self) -> None:
        """Nothing: the server looks at its tables by itself."""

    async def drop_words(self) -> bool:
        """Nothing: the server cleans up by itself, as the tables tell it to."""
        return False

    async def close(self) -> None:
        async with self._turn:
            if self._pg is not None:
                await self._pg.close()


_CONTROLS = frozenset(
    {_BEGIN, _LOOK, "COMMIT", _COMMIT_SOON, "ROLLBACK", "ROLLBACK TO unit", "SAVEPOINT unit", "RELEASE unit"}
)


def cut(conn: AsyncConnection[Any]) -> None:
    """Lose a connection at once, also when the other end does not answer: whatever waits for it fails.

    Nothing is said to the server: that may take as long as it has been silent.
    """
    if not conn.closed:
        with socket.socket(fileno=socket.dup(conn.fileno())) as end:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is lost already


def _seen(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()
