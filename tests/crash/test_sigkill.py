"""
A real process, killed with SIGKILL at the worst moments, started again: nothing lost, next to nothing twice, and
nothing paid for beyond the day's allowance.

Only messages on the wire, or answered within the batch that was not yet written, may come a second time.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from databases import empty_database
from processes import Process, start_python
from story import TOKEN
from what_became import WHAT_BECAME

from bot.domain.article import ArticleState, Story
from bot.domain.publishing import PushWindow
from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.world import World
from bot.services.content.imports import Policy, Seen, take
from bot.services.delivery.claiming import IN_FLIGHT, UNPACED_CLAIM_ROWS
from bot.services.newsroom import newsroom
from bot.store.content import articles, topics
from bot.store.delivery import campaigns, paid_messages
from bot.store.delivery.campaigns import CampaignState
from bot.store.engine import metadata
from bot.store.engine.database import Database

pytestmark = pytest.mark.slow  # thousands of messages, and starts again after each kill

PATIENCE = 60.0
READERS = range(50_000, 51_000)


@asynccontextmanager
async def _world() -> AsyncIterator[tuple[World, SandboxServer]]:
    world = World(token=TOKEN)
    world.limits = False
    async with SandboxServer(world) as server:
        yield world, server


@asynccontextmanager
async def _database(path: Path, readers: range) -> AsyncIterator[Database]:
    """A database in which `readers` follow Energy, and an article about it is published to them."""
    empty_database(path)
    db = await Database.open(path)
    now = datetime.now(UTC) - timedelta(minutes=1)
    story = Story("Grid storage", "https://news.example/grid", now, topics=("Energy",))
    policy = Policy(PushWindow(timedelta(0)), 10, timedelta(0))
    await take(db, [Seen("grid.md", "1", story, ("grid",))], now=now, policy=policy)
    async with db.transaction() as conn:
        topic = (await topics.resolve(conn, ["Energy"]))["Energy"]
        await conn.executemany(
            "INSERT INTO chats (id, kind, since, state_at) VALUES (?, 'private', 1, 1)", [(id,) for id in readers]
        )
        await conn.executemany(
            "INSERT INTO subscriptions (topic, chat, since) VALUES (?, ?, 1)", [(topic, id) for id in readers]
        )
    try:
        yield db
    finally:
        await db.close()


async def _start(folder: Path, server: SandboxServer, **settings: str) -> Process | asyncio.subprocess.Process:
    """Start the bot; `settings` are its environment variables, without NEWSBOT_."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")} | {
        "NEWSBOT_TOKEN": TOKEN,
        "NEWSBOT_API_URL": server.url,
        "NEWSBOT_DATABASE": str(folder / "newsbot.db"),
        "NEWSBOT_CONTENT": str(folder / "content"),
        "NEWSBOT_RATE": "1000",
        "NEWSBOT_UNDO": "0",
    }
    environment |= {f"NEWSBOT_{name}": value for name, value in settings.items()}
    return await start_python("-m", "bot", "run", env=environment, cwd=folder, stderr=asyncio.subprocess.DEVNULL)


async def _until(question: object, world: World) -> None:
    """Wait for the world to answer yes; it is asked again whenever something happens in it."""
    async with asyncio.timeout(PATIENCE), world.subscribe() as events:
        while not question():  # type: ignore[operator]
            await anext(events)


async def _kill(process: Process | asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def _end(process: Process | asyncio.subprocess.Process, db: Database, campaign: int) -> None:
    """Wait until a broadcast is done, and let the bot end in peace."""
    async with asyncio.timeout(PATIENCE):
        while not await _is_done(db, campaign):
            await asyncio.wait([asyncio.create_task(process.wait())], timeout=0.05)
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await process.wait() == 0


async def _is_done(db: Database, campaign: int) -> bool:
    async with db.reading() as conn:
        found = await campaigns.campaign(conn, campaign)
    return found is not None and found.state is CampaignState.DONE


@pytest.mark.parametrize("kills", [(1, 400), (150, 333, 700, 900)])
async def test_a_broadcast_survives_being_killed(tmp_path: Path, kills: tuple[int, ...]) -> None:
    async with _world() as (world, server), _database(tmp_path / "newsbot.db", READERS) as db:
        for id in READERS:
            world.add_person(f"Reader {id}", id=id, has_started=True)
        published = await newsroom.publish(db, 1, by=None, now=datetime.now(UTC), undo=timedelta(0))

        def sent() -> Counter[int | None]:
            return Counter(call.chat_id for call in world.ledger if call.made_a_message)

        for at in kills:
            process = await _start(tmp_path, server)
            await _until(lambda at=at: len(world.ledger) >= at, world)
            await _kill(process)
        process = await _start(tmp_path, server)
        await _until(lambda: len(world.ledger) >= len(READERS) and len(sent()) == len(READERS), world)
        await _end(process, db, published.campaign)
        twice = sum(times - 1 for times in sent().values())
        assert set(sent()) == set(READERS)
        assert max(sent().values()) <= 1 + len(kills)
        assert twice <= len(kills) * 2 * IN_FLIGHT < UNPACED_CLAIM_ROWS + 2 * IN_FLIGHT
        async with db.reading() as conn:
            [row] = await conn.execute_fetchall(f"SELECT count(*) AS sent FROM {WHAT_BECAME} WHERE status = 1")
        assert row["sent"] == len(READERS)


async def test_a_day_s_allowance_is_never_exceeded_however_often_a_paid_broadcast_is_killed(tmp_path: Path) -> None:
    readers, allowance, kills = range(50_000, 54_000), 2300, (1, 200, 400)
    async with _world() as (world, server), _database(tmp_path / "newsbot.db", readers) as db:
        for id in readers:
            world.add_person(f"Reader {id}", id=id, has_started=True)
        published = await newsroom.publish(db, 1, by=None, now=datetime.now(UTC), undo=timedelta(0))

        def paid_by_day() -> Counter[date]:
            return Counter(
                datetime.fromtimestamp(call.at, UTC).date()
                for call in world.ledger
                if call.params.get("allow_paid_broadcast")
            )

        def unpaid() -> int:
            return sum(call.made_a_message and "allow_paid_broadcast" not in call.params for call in world.ledger)

        for at in kills:
            # At one a second, what goes beyond 600 may be paid for.
            process = await _start(tmp_path, server, RATE="2", PAID_PER_DAY=str(allowance))
            await _until(lambda at=at: paid_by_day().total() >= at, world)
            await _kill(process)
        process = await _start(tmp_path, server, RATE="2", PAID_PER_DAY=str(allowance))
        await _until(lambda: sum(call.method == "getMe" for call in world.ledger) > len(kills), world)
        free = unpaid()
        # They follow when the allowance is used up; without one there would be 3,400 paid messages first.
        await _until(lambda: unpaid() > free, world)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
        process = await _start(tmp_path, server, PAID_PER_DAY=str(allowance))
        await _end(process, db, published.campaign)
        assert {call.chat_id for call in world.ledger if call.made_a_message} == set(readers)
        async with db.reading() as conn:
            for day, many in paid_by_day().items():
                assert many <= await paid_messages.reserved(conn, day) <= allowance


async def test_a_fan_out_survives_being_killed_between_its_pieces(tmp_path: Path) -> None:
    readers = range(100_000, 145_000)
    async with _world() as (_, server), _database(tmp_path / "newsbot.db", readers) as db:
        async with db.transaction() as conn:
            await metadata.put(conn, "paused", "1")  # rows are promised, nothing leaves
        published = await newsroom.publish(db, 1, by=None, now=datetime.now(UTC), undo=timedelta(0))

        async def promised() -> int:
            async with db.reading() as conn:
                found = await campaigns.campaign(conn, published.campaign)
            assert found is not None
            return found.total if not found.is_complete else len(readers)

        for least in (1, 15_000, 45_000):
            process = await _start(tmp_path, server)
            async with asyncio.timeout(PATIENCE):
                while await promised() < least:
                    await asyncio.wait([asyncio.create_task(process.wait())], timeout=0.001)
            await _kill(process)
        async with db.reading() as conn:
            [row] = await conn.execute_fetchall(
                "SELECT count(*) AS rows, count(DISTINCT chat) AS chats FROM deliveries"
            )
            article = await articles.article(conn, 1)
        assert (row["rows"], row["chats"]) == (len(readers), len(readers))
        assert article.state is ArticleState.PUBLISHED
