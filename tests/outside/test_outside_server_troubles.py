"""
What a server does to a bot that runs: it restarts, takes no writes, or lets nobody in.

A broadcast is on its way meanwhile, and somebody asks something. Nobody misses anything, twice comes only what was on
the wire, and once the server is back people are answered within seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from instances import ON_THE_WIRE, Instances, instances
from postgres_cluster import PASSWORD, Cluster
from street import TOKEN, Street, plain, street

READERS = 120
A_SECOND = 30  # messages, as NEWSBOT_RATE has it
GOES_ON_WITHIN = 15.0  # seconds, as when a machine is lost
STILL = 3.0  # seconds in which nothing is sent


@pytest.fixture
def url(postgres_of_my_own: Cluster) -> str:
    return postgres_of_my_own.url(postgres_of_my_own.create())


@pytest.fixture
async def here(tmp_path: Path, url: str) -> AsyncIterator[Street]:
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


class Asked:
    """Somebody's question, and whether it is answered."""

    def __init__(self, here: Street) -> None:
        self._here, self._person = here, here.cast.anna
        self._said = here.world.start(self._person, "t_energy")["message_id"]

    @property
    def answers(self) -> int:
        return len([one for one in self._here.of_bot(self._person) if one["message_id"] > self._said])

    async def answered(self) -> None:
        """Wait for the answer."""
        assert "Energy" in plain(await self._here.sees(self._person, "", after=self._said))


async def _nothing_is_sent(several: Instances, readers: range) -> None:
    """Return when nothing has been sent for a while; what was in hand may still go."""
    async with asyncio.timeout(30):
        while True:
            times = several.times(readers)
            if times and time.time() - times[-1] > STILL:
                return
            await asyncio.sleep(0.1)


async def _logged(several: Instances, words: str, since: int = 0) -> None:
    """Wait until something is logged."""
    async with asyncio.timeout(30):
        while words not in several.log.read_text(encoding="utf-8")[since:]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("mode", ["fast", pytest.param("immediate", marks=pytest.mark.slow)])
async def test_a_restart_of_the_server_loses_nothing_and_people_are_answered_afterwards(
    several: Instances, postgres_of_my_own: Cluster, mode: str
) -> None:
    readers = several.readers(READERS)
    for _ in range(2):
        await several.start()
    await several.leader()
    await several.gone_out(readers, READERS // 6)
    postgres_of_my_own.stop(mode)
    asked = Asked(several.here)
    await _nothing_is_sent(several, readers)
    assert several.without(readers) > 0 and asked.answers == 0
    postgres_of_my_own.start()
    back = time.time()
    await several.goes_on(readers, back, GOES_ON_WITHIN)
    await asked.answered()
    assert time.time() - back < GOES_ON_WITHIN + several.lateness.seconds
    await several.finished(readers, twice=ON_THE_WIRE)
    assert asked.answers == 1


async def test_while_nothing_can_be_written_nothing_is_sent_and_afterwards_nobody_gets_anything_twice(
    several: Instances, postgres_of_my_own: Cluster
) -> None:
    readers = several.readers(READERS)
    await several.start()
    await several.leader()
    await several.gone_out(readers, READERS // 6)
    postgres_of_my_own.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    postgres_of_my_own.execute("SELECT pg_reload_conf()")
    await _nothing_is_sent(several, readers)
    asked = Asked(several.here)
    await _logged(several, "read-only")
    assert several.without(readers) > 0 and asked.answers == 0
    printed = await several.here.shell("pause")
    assert (printed.status, printed.err.count("\n")) == (2, 1) and "takes writes" in printed.err
    postgres_of_my_own.execute("ALTER SYSTEM RESET default_transaction_read_only")
    postgres_of_my_own.execute("SELECT pg_reload_conf()")
    back = time.time()
    await several.goes_on(readers, back, GOES_ON_WITHIN)
    await asked.answered()
    await several.finished(readers, twice=0)
    assert asked.answers == 1


@pytest.mark.slow
async def test_one_that_loses_all_its_connections_and_gets_none_waits_and_goes_on(
    several: Instances, postgres_of_my_own: Cluster
) -> None:
    server, name = postgres_of_my_own, several.here.variables["NEWSBOT_DATABASE"].rpartition("/")[2]
    readers, other = several.readers(READERS), server.url(server.create())
    await several.start()
    await several.leader()
    await several.gone_out(readers, READERS // 6)
    server.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    with ExitStack() as held:
        try:
            while True:
                held.enter_context(psycopg.connect(other))
        except psycopg.OperationalError:
            pass  # that was the last one
        server.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
        asked, since = Asked(several.here), len(several.log.read_text(encoding="utf-8"))
        await _nothing_is_sent(several, readers)
        await _logged(several, "raise max_connections", since)
        assert several.without(readers) > 0 and asked.answers == 0
    back = time.time()
    await several.goes_on(readers, back, GOES_ON_WITHIN)
    await asked.answered()
    await several.finished(readers, twice=ON_THE_WIRE)
    assert asked.answers == 1
