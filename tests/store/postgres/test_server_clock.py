"""The time of all processes on a database: the server's, whatever their machines' clocks say."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from postgres_cluster import Cluster
from several import with_tables

from bot.store.postgres.database import PostgresDatabase
from bot.store.postgres.server_clock import ServerClock

CLOSE = timedelta(seconds=5)  # this server is on this machine


@pytest.fixture
async def db(postgres_cluster: Cluster) -> AsyncIterator[PostgresDatabase]:
    name = with_tables(postgres_cluster)
    db = await PostgresDatabase.connect(postgres_cluster.url(name))
    yield db
    await db.close()
    postgres_cluster.drop(name)


async def test_it_goes_on_by_itself_between_two_questions(db: PostgresDatabase) -> None:
    ticks = 1000.0
    clock = ServerClock(db, lambda: ticks)
    await clock.ask()
    first = clock()
    assert abs(first - datetime.now(UTC)) < CLOSE
    ticks += 90.0
    assert clock() - first == timedelta(seconds=90)


@pytest.mark.parametrize("jump", [-60.0, 60.0])
async def test_it_follows_a_server_whose_clock_is_another(db: PostgresDatabase, jump: float) -> None:
    """As after a standby took over; here it is our own seconds that have jumped."""
    jumped = 0.0
    clock = ServerClock(db, lambda: time.monotonic() + jumped)
    await clock.ask()
    jumped = jump
    assert abs(clock() - datetime.now(UTC) - timedelta(seconds=jump)) < CLOSE
    await clock.ask()
    assert abs(clock() - datetime.now(UTC)) < CLOSE


async def test_an_answer_that_agrees_changes_nothing(db: PostgresDatabase) -> None:
    clock = ServerClock(db, time.monotonic)
    await clock.ask()
    difference = clock() - timedelta(seconds=time.monotonic())
    for _ in range(3):
        await clock.ask()
    assert abs(clock() - timedelta(seconds=time.monotonic()) - difference) < timedelta(milliseconds=5)
