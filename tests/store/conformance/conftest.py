"""The engines that the conformance suite is put to. Nothing else in it names one."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path

import pytest
from databases import empty_database
from port_samples import Engine
from postgres_cluster import Cluster

from bot.store.engine.database import Database
from bot.store.postgres.database import PostgresDatabase
from bot.store.postgres.migrations import migrate

KEPT = ("schema_version", "counted")
Opened = AbstractAsyncContextManager[Database]


@asynccontextmanager
async def _sqlite(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Database]:
    """Give an empty database of this version's shape, opened."""
    opened = await Database.open(empty_database(folder / "newsbot.db"))
    yield opened
    await opened.close()


@asynccontextmanager
async def _postgres(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Database]:
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    name = _database_of_this_process(cluster)
    cluster.execute(_emptying(cluster, name), name)
    opened = await PostgresDatabase.connect(cluster.url(name))
    yield opened
    await opened.close()


@cache
def _database_of_this_process(cluster: Cluster) -> str:
    """Return one database for all tests: to make one takes a second, to empty it some milliseconds."""
    return cluster.create(cluster.template("newsbot", migrate))


@cache
def _emptying(cluster: Cluster, name: str) -> str:
    """Return the statement that leaves nothing in the tables and lets them count from the beginning."""
    tables = cluster.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'newsbot'", name)
    emptied = "".join(f"DELETE FROM newsbot.{table}; " for (table,) in tables if table not in KEPT)
    return (
        f"SET session_replication_role = replica; {emptied} "  # in any order: foreign keys are not looked at
        "UPDATE newsbot.counted SET last = 0; SELECT setval(seqrelid, 1, false) FROM pg_sequence"
    )


ENGINES: dict[str, Callable[[pytest.FixtureRequest, Path], Opened]] = {"sqlite": _sqlite, "postgres": _postgres}


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """An empty store, on each engine in turn."""
    async with ENGINES[request.param](request, tmp_path) as opened:
        yield opened
