"""Reading: one moment for all statements of a block, one block at a time for a task, and readers for everybody."""

import ast
import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from databases import empty_database
from held_readers import all_readers_held

import bot
from bot.store.engine.database import READERS, Connection, Database


class Time:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def db(tmp_path: Path, time: Time) -> AsyncIterator[Database]:
    empty_database(tmp_path / "news.db")
    db = await Database.open(tmp_path / "news.db", time=time)
    async with db.transaction() as conn:
        await conn.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
    yield db
    await db.close()


async def _count(conn: Connection) -> int:
    [(many,)] = await conn.execute_fetchall("SELECT count(*) FROM notes")
    return int(many)


async def _notes(db: Database) -> int:
    async with db.reading() as conn:
        return await _count(conn)


async def _note(db: Database) -> None:
    async with db.transaction() as conn:
        await conn.execute("INSERT INTO notes DEFAULT VALUES")


async def test_closing_lets_who_is_reading_finish_and_fails_nobody_who_comes_too_late(tmp_path: Path) -> None:
    empty_database(tmp_path / "last.db")
    db = await Database.open(tmp_path / "last.db")
    is_reading = asyncio.Event()

    async def look(event: asyncio.Event | None = None) -> int:
        async with db.reading() as conn:
            if event is not None:
                event.set()
            await asyncio.sleep(0.05)
            [(many,)] = await conn.execute_fetchall("SELECT count(*) FROM chats")
            return int(many)

    reading = asyncio.create_task(look(is_reading))
    await is_reading.wait()
    await db.close()
    assert await reading == 0
    late = asyncio.create_task(look())
    done, _ = await asyncio.wait([late], timeout=0.05)
    assert not done  # it waits, and ends with the process
    late.cancel()
    with pytest.raises(asyncio.CancelledError):
        await late


async def _log_can_be_emptied(db: Database) -> bool:
    """Return whether no reader keeps an old moment: a log that one still reads from cannot begin anew.

    Source: https://sqlite.org/pragma.html#pragma_wal_checkpoint (the first column is 1 when something was in the way)
    """
    with sqlite3.connect(db.path, timeout=0) as other:
        busy = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    other.close()
    return bool(busy == 0)


# One moment


async def test_all_statements_of_a_reading_see_one_moment_and_the_next_reading_sees_the_newest(db: Database) -> None:
    async with db.reading() as conn:
        assert await _count(conn) == 0
        await asyncio.create_task(_note(db))
        assert await _count(conn) == 0
    assert await _notes(db) == 1


async def test_an_error_or_a_cancellation_ends_the_moment_too(db: Database) -> None:
    begun = asyncio.Event()

    async def fails() -> None:
        async with db.reading() as conn:
            await _count(conn)
            raise LookupError

    async def waits() -> None:
        async with db.reading() as conn:
            await _count(conn)
            begun.set()
            await asyncio.Event().wait()

    for _ in range(READERS + 1):
        with pytest.raises(LookupError):
            await fails()
        begun.clear()
        waiting = asyncio.create_task(waits())
        await begun.wait()
        waiting.cancel()
        await asyncio.wait([waiting])
    await _note(db)
    assert await asyncio.gather(*(_notes(db) for _ in range(READERS))) == [1] * READERS
    assert await _log_can_be_emptied(db)


async def test_cancelled_at_any_point_it_leaves_every_reader_fit_for_use(db: Database) -> None:
    """Cancelled after so many steps of the loop: while it waits for a reader, begins, reads, or ends."""
    for steps in range(40):
        reading = [asyncio.create_task(_notes(db)) for _ in range(READERS + 1)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task in reading:
            task.cancel()
        await asyncio.wait(reading)
    await _note(db)
    assert await asyncio.gather(*(_notes(db) for _ in range(READERS * 3))) == [1] * READERS * 3
    assert db.no_reader_for() == timedelta(0)
    assert await _log_can_be_emptied(db)


# One block at a time


@pytest.mark.parametrize("outer", ["reading", "transaction"])
@pytest.mark.parametrize("inner", ["reading", "transaction"])
async def test_a_block_in_a_block_of_the_same_task_is_refused_and_names_both(
    db: Database, outer: str, inner: str
) -> None:
    block = {"reading": db.reading, "transaction": db.transaction}
    async with block[outer]():
        with pytest.raises(RuntimeError, match=rf"{inner}\(\) inside {outer}\(\): pass its connection on"):
            async with block[inner]():
                raise AssertionError("let in")
    await _note(db)
    assert await _notes(db) == 1


async def test_a_task_may_open_its_next_block_after_one_that_was_cancelled_refused_or_failed(db: Database) -> None:
    for block in (db.reading, db.transaction):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), block():
                await asyncio.Event().wait()
        with pytest.raises(RuntimeError):
            async with block(), db.reading():
                pass
        with pytest.raises(LookupError):
            async with block():
                raise LookupError
    async with all_readers_held(db):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), db.reading():
                pass
    await _note(db)
    assert await _notes(db) == 1


@pytest.mark.parametrize("outer", ["reading", "transaction"])
async def test_a_task_started_in_a_block_reads_beside_it_and_outlives_it(db: Database, outer: str) -> None:
    block: AbstractAsyncContextManager[Connection] = getattr(db, outer)()
    left = asyncio.Event()

    async def beside() -> int:
        first = await _notes(db)
        await left.wait()
        await _note(db)
        return first + await _notes(db)

    async with block:
        started = asyncio.create_task(beside())
        assert await asyncio.create_task(_notes(db)) == 0
    left.set()
    assert await started == 1


async def test_blocks_of_two_databases_do_not_know_each_other(db: Database, tmp_path: Path) -> None:
    empty_database(tmp_path / "other.db")
    async with AsyncExitStack() as stack:
        other = await Database.open(tmp_path / "other.db")
        stack.push_async_callback(other.close)
        async with db.reading(), other.transaction():
            pass


def test_whatever_is_called_in_a_block_is_passed_its_connection() -> None:
    """What a branch that no test walks into calls there would open a block of its own, and be refused in use."""
    blocks = (".reading(", ".transaction(")
    found = 0
    for path in Path(bot.__file__).parent.rglob("*.py"):
        if path.name == "direct_session.py":  # its blocks are psycopg's
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.AsyncWith):
                continue
            names = [
                ast.unparse(item.optional_vars) if item.optional_vars is not None else ""
                for item in node.items
                if any(block in ast.unparse(item.context_expr) for block in blocks)
            ]
            if not names:
                continue
            found += 1
            [conn] = names
            for waited in (one.value for line in node.body for one in ast.walk(line) if isinstance(one, ast.Await)):
                assert isinstance(waited, ast.Call), f"{path}:{waited.lineno}"
                words = {
                    each.id
                    for part in (waited.func, *waited.args)
                    for each in ast.walk(part)
                    if isinstance(each, ast.Name)
                }
                assert conn in words, f"{path}:{waited.lineno}: {ast.unparse(waited)} is not passed the connection"
    assert found > 100


# Readers for everybody


async def test_how_long_no_reader_could_be_had_is_known_without_asking_for_one(db: Database, time: Time) -> None:
    assert db.no_reader_for() == timedelta(0)
    async with db.reading():
        time.now += 60
        assert db.no_reader_for() == timedelta(0)  # the other one is free
    async with all_readers_held(db):
        time.now += 4
        assert db.no_reader_for() == timedelta(seconds=4)
        time.now += 2
        assert db.no_reader_for() == timedelta(seconds=6)
    assert db.no_reader_for() == timedelta(0)


async def test_readers_that_go_from_hand_to_hand_are_had_however_busy_they_are(db: Database, time: Time) -> None:
    async def turn() -> None:
        async with db.reading():
            time.now += 1
            assert db.no_reader_for() <= timedelta(seconds=READERS)

    await asyncio.gather(*(turn() for _ in range(50)))
    assert db.no_reader_for() == timedelta(0)
