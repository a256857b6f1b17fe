"""
SQLite beside PostgreSQL: what it costs to fan out to a million chats, and to claim and settle their deliveries.

    python tests/bench/engines.py [--rounds 3] [--chats 1000000] [--messages 50000] [--batch 100]

Both in one run, in turns, on this machine's disk; the PostgreSQL server is a private one that waits for the disk with
every commit. A town is built as a file and moved to the server as `newsbot move` does it. While the fan-out runs, a
reader writes every 50 ms: the worst of these writes is told.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import crew
import server
import table
import town

from bot.domain.chat import ChatState
from bot.domain.database_place import ServerAddress
from bot.domain.delivery import Status, Subject, SubjectType
from bot.services.delivery.fanout import fan_out_next
from bot.store.delivery import leases, outbox, settlement
from bot.store.delivery.settlement import Settled
from bot.store.engine.database import Database
from bot.store.opening import open_database
from bot.store.readers import chats

WRITE_EVERY = 0.05  # seconds


async def fan_out(db: Database) -> tuple[float, float]:
    """Publish an article to everybody and give all its rows; return how long that took, and a reader's worst write."""
    await town.publish(db, f"news-{time.time_ns()}")
    stop = asyncio.Event()
    writing = asyncio.create_task(_write(db, stop))
    began = time.perf_counter()
    now = datetime.now(UTC)
    while await fan_out_next(db, now=now, draw=0.5):
        pass
    took = time.perf_counter() - began
    stop.set()
    worst = await writing
    await db.outbox_has_filled()  # as the bot does behind it
    return took, worst


async def _write(db: Database, stop: asyncio.Event) -> float:
    worst = 0.0
    while not stop.is_set():
        began = time.perf_counter()
        async with db.transaction() as conn:
            await chats.set_state(conn, town.FIRST_CHAT, ChatState.ACTIVE, datetime.now(UTC))
        worst = max(worst, time.perf_counter() - began)
        await asyncio.sleep(WRITE_EVERY)
    return worst


async def settle(db: Database, messages: int, batch: int) -> float:
    """Claim and settle so many in turns as the dispatcher does it; return messages a second."""
    async with db.transaction() as conn:
        owner = await leases.take(conn, "bench", datetime.now(UTC))
    done, settled = 0, []
    began = time.perf_counter()
    while done < messages:
        now = datetime.now(UTC)
        async with db.transaction() as conn:
            if settled:
                await settlement.settle(conn, settled, now, owner=owner)
            claimed = await outbox.claim(conn, now, batch, owner=owner)
        done += len(settled)
        if not claimed and not settled:
            break
        settled = [
            Settled(one._replace(status=Status.SENT, message_id=one.id), ((_subject(), 1),), False) for one in claimed
        ]
    return done / (time.perf_counter() - began)


def _subject() -> Subject:

    return Subject(SubjectType.ARTICLE, 1)


@asynccontextmanager
async def opened(place: Path | ServerAddress) -> AsyncIterator[Database]:
    db = await open_database(place)
    yield db
    await db.close()


async def measured(place: Path | ServerAddress, messages: int, batch: int) -> tuple[float, float, float]:
    async with opened(place) as db:
        took, worst = await fan_out(db)
        return took, worst, await settle(db, messages, batch)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chats", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--batch", type=int, default=100)
    asked = parser.parse_args()
    found: dict[str, list[tuple[float, float, float]]] = {"SQLite": [], "PostgreSQL": []}
    with town.scratch() as folder, server.durable() as cluster:
        built = town.build(folder / "town.db", asked.chats)
        for round_ in range(asked.rounds):
            file = town.copy(built, folder / f"round-{round_}.db")
            on_server = server.moved(cluster, town.copy(built, folder / f"moved-{round_}.db"))
            for name, place in (("SQLite", file), ("PostgreSQL", on_server)):
                found[name].append(crew.run(measured(place, asked.messages, asked.batch)))
    rows = [
        (
            name,
            table.spread([one[0] for one in all_], ".2f"),
            table.spread([one[1] * 1000 for one in all_], ".0f"),
            table.spread([one[2] for one in all_]),
        )
        for name, all_ in found.items()
    ]
    ratio = table.median([ours[2] / file[2] for file, ours in zip(found["SQLite"], found["PostgreSQL"], strict=True)])
    rows.append(("× SQLite", "", "", f"{ratio:.2f} {table.verdict(ratio >= 0.6)}"))
    table.print_table(
        f"Engines: {asked.chats:,} chats, {asked.messages:,} settled in batches of {asked.batch}",
        ("engine", "fan-out, s", "worst write meanwhile, ms", "claim and settle, messages/s"),
        rows,
        f"n = {asked.rounds} rounds in turns; median (low–high)",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
