"""
A reply behind a broadcast: 100,000 deliveries wait, 30 leave each second, and somebody asks for help.

    python tests/bench/replies.py [--asks 200] [--waiting 100000]

The whole bot, polling. Time is the far side's: from the moment a person has written, over half a round trip down and
half a round trip up, to the moment the answer is there. One person asks at a time, each somebody else, up to half a
second after the one before was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time

import house
import table
import town
from stub import far_side

ROUND_TRIP = 0.05
PEOPLE = 50_000_000  # ids of those who ask; none of them follows anything


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--asks", type=int, default=200)
    parser.add_argument("--waiting", type=int, default=100_000)
    asked = parser.parse_args()
    # Every answer of the far side is late by a whole round trip, so the update brings it all and the reply no more.
    with town.scratch() as folder, far_side(latency=ROUND_TRIP) as stub:
        base = town.build(folder / "town.db", asked.waiting)
        asyncio.run(town.ready_to_send(base))
        with house.bot(folder, stub, rate=30) as process:
            time.sleep(2)
            sent_before, began = stub.ask("stats")["accepted"], time.monotonic()
            for n in range(asked.asks):
                stub.ask("say", chat=PEOPLE + n, text="/help")
                while len(stub.ask("stats")["replies"]) <= n:
                    if time.monotonic() - began > 30 + asked.asks:
                        raise RuntimeError(f"ask {n} was not answered")
                    time.sleep(0.005)
                time.sleep(random.uniform(0.1, 0.5))
            seen = stub.ask("stats")
            rate = (seen["accepted"] - sent_before) / (time.monotonic() - began)
            memory = table.resident(process.pid)
    times = [one * 1000 for one in seen["replies"]]
    p99 = table.percentile(times, 0.99)
    target = (ROUND_TRIP + 0.05) * 1000
    table.print_table(
        f"Replies while {asked.waiting:,} deliveries wait, at 30 a second",
        ("what", "seen", "target", ""),
        [
            ("reply, p50 ms", f"{table.percentile(times, 0.5):.0f}", "", ""),
            ("reply, p99 ms", f"{p99:.0f}", f"≤ {target:.0f}", table.verdict(p99 <= target)),
            ("reply, worst ms", f"{max(times):.0f}", "", ""),
            ("messages a second meanwhile", f"{rate:.1f}", "", ""),
            ("resident, MiB", f"{memory:.0f}", "", ""),
        ],
        f"n = {asked.asks} commands; a round trip of {ROUND_TRIP * 1000:g} ms is in every figure",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
