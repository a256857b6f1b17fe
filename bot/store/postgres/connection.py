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
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncRawCursor
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
_BY_ITSELF = "BEGIN"  # of one statement that needs no other, where its settings have to be said for it
# A pool may run the next transaction in another session, so there the settings are sent with each transaction.
# Source: https://www.pgbouncer.org/features.html (transaction pooling)
_EACH_TIME = "; ".join(f"SET LOCAL {name} = {value}" for name, value in _SETTINGS)
_IN_A_POOL = {
    _BEGIN: _BEGIN.replace("BEGIN;", f"BEGIN; {_EACH_TIME};"),
    _LOOK: _LOOK.replace("READ ONLY;", f"READ ONLY; {_EACH_TIME};"),
    _BY_ITSELF: f"BEGIN; {_EACH_TIME}",
}
# The commit returns before its log record is on disk. It is in the log before every later commit's.
# Source: https://www.postgresql.org/docs/current/wal-async-commit.html
_COMMIT_SOON = "SET LOCAL synchronous_commit = off; COMMIT"
_LOST = "the connection was lost in a transaction; nothing of it was kept"

T = TypeVar("T")
Step = Callable[[AsyncConnection[Any]], Awaitable[None]]
"""What runs on a connection whose turn it is."""

# Whose pipelines can be ended as `_in_one_go` does; with another each statement is a round trip of its own.
_ENDS_PIPELINES = psycopg.__version__.startswith("3.3.")


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
        self._sends_at_once = prepares and _ENDS_PIPELINES
        self._patience = patience
        self._pg: AsyncConnection[Any] | None = None
        self._kept: AsyncRawCursor[Any] | None = None
        self._controls: AsyncRawCursor[Any] | None = None  # for what begins a transaction or a part of one
        self._queued: list[Step] = []
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

    @asynccontextmanager
    async def by_itself(self) -> AsyncIterator[Connection]:
        """Run statements of which each is a whole, and waits for no writer; none of what else a block is."""
        if self._prepares:
            yield self
            return
        self.first(_BY_ITSELF)
        try:
            yield self
        except BaseException:
            if not self.forget_first():
                await self.execute("ROLLBACK")
            raise
        if not self.forget_first():
            await self.execute("COMMIT")

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

    async def enqueue(self, sql: str, rows: Collection[Parameters]) -> None:
        if not (self._sends_at_once and self._begun) or self._first:
            await self.executemany(sql, rows)
        elif rows:
            self._queued.append(self._for_all(sql, rows))

    async def flush(self) -> None:
        if self._queued:
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
                return
            async with _in_one_go(conn) if self._sends_at_once else nullcontext():
                await cursor.executemany(statement.text, [statement.values(row) for row in given])

        return run

    async def _executed(self, conn: AsyncConnection[Any], sql: str, parameters: Parameters) -> None:
        statement = translated(sql, parameters)
        cursor = self._cursor(conn)
        if statement.by_values and self._prepares and self._begun:
            await cursor.execute(_BY_VALUES)
        await cursor.execute(statement.text, statement.values(parameters) or None)

    def _cursor(self, conn: AsyncConnection[Any]) -> AsyncRawCursor[Any]:
        """Return the connection's one cursor: the rows of a statement are read before the next one runs.

        A new cursor for each would cost a fifth of the time of a small query.
        """
        if self._kept is None or self._kept.connection is not conn:
            self._kept = AsyncRawCursor(conn, row_factory=rows)
        return self._kept

    async def _stated(self, sql: str, run: Step | None, take: Callable[[AsyncRawCursor[Any]], Awaitable[T]]) -> T:
        """Run a statement after those that were queued to run before it, and return what is taken of it."""
        before, self._first = self._first, ()
        queued, self._queued = self._queued, []

        async def in_turn() -> T:
            if self._sends_at_once and (before or queued) and run is not None and sql not in _CONTROLS:
                return await self._sent_at_once(queued, before, run, take)
            for step in queued:
                await step(await self._usable())
            for statement in () if sql in _COMMITS and before == (_RELEASE,) else before:
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

    async def _sent_at_once(
        self,
        queued: Sequence[Step],
        before: Sequence[str],
        run: Step,
        take: Callable[[AsyncRawCursor[Any]], Awaitable[T]],
    ) -> T:
        """Send a statement, and what is to run before it, and then wait for the answers to all.

        So whoever waits for the writer waits for a round trip less, with each block. Each takes a fortieth of what it
        takes to settle a hundred deliveries on a server on the same machine. When one fails, none behind it is done.
        Source: https://www.psycopg.org/psycopg3/docs/advanced/pipeline.html
        """
        begins = bool(before) and before[0] in _BEGINS
        conn = await (self._connected() if begins else self._usable())
        if self._controls is None or self._controls.connection is not conn:
            self._controls = AsyncRawCursor(conn)
        self._begun = self._begun or begins
        try:
            async with _in_one_go(conn):
                for step in queued:
                    await step(conn)
                for statement in before:
                    for one in statement.split("; "):
                        await self._controls.execute(one, prepare=True)
                await run(conn)
        except psycopg.Error:
            if begins and self._controls.statusmessage in (None, "BEGIN"):
                # BEGIN may have succeeded and what follows it failed: every later statement here would fail too.
                self._begun = False
                with suppress(psycopg.Error):
                    await conn.execute("ROLLBACK")
            raise
        return await take(self._cursor(conn))

    async def _control(self, sql: str) -> None:
        """Begin or end a transaction, or a part of one."""
        if sql in _BEGINS:
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
        elif sql in _COMMITS:
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
        self._queued.clear()
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


_RELEASE = "RELEASE unit"  # what is committed is released with it
_BEGINS = frozenset({_BEGIN, _LOOK, _BY_ITSELF})
_COMMITS = frozenset({"COMMIT", _COMMIT_SOON})
_CONTROLS = _BEGINS | _COMMITS | {"ROLLBACK", "ROLLBACK TO unit", "SAVEPOINT unit", _RELEASE}


@asynccontextmanager
async def _in_one_go(conn: AsyncConnection[Any]) -> AsyncIterator[None]:
    """Send several statements to the server without waiting for what it answers to each.

    It ends with a Sync and nothing behind it. By itself psycopg sends a Flush behind it, on which the server stops its
    timer `idle_in_transaction_session_timeout` and sets no new one: a process that is stopped then would keep the
    writer. Source: https://github.com/psycopg/psycopg/blob/3.3.0/psycopg/psycopg/_pipeline_base.py (_exit_gen) and
    https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/tcop/postgres.c (PostgresMain: the timer is set
    with ReadyForQuery, and stopped by any message)
    """
    async with conn.pipeline() as pipeline:

        def ended() -> PQGen[None]:
            try:
                pipeline._enqueue_sync()
                yield from pipeline._communicate_gen()
            finally:
                yield from pipeline._fetch_gen(flush=False)

        pipeline._exit_gen = ended  # type: ignore[method-assign]
        yield


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
