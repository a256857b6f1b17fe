"""A start that makes the tables and does not come to its end: nothing of it is left, and the next one does it all."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from pathlib import Path
from signal import SIGKILL, SIGSTOP

import psycopg
import pytest
from postgres_cluster import Cluster
from street import street

from bot.store.postgres import migrations

_WAITING = """
SELECT a.wait_event FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.wait_event_type = 'Lock' AND a.query NOT LIKE '%pg_stat_activity%'
"""
_VERSIONS = "SELECT count(*), count(DISTINCT number) FROM newsbot.schema_version"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'newsbot'"


@pytest.mark.parametrize("how", [SIGKILL, SIGSTOP], ids=["killed", "stopped"])
async def test_the_next_start_makes_all_tables_when_one_ended_half_way(
    tmp_path: Path, postgres_cluster: Cluster, postgres_url: str, how: int
) -> None:
    """The migration waits half-way for a name that somebody else is about to take, and gives up taking."""
    name = postgres_url.rpartition("/")[2]

    async def wait_for(events: set[str]) -> None:
        async with asyncio.timeout(30):
            while {event for (event,) in postgres_cluster.execute(_WAITING, name)} != events:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async with street(tmp_path, DATABASE=postgres_url) as here:
        with psycopg.connect(postgres_url) as hand:
            hand.execute("CREATE SCHEMA newsbot")
            hand.commit()
            hand.execute("CREATE TABLE newsbot.subscriptions (one integer)")
            await here.open()
            await wait_for({"transactionid"})
            first = here.process
            assert first is not None
            first.send_signal(how)
            here.process = None
            assert postgres_cluster.execute(_TABLES, name) == []
            await here.open()
            await wait_for({"transactionid", "advisory"})  # in line behind it
            hand.rollback()
        assert await here.starts(here.cast.anna)
        made = [file for file in files(migrations).iterdir() if file.name.endswith(".sql")]
        assert postgres_cluster.execute(_VERSIONS, name) == [(len(made), len(made))]
        assert len(postgres_cluster.execute(_TABLES, name)) > 50
        if how == SIGSTOP:
            first.kill()
        await first.wait()
