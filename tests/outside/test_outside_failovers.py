"""
A server that is lost, and a standby in its place that had not heard of the last second.

Asynchronous replication loses what was confirmed: https://www.postgresql.org/docs/15/warm-standby.html ("data loss").
Who got the messages of that time is not known any more, so they get them again; nothing else comes of it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from instances import ON_THE_WIRE, Instances, instances
from postgres_cluster import PASSWORD, Cluster
from street import TOKEN, street

READERS = 150
A_SECOND = 30
GOES_ON_WITHIN = 15.0  # seconds

pytestmark = pytest.mark.slow  # a server is copied, lost and started again


@pytest.fixture
async def several(tmp_path: Path, postgres_of_my_own: Cluster) -> AsyncIterator[Instances]:
    url = postgres_of_my_own.url(postgres_of_my_own.create())
    async with street(tmp_path, DATABASE=url, RATE=str(A_SECOND), UNDO="0") as here, instances(here) as several:
        here.topic("energy", "Energy")
        here.article("lake.json", "The lake", published=False)
        await here.imported()
        yield several
    log = several.log.read_text(encoding="utf-8") if several.log.exists() else ""
    assert "Traceback" not in log, log
    assert PASSWORD not in log and TOKEN.partition(":")[2] not in log


def _term(url: str) -> int:
    with psycopg.connect(url) as conn:
        [(number,)] = conn.execute("SELECT owner FROM newsbot.leases").fetchall()
    return int(number)


async def test_what_a_standby_had_not_heard_of_is_sent_again_and_nothing_is_lost(
    several: Instances, postgres_of_my_own: Cluster
) -> None:
    here, url = several.here, several.here.variables["NEWSBOT_DATABASE"]
    readers = several.readers(READERS)
    for _ in range(2):
        await several.start()
    await several.leader()
    await several.gone_out(readers, READERS // 6)
    first, known = _term(url), len(several.times(readers))
    copied = postgres_of_my_own.copy()
    await several.sent(readers, len(several.times(readers)) + A_SECOND)
    postgres_of_my_own.fail_over(copied)
    back, unknown = time.time(), len(several.times(readers)) - known
    assert A_SECOND <= unknown < READERS - known
    await several.goes_on(readers, back, GOES_ON_WITHIN)
    await here.starts(here.cast.anna, "t_energy")
    await several.all_sent(readers)
    told = await several.delivered("lake")
    assert (told["reached"], told["failed"], told["waiting"]) == (READERS, 0, 0)
    assert 0 < several.twice(readers) <= unknown + ON_THE_WIRE
    assert _term(url) > first, "also where the standby had not heard of the last number"


async def test_a_hot_standby_can_be_looked_at_and_run_on_once_it_is_promoted(
    several: Instances, postgres_of_my_own: Cluster
) -> None:
    here, url = several.here, several.here.variables["NEWSBOT_DATABASE"]
    postgres_of_my_own.fail_over(postgres_of_my_own.copy(), is_promoted=False)
    assert (await here.shell("stats")).status == 0
    for command in ("run", "pause"):
        printed = await here.shell(command)
        assert (printed.status, printed.out, printed.err.count("\n")) == (2, "", 1)
        assert printed.err.startswith(f"newsbot: cannot use the database {url.replace(f':{PASSWORD}@', '@')}: ")
        assert "target_session_attrs=read-write" in printed.err
    postgres_of_my_own.promote()
    await here.open()
    await here.starts(here.cast.anna)
