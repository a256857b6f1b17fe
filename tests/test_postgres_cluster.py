"""Tests of PostgreSQL have a server and a database of their own, and leave none behind, however they end."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import psycopg
import pytest
from postgres_cluster import ROLE, Cluster

PATIENCE = 60.0  # seconds, on a busy machine
USER = """
import sys, time
from pathlib import Path
from postgres_cluster import shared_cluster
cluster = shared_cluster(Path(sys.argv[1]))
print(cluster.folder, cluster.port, flush=True)
sys.stdin.read()
"""


async def another_user(base: Path) -> tuple[asyncio.subprocess.Process, Path, int]:
    """Start a process that uses the cluster of `base`, as another test process does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", USER, str(base)), cwd=Path(__file__).parent, stdin=PIPE, stdout=PIPE
    )
    assert process.stdout is not None
    folder, port = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode().split()
    return process, Path(folder), int(port)


async def gone(folder: Path) -> None:
    """Return when a cluster has been stopped and its folder removed."""
    async with asyncio.timeout(PATIENCE):
        while folder.exists():  # noqa: ASYNC110 - the guard removes it; nothing tells us
            await asyncio.sleep(0.02)


def test_a_database_belongs_to_a_role_that_may_do_nothing_else(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as conn:
        row = conn.execute("SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = user")
        assert row.fetchone() == (ROLE, False, False, False)
        conn.execute("CREATE TABLE mine (id bigint)")


def test_two_databases_of_one_template_know_nothing_of_each_other(postgres_cluster: Cluster) -> None:
    def build(url: str) -> None:
        with psycopg.connect(url) as conn:
            conn.execute("CREATE TABLE numbers (n bigint)")
            conn.execute("INSERT INTO numbers VALUES (1)")

    def never(url: str) -> None:
        raise AssertionError("it is built already")

    template = postgres_cluster.template("numbers", build)
    assert postgres_cluster.template("numbers", never) == template
    one, other = (postgres_cluster.create(template) for _ in range(2))
    try:
        with psycopg.connect(postgres_cluster.url(one)) as conn:
            conn.execute("INSERT INTO numbers VALUES (2)")
        for name, expected in ((one, 2), (other, 1)):
            with psycopg.connect(postgres_cluster.url(name)) as conn:
                assert conn.execute("SELECT count(*) FROM numbers").fetchone() == (expected,)
    finally:
        postgres_cluster.drop(one)
        postgres_cluster.drop(other)


def test_a_server_of_ones_own_keeps_its_port_and_its_rows_over_a_restart(postgres_of_my_own: Cluster) -> None:
    url = postgres_of_my_own.url(postgres_of_my_own.create())
    with psycopg.connect(url) as conn:
        conn.execute("CREATE TABLE kept (n bigint)")
    postgres_of_my_own.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    postgres_of_my_own.start()
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)


async def test_the_server_ends_with_the_last_of_its_users_also_when_they_are_killed(tmp_path: Path) -> None:
    first, folder, port = await another_user(tmp_path)
    second, same, _ = await another_user(tmp_path)
    assert same == folder, "they share it"
    first.kill()
    await first.wait()
    with psycopg.connect(f"postgresql://{ROLE}@127.0.0.1:{port}/postgres") as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
    second.kill()
    await second.wait()
    await gone(folder)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://{ROLE}@127.0.0.1:{port}/postgres")
    third, other, _ = await another_user(tmp_path)
    assert other != folder, "and one that comes later has another"
    third.kill()
    await third.wait()
    await gone(other)
