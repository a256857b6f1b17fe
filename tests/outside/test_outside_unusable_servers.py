"""
A server that cannot be used when a command starts: exit status 2 and one line, which names the server and what to do.

Each command says the same of it, and none prints the password.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from postgres_cluster import PASSWORD, Cluster, private_cluster
from street import Street, street

from bot.store.postgres.migrations import migrate

NO_PORT = 1  # nobody listens there: https://www.iana.org/assignments/service-names-port-numbers (tcpmux)


@pytest.fixture
def database(postgres_cluster: Cluster) -> Iterator[str]:
    name = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    yield name
    postgres_cluster.drop(name)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Street]:
    async with street(tmp_path) as here:
        yield here


async def _refuses(here: Street, url: str, *words: str, but: tuple[str, ...] = ()) -> None:
    """Assert that commands end with 2 and one line, which holds the address without its password, and these words."""
    for command in (("run",), ("stats",), ("pause",)):
        if command[0] in but:
            continue
        printed = await here.shell(*command, DATABASE=url)
        assert (printed.status, printed.out) == (2, "")
        assert printed.err.count("\n") == 1 and PASSWORD not in printed.err
        shown = url.partition("?")[0].replace(f":{PASSWORD}@", "@")
        assert printed.err.startswith(f"newsbot: cannot use the database {shown}: ")
        for word in words:
            assert word in printed.err


async def test_nobody_listens_there(here: Street, postgres_cluster: Cluster) -> None:
    await _refuses(here, postgres_cluster.url("news", port=NO_PORT), "refused", "see that it runs")


async def test_there_is_no_such_host(here: Street) -> None:
    await _refuses(here, f"postgresql://newsbot:{PASSWORD}@db.invalid:5433/news", "db.invalid", "see that it runs")


async def test_there_is_no_such_database_or_role(here: Street, postgres_cluster: Cluster, database: str) -> None:
    await _refuses(here, postgres_cluster.url("no_such"), '"no_such" does not exist', "CREATE DATABASE")
    await _refuses(here, postgres_cluster.url(database, user="nobody"), '"nobody" does not exist', "check the user")


async def test_an_address_that_the_driver_does_not_read_is_a_wrong_setting(
    here: Street, postgres_cluster: Cluster, database: str
) -> None:
    url = postgres_cluster.url(database)
    for variable, changed in (
        ("NEWSBOT_DATABASE", {"DATABASE": f"{url}?colour=red"}),
        ("NEWSBOT_DATABASE_DIRECT", {"DATABASE": url, "DATABASE_DIRECT": f"{url}?colour=red"}),
    ):
        printed = await here.shell("run", **changed)
        assert (printed.status, printed.out) == (2, "")
        assert printed.err.startswith(f"newsbot: {variable}: is no address of a database")
        assert printed.err.count("\n") == 1 and PASSWORD not in printed.err


async def test_every_connection_of_the_server_is_taken(here: Street, tmp_path: Path) -> None:
    with (
        private_cluster(tmp_path, max_connections="6", superuser_reserved_connections="3") as small,
        ExitStack() as held,
    ):
        url = small.url(small.create())
        for _ in range(3):
            held.enter_context(psycopg.connect(url))
        await _refuses(here, url, "max_connections", "up to five")


async def test_a_database_lets_nobody_in_any_more(here: Street, postgres_cluster: Cluster, database: str) -> None:
    postgres_cluster.execute(f"ALTER DATABASE {database} CONNECTION LIMIT 0")
    await _refuses(here, postgres_cluster.url(database), f'too many connections for database "{database}"')


async def test_what_takes_no_writes_can_be_looked_at_and_not_run_on(
    here: Street, postgres_cluster: Cluster, database: str
) -> None:
    url = postgres_cluster.url(database)
    postgres_cluster.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    await _refuses(here, url, "read-only", "target_session_attrs=read-write", but=("stats",))
    printed = await here.shell("stats", DATABASE=url)
    assert printed.status == 0 and "chats" in printed.out


async def test_of_several_servers_the_one_that_can_be_used_is_found(
    here: Street, postgres_cluster: Cluster, database: str
) -> None:
    url = postgres_cluster.url(database).replace("@", f"@127.0.0.1:{NO_PORT},")
    printed = await here.shell("stats", DATABASE=f"{url}?target_session_attrs=read-write")
    assert printed.status == 0 and "chats" in printed.out


async def test_a_database_that_is_not_one_s_own(here: Street, postgres_cluster: Cluster, postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2]
    postgres_cluster.execute(f"ALTER DATABASE {name} OWNER TO postgres")
    printed = await here.shell("run", DATABASE=postgres_url)
    assert (printed.status, printed.err.count("\n")) == (2, 1)
    assert "permission denied" in printed.err and "ALTER DATABASE NAME OWNER TO USER" in printed.err
