"""An address whose connections are no sessions of their own is recognised: a lock through it would be anybody's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from signal import SIGKILL

import psycopg
import pytest
from pgbouncer import pgbouncer
from postgres_cluster import PASSWORD, Cluster, free_port
from several import several, with_tables

from bot.errors import SettingsError, StoreBusy
from bot.store.postgres.direct_session import refuse_shared_sessions

AFTER_A_KILL = 5.0  # seconds

# https://www.pgbouncer.org/config.html: which of several free sessions a transaction gets, and how many there are
POOLS = {
    "as it comes": {},
    "each in turn": {"server_round_robin": "1"},
    "one session for all": {"default_pool_size": "1"},
}


@pytest.fixture
def name(postgres_cluster: Cluster) -> Iterator[str]:
    """A database with newsbot's tables, on the shared server."""
    made = with_tables(postgres_cluster)
    yield made
    postgres_cluster.drop(made)


@pytest.fixture(params=POOLS)
async def pool(request: pytest.FixtureRequest, postgres_cluster: Cluster, name: str) -> AsyncIterator[str]:
    """The database through a pool that gives each transaction another session, and has served several clients."""
    with pgbouncer(postgres_cluster, "transaction", **POOLS[request.param]) as port:
        url = postgres_cluster.url(name, port=port)
        at_once = 1 if "default_pool_size" in POOLS[request.param] else 3
        clients = [psycopg.connect(url) for _ in range(at_once)]
        for client in clients:
            client.execute("SELECT 1")  # each has a session until its transaction ends
        for client in clients:
            client.close()
        yield url


async def test_a_pool_of_transactions_is_refused_with_the_setting_to_set(pool: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        await refuse_shared_sessions(pool, pool, is_set=False)
    [line] = str(refusal.value).splitlines()
    assert line.startswith("NEWSBOT_DATABASE: ") and "set NEWSBOT_DATABASE_DIRECT" in line
    assert PASSWORD not in line


async def test_a_direct_address_that_is_a_pool_s_too_is_refused(pool: str) -> None:
    with pytest.raises(SettingsError, match=r"^NEWSBOT_DATABASE_DIRECT: leads through a pool"):
        await refuse_shared_sessions(pool, pool, is_set=True)


async def test_a_direct_address_beside_a_pool_is_taken(pool: str, postgres_cluster: Cluster, name: str) -> None:
    for _ in range(3):
        await refuse_shared_sessions(postgres_cluster.url(name), pool, is_set=True)


async def test_a_direct_address_of_another_database_is_refused(pool: str, postgres_cluster: Cluster) -> None:
    """Whoever leads there would lead nobody, and write its term where no claim looks."""
    other = postgres_cluster.create()
    try:
        with pytest.raises(SettingsError, match="is another database than the one of NEWSBOT_DATABASE"):
            await refuse_shared_sessions(postgres_cluster.url(other), pool, is_set=True)
    finally:
        postgres_cluster.drop(other)


async def test_the_server_itself_is_taken_without_another_address(postgres_cluster: Cluster, name: str) -> None:
    url = postgres_cluster.url(name)
    for _ in range(10):
        await refuse_shared_sessions(url, url, is_set=False)


async def test_nothing_is_left_in_the_sessions_of_a_pool_that_is_refused(pool: str) -> None:
    with pytest.raises(SettingsError):
        await refuse_shared_sessions(pool, pool, is_set=False)
    with psycopg.connect(pool) as conn:
        assert conn.execute("SHOW idle_session_timeout").fetchone() == ("0",)
        held = "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory'"
        assert conn.execute(f"{held} AND datname = current_database()").fetchone() == (0,)


async def test_a_pool_that_gives_each_client_a_session_is_taken_and_its_lock_ends_with_the_client(
    postgres_cluster: Cluster, name: str, tmp_path: Path
) -> None:
    with pgbouncer(postgres_cluster, "session") as port:
        url = postgres_cluster.url(name, port=port)
        await refuse_shared_sessions(url, url, is_set=False)
        async with several(tmp_path) as running:
            leader = await running.start(url)
            await leader.sends()
            await running.start(url)
            killed = running.signal(leader, SIGKILL)
            await running.takes_over(killed, leader, within=AFTER_A_KILL)
            running.assert_one_at_a_time()


async def test_a_server_that_is_not_there_is_said_in_one_line_without_the_password(postgres_cluster: Cluster) -> None:
    url = postgres_cluster.url("newsbot", port=free_port())
    with pytest.raises(StoreBusy) as failure:
        await refuse_shared_sessions(url, url, is_set=False)
    assert len(str(failure.value).splitlines()) == 1
    assert PASSWORD not in str(failure.value)


async def test_an_address_that_is_none_is_said_without_what_stands_in_it() -> None:
    with pytest.raises(SettingsError) as refusal:
        await refuse_shared_sessions("postgresql://u:se%cret@host/name", "", is_set=True)
    assert str(refusal.value).startswith("NEWSBOT_DATABASE_DIRECT: is no address")
    assert "cret" not in str(refusal.value)
