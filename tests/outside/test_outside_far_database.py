"""
Two bots' processes that are one bot, and their database is 300 ms away.

Nothing is fast then: a broadcast has always something to read or to write, and each thing takes seconds. People are
answered before all that, and whoever sends goes on sending.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cable import cable
from instances import Instances, instances
from postgres_cluster import PASSWORD, Cluster
from street import TOKEN, Street, street

from bot.store.postgres.migrations import migrate

READERS = 600
AWAY = 0.3  # seconds to the server and back
ANSWERED_WITHIN = (
    8.0  # seconds: what is asked takes some ten journeys, and may wait for somebody who has begun to write
)


@pytest.fixture
def database(postgres_cluster: Cluster) -> Iterator[str]:
    name = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    yield name
    postgres_cluster.drop(name)


@pytest.fixture
async def here(tmp_path: Path, postgres_cluster: Cluster, database: str) -> AsyncIterator[Street]:
    async with street(tmp_path, DATABASE=postgres_cluster.url(database), RATE="30", UNDO="0") as here:
        here.topic("energy", "Energy")
        here.article("lake.json", "The lake", published=False)
        await here.imported()
        yield here


@pytest.fixture
async def several(here: Street) -> AsyncIterator[Instances]:
    async with instances(here) as several:
        yield several
    log = several.log.read_text(encoding="utf-8")
    assert "Traceback" not in log, log
    assert PASSWORD not in log and TOKEN.partition(":")[2] not in log


@pytest.mark.slow
async def test_people_are_answered_within_seconds_while_a_broadcast_goes_on(
    several: Instances, postgres_cluster: Cluster, database: str
) -> None:
    here, anna, readers = several.here, several.here.cast.anna, several.readers(READERS)
    async with cable(postgres_cluster.port) as line:
        for _ in range(2):
            await several.start(DATABASE=postgres_cluster.url(database, port=line.port))
        leader = await several.leader()
        await here.starts(anna)
        line.delay = AWAY
        await several.gone_out(readers, 1)
        for question in ("/topics", "/latest", "/settings"):
            before, waited, asked = len(several.times(readers)), several.lateness.seconds, time.time()
            said = here.world.say(anna, anna, question)["message_id"]
            await here.sees(anna, "", after=said)
            assert time.time() - asked < ANSWERED_WITHIN + several.lateness.seconds - waited, question
            await several.sent(readers, before + 1)
        assert several.without(readers) > 0, "all this was in the middle of it"
        assert await leader.leads(), "and the same one sends"
        line.delay = 0.0
        await several.finished(readers, twice=0)
