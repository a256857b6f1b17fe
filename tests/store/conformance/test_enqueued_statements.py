"""What need not run at once, on any engine: it has when it is missed, and belongs to its block alone."""

import asyncio

import pytest
from port_samples import Engine

from bot.errors import StoreError
from bot.store.engine import metadata

_PUT = "INSERT INTO meta (key, value) VALUES (?, ?)"


async def _get(engine: Engine, key: str) -> str | None:
    async with engine.reading() as conn:
        return await metadata.get(conn, key)


async def test_what_is_enqueued_has_run_before_what_is_asked_next_and_before_its_block_has_ended(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        await conn.enqueue(_PUT, [("first", "1")])
        await metadata.put(conn, "between", "x")
        await conn.enqueue(_PUT, [("second", "2"), ("third", "3")])
        await conn.enqueue("UPDATE meta SET value = value || ? WHERE key = ?", [("0", "third")])
        assert await metadata.get(conn, "third") == "30"
        await conn.enqueue(_PUT, [("last", "4")])
        await conn.enqueue(_PUT, [])
    assert [await _get(engine, key) for key in ("first", "second", "third", "last")] == ["1", "2", "30", "4"]


async def test_what_is_enqueued_is_nothing_of_a_block_that_raises_and_all_of_the_others(engine: Engine) -> None:
    async def write(number: int) -> None:
        async with engine.transaction() as conn:
            await metadata.put(conn, f"before {number}", "x")
            await conn.enqueue(_PUT, [(f"soon {number}", "x")])
            if number % 3 == 1:
                raise LookupError
            if number % 3 == 2:
                await conn.enqueue(_PUT, [(f"before {number}", "twice")])

    ends = await asyncio.gather(*(write(number) for number in range(9)), return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), LookupError, StoreError] * 3
    for number in range(9):
        left = [await _get(engine, f"{when} {number}") for when in ("before", "soon")]
        assert left == (["x", "x"] if number % 3 == 0 else [None, None]), number


async def test_what_is_refused_of_what_is_enqueued_ends_its_block_alone(engine: Engine) -> None:
    with pytest.raises(StoreError):
        async with engine.transaction() as conn:
            await metadata.put(conn, "before", "x")
            await conn.enqueue(_PUT, [("before", "twice")])
            await metadata.get(conn, "before")
    assert await _get(engine, "before") is None
    with pytest.raises(StoreError):
        async with engine.transaction() as conn:
            await conn.enqueue(_PUT, [("a key", None)])  # the first that a transaction runs
    async with engine.transaction() as conn:
        await metadata.put(conn, "a key", "x")
    assert await _get(engine, "a key") == "x"
