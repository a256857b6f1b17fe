"""
An open PostgreSQL database: the blocks of `store.engine.database`, on connections of its own.

One process's blocks follow each other and share commits as on SQLite. Between processes the transaction's lock lets one
write at a time: whatever is read in a writing block is still so when the block writes, on each instance.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from bot.errors import StoreError
from bot.store.engine.connection import Connection
from bot.store.engine.database import READERS, Database
from bot.store.postgres.connection import PATIENCE, SCHEMA, PostgresConnection
from bot.store.postgres.direct_session import CHANNEL, SESSION_NAME


class PostgresDatabase(Database):
    """An open database. Use `transaction()` to write and `reading()` to look."""

    # A row takes twice as long as on SQLite, and each block of pieces costs ten round trips beside its rows; the writes
    # of other processes wait for a whole block.
    PIECE = 0.6
    PIECES_AT_ONCE = 7

    @classmethod
    async def connect(
        cls,
        url: str,
        readers: int = READERS,
        *,
        prepares: bool = True,
        patience: float = PATIENCE,
        time: Callable[[], float] = monotonic,
    ) -> PostgresDatabase:
        """Open a database that `migrate` has prepared; a statement has `patience` seconds. Raises: StoreError."""
        opened: list[Connection] = []
        try:
            for _ in range(1 + readers):
                opened.append(await PostgresConnection.connect(url, prepares=prepares, patience=patience))
        except StoreError:
            for conn in opened:
                await conn.close()
            raise
        return cls(None, opened[0], opened[1:], time)

    def __init__(
        self, path: Path | None, writer: Connection, readers: list[Connection], time: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(path, writer, readers, time)
        self._ending: set[asyncio.Task[None]] = set()

    async def empty_log(self) -> None:
        """There is no log of ours to empty."""

    async def outbox_has_filled(self) -> None:
        """Analyse the outbox, on a connection of its own: for a million rows it takes a fifth of a second.

        A statement's plan is kept as it was made, perhaps for an empty table, and made anew once the table was
        analysed; the server itself would do that within a minute.
        Source: https://www.postgresql.org/docs/current/sql-prepare.html (when statistics "have been updated")
        """
        assert isinstance(self._writer, PostgresConnection)
        conn = await self._writer.another()
        try:
            await conn.execute(f"ANALYZE {SCHEMA}.deliveries")
        finally:
            await conn.close()

    async def size(self) -> int:
        """Return how many bytes the database takes, with its indexes."""
        async with self.reading() as conn:
            [row] = await conn.execute_fetchall("SELECT pg_database_size(current_database()) AS size")
        return int(row[0])

    async def processes(self) -> int:
        """Return how many processes are this bot."""
        async with self.reading() as conn:
            [row] = await conn.execute_fetchall(
                "SELECT count(*) AS many FROM pg_stat_activity"
                " WHERE application_name = :name AND datname = current_database()",
                {"name": SESSION_NAME},
            )
        return int(row[0])

    async def need_writes(self) -> None:
        """Raise StoreBusy where nothing can be written: on a standby, and where a server is set so."""
        async with self.transaction() as conn:
            await conn.execute("DELETE FROM meta WHERE 1 = 0")

    async def tell_others(self, what: Collection[str]) -> None:
        """Let every process that is this bot, this one too, hear something at once (`store.postgres.leadership`).

        It is a hint: whoever is not connected misses it. Anybody who may connect can listen, so it is an id or a word
        and never content; of 7,999 bytes at most. Raises: StoreError.
        Source: https://www.postgresql.org/docs/current/sql-notify.html
        """
        async with self.statement() as conn:
            await conn.execute(
                "SELECT pg_notify(:channel, what) FROM unnest(CAST(:told AS text[])) AS what",
                {"channel": CHANNEL, "told": list(what)},
            )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        with self._alone("reading()"):
            conn = await self._taken_reader()
            conn.first(conn.LOOK)
            try:
                yield conn
            finally:
                if conn.forget_first():  # it has read nothing
                    self._put_back(conn)
                else:
                    ending = asyncio.create_task(self._end_look(conn))
                    self._ending.add(ending)
                    ending.add_done_callback(self._ending.discard)

    async def _end_look(self, conn: Connection) -> None:
        """End what a block has looked at; whoever has read it does not wait for that round trip."""
        try:
            with suppress(StoreError):  # with the connection it has ended too
                await conn.rollback()
        finally:
            self._put_back(conn)

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        with self._alone("statement()"):
            async with self._reader() as conn:
                assert isinstance(conn, PostgresConnection)
                async with conn.by_itself():
                    yield conn

    async def clock(self) -> datetime:
        """Return the server's time."""
        async with self.reading() as conn:
            [row] = await conn.execute_fetchall("SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds")
        return datetime.fromtimestamp(float(row[0]), UTC)

    async def ahead_of(self, now: datetime) -> timedelta:
        """Return how far the server's clock is ahead of one that says `now`."""
        return await self.clock() - now

    async def version(self) -> int:
        """Return a number that changes when anybody commits. It may change without that."""
        [row] = await self._readers[0].execute_fetchall(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS number"
        )
        return int(row[0])
