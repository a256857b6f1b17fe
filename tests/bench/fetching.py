"""
A reply while servers drip: 200 feeds send a byte now and then and never end, and somebody asks for help.

    python tests/bench/fetching.py [--asks 100] [--servers 200]

First the fetcher alone, asking all of them at once, which the bot never does: how late the event loop is. Then the
whole bot, polling, with all of them as sources that are due: how long a person waits, a round trip included. Time is
the far side's, as in `replies.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import house
import table
import town
from drips import dripping
from stub import far_side

from bot.content.web.fetching import Fetcher, FetchError, FetchRules

ROUND_TRIP = 0.05
TARGET = 50.0  # ms beyond the round trip
PEOPLE = 50_000_000  # ids of those who ask
LOOKED_AT_FOR = 10.0  # seconds
TICK = 0.005  # seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--asks", type=int, default=100)
    parser.add_argument("--servers", type=int, default=200)
    asked = parser.parse_args()
    table.pin()
    with dripping(asked.servers) as addresses:
        idle = asyncio.run(_late(()))
        late = asyncio.run(_late(addresses))
        replies = _replies(addresses, asked.asks)
    worst_idle, worst_late = table.percentile(idle, 0.99), table.percentile(late, 0.99)
    beyond = table.percentile(replies, 0.99) - ROUND_TRIP * 1000
    table.print_table(
        f"Replies while {asked.servers} servers drip",
        ("what", "seen", "target", ""),
        [
            ("none asked: event loop late, p99 ms", f"{worst_idle:.1f}", "", ""),
            ("all asked at once: event loop late, p99 ms", f"{worst_late:.1f}", f"≤ {TARGET:.0f}",
             table.verdict(worst_late <= TARGET)),
            ("all are sources: reply beyond the round trip, p50 ms",
             f"{table.percentile(replies, 0.5) - ROUND_TRIP * 1000:.0f}", "", ""),
            ("all are sources: reply beyond the round trip, p99 ms", f"{beyond:.0f}", f"≤ {TARGET:.0f}",
             table.verdict(beyond <= TARGET)),
        ],
        f"n = {asked.asks} commands; a byte every 50 ms from each server that is being asked",
    )  # fmt: skip
    return 0


async def _late(addresses: Sequence[str]) -> list[float]:
    """Return by how many ms timers were late while every server was asked at once."""
    fetcher = Fetcher(allow=FetchRules.parse("127.0.0.1"), at_once=max(1, len(addresses)))
    asking = [asyncio.create_task(_given_up(fetcher, address)) for address in addresses]
    await asyncio.sleep(1)  # until all are connected
    late, end = [], time.monotonic() + LOOKED_AT_FOR
    while time.monotonic() < end:
        due = time.monotonic() + TICK
        await asyncio.sleep(TICK)
        late.append((time.monotonic() - due) * 1000)
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    await fetcher.close()
    return late


async def _given_up(fetcher: Fetcher, address: str) -> None:
    try:
        await fetcher.get(address)
    except FetchError:
        pass


def _replies(addresses: Sequence[str], asks: int) -> list[float]:
    """Return how many ms people waited for an answer of a bot that has all of these as sources."""
    with town.scratch() as folder, far_side(latency=ROUND_TRIP) as stub:
        town.build(folder / "town.db", 100)
        opml = _opml(folder / "sources.opml", addresses)
        environment = house.environment(folder, stub.url, fetch_allow="127.0.0.1")
        house.command(folder, environment, "sources", "import", str(opml)).wait()
        with house.bot(folder, stub, rate=30, fetch_allow="127.0.0.1"):
            time.sleep(5)  # until as many are being asked as may be
            began = time.monotonic()
            for n in range(asks):
                stub.ask("say", chat=PEOPLE + n, text="/help")
                while len(stub.ask("stats")["replies"]) <= n:
                    if time.monotonic() - began > 30 + asks:
                        raise RuntimeError(f"ask {n} was not answered")
                    time.sleep(0.005)
                time.sleep(random.uniform(0.1, 0.3))
            return [one * 1000 for one in stub.ask("stats")["replies"]]


def _opml(path: Path, addresses: Sequence[str]) -> Path:
    outlines = "".join(f"<outline text={quoteattr(one)} type='rss' xmlUrl={quoteattr(one)}/>" for one in addresses)
    path.write_text(f"<opml version='2.0'><body>{outlines}</body></opml>", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
