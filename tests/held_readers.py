"""All readers of a database in use: what everybody else sees meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.store.engine.database import READERS, Database


@asynccontextmanager
async def all_readers_held(db: Database, readers: int = READERS) -> AsyncIterator[None]:
    """Hold every reader for the length of the block, each in a task of its own as by so many people."""
    let_go, held = asyncio.Event(), asyncio.Semaphore(0)

    async def hold() -> None:
        async with db.reading():
            held.release()
            await let_go.wait()

    holding = [asyncio.create_task(hold()) for _ in range(readers)]
    for _ in holding:
        await held.acquire()
    try:
        yield
    finally:
        let_go.set()
        await asyncio.gather(*holding)
