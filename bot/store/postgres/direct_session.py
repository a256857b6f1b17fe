"""
A process's direct session on the server: it holds the lock, hears wake-ups, and its loss is noticed in seconds.

A lock of a session lasts as long as the session. So the server ends one that is silent for `SILENCE`: its process is
stopped or cut off, and another one is to have the lock. Through a pool that gives each transaction another session the
lock would be anybody's; such an address is recognised and refused.
Sources: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS,
https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-SESSION-TIMEOUT (14 or newer),
https://www.pgbouncer.org/features.html (session advisory locks and LISTEN: never in transaction pooling)
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any, LiteralString

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo

from bot.domain.lease import LEASE
from bot.errors import SettingsError, StoreMoved
from bot.store.engine.moved_mark import MARKS, why_nothing_runs
from bot.store.postgres.connection import CONNECT_TIMEOUT, SCHEMA, WRITE_LOCK, cut
from bot.store.postgres.trouble import is_understood, store_error

CHANNEL = "newsbot"
"""What wake-ups are sent on: hints, an id or a word and never content, as anybody who may connect can listen."""
SILENCE = timedelta(seconds=3)
"""After so long without a statement the server ends a session, and its lock is free."""
SESSION_NAME = "newsbot leadership"
"""What the direct session of every process is called."""
LEAD_LOCK = 0x6C656164  # "lead": held by the session of the one process that sends
PROCESSES: LiteralString = "SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()"

# How a peer is noticed that vanished without closing the connection (tcp_user_timeout: ms).
# Source: https://www.postgresql.org/docs/current/libpq-connect.html
_WATCHED = {
    "keepalives": 1,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 3000,
}
_SETTINGS = (
    f"SET search_path = {SCHEMA}, pg_catalog; SET idle_session_timeout = {SILENCE.seconds * 1000}; "
    f"SET idle_in_transaction_session_timeout = {SILENCE.seconds * 1000}; SET lock_timeout = 10000; "
    "SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3; "
    "SET tcp_user_timeout = 3000"
)
# https://www.postgresql.org/docs/current/view-pg-locks.html: a key of 64 bits is shown in two halves, objsubid is 1
_HELD = """
SELECT pid FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = %s::oid AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# A term number is never smaller than the time in milliseconds, so that numbers also grow after a failover to a standby
# whose sequence is behind.
_BEGIN_TERM = """
INSERT INTO leases (owner, lease_until, instance)
SELECT setval(sequence, greatest(nextval(sequence), floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)),
       floor(extract(epoch FROM clock_timestamp()))::bigint + %s, %s
FROM (SELECT pg_get_serial_sequence('leases', 'owner')::regclass AS sequence) AS numbers
RETURNING owner
"""
_ROUNDS = 3  # times that both connections are asked for their session; a pool may have several


class DirectSession:
    """A session of this process's own. Every method raises StoreBusy once the session is lost."""

    def __init__(self, conn: AsyncConnection[Any], url: str) -> None:
        self._conn = conn
        self._url = url

    async def try_lock(self) -> bool:
        """Take the lock of the one that sends, unless another session has it; return whether this one has it now."""
        [(has_it,)] = await self._rows("SELECT pg_try_advisory_lock(%s::bigint)", LEAD_LOCK)
        return bool(has_it)

    async def holds_lock(self) -> bool:
        """Return whether the server says that this session has the lock; nothing else counts."""
        return bool(await self._rows(f"{_HELD} AND pid = pg_backend_pid()", LEAD_LOCK))

    async def unlock(self) -> None:
        """Give the lock back and tell those who wait for it."""
        await self._rows("SELECT pg_advisory_unlock(%s::bigint), pg_notify(%s, '')", LEAD_LOCK, CHANNEL)

    async def begin_term(self, instance: str) -> tuple[int, int]:
        """End every other term and begin one; return its number, and how many deliveries are anybody's again.

        As a whole, among all who write: what another process claims or settles is written before this, or finds its
        term over. `instance` names the process, for people who look at the table.
        Raises: StoreMoved when the database was moved since this process has opened it.
        """
        try:
            async with self._conn.transaction():
                await self._conn.execute("SELECT pg_advisory_xact_lock(%s::bigint)", (WRITE_LOCK,))
                marks = await self._conn.execute("SELECT key, value FROM meta WHERE key = ANY(%s)", (list(MARKS),))
                found = dict(await marks.fetchall())
                if (why := why_nothing_runs("the database", *map(found.get, MARKS))) is not None:
                    raise StoreMoved(why)
                await self._conn.execute("DELETE FROM leases")
                back = await self._conn.execute(
                    "UPDATE deliveries SET owner = 0, unsure = unsure + 1 WHERE owner <> 0 AND attempts > 0"
                )
                begun = await self._conn.execute(_BEGIN_TERM, (LEASE.seconds, instance))
                [(number,)] = await begun.fetchall()
        except psycopg.Error as error:
            raise store_error(error, self._url) from error
        return int(number), back.rowcount

    async def hear(self, seconds: float) -> list[str]:
        """Wait for wake-ups, for so long at most; return what the first that come say."""
        try:
            heard = self._conn.notifies(timeout=max(0.0, seconds), stop_after=1)
            return [notify.payload async for notify in heard]
        except psycopg.Error as error:
            raise store_error(error, self._url) from error

    @contextmanager
    def patience(self, seconds: float) -> Iterator[None]:
        """Lose the session if what is done in the block takes longer; it raises StoreBusy then."""
        timer = asyncio.get_running_loop().call_later(seconds, self.cut)
        try:
            yield
        finally:
            timer.cancel()

    def cut(self) -> None:
        """Lose the session at once, also when the other end does not answer: whatever waits for it fails."""
        cut(self._conn)

    async def _rows(self, sql: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        try:
            return await (await self._conn.execute(sql, values)).fetchall()
        except psycopg.Error as error:
            raise store_error(error, self._url) from error


@asynccontextmanager
async def direct_session(url: str) -> AsyncIterator[DirectSession]:
    """Give a session that hears wake-ups, until the block ends. Raises: StoreBusy."""
    conn = await _connect(url)
    try:
        try:
            await conn.execute(_SETTINGS)
            await conn.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            raise store_error(error, url) from error
        yield DirectSession(conn, url)
    finally:
        await conn.close()


def are_any(url: str) -> bool:
    """Return whether any process takes part in being the bot on a database. Raises: StoreBusy."""
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT) as conn:
            return bool(conn.execute(PROCESSES, (SESSION_NAME,)).fetchall())
    except psycopg.Error as error:
        raise store_error(error, url) from error


async def refuse_shared_sessions(url: str, pool: str, *, is_set: bool) -> None:
    """Make sure that connections of `url` are sessions of their own, in the database that `pool` leads to.

    `pool` is NEWSBOT_DATABASE; `url` is NEWSBOT_DATABASE_DIRECT if that `is_set`, else the same. Nothing is left in a
    session that may be given to somebody else afterwards.
    Raises: SettingsError, which says what to set; StoreBusy.
    """
    for variable, address in (("NEWSBOT_DATABASE", pool), ("NEWSBOT_DATABASE_DIRECT", url)):
        if not is_understood(address):
            raise SettingsError(f"{variable}: is no address of a database; write postgresql://user:password@host/name")
    async with _connected(url) as conn, _connected(url) as another, _connected(pool) as pooled:
        try:
            if await _is_shared(conn, another):
                raise SettingsError(
                    "NEWSBOT_DATABASE_DIRECT: leads through a pool that gives each transaction another session, as "
                    "PgBouncer does; write the address of the server itself"
                    if is_set
                    else "NEWSBOT_DATABASE: leads through a pool that gives each transaction another session, as "
                    "PgBouncer does; set NEWSBOT_DATABASE_DIRECT to the address of the server itself"
                )
            if not await _is_one_database(conn, pooled):
                raise SettingsError("NEWSBOT_DATABASE_DIRECT: is another database than the one of NEWSBOT_DATABASE")
        except psycopg.Error as error:
            raise store_error(error, url) from error


async def _is_shared(conn: AsyncConnection[Any], another: AsyncConnection[Any]) -> bool:
    """Return whether a connection's session changes, or serves another one's transactions in between.

    A pool hands the session that was freed last to whoever comes next, or the one that was freed first.
    """
    first = await _session(conn)
    for _ in range(_ROUNDS):
        async with another.transaction():
            if await _session(another) == first or await _session(conn) != first:
                return True
    return False


async def _is_one_database(conn: AsyncConnection[Any], pooled: AsyncConnection[Any]) -> bool:
    """Return whether a lock that one connection takes is seen by the other."""
    key = secrets.randbits(31)
    async with conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(%s::bigint)", (key,))
        seen = await pooled.execute(_HELD, (key,))
        return bool(await seen.fetchall())


async def _session(conn: AsyncConnection[Any]) -> int:
    [(number,)] = await (await conn.execute("SELECT pg_backend_pid()")).fetchall()
    return int(number)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection[Any]]:
    conn = await _connect(url)
    try:
        yield conn
    finally:
        await conn.close()


async def _connect(url: str) -> AsyncConnection[Any]:
    try:
        # Nothing is prepared: a pool may stand in between after all.
        return await AsyncConnection.connect(
            make_conninfo(url, application_name=SESSION_NAME, **_WATCHED),
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=CONNECT_TIMEOUT,
        )
    except psycopg.Error as error:
        raise store_error(error, url) from error
