"""
Two processes of which both think they send: what the database takes of the earlier one, once the later has its term.

The lock that keeps this from happening is not taken here. The connections, the claims and the settlements are real.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from cable import cable
from postgres_cluster import Cluster
from store_samples import NOW, put_article, put_chats

from bot.domain.delivery import NEWS, Delivery, Lane, Status, Subject, SubjectType
from bot.errors import StoreBusy
from bot.store.delivery import campaigns, leases, outbox, settlement
from bot.store.delivery.settlement import Settled
from bot.store.postgres.connection import WRITE_LOCK
from bot.store.postgres.database import PostgresDatabase
from bot.store.postgres.direct_session import direct_session
from bot.store.postgres.migrations import migrate

CHATS = (7, 8, 9)
ARTICLE = Subject(SubjectType.ARTICLE, 1)


@pytest.fixture
def name(postgres_cluster: Cluster) -> Iterator[str]:
    made = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    yield made
    postgres_cluster.drop(made)


@pytest.fixture
def url(postgres_cluster: Cluster, name: str) -> str:
    return postgres_cluster.url(name)


@pytest.fixture
async def two(url: str) -> AsyncIterator[tuple[PostgresDatabase, PostgresDatabase]]:
    """Two processes' views of a database in which an article is promised to three chats."""
    one, other = await PostgresDatabase.connect(url), await PostgresDatabase.connect(url)
    async with one.transaction() as conn:
        await put_article(conn, 1)
        await put_chats(conn, CHATS)
        number = await campaigns.promise(conn, NEWS, ARTICLE, fixed_at=NOW, start_at=NOW, lane=Lane.NEWS, by=None)
        await conn.executemany(
            "INSERT INTO deliveries (campaign, chat, thread, not_before) VALUES (:campaign, :chat, 0, 0)",
            [{"campaign": number, "chat": chat} for chat in CHATS],
        )
        await conn.execute("UPDATE campaigns SET half = 2, total = 3")
    yield one, other
    await one.close()
    await other.close()


async def _begin_term(url: str) -> tuple[int, int]:
    async with direct_session(url) as session:
        return await session.begin_term("a process")


async def _claim(db: PostgresDatabase, owner: int, many: int) -> list[Delivery]:
    async with db.transaction() as conn:
        return await outbox.claim(conn, NOW, many, owner=owner)


async def _settle(db: PostgresDatabase, one: Delivery, status: Status, owner: int) -> None:
    ended = one._replace(status=status, message_id=1 if status is Status.SENT else None, reason="gone")
    async with db.transaction() as conn:
        await settlement.settle(conn, [Settled(ended, [(ARTICLE, 1)], has_photo=False)], NOW, owner=owner)


async def _rows(db: PostgresDatabase) -> list[tuple[int, ...]]:
    async with db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT chat, owner, attempts, unsure FROM deliveries ORDER BY chat")
        return [tuple(row) for row in rows]


async def test_the_earlier_one_claims_nothing_more_and_hands_nothing_back_that_is_another_s(url: str, two) -> None:
    one, other = two
    first, _ = await _begin_term(url)
    [claimed] = await _claim(one, first, 1)
    second, back = await _begin_term(url)
    assert (second > first, back) == (True, 1)
    assert await _claim(one, first, 9) == []
    again = await _claim(other, second, 1)
    assert [one.chat for one in again] == [claimed.chat] and again[0].unsure == 1
    async with one.transaction() as conn:
        await outbox.release(conn, [claimed], owner=first)
        await outbox.postpone(conn, [claimed], owner=first)
        assert not await leases.renew(conn, first, NOW)
    assert await _rows(other) == [(claimed.chat, second, 2, 1), (8, 0, 0, 0), (9, 0, 0, 0)]


async def test_what_the_earlier_one_failed_to_send_stays_the_later_one_s_and_what_it_sent_counts(url: str, two) -> None:
    one, other = two
    first, _ = await _begin_term(url)
    [failed, sent] = await _claim(one, first, 2)
    second, back = await _begin_term(url)
    assert back == 2
    assert {again.id for again in await _claim(other, second, 9)} >= {failed.id, sent.id}
    await _settle(one, failed, Status.FAILED, first)
    await _settle(one, sent, Status.SENT, first)
    assert await _rows(other) == [(failed.chat, second, 2, 1), (9, second, 1, 0)]


async def test_what_is_claimed_while_another_begins_is_either_taken_back_or_never_claimed(url: str, two) -> None:
    one, other = two
    for _ in range(5):
        first, _ = await _begin_term(url)
        async with one.transaction() as conn:
            claimed = await outbox.claim(conn, NOW, 2, owner=first)
            beginning = asyncio.create_task(_begin_term(url))
            await asyncio.sleep(0.05)
            assert not beginning.done(), "it waits for who writes"
        second, back = await beginning
        assert back == len(claimed) == 2
        assert {owner for _, owner, _, _ in await _rows(other)} == {0}
        assert second > first


@pytest.mark.parametrize("last", ["one statement", pytest.param("many at once", marks=pytest.mark.slow)])
async def test_one_that_is_stopped_in_a_transaction_delays_another_s_term_by_seconds_and_loses_it(
    url: str, two, last: str
) -> None:
    one, other = two
    first, _ = await _begin_term(url)
    with pytest.raises(StoreBusy):
        async with one.transaction() as conn:
            assert len(await outbox.claim(conn, NOW, 3, owner=first)) == 3
            if last == "many at once":
                await conn.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", [("a", "1"), ("b", "2")])
            async with asyncio.timeout(8):
                _, back = await _begin_term(url)  # while it says nothing
    assert back == 0
    assert await _rows(other) == [(chat, 0, 0, 0) for chat in CHATS]
    async with one.transaction() as conn:  # and it goes on with a new connection
        assert await outbox.claim(conn, NOW, 3, owner=first) == []


# Ends what waits for the lock as its timeout does, but at once.
_GIVEN_UP = """
SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE wait_event = 'advisory' AND datname = current_database()
"""


async def test_one_that_waited_too_long_for_another_to_write_writes_afterwards(url: str, two) -> None:
    one, _ = two
    with psycopg.connect(url) as writing:
        writing.execute("SELECT pg_advisory_xact_lock(%s)", (WRITE_LOCK,))

        async def write() -> None:
            async with one.transaction() as conn:
                await conn.execute("UPDATE deliveries SET unsure = 1")

        waiting = asyncio.create_task(write())
        async with asyncio.timeout(30):
            while not writing.execute(_GIVEN_UP).fetchall():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        with pytest.raises(StoreBusy, match="canceling statement"):
            await waiting
    async with one.transaction() as conn:
        assert await conn.execute("UPDATE deliveries SET unsure = 1") == len(CHATS)


async def test_a_server_that_answers_nothing_is_given_up_and_found_again(postgres_cluster: Cluster, name: str) -> None:
    async with cable(postgres_cluster.port) as line:
        db = await PostgresDatabase.connect(postgres_cluster.url(name, port=line.port), patience=0.5)
        line.pull()
        with pytest.raises(StoreBusy):
            async with asyncio.timeout(5), db.transaction() as conn:
                await conn.execute("UPDATE deliveries SET unsure = 1")
        line.plug()
        async with asyncio.timeout(30):
            while True:
                try:
                    async with db.transaction() as conn:
                        await conn.execute("UPDATE deliveries SET unsure = 1")
                    break
                except StoreBusy:
                    await asyncio.sleep(0.1)
        await db.close()
