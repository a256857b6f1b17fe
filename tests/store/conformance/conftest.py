"""The engines that the conformance suite is put to. Nothing else in it names one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from databases import empty_database
from port_samples import Engine

from bot.store.engine.database import Database


async def _sqlite(folder: Path) -> Database:
    """Return an empty database of this version's shape, opened."""
    return await Database.open(empty_database(folder / "newsbot.db"))


ENGINES: dict[str, Callable[[Path], Awaitable[Database]]] = {"sqlite": _sqlite}


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """An empty store, on each engine in turn."""
    opened = await ENGINES[request.param](tmp_path)
    yield opened
    await opened.close()
