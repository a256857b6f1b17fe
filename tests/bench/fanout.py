"""
One article for everybody: first message out, fan-out complete, and what a reader's write waits meanwhile.

    python tests/bench/fanout.py [--rounds 5] [--chats 1000000]

Every chat follows 5 of 10 topics, and the article bears topics that reach all of them. The crew spreads and sends as
in the bot, at 30 a second; a reader mutes a topic and takes it back all the while. The same with a tenth of the chats
shows whether memory grows with them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import crew
import table
import town
from stub import far_side

from bot.services.delivery.fanout import fan_out_next
from bot.services.newsroom import newsroom
from bot.store.engine.database import Database
from bot.store.readers import subscriptions

EVERYBODY = (town.TOPICS[0], town.TOPICS[5])  # 5 of 10 in a row: one of these two is among them
READER = town.FIRST_CHAT + 77
PACE = 0.004  # seconds between two writes of the reader


async def one_round(database: str, url: str, article: int) -> None:
    """Publish, spread and send; print what was seen as JSON."""
    waits: list[float] = []
    async with crew.crew(Path(database), url, rate=30) as found:
        running = asyncio.create_task(found.dispatcher.run())

        async def read_and_write() -> None:
            is_muted = False
            while True:
                began = time.perf_counter()
                async with found.db.transaction() as conn:
                    if is_muted:
                        await subscriptions.unmute(conn, READER, 3)
                    else:
                        await subscriptions.mute(conn, READER, 3, None, crew.utc_now())
                is_muted = not is_muted
                waits.append(time.perf_counter() - began)
                await asyncio.sleep(PACE)

        await asyncio.sleep(0.2)
        before = table.resident()
        began, in_processor = time.monotonic(), time.process_time()
        await newsroom.publish(found.db, article, by=1, now=crew.utc_now(), undo=timedelta(0))
        promised = time.monotonic()
        reader = asyncio.create_task(read_and_write())
        while await fan_out_next(found.db, now=crew.utc_now(), draw=random.random()):
            found.dispatcher.wake()
        found.dispatcher.wake()
        complete, in_processor = time.monotonic(), time.process_time() - in_processor
        reader.cancel()
        peak = table.resident()
        await asyncio.sleep(0.3)  # a small town is complete before its first message is out
        found.dispatcher.stop()
        await running
        print(
            json.dumps(
                {
                    "began": began,
                    "promise": promised - began,
                    "complete": complete - promised,
                    "processor": in_processor,
                    "waits": waits,
                    "before": before,
                    "memory": peak,
                }
            )
        )


def rounds(base: Path, folder: Path, article: int, many: int) -> list[dict[str, Any]]:
    found = []
    with far_side() as stub:
        for _ in range(many):
            stub.ask("forget")
            copy = town.copy(base, folder / "round.db")
            command = [sys.executable, __file__, "--one-round", str(copy), stub.url, str(article)]
            did = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            did["first"] = stub.ask("stats")["first_at"] - did["began"]
            found.append(did)
            for leftover in folder.glob("round.db*"):
                leftover.unlink()
    return found


async def prepared(path: Path) -> int:
    db = await Database.open(path)
    number = await town.draft(db, "fanout", *EVERYBODY)
    await db.close()
    return number


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--chats", type=int, default=1_000_000)
    asked = parser.parse_args()
    found: dict[int, list[dict[str, Any]]] = {}
    with town.scratch() as folder:
        for chats in (asked.chats // 10, asked.chats):
            base = town.build(folder / "base.db", chats, follows=5)
            article = asyncio.run(prepared(base))
            found[chats] = rounds(base, folder, article, asked.rounds)
            base.unlink()
    small, large = found.values()

    def of(what: str, among: list[dict[str, Any]], unit: float = 1) -> list[float]:
        return [one[what] * unit for one in among]

    p99 = [table.percentile(one["waits"], 0.99) * 1000 for one in large]
    worst = [max(one["waits"]) * 1000 for one in large]
    memory = table.median(of("memory", large))
    growth = memory - table.median(of("memory", small))
    first, complete = of("first", large, 1000), of("complete", large)
    table.print_table(
        f"Fan-out to {asked.chats:,} chats with 5 subscriptions each",
        ("what", "median (low–high)", "target", ""),
        [
            ("publish answered, ms", table.spread(of("promise", large, 1000), ".1f"), "", ""),
            ("first message out, ms", table.spread(first, ".1f"), "≤ 100", table.verdict(table.median(first) <= 100)),
            ("complete, s", table.spread(complete, ".2f"), "≤ 2", table.verdict(table.median(complete) <= 2)),
            ("a reader's write, p99 ms", table.spread(p99, ".1f"), "≤ 25", table.verdict(table.median(p99) <= 25)),
            ("a reader's write, worst ms", table.spread(worst, ".1f"), "", ""),
            ("resident, MiB", table.spread(of("memory", large), ".0f"), "< 150", table.verdict(memory < 150)),
            (f"... more than with {asked.chats // 10:,}", f"{growth:.1f}", "≤ 2", table.verdict(growth <= 2)),
        ],
        f"n = {asked.rounds}; {len(large[0]['waits'])} writes in a round; every one is on disk when it is answered",
        "both towns fill the writer's page cache, the only thing here that a larger town could fill further",
    )
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one-round"]:
        table.pin()
        crew.run(one_round(sys.argv[2], sys.argv[3], int(sys.argv[4])))
    else:
        sys.exit(main())
