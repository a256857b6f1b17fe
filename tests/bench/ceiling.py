"""
Telegram's paid ceiling: 1,000 messages a second at 50 ms round trips, storage included.

    python tests/bench/ceiling.py [--seconds 60] [--rate 1000]

The real pace, the real database. What is watched: whether the pace is held, how much of one core it costs, and how
much a send takes beyond its round trip.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

import crew
import sending
import table
import town
from stub import far_side

from bot.domain.pacing import CATCH_UP

LATENCY = 0.05
IN_FLIGHT = 128  # 1,000 a second at 50 ms need 50; the rest is room for late answers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=1000)
    asked = parser.parse_args()
    messages = asked.rate * asked.seconds
    with town.scratch() as folder, far_side(latency=LATENCY) as stub:
        base = town.build(folder / "base.db", messages)
        asyncio.run(sending.ready_to_send(base))
        did = crew.finished(
            # The bot keeps a little below its ceiling, as always: it is given the one for which that is `rate`.
            crew.start(base, stub.url, rate=asked.rate * (1 + CATCH_UP) + 0.5, in_flight=IN_FLIGHT, is_timed=True)
        )
        assert len(stub.ledger()) == messages
    core = did["cpu"] / did["seconds"] * 100
    beyond = (table.percentile(did["taken"], 0.99) - LATENCY) * 1000
    rate = messages / did["seconds"]
    table.print_table(
        f"{asked.rate:,} messages a second for {asked.seconds} s at 50 ms round trips",
        ("what", "seen", "target", ""),
        [
            ("messages a second", f"{rate:,.1f}", f"{asked.rate:,}", table.verdict(rate >= 0.99 * asked.rate)),
            ("of one core, %", f"{core:.1f}", "≤ 35", table.verdict(core <= 35)),
            ("p99 of a send beyond the round trip, ms", f"{beyond:.1f}", "≤ 15", table.verdict(beyond <= 15)),
            ("CPU µs a message", f"{did['cpu'] / messages * 1e6:.0f}", "", ""),
            ("resident at the end, MiB", f"{did['memory']:.0f}", "", ""),
        ],
        f"n = 1 run of {messages:,} messages; claimed, sent, settled; {IN_FLIGHT} in flight at most",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
