"""
Two bots' processes on one PostgreSQL are one bot, whatever becomes of the one that sends.

A broadcast of some seconds goes on meanwhile. Nobody misses it; twice comes only what was on the wire.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

import pytest
from cable import cable
from instances import ON_THE_WIRE, Instances, instances
from pgbouncer import pgbouncer
from postgres_cluster import PASSWORD, Cluster
from street import TOKEN, Street, street

from bot.store.postgres.migrations import migrate

READERS = 240
A_SECOND = 40  # messages, as NEWSBOT_RATE has it
AFTER_A_KILL, AFTER_A_STOP, AFTER_A_CUT = 5.0, 8.0, 15.0
ANSWERED_STILL = 0.3  # seconds in which what was on the wire when a process died is answered


@pytest.fixture
def database(postgres_cluster: Cluster) -> Iterator[str]:
    name = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    yield name
    postgres_cluster.drop(name)


@pytest.fixture
async def here(tmp_path: Path, postgres_cluster: Cluster, database: str) -> AsyncIterator[Street]:
    url = postgres_cluster.url(database)
    async with street(tmp_path, DATABASE=url, RATE=str(A_SECOND), UNDO="0") as here:
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


async def test_both_are_ready_one_leads_and_people_are_answered(several: Instances) -> None:
    for _ in range(2):
        await several.start()
    leader = await several.leader()
    assert [one for one in several.running if await one.leads()] == [leader]
    assert [(await one.asks("/readyz"))[0] for one in several.running] == [200, 200]
    greeting = await several.here.starts(several.here.cast.anna, "t_energy")
    assert "Energy" in str(greeting)
    rates = [await one.rate() for one in several.running]
    async with asyncio.timeout(10):
        while sum(rates) > A_SECOND:
            await asyncio.sleep(0.1)  # each looks once a second how many they are
            rates = [await one.rate() for one in several.running]
    assert max(rates) > 3 * min(rates), "the one that sends has most of it"


async def test_a_broadcast_goes_on_within_five_seconds_of_a_kill(several: Instances) -> None:
    readers = several.readers(READERS)
    await several.start()
    leader = await several.leader()
    await several.start()
    await several.gone_out(readers, READERS // 4)
    killed = await several.end(leader, SIGKILL)
    await asyncio.sleep(ANSWERED_STILL)
    await several.goes_on(readers, killed, AFTER_A_KILL)
    await several.here.starts(several.here.cast.anna)
    await several.finished(readers, twice=ON_THE_WIRE)


async def test_one_that_was_stopped_sends_nothing_more_once_it_is_woken(several: Instances) -> None:
    readers = several.readers(READERS)
    await several.start()
    leader = await several.leader()
    await several.start()
    await several.gone_out(readers, READERS // 4)
    leader.process.send_signal(SIGSTOP)
    stopped = time.time()
    await asyncio.sleep(ANSWERED_STILL)
    await several.goes_on(readers, stopped, AFTER_A_STOP)
    sent = len(several.times(readers))
    leader.process.send_signal(SIGCONT)
    await several.all_sent(readers)
    assert sent < READERS, "it was woken in the middle of it"
    assert (await leader.asks("/readyz"))[0] == 200 and not await leader.leads()
    await several.finished(readers, twice=ON_THE_WIRE)


async def test_one_that_is_cut_off_from_the_database_is_followed_by_another(
    several: Instances, postgres_cluster: Cluster, database: str
) -> None:
    readers = several.readers(READERS)
    async with cable(postgres_cluster.port) as line:
        leader = await several.start(DATABASE=postgres_cluster.url(database, port=line.port))
        assert await several.leader() is leader
        await several.start()
        await several.gone_out(readers, READERS // 4)
        line.pull()
        pulled = time.time()
        assert await several.leader(leader) is not leader
        await several.sent(readers, READERS // 4 + 1)
        after = [at for at in several.times(readers) if at > pulled]
        gap = max(later - earlier for earlier, later in zip([pulled, *after], after, strict=False))
        assert gap < AFTER_A_CUT
        await several.all_sent(readers)
        line.plug()
        await several.finished(readers, twice=ON_THE_WIRE)


async def test_one_after_the_other_is_replaced_and_nobody_gets_anything_twice(several: Instances) -> None:
    readers = several.readers(READERS)
    old = [await several.start() for _ in range(2)]
    await several.leader()
    await several.gone_out(readers, READERS // 8)
    for one in old:
        await several.start()
        await several.end(one)
    await several.finished(readers, twice=0)


async def test_through_a_pool_of_transactions_the_server_itself_is_named_or_the_start_refused(
    several: Instances, postgres_cluster: Cluster, database: str
) -> None:
    here, readers = several.here, several.readers(20)
    with pgbouncer(postgres_cluster, "transaction") as port:
        pool = postgres_cluster.url(database, port=port)
        refused = await here.shell("run", DATABASE=pool)
        assert (refused.status, refused.out) == (2, "")
        assert refused.err.count("\n") == 1 and "NEWSBOT_DATABASE_DIRECT" in refused.err
        assert PASSWORD not in refused.err
        for _ in range(2):
            await several.start(DATABASE=pool, DATABASE_DIRECT=postgres_cluster.url(database))
        await several.leader()
        await several.gone_out(readers, 1)
        assert "Energy" in str(await here.starts(here.cast.anna, "t_energy"))
        await several.finished(readers, twice=0)
        for one in list(several.running):
            await several.end(one)
