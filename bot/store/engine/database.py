"""
The database: one writer whose transactions share commits, a few readers, and a lock that dies with the process.

SQLite lets one connection write at a time, and two that try starve each other through its busy-sleep. So every
write goes through one connection in turn, and whoever is waiting when a transaction ends joins its commit.
Source: https://sqlite.org/wal.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, TypeVar

from bot.errors import StoreError
from bot.store.engine.connection import Connection
from bot.store.engine.connection_line import ConnectionLine, is_awaited
from bot.store.engine.sqlite_connection import SqliteConnection

__all__ = ["Connection", "Database", "is_awaited"]

T = TypeVar("T")

READERS = 2
BUSY_TIMEOUT_MS = 5_000
LONGEST_OPEN = 0.25  # seconds from a transaction's first block to the last that may still join it
LAST_READS = 1.0  # seconds for those who are reading when the database is closed
# Pages kept in memory, in KiB. A campaign to 100,000 chats fills the writer's, so that more chats take no more memory;
# with half or twice as many, one to a million takes as long.
WRITER_CACHE, READER_CACHE = 8_192, 4_096
_SAVEPOINT, _RELEASE = "SAVEPOINT unit", "RELEASE unit"  # around a block that shares another's commit


class Database:
    """An open database. Use `transaction()` to write and `reading()` to look.

    A task is in one block at a time: what it calls inside is passed the connection. Two tasks that each held a reader
    while waiting for a second one would hold both for ever.
    """

    PIECE: ClassVar[float] = 1.0  # of a large work, for which others wait: as a share of what takes SQLite 10 ms
    PIECES_AT_ONCE: ClassVar[int] = 1  # in one block, while nobody waits

    def __init__(
        self, path: Path | None, writer: Connection, readers: list[Connection], time: Callable[[], float] = monotonic
    ) -> None:
        """`path` is of the file; None: the database is none. `time` counts seconds and is never set back."""
        self.path = path
        self._time = time
        self._writer = writer
        self._readers = readers
        self._free = ConnectionLine(readers)
        self._none_free_since: float | None = None
        self._inside: dict[asyncio.Task[Any], str] = {}
        self._turn = ConnectionLine([writer])
        self._waiting = 0  # blocks that wait for their turn
        self._commit: asyncio.Future[None] | None = None
        self._begun_at = 0.0
        self._is_repeatable = False  # the block that has its turn said so
        self._may_be_lost = True  # all blocks of the transaction did
        self._is_first = False  # the block that has its turn began the transaction, and stands in it alone
        self._committing: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @classmethod
    async def open(cls, path: Path, readers: int = READERS, *, time: Callable[[], float] = monotonic) -> Database:
        """Open a database that `migrate` has prepared. Raises: StoreError."""
        opened: list[Connection] = []
        try:
            for role in range(1 + readers):
                cache = WRITER_CACHE if role == 0 else READER_CACHE
                settings = [
                    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
                    "PRAGMA foreign_keys = ON",
                    "PRAGMA synchronous = FULL",  # a power cut loses nothing that was promised
                    "PRAGMA temp_store = MEMORY",
                    f"PRAGMA cache_size = -{cache}",
                ]
                if role > 0:
                    settings.append("PRAGMA query_only = ON")
                else:
                    # What is deleted is overwritten. Some builds of SQLite do that unasked, such as Debian's.
                    # Source: https://sqlite.org/pragma.html#pragma_secure_delete
                    settings.insert(0, "PRAGMA secure_delete = ON")
                opened.append(await SqliteConnection.open(path, *settings))
        except StoreError:
            for conn in opened:
                await conn.close()
            raise
        return cls(path, opened[0], opened[1:], time)

    async def close(self) -> None:
        """Finish what is being written, let those who are reading come to their end, and close every connection.

        Who wants to read after that waits, and is cancelled with the process: it has not failed, and comes again.
        """
        if self._is_closed:
            return
        self._is_closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_READS):
                for _ in self._readers:
                    await self._free.take()
        async with self._behind_blocks():
            if self._commit is not None:
                await self._finish(self._commit)
            for conn in (*self._readers, self._writer):
                await conn.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Write inside one transaction; leaving the block returns once it is on disk.

        An exception inside undoes this block alone; it is raised once what the block saw of others is on disk, so that
        whoever is told "somebody else has done that" finds it done. Blocks run one after the other and share a commit
        when they follow each other closely, so hold none open across anything but SQL, and leave no statement of it
        running.
        Raises: StoreError when the commit fails; then nothing of the block is kept. RuntimeError in a block.
        """
        failed: Exception | None = None
        with self._alone("transaction()"):
            async with self._in_turn():
                commit = await self._join()
                try:
                    yield self._writer
                    await self._writer.flush()
                except BaseException as error:
                    try:
                        await _to_the_end(self._undo())
                    finally:
                        committed = self._commit_later(commit)
                    if not isinstance(error, Exception):
                        raise
                    failed = error
                else:
                    self._keep()
                    committed = self._commit_later(commit)
        await asyncio.shield(committed)
        if failed is not None:
            raise failed

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            await self._turn.take()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turn.put_back(self._writer)

    @asynccontextmanager
    async def _behind_blocks(self) -> AsyncIterator[None]:
        """Use the writer when its turn has come, and not for a block."""
        await self._turn.take()
        try:
            yield
        finally:
            self._turn.put_back(self._writer)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for the block that has its turn to end: to begin, or for the commit that it shares."""
        return self._waiting > 0 or not self._is_first

    def repeatable(self) -> None:
        """Say inside a block of `transaction()` that after a crash it is done again, as if it had not been.

        Leaving it returns without waiting for the disk then, where the engine can do that and no other block shares the
        commit. Whatever is committed later is on disk only with it, so that nothing that rests on it outlives it.
        """
        self._is_repeatable = True

    async def _join(self) -> asyncio.Future[None]:
        """Begin a block, and a transaction if none is open; return the commit that will write it.

        Both begin with the first statement of the block: one that writes nothing writes nothing.
        """
        if self._commit is not None and not (self._writer.in_transaction or self._writer.waits_to_begin):
            # A full disk undoes a whole transaction by itself. Whoever was in it is told; this block is not in it.
            await _to_the_end(self._finish(self._commit))
        elif self._commit is not None and self._time() - self._begun_at > LONGEST_OPEN:
            # Whoever waits for it, here or in another process, has waited long enough.
            await _to_the_end(self._finish(self._commit))
        self._is_first = self._commit is None
        self._is_repeatable = False
        if self._commit is None:
            self._may_be_lost = True
            self._begun_at = self._time()
            self._writer.first(self._writer.BEGIN)
            self._commit = asyncio.get_running_loop().create_future()
        else:
            self._writer.first(_SAVEPOINT)
        return self._commit

    async def _undo(self) -> None:
        """Undo the block that has just ended badly, and nothing else."""
        if not self._is_first and self._writer.forget_first(_SAVEPOINT):
            return  # it has run nothing
        # Behind whatever statement of the block may still be running, though nobody waits for it any more.
        await self._writer.done()
        if self._is_first:
            # Nobody else is in it yet, so all of it may go, and there is nothing to write.
            self._writer.forget_first()
            if self._writer.in_transaction:
                await self._writer.execute("ROLLBACK")
            if self._commit is not None:
                self._commit.set_result(None)
                self._commit = None
        elif self._writer.in_transaction:
            self._writer.first("ROLLBACK TO unit")
            await self._writer.execute(_RELEASE)

    def _keep(self) -> None:
        if not self._is_first and not self._writer.forget_first(_SAVEPOINT) and self._writer.in_transaction:
            self._writer.first(_RELEASE)

    def _commit_later(self, commit: asyncio.Future[None]) -> asyncio.Task[None]:
        """Return the commit as a task of its own: it is done even if the one who waits for it is cancelled."""
        self._may_be_lost = self._may_be_lost and self._is_repeatable
        task = asyncio.create_task(self._committed(commit))
        self._committing.add(task)  # asyncio itself holds tasks only weakly
        task.add_done_callback(self._seen)
        return task

    def _seen(self, task: asyncio.Task[None]) -> None:
        """Look at the outcome of a commit that nobody waits for, so that asyncio does not report it as forgotten."""
        self._committing.discard(task)
        if not task.cancelled():
            task.exception()

    async def _committed(self, commit: asyncio.Future[None]) -> None:
        """Wait at the end of the line, behind every block that can still join, and commit for all of them."""
        if not commit.done():
            async with self._behind_blocks():
                if not commit.done():
                    await self._finish(commit)
        commit.result()

    async def _finish(self, commit: asyncio.Future[None]) -> None:
        self._commit = None
        if self._writer.waits_to_begin:
            self._writer.forget_first()  # no block has run anything
            commit.set_result(None)
            return
        try:
            await self._writer.execute(self._writer.COMMIT_SOON if self._may_be_lost else self._writer.COMMIT)
        except StoreError as error:
            if self._writer.in_transaction:
                await self._writer.execute("ROLLBACK")
            commit.set_exception(error)
        else:
            commit.set_result(None)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Look at the last committed state. Never waits for a writer.

        All statements of the block see the same moment: what is committed meanwhile shows in the next block.
        Source: https://sqlite.org/isolation.html (a read transaction sees a snapshot)
        Raises: RuntimeError in a block.
        """
        with self._alone("reading()"):
            async with self._reader() as conn:
                conn.first(conn.LOOK)
                try:
                    yield conn
                finally:
                    # A connection's statements run in order, also when nobody waits for them any more: behind what the
                    # block may have left running, and before whatever the next block begins with.
                    if not conn.forget_first():  # else it has read nothing
                        await conn.rollback()

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        """Read or write with statements that know nothing of each other: each is a whole, and is kept once it has run.

        Where several processes are this bot it waits for nobody who writes; so it is for what writes nothing that
        depends on what was read.
        Raises: StoreError. RuntimeError in a block.
        """
        async with self.transaction() as conn:
            yield conn

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[Connection]:
        conn = await self._taken_reader()
        try:
            yield conn
        finally:
            self._put_back(conn)

    async def _taken_reader(self) -> Connection:
        conn = await self._free.take()
        if self._free.none_is_free:
            self._none_free_since = self._time()
        return conn

    def _put_back(self, conn: Connection) -> None:
        self._free.put_back(conn)
        self._none_free_since = None

    def no_reader_for(self) -> timedelta:
        """Return for how long all readers have been in use without one coming back; zero while one is free."""
        since = self._none_free_since
        return timedelta(0) if since is None else timedelta(seconds=self._time() - since)

    @contextmanager
    def _alone(self, block: str) -> Iterator[None]:
        """Let the running task into a block unless it is in one.

        Known by the task itself, because a context variable is inherited by every task that is started inside, and
        those go on beside the block or outlive it.
        """
        task = asyncio.current_task()
        assert task is not None
        if task in self._inside:
            raise RuntimeError(f"{block} inside {self._inside[task]}: pass its connection on instead")
        self._inside[task] = block
        try:
            yield
        finally:
            del self._inside[task]

    async def empty_log(self) -> None:
        """Write the write-ahead log back into the file as far as possible. Source: https://sqlite.org/pragma.html"""
        async with self._behind_blocks():
            if self._commit is not None:
                await self._finish(self._commit)
            await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def outbox_has_filled(self) -> None:
        """Let the engine see what the outbox holds, after many rows came into it at once. Never waits for a block."""

    async def size(self) -> int:
        """Return how many bytes the database takes."""
        assert self.path is not None
        return (await asyncio.to_thread(self.path.stat)).st_size

    async def processes(self) -> int:
        """Return how many processes are this bot: a lock beside the file makes sure that it is one."""
        return 1

    async def tell_others(self, what: Collection[str]) -> None:
        """Let the other processes that are this bot hear something: there are none."""

    async def ahead_of(self, now: datetime) -> timedelta:
        """Return how far the clock that counts is ahead of one that says `now`: the machine's is the one."""
        return timedelta(0)

    async def version(self) -> int:
        """Return a number that changes when another process commits, or this one does.

        Source: https://sqlite.org/pragma.html#pragma_data_version (it ignores the connection's own commits)
        """
        # Always the same connection: the numbers of two say nothing about each other.
        [row] = await self._readers[0].execute_fetchall("PRAGMA data_version")
        return int(row[0])


async def _to_the_end(work: Awaitable[T]) -> T:
    """Await `work` to its end even when cancelled meanwhile, and only then let the cancellation through."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()
        raise cancelled
    return task.result()
