"""
Two processes on one database, writing the same rows at once: what each engine does, and what the store promises.

Each process is a store of its own, with connections of its own. SQLite 3.40.1 and newer, https://sqlite.org/;
PostgreSQL 15 to 18, https://www.postgresql.org/docs/current/.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest
from databases import empty_database
from port_samples import GROUP, NOW
from postgres_cluster import Cluster

from bot.errors import StoreBusy, StoreError
from bot.store.engine.connection import Connection
from bot.store.engine.database import Database
from bot.store.postgres.database import PostgresDatabase
from bot.store.postgres.migrations import migrate
from bot.store.readers import group_quota

IGNORE = "INSERT OR IGNORE INTO meta (key, value) VALUES (:key, :value)"
PUT = "UPDATE meta SET value = value || :by WHERE key = :key"
WATCHED = 0.2  # seconds in which somebody who waits has not gone on


class Undo(Exception):
    pass


@pytest.fixture
def url(postgres_cluster: Cluster) -> str:
    return postgres_cluster.url(postgres_cluster.create(postgres_cluster.template("newsbot", migrate)))


@pytest.fixture(params=["sqlite", "postgres"])
async def processes(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Database, Database]]:
    """Two stores on one database."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(2):
            if request.param == "sqlite":
                opened.append(await Database.open(empty_database(tmp_path / "newsbot.db")))
            else:
                opened.append(await PostgresDatabase.connect(request.getfixturevalue("url")))
            stack.push_async_callback(opened[-1].close)
        yield opened[0], opened[1]


async def rows(db: Database) -> dict[str, str]:
    async with db.reading() as conn:
        return {row["key"]: row["value"] for row in await conn.execute_fetchall("SELECT key, value FROM meta")}


async def in_one(db: Database, work: Callable[[Connection], Awaitable[int]]) -> int:
    async with db.transaction() as conn:
        return await work(conn)


@pytest.mark.parametrize("is_undone", [False, True])
async def test_who_inserts_what_another_is_inserting_waits_for_how_that_ends(
    processes: tuple[Database, Database], is_undone: bool
) -> None:
    """SQLite: one writer at a time, the next waits at its BEGIN IMMEDIATE (lang_transaction.html). PostgreSQL: an
    insert waits for the transaction that has inserted the key and not ended (index-unique-checks.html).

    The store: a writing block waits for the one before, on whichever process, and sees how it ended. Nothing is
    ignored for the sake of a row that never was, and nothing is there twice.
    """
    one, other = processes

    async def first(conn: Connection) -> int:
        many = await conn.execute(IGNORE, {"key": "k", "value": "one"})
        begun.set()
        await go_on.wait()
        if is_undone:
            raise Undo
        return many

    async def second(conn: Connection) -> int:
        return await conn.execute(IGNORE, {"key": "k", "value": "other"})

    begun, go_on = asyncio.Event(), asyncio.Event()
    before = asyncio.create_task(in_one(one, first))
    await begun.wait()
    after = asyncio.create_task(in_one(other, second))
    done, _ = await asyncio.wait({after}, timeout=WATCHED)
    assert not done
    assert "k" not in await rows(other)  # and nobody who looks waits
    go_on.set()
    if is_undone:
        with pytest.raises(Undo):
            await before
    else:
        assert await before == 1
    assert await after == (1 if is_undone else 0)
    assert (await rows(other))["k"] == ("other" if is_undone else "one")


async def test_two_rows_in_opposite_orders_are_written_by_both(processes: tuple[Database, Database]) -> None:
    """SQLite: no deadlocks, as there is one writer. PostgreSQL: each holds the row that the other wants, and one of
    them is ended with deadlock_detected after a second (explicit-locking.html#LOCKING-DEADLOCKS).

    The store: whoever writes takes the lock of the writer with its first statement, so the second begins when the
    first has ended. Neither fails, and neither has to be repeated.
    """
    one, other = processes
    async with one.transaction() as conn:
        for key in "ab":
            await conn.execute(IGNORE, {"key": key, "value": ""})
    has_one, has_other = asyncio.Event(), asyncio.Event()

    def writing(by: str, order: str, has: asyncio.Event, rival_has: asyncio.Event) -> Callable[..., Awaitable[int]]:
        async def work(conn: Connection) -> int:
            many = await conn.execute(PUT, {"key": order[0], "by": by})
            has.set()
            await asyncio.wait({asyncio.ensure_future(rival_has.wait())}, timeout=WATCHED)  # it never has
            return many + await conn.execute(PUT, {"key": order[1], "by": by})

        return work

    both = await asyncio.gather(
        in_one(one, writing("1", "ab", has_one, has_other)), in_one(other, writing("2", "ba", has_other, has_one))
    )
    assert both == [2, 2]
    found = await rows(one)
    assert found["a"] == found["b"] and sorted(found["a"]) == ["1", "2"]


async def test_a_deadlock_with_somebody_else_is_told_as_busy_and_the_block_can_be_run_again(url: str) -> None:
    """Whoever writes to PostgreSQL without newsbot's lock, an operator in psql, can still be a deadlock's other side.

    Nothing of the block is kept, `StoreBusy` says that it is over in a moment, and the same block succeeds then.
    Source: https://www.postgresql.org/docs/current/errcodes-appendix.html (40P01)
    """
    db = await PostgresDatabase.connect(url)
    async with db.transaction() as conn:
        for key in "abc":
            await conn.execute(IGNORE, {"key": key, "value": ""})
    sql = "UPDATE newsbot.meta SET value = 'psql' WHERE key = %s"

    async def block(conn: Connection) -> int:
        many = [await conn.execute(PUT, {"key": key, "by": "ours"}) for key in "cab"]
        return sum(many)

    async with await psycopg.AsyncConnection.connect(url) as operator:
        await operator.execute(sql, ("b",))
        ours = asyncio.create_task(in_one(db, block))
        # It has "a" and waits for "b". Who waited for a second looks, and is ended: it is the first of the two.
        done, _ = await asyncio.wait({ours}, timeout=WATCHED)
        assert not done
        await operator.execute(sql, ("a",))
        with pytest.raises(StoreBusy, match="deadlock detected"):
            await ours
        await operator.commit()
    assert await in_one(db, block) == 3
    assert {key: value for key, value in (await rows(db)).items() if key in "abc"} == {
        "a": "psqlours",
        "b": "psqlours",
        "c": "ours",
    }
    await db.close()


async def test_what_fails_in_a_block_undoes_that_block_and_no_other(processes: tuple[Database, Database]) -> None:
    """SQLite: a failed statement is undone, the transaction goes on (lang_conflict.html). PostgreSQL: "current
    transaction is aborted, commands ignored until end of transaction block" (tutorial-transactions.html).

    The store: a block that joins another's transaction has a savepoint of its own. After an error inside it is left
    and undone; those before and behind it are written.
    """
    one, other = processes

    async def good(key: str) -> int:
        async def work(conn: Connection) -> int:
            return await conn.execute(IGNORE, {"key": key, "value": "good"})

        return await in_one(one, work)

    async def bad() -> int:
        async def work(conn: Connection) -> int:
            await conn.execute(IGNORE, {"key": "bad", "value": ""})
            return await conn.execute("INSERT INTO meta (key, value) VALUES ('k1', NULL)")

        return await in_one(one, work)

    first, failed, last = await asyncio.gather(good("k1"), bad(), good("k2"), return_exceptions=True)
    assert (first, last) == (1, 1) and isinstance(failed, StoreError) and not isinstance(failed, StoreBusy)
    found = await rows(other)
    assert found["k1"] == found["k2"] == "good" and "bad" not in found


async def test_an_error_that_a_block_passes_over_ends_its_transaction_on_postgresql_alone(
    processes: tuple[Database, Database],
) -> None:
    """Why nothing in the store goes on after an error within a block: SQLite would, PostgreSQL writes nothing of it.

    There COMMIT of a failed transaction says ROLLBACK and is no error (sql-commit.html): the store makes it one.
    """
    one, other = processes

    async def passing_over(conn: Connection) -> int:
        with pytest.raises(StoreError):
            await conn.execute("INSERT INTO meta (key, value) VALUES ('k', NULL)")
        return await conn.execute(IGNORE, {"key": "k", "value": "after it"})

    if isinstance(one, PostgresDatabase):
        with pytest.raises(StoreError, match="current transaction is aborted"):
            await in_one(one, passing_over)
        assert "k" not in await rows(other)
    else:
        assert await in_one(one, passing_over) == 1
        assert (await rows(other))["k"] == "after it"


async def test_of_two_who_want_what_there_is_once_one_gets_it(processes: tuple[Database, Database]) -> None:
    """The same through a question of the store's: of two processes that a group asks at once, one answers."""
    one, other = processes

    async def asks(db: Database) -> bool:
        async with db.transaction() as conn:
            return await group_quota.ask(conn, GROUP, NOW)

    assert sorted(await asyncio.gather(asks(one), asks(other))) == [False, True]
