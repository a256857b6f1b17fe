"""Two instances whose machines' clocks are two minutes apart: the database's counts, and nobody notices anything."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from signal import SIGKILL

import psycopg
import pytest
from instances import ON_THE_WIRE, Instances, instances
from postgres_cluster import Cluster, free_port
from street import street

from bot.sandbox.world.faults import Throttle
from bot.store.postgres.migrations import migrate

READERS = 120
AHEAD, BEHIND = 60.0, -60.0  # seconds
UNDO = 3.0
AFTER_A_KILL = 5.0


@pytest.fixture
def url(postgres_cluster: Cluster) -> Iterator[str]:
    name = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture
async def several(tmp_path: Path, url: str) -> AsyncIterator[Instances]:
    async with street(tmp_path, DATABASE=url, RATE="40", UNDO=f"{UNDO:.0f}s") as here, instances(here) as several:
        here.topic("energy", "Energy")
        here.article("lake.json", "The lake", published=False)
        await here.imported()
        yield several
        assert "Traceback" not in several.log.read_text(encoding="utf-8")


async def _both(several: Instances) -> None:
    """Start one that sends, a minute ahead, and one that is handed what people say, a minute behind."""
    port = free_port()
    hook = {"WEBHOOK_URL": f"http://127.0.0.1:{port}/hook", "WEBHOOK_SECRET": "hush"}
    ahead = await several.start(differs=AHEAD, **hook, LISTEN=f"127.0.0.1:{free_port()}")
    assert await several.leader() is ahead
    await several.start(differs=BEHIND, **hook, LISTEN=f"127.0.0.1:{port}")


async def test_what_one_is_at_work_on_is_not_taken_for_left_behind_by_the_other(several: Instances) -> None:
    await _both(several)
    here, anna = several.here, several.here.cast.anna
    here.world.faults.add(Throttle(3), chat=anna, times=1)
    began = time.time()
    await here.starts(anna, "t_energy")
    assert time.time() - began > 2, "it took long enough for the other to look several times"
    await here.starts(here.cast.ben)
    assert len(here.of_bot(anna)) == 1


async def test_there_is_time_to_take_a_publish_back_whoever_sends_it(several: Instances) -> None:
    readers = several.readers(READERS)
    await _both(several)
    here, edith = several.here, several.here.cast.edith
    await here.asks(edith, "/preview lake")
    await here.presses(edith, f"Publish to {READERS}")
    pressed = time.time()
    await several.sent(readers, 1)
    waited = several.times(readers)[0] - pressed
    assert UNDO - 1.5 < waited < UNDO + 5 + several.lateness.seconds
    await several.finished(readers, twice=0)


async def test_a_broadcast_goes_on_at_once_on_a_machine_for_which_it_is_earlier(several: Instances, url: str) -> None:
    readers = several.readers(READERS)
    leader = await several.start(differs=AHEAD)
    await several.leader()
    await several.start(differs=BEHIND)
    await several.gone_out(readers, READERS // 4)
    with psycopg.connect(url) as conn:
        [(first,)] = conn.execute("SELECT owner FROM newsbot.leases").fetchall()
    killed = await several.end(leader, SIGKILL)
    await several.goes_on(readers, killed + 0.3, AFTER_A_KILL)
    await several.finished(readers, twice=ON_THE_WIRE)
    with psycopg.connect(url) as conn:
        [(second,)] = conn.execute("SELECT owner FROM newsbot.leases").fetchall()
    assert second > first
    log = several.log.read_text(encoding="utf-8")
    assert "60 s ahead of the database's" in log and "60 s behind the database's" in log
    assert "clock was set back" not in log
