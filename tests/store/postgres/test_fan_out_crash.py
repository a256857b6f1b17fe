"""
A piece of a fan-out does not wait for the disk, and yet no crash of the server leaves half of one.

The server of these tests writes its log by itself only after ten seconds, so that what a commit did not wait for is
lost when the server is killed. Source: https://www.postgresql.org/docs/current/wal-async-commit.html ("the transactions
are lost as a whole, in the order of their commits")
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from many_readers import ANNA, AT_ONCE, NOW, READERS, opened, promise_to_all, put_readers
from postgres_cluster import Cluster, private_cluster, programs, skip_without
from several import with_tables

from bot.domain.chat import ChatState
from bot.services.delivery.fanout import fan_out_next
from bot.store.delivery import campaigns, leases, outbox
from bot.store.delivery.fanout import ROWS_PER_PIECE
from bot.store.engine.database import Database
from bot.store.readers import chats


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Cluster]:
    """A server that keeps what it was not asked to write for ten seconds."""
    if programs() is None:
        skip_without("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    with private_cluster(tmp_path, durable=True, wal_writer_delay="'10s'", wal_writer_flush_after="'1GB'") as cluster:
        yield cluster


@pytest.fixture
def url(server: Cluster) -> str:
    made = server.url(with_tables(server))
    put_readers(made)
    return made


def _crash(server: Cluster) -> None:
    server.stop("immediate")
    server.start()


async def _whole(db: Database) -> tuple[int, int]:
    """Return how many rows there are, and how many the campaign has counted."""
    async with db.reading() as conn:
        [(rows, chats_of)] = await conn.execute_fetchall("SELECT count(*), count(DISTINCT chat) FROM deliveries")
        [one] = await campaigns.running(conn)
    assert rows == chats_of
    assert (one.cursor is None and not one.is_complete) == (rows == 0)
    return int(rows), one.total


async def test_a_piece_that_a_crash_takes_is_gone_with_its_cursor_and_is_done_again(server: Cluster, url: str) -> None:
    async with opened(url) as db:
        async with db.transaction() as conn:
            await promise_to_all(conn)
        assert await fan_out_next(db, now=NOW, draw=0.0)
        assert await _whole(db) == (AT_ONCE, AT_ONCE)
        _crash(server)
    async with opened(url) as db:
        assert await _whole(db) == (0, 0), "it waited for the disk: then this test says nothing"
        while await fan_out_next(db, now=NOW, draw=0.0):
            pass
        _crash(server)
    async with opened(url) as db:
        assert await _whole(db) == (READERS, READERS), "nobody looks again after the last piece"


async def test_what_is_claimed_is_on_disk_with_the_piece_that_it_is_of(server: Cluster, url: str) -> None:
    async with opened(url) as db:
        async with db.transaction() as conn:
            await promise_to_all(conn)
        assert await fan_out_next(db, now=NOW, draw=0.0)
        async with db.transaction() as conn:
            owner = await leases.take(conn, "a process", NOW)
            claimed = await outbox.claim(conn, NOW + timedelta(days=1), 10, owner=owner)
        assert len(claimed) == 10
        _crash(server)
    async with opened(url) as db:
        assert await _whole(db) == (AT_ONCE, AT_ONCE)
        async with db.reading() as conn:
            rows = await conn.execute_fetchall("SELECT id FROM deliveries WHERE owner = :owner", {"owner": owner})
    assert {row["id"] for row in rows} == {one.id for one in claimed}


@pytest.mark.parametrize("first", ["the reader", "the piece"])
async def test_a_reader_whose_write_shares_the_commit_of_a_piece_is_told_once_both_are_on_disk(
    server: Cluster, url: str, first: str
) -> None:
    async def pause() -> None:
        async with db.transaction() as conn:
            await chats.set_state(conn, ANNA, ChatState.PAUSED, NOW)

    async with opened(url) as db:
        async with db.transaction() as conn:
            await promise_to_all(conn)
        both = [pause(), fan_out_next(db, now=NOW, draw=0.0)]
        await asyncio.gather(*(both if first == "the reader" else reversed(both)))
        _crash(server)
    async with opened(url) as db:
        rows, total = await _whole(db)
        assert rows == total and rows in (ROWS_PER_PIECE, ROWS_PER_PIECE - (first == "the reader")), "one piece"
        async with db.reading() as conn:
            anna = await chats.chat(conn, ANNA)
    assert anna is not None and anna.state is ChatState.PAUSED
