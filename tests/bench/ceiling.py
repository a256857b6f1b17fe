"""
Telegram's paid ceiling: 1,000 messages a second at 50 ms round trips, storage included.

    python tests/bench/ceiling.py [--seconds 60] [--rate 1000] [--rounds 1] [--against ../older]

The real pace, the real database. What is watched: whether the pace is held, how much of one core it costs, and how
much a send takes beyond its round trip. `--against` lets another checkout take its turn in every round. With
`--database postgresql` the same on a server that waits for the disk: what counts is newsbot's own processor time.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import server
import table
import town
from checkout import here_and, turns
from sending import prepared
from stub import far_side

from bot.domain.pacing import CATCH_UP_WINDOW

LATENCY = 0.05
IN_FLIGHT = 128  # 1,000 a second at 50 ms need 50; the rest is room for late answers
AT_MOST = {"sqlite": 35, "postgresql": 60}  # % of a core
AGAINST_OTHERS = 0.75  # of the share of a core that a checkout before took, when that is what was worked on


def share(did: dict[str, Any]) -> float:
    """Return how much of one core it took, in per cent."""
    return float(did["cpu"] / did["seconds"] * 100)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--against", type=Path, help="another checkout of newsbot")
    parser.add_argument("--database", choices=AT_MOST, default="sqlite")
    asked = parser.parse_args()
    if asked.against and asked.database != "sqlite":
        parser.error("--against is for files")
    at_most = AT_MOST[asked.database]
    messages = asked.rate * asked.seconds
    checkouts = here_and(asked.against)
    found: dict[str, list[dict[str, Any]]] = {}
    with ExitStack() as open_:
        folder, stub = open_.enter_context(town.scratch()), open_.enter_context(far_side(latency=LATENCY))
        cluster = open_.enter_context(server.durable()) if asked.database == "postgresql" else None
        bases = {one.name: prepared(one, folder, messages) for one in checkouts}
        for one in turns(asked.rounds, checkouts):
            stub.ask("forget")
            copy = town.copy(bases[one.name], folder / "round.db")
            # The bot keeps a little below its ceiling, as always: it is given the one for which that is `rate`.
            pace = asked.rate * (1 + CATCH_UP_WINDOW) + 0.5
            place = copy if cluster is None else server.moved(cluster, copy).url
            did = one.crew(place, stub.url, rate=pace, in_flight=IN_FLIGHT, is_timed=True)
            found.setdefault(one.name, []).append(did)
            assert len(stub.ledger()) == messages
            for leftover in folder.glob("round.db*"):
                leftover.unlink()
    ours = found[checkouts[0].name]
    rates = [messages / did["seconds"] for did in ours]
    beyond = [(table.percentile(did["taken"], 0.99) - LATENCY) * 1000 for did in ours]
    core = [share(did) for did in ours]
    rows = [
        (
            "messages a second",
            table.spread(rates, ",.1f"),
            f"{asked.rate:,}",
            table.verdict(table.median(rates) >= 0.99 * asked.rate),
        ),
        (
            "of one core, %",
            table.spread(core, ".1f"),
            f"≤ {at_most}",
            table.verdict(table.median(core) <= at_most),
        ),
        (
            "p99 of a send beyond the round trip, ms",
            table.spread(beyond, ".1f"),
            "≤ 15",
            table.verdict(table.median(beyond) <= 15),
        ),
        ("CPU µs a message", table.spread([did["cpu"] / messages * 1e6 for did in ours]), "", ""),
        ("resident at the end, MiB", table.spread([did["memory"] for did in ours]), "", ""),
    ]
    for other in checkouts[1:]:
        theirs = found[other.name]
        # Of processor time: the same as the share of a core while both hold the pace, and true also when one does not.
        ratio = table.median([one["cpu"] / two["cpu"] for one, two in zip(ours, theirs, strict=True)])
        rows += [
            (f"{other.name}: of one core, %", table.spread([share(did) for did in theirs], ".1f"), "", ""),
            (
                "... ours takes × its processor time",
                f"{ratio:.2f}",
                f"≤ {AGAINST_OTHERS}",
                table.verdict(ratio <= AGAINST_OTHERS),
            ),
        ]
    table.print_table(
        f"{asked.rate:,} messages a second for {asked.seconds} s at 50 ms round trips, {asked.database}",
        ("what", "seen", "target", ""),
        rows,
        f"n = {asked.rounds} of {messages:,} messages; claimed, sent, settled; {IN_FLIGHT} in flight at most",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
