"""
Of several processes on one PostgreSQL exactly one sends, and another goes on when it cannot.

Each "sends" by writing a line (`leading_process`), with a moment from before it asked whether it may. The bounds are
those that readers are promised: 5 s after a kill, 8 s after a stop, 15 s after the cable was pulled.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

import psycopg
import pytest
from cable import cable
from postgres_cluster import Cluster
from several import Several, several, with_tables

from bot.store.postgres.direct_session import SILENCE
from bot.store.postgres.leadership import since_boot

AFTER_A_KILL, AFTER_A_STOP, AFTER_A_CUT = 5.0, 8.0, 15.0
AFTER_AN_END = 1.0  # seconds; it gives the lock back and says so
STEADY = 3.0  # seconds in which another one would have tried three times


@pytest.fixture
def name(postgres_cluster: Cluster) -> Iterator[str]:
    """A database with newsbot's tables, on the shared server."""
    made = with_tables(postgres_cluster)
    yield made
    postgres_cluster.drop(made)


@pytest.fixture
def url(postgres_cluster: Cluster, name: str) -> str:
    return postgres_cluster.url(name)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Several]:
    async with several(tmp_path) as running:
        yield running


async def test_one_of_three_sends_and_goes_on_sending(running: Several, url: str) -> None:
    for _ in range(3):
        await running.start(url)
    leader, first = await running.next_after(0)
    await leader.sends(first.at + STEADY)
    assert [member for member in running.members if member.sent] == [leader]
    assert {message.term for message in leader.sent} == {first.term}
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT owner FROM newsbot.leases").fetchall() == [(first.term,)]


async def test_another_sends_within_five_seconds_of_a_kill(running: Several, url: str) -> None:
    leader = await running.start(url)
    await leader.sends()
    await running.start(url)
    killed = running.signal(leader, SIGKILL)
    await running.takes_over(killed, leader, within=AFTER_A_KILL)
    running.assert_one_at_a_time()


async def test_another_sends_at_once_when_the_one_that_sends_is_asked_to_end(running: Several, url: str) -> None:
    leader = await running.start(url)
    await leader.sends()
    await running.start(url)
    ended = running.signal(leader, SIGTERM)
    await running.takes_over(ended, leader, within=AFTER_AN_END)
    running.assert_one_at_a_time()


async def test_one_that_was_stopped_sends_nothing_more_when_it_wakes_and_takes_its_turn_again(
    running: Several, url: str
) -> None:
    leader = await running.start(url)
    first = await leader.sends()
    other = await running.start(url)
    stopped = running.signal(leader, SIGSTOP)
    _, message = await running.takes_over(stopped, leader, within=AFTER_A_STOP)
    woken = running.signal(leader, SIGCONT)
    await other.sends(woken + STEADY)
    assert max(one.at for one in leader.sent if one.term == first.term) <= stopped
    assert not [one for one in leader.sent if one.at > stopped]
    killed = running.signal(other, SIGKILL)
    again = await leader.sends(killed)
    assert again.term > message.term > first.term
    running.assert_one_at_a_time()


async def test_a_stop_that_is_shorter_than_the_server_waits_changes_nothing(running: Several, url: str) -> None:
    leader = await running.start(url)
    first = await leader.sends()
    await running.start(url)
    running.signal(leader, SIGSTOP)
    await asyncio.sleep(SILENCE.total_seconds() / 3)
    woken = running.signal(leader, SIGCONT)
    assert (await leader.sends(woken + STEADY)).term == first.term
    assert len(running.turns()) == 1


async def test_one_that_is_cut_off_stops_by_itself_before_another_begins(
    running: Several, postgres_cluster: Cluster, name: str
) -> None:
    async with cable(postgres_cluster.port) as line:
        leader = await running.start(postgres_cluster.url(name, port=line.port))
        await leader.sends()
        other = await running.start(postgres_cluster.url(name))
        line.pull()
        _, message = await running.takes_over(since_boot(), leader, within=AFTER_A_CUT)
        line.plug()
        await other.sends(since_boot() + STEADY)
        assert leader.sent[-1].at < message.at, "it has sent nothing since"
        running.assert_one_at_a_time()


async def test_one_that_is_slow_to_reach_the_server_leads_as_well_as_any(
    running: Several, postgres_cluster: Cluster, name: str
) -> None:
    async with cable(postgres_cluster.port) as line:
        line.delay = 0.3
        leader = await running.start(postgres_cluster.url(name, port=line.port))
        first = await leader.sends()
        await running.start(postgres_cluster.url(name))
        assert (await leader.sends(first.at + STEADY)).term == first.term
        assert len(running.turns()) == 1


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_one_sends_again_after_the_server_was_restarted(
    running: Several, postgres_of_my_own: Cluster, mode: str
) -> None:
    url = postgres_of_my_own.url(with_tables(postgres_of_my_own))
    for _ in range(2):
        await running.start(url)
    leader, _ = await running.next_after(0)
    postgres_of_my_own.stop(mode)
    down = since_boot()
    await asyncio.sleep(STEADY)
    assert leader.sent[-1].at < down + STEADY / 2, "nobody knows any more who leads"
    postgres_of_my_own.start()
    await running.takes_over(since_boot(), within=AFTER_A_CUT)
    running.assert_one_at_a_time()


async def test_an_administrator_may_end_the_session_of_the_one_that_sends(
    running: Several, postgres_cluster: Cluster, name: str
) -> None:
    leader = await running.start(postgres_cluster.url(name))
    first = await leader.sends()
    [(ended,)] = postgres_cluster.execute(
        f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'"
    )
    assert ended == 1
    await leader.until(lambda member: member.sent[-1].term > first.term)
    running.assert_one_at_a_time()


async def test_nobody_sends_while_nothing_can_be_written(
    running: Several, postgres_cluster: Cluster, name: str
) -> None:
    """A standby gives locks too: https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-USERS"""
    postgres_cluster.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    member = await running.start(postgres_cluster.url(name))
    await member.until(lambda member: member.heard.count("-") > 1)  # it has connected more than once
    assert member.sent == []
    postgres_cluster.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    await member.sends()


async def test_one_that_finds_no_room_on_the_server_tries_again(
    running: Several, postgres_cluster: Cluster, name: str
) -> None:
    postgres_cluster.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    member = await running.start(postgres_cluster.url(name), connected=False)
    await asyncio.sleep(1)
    assert member.heard == ["ready"]
    postgres_cluster.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
    await member.sends()


async def test_what_the_one_before_had_in_hand_is_anybody_s_again(running: Several, url: str) -> None:
    leader = await running.start(url)
    first = await leader.sends()
    other = await running.start(url)
    with psycopg.connect(url) as conn:
        conn.execute(
            "INSERT INTO newsbot.deliveries (campaign, chat, thread, not_before, owner, attempts) "
            "VALUES (1, 7, 0, 0, 0, 0), (1, 8, 0, 0, %s, 1)",
            (first.term,),
        )
    killed = running.signal(leader, SIGKILL)
    await other.sends(killed)
    with psycopg.connect(url) as conn:
        rows = conn.execute("SELECT owner, unsure FROM newsbot.deliveries ORDER BY id").fetchall()
    assert rows == [(0, 0), (0, 1)], "and may have been sent"


async def test_a_wake_up_reaches_every_process_when_it_is_written_and_not_before(running: Several, url: str) -> None:
    for _ in range(2):
        await running.start(url)
    with psycopg.connect(url) as conn:
        conn.execute("SELECT pg_notify('newsbot', 'article:0')")
        conn.rollback()
        conn.execute("SELECT pg_notify('newsbot', 'article:412')")
        conn.commit()
    for member in running.members:
        await member.until(lambda member: "article:412" in member.heard)
        assert "article:0" not in member.heard
