"""
One asynchronous connection to PostgreSQL, with the manners of the one to SQLite.

What a block has begun ends with it, whatever becomes of the connection: once it is lost inside a transaction, every
statement of that transaction fails, and the next transaction connects anew. Nothing runs alone that was meant to be
part of a whole.
Source: https://www.psycopg.org/psycopg3/docs/advanced/async.html
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncPipeline, AsyncRawCursor
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from bot.errors import StoreError
from bot.store.engine.connection import Connection, Parameters
from bot.store.postgres.dialect import translated
from bot.store.postgres.own_sql import MANY
from bot.store.postgres.rows import adapt, has_rows, rows
from bot.store.postgres.trouble import busy, store_error

SCHEMA = "newsbot"
WRITE_LOCK = 0x6E657773  # "news": one writer at a time, among all processes on this database
CONNECT_TIMEOUT = 5  # seconds
PATIENCE = 30.0
"""Seconds for one statement. A server, or what stands in front of it, that takes in what is said and answers nothing is
noticed by nothing else, and whoever waits for it would wait for ever."""
# One that is gone without a word. Seconds, and milliseconds for the last: the page on libpq-connect.html
_WATCHED = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# Whoever writes waits for the writer before; a process that is stopped or cut off with a transaction open loses it, so
# that only one at work, from far away, is waited for longer.
_SETTINGS = (
    ("search_path", f"{SCHEMA}, pg_catalog"),
    ("jit", "off"),
    ("lock_timeout", "'20s'"),
    ("idle_in_transaction_session_timeout", "'5s'"),
)
# Left to itself the server makes many plans anew each time: it compares what the plans would cost, and takes too little
# notice of what it costs to make one, which is half of all that it does for a bot that sends 29 messages a second.
# Source: https://www.postgresql.org/docs/current/sql-prepare.html
_ITS_OWN = "; ".join(f"SET {name} = {value}" for name, value in (*_SETTINGS, ("plan_cache_mode", "force_generic_plan")))
_BY_VALUES = "SET LOCAL plan_cache_mode = force_custom_plan"
_BEGIN = f"BEGIN; SELECT pg_advisory_xact_lock({WRITE_LOCK})"
_LOOK = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '60s'"
# Where a pool may give the next transaction to another session, all is said for each transaction alone.
# Source: https://www.pgbouncer.org/features.html (transaction pooling)
_EACH_TIME = "; ".join(f"SET LOCAL {name} = {value}" for name, value in _SETTINGS)
_IN_A_POOL = {
    _BEGIN: _BEGIN.replace("BEGIN;", f"BEGIN; {_EACH_TIME};"),
    _LOOK: _LOOK.replace("READ ONLY;", f"READ ONLY; {_EACH_TIME};"),
}
# The piece is in the log in the order of commits, though perhaps not on disk yet.
# Source: https://www.postgresql.org/docs/current/wal-async-commit.html
_COMMIT_SOON = "SET LOCAL synchronous_commit = off; COMMIT"
_LOST = "the connection was lost in a transaction; nothing of it was kept"

T = TypeVar("T")
Step = Callable[[AsyncConnection[Any]], Awaitable[None]]
"""What runs on a connection whose turn it is."""


# Whose pipelines end as `_Pipeline` says; with others each statement is a journey of its own.
_ENDS_PIPELINES = psycopg.__version__.startswith("3.3.")


class _Pipeline(AsyncPipeline):
    """One that ends with a Sync and nothing behind it.

    By itself psycopg says Flush behind it, on which the server ends its waiting for the next statement and begins no
    new one: `idle_in_transaction_session_timeout` would not end a transaction of a process that is stopped then, and
    nobody else could write. Source: https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/tcop/postgres.c
    (PostgresMain: only behind ReadyForQuery is the timer set, and any message that is read stops it)
    """

    def _exit_gen(self) -> PQGen[None]:
        try:
            self._enqueue_sync()
            yield from self._communicate_gen()
        finally:
            yield from self._fetch_gen(flush=False)


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
        self._says_at_once = prepares and _ENDS_PIPELINES
        self._patience = patience
        self._pg: AsyncConnection[Any] | None = None
        self._kept: AsyncRawCursor[Any] | None = None
        self._ends: AsyncRawCursor[Any] | None = None  # for what begins and ends a transaction, or a part of one
        self._soon: list[Step] = []
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
        async def run(conn: AsyncConnection[Any]) -> None:
            await self._executed(conn, sql, parameters)

        return await self._stated(sql, run, _rowcount)

    async def executemany(self, sql: str, rows: Collection[Parameters]) -> None:
        if rows:
            await self._stated(sql, self._for_all(sql, rows), _nothing)

    async def execute_fetchall(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        async def run(conn: AsyncConnection[Any]) -> None:
            await self._executed(conn, sql, parameters)

        return await self._stated(sql, run, _all_rows)

    async def soon(self, sql: str, rows: Collection[Parameters]) -> None:
        if not (self._says_at_once and self._begun) or self._first:
            await self.executemany(sql, rows)
        elif rows:
            self._soon.append(self._for_all(sql, rows))

    async def said(self) -> None:
        if self._soon:
            await self._stated("", None, _nothing)

    def _for_all(self, sql: str, rows: Collection[Parameters]) -> Step:
        """Return what runs a statement once for each row."""
        given = list(rows)

        async def run(conn: AsyncConnection[Any]) -> None:
            cursor = self._cursor(conn)
            if (for_all := MANY.get(sql)) is not None:
                text, parameters = for_all(given)
                await cursor.execute(text, parameters)
                return
            statement = translated(sql, given[0])
            if len(given) == 1:
                await cursor.execute(statement.text, statement.values(given[0]))
            else:
                await cursor.executemany(statement.text, [statement.values(row) for row in given])

        return run

    async def _executed(self, conn: AsyncConnection[Any], sql: str, parameters: Parameters) -> None:
        statement = translated(sql, parameters)
        cursor = self._cursor(conn)
        if statement.by_values and self._prepares and self._begun:
            await cursor.execute(_BY_VALUES)
        await cursor.execute(statement.text, statement.values(parameters) or None)

    def _cursor(self, conn: AsyncConnection[Any]) -> AsyncRawCursor[Any]:
        """Return the connection's one cursor: what a statement gives is taken before the next one has its turn.

        To make one takes a fifth of the time that a small question takes.
        """
        if self._kept is None or self._kept.connection is not conn:
            self._kept = AsyncRawCursor(conn, row_factory=rows)
        return self._kept

    async def _stated(self, sql: str, run: Step | None, take: Callable[[AsyncRawCursor[Any]], Awaitable[T]]) -> T:
        """Run a statement behind those that are to run first, and return what is taken of it."""
        before, self._first = self._first, ()
        soon, self._soon = self._soon, []

        async def in_turn() -> T:
            if self._says_at_once and (before or soon) and run is not None and sql not in _CONTROLS:
                return await self._in_one_go(soon, before, run, take)
            for step in soon:
                await step(await self._usable())
            for statement in before:
                await self._control(statement)
            if sql in _CONTROLS:
                await self._control(sql)
                return -1  # type: ignore[return-value]
            conn = await self._usable()
            if run is not None:
                await run(conn)
            return await take(self._cursor(conn))

        try:
            return await self._asked(in_turn)
        except StoreError:
            if before[:1] == (self.BEGIN,) and not self._begun:
                self._first = before + self._first
            raise

    async def _in_one_go(
        self,
        soon: Sequence[Step],
        before: Sequence[str],
        run: Step,
        take: Callable[[AsyncRawCursor[Any]], Awaitable[T]],
    ) -> T:
        """Say a statement, and what is to run before it, and then wait for the answers to all.

        Of a batch of a hundred deliveries that is settled, each journey to a server on the same machine would be a
        fortieth. What one of them fails of, none behind it is done.
        Source: https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html
        """
        begins = before[:1] in ((_BEGIN,), (_LOOK,))
        conn = await (self._connected() if begins else self._usable())
        if self._ends is None or self._ends.connection is not conn:
            self._ends = AsyncRawCursor(conn)
        self._begun = self._begun or begins
        try:
            conn._pipeline = _Pipeline(conn)
            async with conn.pipeline():
                for step in soon:
                    await step(conn)
                for statement in before:
                    for one in statement.split("; "):
                        await self._ends.execute(one, prepare=True)
                await run(conn)
        except psycopg.Error:
            if begins and self._ends.statusmessage in (None, "BEGIN"):
                # It is begun there, and failed: whatever came next on this connection would fail too.
                self._begun = False
                with suppress(psycopg.Error):
                    await conn.execute("ROLLBACK")
            raise
        return await take(self._cursor(conn))

    async def _control(self, sql: str) -> None:
        """Begin or end a transaction, or a part of one."""
        if sql in (_BEGIN, _LOOK):
            conn = await self._connected()
            try:
                await conn.execute(sql if self._prepares else _IN_A_POOL[sql])
            except psycopg.Error:
                # It is begun there, and failed: whatever came next on this connection would fail too.
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
            # A failed transaction is ended by COMMIT too, without an error and without a trace of what it wrote.
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
        """Do something in turn and to its end, also when nobody waits for it any more."""

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
        self._soon.clear()
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


async def _nothing(_: AsyncRawCursor[Any]) -> None:
    pass


async def _rowcount(cursor: AsyncRawCursor[Any]) -> int:
    return cursor.rowcount


async def _all_rows(cursor: AsyncRawCursor[Any]) -> list[Any]:
    return await cursor.fetchall() if has_rows(cursor) else []


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
