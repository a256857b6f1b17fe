"""
Two versions on one database: the next one migrates it in the middle of a broadcast, and those of before go on.

The next version is this one with one more migration, of the kind that a release may bring: it adds, and takes nothing
away.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from instances import Instances, instances
from postgres_cluster import PASSWORD, Cluster
from street import plain, street

import bot
from bot.store.postgres.migrations import latest, migrate

READERS = 80
A_SECOND = 20
NEXT = latest() + 1
ADDS = """
ALTER TABLE chats ADD COLUMN colour bigint NOT NULL DEFAULT 0;
CREATE TABLE colours (number bigint PRIMARY KEY, name text COLLATE "C" NOT NULL);
CREATE INDEX chats_by_colour ON chats (colour, id);
"""


@pytest.fixture
def url(postgres_cluster: Cluster) -> Iterator[str]:
    name = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """Make the next version; return the folder from which Python takes it."""
    package = tmp_path / "next" / "bot"
    [here] = bot.__path__
    shutil.copytree(here, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "store" / "postgres" / "migrations" / f"{NEXT:04}_colours.sql").write_text(ADDS)
    return package.parent


@pytest.fixture
async def several(tmp_path: Path, url: str) -> AsyncIterator[Instances]:
    async with street(tmp_path, DATABASE=url, RATE=str(A_SECOND), UNDO="0") as here, instances(here) as several:
        here.topic("energy", "Energy")
        here.article("lake.json", "The lake", published=False)
        here.article("hill.json", "The hill", published=False)
        await here.imported()
        yield several
        assert "Traceback" not in several.log.read_text(encoding="utf-8")


def _version(url: str) -> int:
    with psycopg.connect(url) as conn:
        [(number,)] = conn.execute("SELECT max(number) FROM newsbot.schema_version").fetchall()
    return int(number)


@pytest.mark.slow
async def test_the_next_version_replaces_this_one_under_a_broadcast_and_nobody_notices(
    several: Instances, next_version: Path, url: str
) -> None:
    here, readers = several.here, several.readers(READERS)
    old = [await several.start() for _ in range(2)]
    await several.leader()
    await several.gone_out(readers, READERS // 20)
    here.variables["PYTHONPATH"] = str(next_version)
    await several.start()
    assert _version(url) == NEXT
    assert await several.leader() in old, "it is one of before that sends"
    assert await here.starts(here.cast.anna)
    await several.sent(readers, READERS)

    assert (await here.shell("publish", "hill")).status == 0
    await several.sent(readers, READERS + READERS // 20)
    for one in old:
        await several.end(one)
    [new] = several.running
    assert await several.leader() is new
    await several.sent(readers, 2 * READERS)
    for article in ("lake", "hill"):
        told = await several.delivered(article)
        assert (told["reached"], told["failed"], told["waiting"], told["perhaps_twice"]) == (READERS, 0, 0, 0)
    assert len(several.times(readers)) == 2 * READERS
    assert "Energy" in plain(await here.starts(here.cast.ben, "t_energy"))

    del here.variables["PYTHONPATH"]
    for command in ("run", "stats"):
        refused = await here.shell(command)
        assert (refused.status, refused.out, refused.err.count("\n")) == (2, "", 1)
        assert "was made by a newer newsbot; run that version" in refused.err and PASSWORD not in refused.err
