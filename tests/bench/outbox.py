"""
The outbox alone: a million chats fanned out, and what it costs to claim and settle their deliveries.

    python tests/bench/outbox.py [--rounds 5] [--chats 1000000] [--messages 50000] [--against ../older]

Claimed and settled by the real dispatcher, on disk; every message is answered at once without leaving the process, so
that nothing of HTTP is in it. `--against` lets another checkout take its turn in every round.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import table
import town
from checkout import here_and, turns
from sending import prepared
from stub import far_side

FOLLOWS = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--chats", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--against", type=Path, help="another checkout of newsbot")
    asked = parser.parse_args()
    checkouts = here_and(asked.against)
    spread: dict[str, list[float]] = {}
    spread_cpu: dict[str, list[float]] = {}
    settled: dict[str, list[float]] = {}
    settled_cpu: dict[str, list[float]] = {}
    with town.scratch() as folder, far_side() as stub:
        large = {}
        for one in checkouts:
            large[one.name] = folder / f"{one.path.name}-large.db"
            one.work("town", database=large[one.name], chats=asked.chats, follows=FOLLOWS)
        due = {one.name: prepared(one, folder, asked.messages) for one in checkouts}
        for one in turns(asked.rounds, checkouts):
            did = one.work("promise", database=town.copy(large[one.name], folder / "round.db"))
            spread.setdefault(one.name, []).append(did["seconds"])
            spread_cpu.setdefault(one.name, []).append(did["cpu"])
            for leftover in folder.glob("round.db*"):
                leftover.unlink()
            did = one.work("settle", database=town.copy(due[one.name], folder / "round.db"), url=stub.url)
            settled.setdefault(one.name, []).append(asked.messages / did["seconds"])
            settled_cpu.setdefault(one.name, []).append(did["cpu"] / asked.messages * 1e6)
            for leftover in folder.glob("round.db*"):
                leftover.unlink()
    ours = checkouts[0].name
    rows: list[tuple[str, ...]] = []
    for one in checkouts:
        rows += [
            (one.name, "fan-out, s", table.spread(spread[one.name], ".2f"), ""),
            ("", "fan-out, CPU s", table.spread(spread_cpu[one.name], ".2f"), ""),
            ("", "claim and settle, messages/s", table.spread(settled[one.name]), ""),
            ("", "claim and settle, CPU µs a message", table.spread(settled_cpu[one.name]), ""),
        ]
        if one.name != ours:
            for what, kept in (("fan-out, CPU", spread_cpu), ("claim and settle, CPU", settled_cpu)):
                pairs = zip(kept[one.name], kept[ours], strict=True)
                ratio = table.median([theirs / mine for theirs, mine in pairs])
                rows.append(("", f"{what}: takes × ours", f"{ratio:.2f}", table.verdict(ratio >= 1)))
    table.print_table(
        f"The outbox: {asked.chats:,} chats with {FOLLOWS} subscriptions fanned out, {asked.messages:,} settled",
        ("who", "what", "median (low–high)", ""),
        rows,
        f"n = {asked.rounds} interleaved rounds; ratios of the same round",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
