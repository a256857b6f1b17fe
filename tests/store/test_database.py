"""The writer's promises: one commit for many, one failure for one, nothing left open, nothing lost."""

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from databases import empty_database

from bot.errors import StoreBusy, StoreError, StoreFull
from bot.store.engine.database import Database
from bot.store.engine.migrations import migrate


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    empty_database(tmp_path / "news.db")
    db = await Database.open(tmp_path / "news.db")
    async with db.transaction() as conn:
        await conn.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT)")
    yield db
    await db.close()


async def _note(db: Database, number: int, words: str = "") -> None:
    async with db.transaction() as conn:
        await conn.execute("INSERT INTO notes VALUES (?, ?)", (number, words))


async def _notes(db: Database) -> list[int]:
    async with db.reading() as conn:
        return [row[0] for row in await conn.execute_fetchall("SELECT id FROM notes ORDER BY id")]


def _is_free(db: Database) -> bool:
    """Return whether another process could write now."""
    other = sqlite3.connect(db.path, timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    except StoreError:
        return False
    finally:
        other.close()
    return True


async def _quiet(db: Database) -> None:
    """Wait for the commits that nobody waits for: a transaction of one's own ends behind them."""
    await asyncio.wait_for(_note(db, random.randrange(10**9, 10**12)), 30)
    async with db.transaction() as conn:
        await conn.execute("DELETE FROM notes WHERE id >= 1000000000")


async def test_concurrent_transactions_share_commits_and_all_are_kept(db: Database) -> None:
    before = await db.version()
    await asyncio.gather(*(_note(db, number) for number in range(200)))
    assert await _notes(db) == list(range(200))
    assert await db.version() - before < 100


async def test_a_failing_block_undoes_only_itself(db: Database) -> None:
    async def failing() -> None:
        async with db.transaction() as conn:
            await conn.execute("INSERT INTO notes VALUES (500, '')")
            raise RuntimeError("no")

    results = await asyncio.gather(
        *(failing() if number % 5 == 0 else _note(db, number) for number in range(50)), return_exceptions=True
    )
    assert [isinstance(result, RuntimeError) for result in results] == [number % 5 == 0 for number in range(50)]
    assert await _notes(db) == [number for number in range(50) if number % 5]
    assert _is_free(db)


async def test_who_is_told_that_another_was_first_finds_it_done(db: Database) -> None:
    """Blocks that share a commit see each other before it is made, and readers only afterwards."""

    async def once(number: int) -> int:
        try:
            await _note(db, number)
        except StoreError:
            pass  # another one was first
        return (await _notes(db)).count(number)

    for number in range(20):
        assert await asyncio.gather(*(once(number) for _ in range(5))) == [1] * 5


async def test_a_failing_block_leaves_nothing_open(db: Database) -> None:
    with pytest.raises(StoreError):
        async with db.transaction() as conn:
            await conn.execute("INSERT INTO notes VALUES (1, '')")
            await conn.execute("INSERT INTO notes VALUES (1, '')")
    await _quiet(db)
    assert await _notes(db) == [] and _is_free(db)


@pytest.mark.parametrize("steps", range(24))
async def test_a_cancellation_at_any_step_neither_hangs_nor_leaves_a_transaction_open(db: Database, steps: int) -> None:
    others = [asyncio.create_task(_note(db, number)) for number in (1, 2)]
    cancelled = asyncio.create_task(_note(db, 3))
    more = [asyncio.create_task(_note(db, number)) for number in (4, 5)]
    for _ in range(steps * 4):
        await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.sleep(0)
    cancelled.cancel()  # a second time, while it may be undoing
    await asyncio.wait_for(asyncio.gather(*others, *more), 30)
    await asyncio.gather(cancelled, return_exceptions=True)
    await _quiet(db)
    kept = await _notes(db)
    assert kept in ([1, 2, 4, 5], [1, 2, 3, 4, 5])
    if not cancelled.cancelled():
        assert 3 in kept
    assert _is_free(db)


@pytest.mark.parametrize("steps", range(0, 60, 3))
async def test_a_lone_cancelled_transaction_closes_what_it_opened(db: Database, steps: int) -> None:
    task = asyncio.create_task(_note(db, 1))
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    while db._committing:  # what it left to be committed is on its own
        await asyncio.wait(set(db._committing))
    assert _is_free(db)


async def test_random_cancellations_among_many_keep_every_promise(db: Database) -> None:
    rng = random.Random(7)
    tasks = [asyncio.create_task(_note(db, number)) for number in range(150)]
    for task in rng.sample(tasks, 60):
        task.cancel()
        for _ in range(rng.randrange(12)):
            await asyncio.sleep(0)
    results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)
    await _quiet(db)
    kept = set(await _notes(db))
    assert {number for number, result in enumerate(results) if result is None} <= kept
    assert _is_free(db)


async def test_a_commit_that_fails_reaches_everyone_in_it_and_keeps_nothing(db: Database) -> None:
    async with db.transaction() as conn:
        await conn.execute("CREATE TABLE claims (note INTEGER REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)")

    async def broken() -> None:
        async with db.transaction() as conn:
            await conn.execute("INSERT INTO claims VALUES (999)")

    results = await asyncio.gather(_note(db, 1), broken(), _note(db, 2), return_exceptions=True)
    assert all(isinstance(result, StoreError) for result in results)
    assert await _notes(db) == []
    await _note(db, 3)
    assert await _notes(db) == [3]


async def test_a_full_disk_fails_those_it_undid_and_nobody_after(db: Database) -> None:
    async with db.transaction() as conn:
        [row] = await conn.execute_fetchall("PRAGMA page_count")
    await db._writer.execute(f"PRAGMA max_page_count = {row[0] + 4}")
    results = await asyncio.gather(_note(db, 1), _note(db, 2, "x" * 500_000), _note(db, 3), return_exceptions=True)
    await db._writer.execute("PRAGMA max_page_count = 1000000")
    assert isinstance(results[1], StoreError)
    kept = await _notes(db)
    assert kept == [number for number, result in zip((1, 2, 3), results, strict=True) if result is None]
    await _note(db, 4, "x" * 500_000)
    assert 4 in await _notes(db) and _is_free(db)


async def test_a_full_disk_that_undoes_a_lone_block_leaves_nothing_open(db: Database) -> None:
    async with db.transaction() as conn:
        [row] = await conn.execute_fetchall("PRAGMA page_count")
    await db._writer.execute(f"PRAGMA max_page_count = {row[0] + 4}")
    with pytest.raises(StoreFull, match="full"):
        await _note(db, 1, "x" * 500_000)
    await db._writer.execute("PRAGMA max_page_count = 1000000")
    assert _is_free(db)
    await _note(db, 2)
    assert await _notes(db) == [2] and _is_free(db)


async def test_a_transaction_that_cannot_begin_says_so_and_the_next_one_can(db: Database) -> None:
    await db._writer.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="locked"):
        await _note(db, 1)
    other.execute("ROLLBACK")
    other.close()
    await _note(db, 2)
    assert await _notes(db) == [2]


async def test_a_block_that_writes_nothing_waits_for_no_other_process(db: Database) -> None:
    await db._writer.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def nothing() -> None:
        async with db.transaction():
            pass

    await asyncio.gather(nothing(), nothing())
    other.execute("ROLLBACK")
    other.close()
    await _note(db, 1)
    assert await _notes(db) == [1]


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a block that has run nothing"])
async def test_a_block_that_could_not_begin_and_goes_on_begins_with_its_next_statement(
    db: Database, beside: bool
) -> None:
    await db._writer.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def nothing() -> None:
        async with db.transaction():
            pass

    async def goes_on(fails: bool) -> None:
        async with db.transaction() as conn:
            with pytest.raises(StoreBusy):
                await conn.execute("INSERT INTO notes VALUES (1, '')")
            other.execute("ROLLBACK")
            await conn.execute("INSERT INTO notes VALUES (2, '')")
            if fails:
                raise LookupError

    for fails in (True, False):
        blocks = [goes_on(fails)] if not beside else [nothing(), goes_on(fails)]
        results = await asyncio.gather(*blocks, return_exceptions=True)
        assert [type(result) for result in results if result is not None] == [LookupError] * fails
        assert await _notes(db) == ([] if fails else [2])
        assert _is_free(db)
        if fails:
            other.execute("BEGIN IMMEDIATE")
    other.close()


async def test_readers_see_the_last_commit_and_never_wait_for_a_writer(db: Database) -> None:
    await _note(db, 1)
    async with db.transaction() as conn:
        await conn.execute("INSERT INTO notes VALUES (2, '')")
        assert await asyncio.wait_for(asyncio.create_task(_notes(db)), 30) == [1]
    assert await _notes(db) == [1, 2]


async def test_a_reader_cannot_write(db: Database) -> None:
    async with db.reading() as conn:
        with pytest.raises(StoreError, match="readonly"):
            await conn.execute("INSERT INTO notes VALUES (1, '')")


async def test_the_version_changes_when_anybody_writes_and_only_then(db: Database) -> None:
    first = await db.version()
    async with db.reading():  # one reader is in use: the answer must not come from another with numbers of its own
        assert await db.version() == first
    await _note(db, 1)
    second = await db.version()
    assert second != first
    other = sqlite3.connect(db.path)
    other.execute("INSERT INTO notes VALUES (2, '')")
    other.commit()
    other.close()
    async with db.reading():
        third = await db.version()
    assert third != second
    assert await db.version() == third


async def test_closing_finishes_what_is_being_written(db: Database) -> None:
    tasks = [asyncio.create_task(_note(db, number)) for number in range(5)]
    await asyncio.sleep(0)  # the first has its turn, the others wait
    await db.close()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    conn = sqlite3.connect(db.path)
    kept = {row[0] for row in conn.execute("SELECT id FROM notes")}
    conn.close()
    assert kept == {number for number, result in enumerate(results) if result is None}


async def test_who_writes_after_the_database_was_closed_is_told_so_by_a_store_error(db: Database) -> None:
    await db.close()
    with pytest.raises(StoreError, match=r"news\.db"):
        await _note(db, 1)


_WRITER = """
import asyncio, sys
from pathlib import Path
from bot.store.engine import metadata
from bot.store.engine.database import Database

async def main():
    db = await Database.open(Path(sys.argv[1]))
    async def write(lane):
        for number in range(10_000):
            async with db.transaction() as conn:
                await metadata.put(conn, f"{lane}", str(number))
            print(lane, number, flush=True)
    await asyncio.gather(*(write(lane) for lane in range(4)))

asyncio.run(main())
"""


def test_what_was_committed_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    empty_database(path)
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(60)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    promised = dict(tuple(map(int, line.split())) for line in said if line.endswith("\n"))
    migrate(path, create=False)
    conn = sqlite3.connect(path)
    kept = {int(key): int(value) for key, value in conn.execute("SELECT key, value FROM meta")}
    conn.close()
    assert len(promised) == 4
    assert all(kept[lane] >= number for lane, number in promised.items())


async def test_what_was_committed_has_been_written_to_the_disk_itself(tmp_path: Path) -> None:
    """A power cut cannot be played here. Source: https://sqlite.org/pragma.html#pragma_synchronous (2: FULL)"""
    empty_database(tmp_path / "news.db")
    db = await Database.open(tmp_path / "news.db")
    async with db.transaction() as conn:
        [synchronous], [journal] = [
            await conn.execute_fetchall(f"PRAGMA {name}") for name in ("synchronous", "journal_mode")
        ]
    await db.close()
    assert (synchronous[0], journal[0]) == (2, "wal")


async def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=str(tmp_path / "folder")):
        (tmp_path / "folder").mkdir()
        await Database.open(tmp_path / "folder")
