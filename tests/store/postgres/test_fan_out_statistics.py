"""What the planner of PostgreSQL knows of the outbox once many rows came into it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from many_readers import ANNA, NOW, READERS, opened, promise_to_all, put_readers
from postgres_cluster import Cluster
from several import with_tables

from bot import background
from bot.domain.chat import ChatState
from bot.store.readers import chats

_KNOWN = "SELECT reltuples FROM pg_class WHERE oid = 'newsbot.deliveries'::regclass"


@pytest.fixture
def name(postgres_cluster: Cluster) -> Iterator[str]:
    """A database with many readers, whose server never looks at the outbox by itself."""
    made = with_tables(postgres_cluster)
    postgres_cluster.execute("ALTER TABLE newsbot.deliveries SET (autovacuum_enabled = off)", made)
    put_readers(postgres_cluster.url(made))
    yield made
    postgres_cluster.drop(made)


async def test_behind_a_large_fan_out_the_planner_knows_how_many_wait(postgres_cluster: Cluster, name: str) -> None:
    filled = asyncio.Event()
    async with opened(postgres_cluster.url(name)) as db:
        async with db.transaction() as conn:
            await promise_to_all(conn)
        spreading = asyncio.create_task(
            background.fan_out(db, None, clock=lambda: NOW, changed=asyncio.Event(), ready=filled.set)
        )
        async with asyncio.timeout(30):
            while postgres_cluster.execute(_KNOWN, name) != [(READERS,)]:
                await filled.wait()
                await asyncio.sleep(0.05)
        spreading.cancel()


async def test_nobody_who_writes_waits_for_that(postgres_cluster: Cluster, name: str) -> None:
    async with opened(postgres_cluster.url(name)) as db, db.transaction() as conn:
        await chats.set_state(conn, ANNA, ChatState.PAUSED, NOW)
        async with asyncio.timeout(30):
            await asyncio.create_task(db.outbox_has_filled())
    assert postgres_cluster.execute(_KNOWN, name) == [(0,)]
