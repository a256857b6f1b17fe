"""
Two that think they send: the database takes nothing of the earlier one once the later has begun its term.

No lock of a server allows that, so it is forced here: a second one begins a term without the lock, and claims.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from instances import ON_THE_WIRE, Instances, instances
from postgres_cluster import Cluster
from street import street

from bot.domain.delivery import Status, Subject, SubjectType
from bot.store.delivery import outbox, settlement
from bot.store.delivery.settlement import Settled
from bot.store.postgres.database import PostgresDatabase
from bot.store.postgres.direct_session import direct_session
from bot.store.postgres.migrations import migrate

READERS = 120


@pytest.fixture
def url(postgres_cluster: Cluster) -> Iterator[str]:
    name = postgres_cluster.create(postgres_cluster.template("newsbot", migrate))
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture
async def several(tmp_path: Path, url: str) -> AsyncIterator[Instances]:
    async with street(tmp_path, DATABASE=url, RATE="30", UNDO="0") as here, instances(here) as several:
        here.topic("energy", "Energy")
        here.article("lake.json", "The lake", published=False)
        await here.imported()
        yield several


async def _term(db: PostgresDatabase, *, but: int = 0) -> int:
    """Return the number of the term that goes on; wait for another one than `but`."""
    async with asyncio.timeout(30):
        while True:
            async with db.reading() as conn:
                rows = await conn.execute_fetchall("SELECT owner FROM leases")
            if len(rows) == 1 and rows[0]["owner"] != but:
                return int(rows[0]["owner"])
            await asyncio.sleep(0.05)


async def test_the_one_that_sends_gives_up_when_another_begins_and_what_that_one_says_later_counts_for_nothing(
    several: Instances, url: str
) -> None:
    readers = several.readers(READERS)
    await several.start()
    await several.leader()
    await several.gone_out(readers, READERS // 6)
    db = await PostgresDatabase.connect(url)
    first, now = await _term(db), datetime.now(UTC)
    async with direct_session(url) as session:
        second, _ = await session.begin_term("another that thinks it sends")
    async with db.transaction() as conn:
        claimed = await outbox.claim(conn, now, 40, owner=second)
    assert len(claimed) == 40 and second > first
    assert await _term(db, but=second) > second
    failed = [one._replace(status=Status.FAILED, reason="gone") for one in claimed]
    async with db.transaction() as conn:
        assert await outbox.claim(conn, now, 40, owner=second) == []
        lake = [(Subject(SubjectType.ARTICLE, 1), 1)]
        await settlement.settle(conn, [Settled(one, lake, has_photo=False) for one in failed], now, owner=second)
    await db.close()
    await several.finished(readers, twice=ON_THE_WIRE)
    log = several.log.read_text(encoding="utf-8")
    assert f"the term {first} is over" in log and "Traceback" not in log
