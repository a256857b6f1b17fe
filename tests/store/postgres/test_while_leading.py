"""What a process does for as long as it leads: begun with its term, ended with it, and never twice in one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from postgres_cluster import Cluster
from several import with_tables

from bot.store.postgres.database import PostgresDatabase
from bot.store.postgres.direct_session import CHANNEL, SESSION_NAME
from bot.store.postgres.leadership import Leadership

PATIENCE = 60.0


@pytest.fixture
def url(postgres_cluster: Cluster) -> Iterator[str]:
    name = with_tables(postgres_cluster)
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture
async def leadership(url: str) -> AsyncIterator[Leadership]:
    """One that takes part alone."""
    leadership = Leadership(url, "a process")
    running = asyncio.create_task(leadership.run())
    yield leadership
    running.cancel()
    await asyncio.wait([running])
    assert leadership.term is None and not leadership.is_leader


def _end_its_session(url: str) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = %s",
            (SESSION_NAME,),
        )


async def test_work_is_begun_with_each_term_and_cancelled_with_it(leadership: Leadership, url: str) -> None:
    begun: asyncio.Queue[int] = asyncio.Queue()
    ended: list[int] = []

    async def work(term: int) -> None:
        assert leadership.leads(term)
        await begun.put(term)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(term)

    working = asyncio.create_task(leadership.while_leading(work))
    async with asyncio.timeout(PATIENCE):
        first = await begun.get()
        _end_its_session(url)
        second = await begun.get()
    assert second > first and ended == [first]
    assert not leadership.leads(first) and leadership.leads(second)
    working.cancel()
    await asyncio.wait([working])
    assert ended == [first, second]


async def test_the_next_term_s_work_waits_for_the_end_of_the_last_one_s(leadership: Leadership, url: str) -> None:
    may_end, begun = asyncio.Event(), asyncio.Queue[int]()

    async def work(term: int) -> None:
        await begun.put(term)
        try:
            await asyncio.Event().wait()
        finally:
            await may_end.wait()  # what was answered is written down

    working = asyncio.create_task(leadership.while_leading(work))
    async with asyncio.timeout(PATIENCE):
        first = await begun.get()
        _end_its_session(url)
        await leadership.lost.wait()
        await leadership.gained.wait()
        assert begun.empty() and leadership.term not in (None, first)
        may_end.set()
        assert await begun.get() == leadership.term
    working.cancel()
    await asyncio.wait([working])


async def test_work_that_ended_by_itself_is_not_begun_again_in_the_same_term(leadership: Leadership, url: str) -> None:
    begun: asyncio.Queue[int] = asyncio.Queue()
    working = asyncio.create_task(leadership.while_leading(begun.put))
    async with asyncio.timeout(PATIENCE):
        first = await begun.get()
        await asyncio.sleep(1.5)  # more than a beat
        assert begun.empty() and leadership.term == first
        _end_its_session(url)
        assert await begun.get() > first
    working.cancel()
    await asyncio.wait([working])


async def test_work_that_fails_gives_up_its_term_and_what_it_raised_comes_through(leadership: Leadership) -> None:
    terms: list[int] = []

    async def work(term: int) -> None:
        terms.append(term)
        raise OSError("the disk is gone")

    for _ in range(2):
        with pytest.raises(OSError, match="the disk is gone"):
            async with asyncio.timeout(PATIENCE):
                await leadership.while_leading(work)
    assert terms[0] < terms[1], "what the first left behind was taken back by the second"


async def test_a_wake_up_of_a_transaction_comes_once_it_is_written_and_equal_ones_once(url: str) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = Leadership(url, "a process", heard=heard.put_nowait)
    running = asyncio.create_task(listener.run())
    db = await PostgresDatabase.connect(url)
    async with asyncio.timeout(PATIENCE):
        assert await heard.get() == "", "any may have been missed"
        async with db.transaction() as conn:
            for what in ("article:412", "article:412", "pause"):
                await conn.execute_fetchall("SELECT pg_notify(:channel, :what)", {"channel": CHANNEL, "what": what})
            await asyncio.sleep(0.1)
            assert heard.empty()
        assert [await heard.get() for _ in range(2)] == ["article:412", "pause"]
        assert heard.empty()
    await db.close()
    running.cancel()
    await asyncio.wait([running])
