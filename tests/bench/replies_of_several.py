"""
Replies of several bots that are one, on PostgreSQL, behind a broadcast: 100,000 deliveries wait, 30 leave each second.

    python tests/bench/replies_of_several.py [--asks 200] [--waiting 100000] [--instances 2]

Whole bots with a webhook, and a server that waits for the disk with every commit. This script stands where a proxy
does: it takes updates from the far side and posts each to one of the instances by turns. Time is the far side's, from
the moment a person has written to the moment the answer is there, with a whole round trip between. One person asks at a
time, each somebody else.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from subprocess import Popen

import aiohttp
import house
import server
import stub as far
import table
import town
from postgres_cluster import free_port

from bot.http_server import SECRET_HEADER

ROUND_TRIP = 0.05
MORE = 0.06  # seconds beyond the round trip that a reply may take
PEOPLE = 50_000_000  # ids of those who ask; none of them follows anything
SECRET = "between-the-proxy-and-the-bots"
PATIENCE = aiohttp.ClientTimeout(total=60)


def started(folder: Path, stub: far.Stub, database: str) -> tuple[Popen[bytes], str]:
    """Start one more instance; return its process and its address."""
    address = f"127.0.0.1:{free_port()}"
    settings = {"webhook_url": "http://127.0.0.1:9/telegram", "webhook_secret": SECRET, "listen": address}
    environment = house.environment(folder, stub.url, database=database, rate=30, http=address, **settings)
    return house.command(folder, environment, "run"), f"http://{address}"


async def ready(client: aiohttp.ClientSession, address: str) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                async with client.get(f"{address}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


@asynccontextmanager
async def proxy(client: aiohttp.ClientSession, url: str, addresses: list[str]) -> AsyncIterator[None]:
    """Bring what people write to the instances by turns, until the block ends."""

    async def bring() -> None:
        turns, offset = itertools.cycle(addresses), 0
        while True:
            asked = {"offset": offset, "timeout": 10}
            async with client.post(f"{url}/bot{far.TOKEN}/getUpdates", json=asked) as answer:
                updates = (await answer.json())["result"]
            for update in updates:
                offset = update["update_id"] + 1
                where = f"{next(turns)}/telegram"
                async with client.post(where, json=update, headers={SECRET_HEADER: SECRET}) as taken:
                    assert taken.status == 200, await taken.text()

    bringing = asyncio.create_task(bring())
    try:
        yield
    finally:
        bringing.cancel()
        await asyncio.gather(bringing, return_exceptions=True)


async def replies(stub: far.Stub, addresses: list[str], asks: int) -> tuple[list[float], float]:
    """Let people ask one after the other; return how long each reply took, and messages a second meanwhile."""
    async with aiohttp.ClientSession(timeout=PATIENCE) as client:
        for address in addresses:
            await ready(client, address)
        async with proxy(client, stub.url, addresses):
            await asyncio.sleep(3)  # one of them sends by now
            sent_before, began = stub.ask("stats")["accepted"], time.monotonic()
            for n in range(asks):
                stub.ask("say", chat=PEOPLE + n, text="/help")
                async with asyncio.timeout(30):
                    while len(stub.ask("stats")["replies"]) <= n:  # noqa: ASYNC110  another process has them
                        await asyncio.sleep(0.005)
                await asyncio.sleep(random.uniform(0.1, 0.5))
            seen = stub.ask("stats")
    return seen["replies"], (seen["accepted"] - sent_before) / (time.monotonic() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--asks", type=int, default=200)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--instances", type=int, default=2)
    asked = parser.parse_args()
    with ExitStack() as open_:
        folder = open_.enter_context(town.scratch())
        stub = open_.enter_context(far.far_side(latency=ROUND_TRIP))
        cluster = open_.enter_context(server.durable())
        base = town.build(folder / "town.db", asked.waiting)
        asyncio.run(town.ready_to_send(base))
        url = server.moved(cluster, base).url
        processes, addresses = zip(*(started(folder, stub, url) for _ in range(asked.instances)), strict=True)
        try:
            times, rate = asyncio.run(replies(stub, list(addresses), asked.asks))
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
    times = [one * 1000 for one in times]
    p99, target = table.percentile(times, 0.99), (ROUND_TRIP + MORE) * 1000
    table.print_table(
        f"Replies of {asked.instances} instances on PostgreSQL while {asked.waiting:,} deliveries wait, at 30 a second",
        ("what", "seen", "target", ""),
        [
            ("reply, p50 ms", f"{table.percentile(times, 0.5):.0f}", "", ""),
            ("reply, p99 ms", f"{p99:.0f}", f"≤ {target:.0f}", table.verdict(p99 <= target)),
            ("reply, worst ms", f"{max(times):.0f}", "", ""),
            ("messages a second meanwhile", f"{rate:.1f}", "", ""),
        ],
        f"n = {asked.asks} commands; a round trip of {ROUND_TRIP * 1000:g} ms is in every figure",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
