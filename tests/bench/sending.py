"""
Messages a second: the whole dispatcher (claim, send, settle; a real database on disk) beside those who only send.

    python tests/bench/sending.py [--rounds 5] [--seconds 4] [--messages 30000] [--against ../older] [--only aiogram]

A picture by its file id, a caption, a keyboard; 16 in flight, no pace, no latency; a process of its own for each turn.
`--against` lets another checkout take its turn in every round.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import table
import town
from checkout import Checkout, here_and
from stub import far_side

RIVALS = {
    "ptb": "python-telegram-bot send_photo",
    "aiogram": "aiogram send_photo",
    "bare": "bare aiohttp json=, uvloop",
}
TARGETS = {"ptb": 12.0, "aiogram": 3.3, "bare": 0.9}
AGAINST_OTHERS = 1.25  # what a checkout is to be as fast as that before it, when that is what was worked on
Turn = tuple[float, float]  # messages a second, processor µs a message


def prepared(checkout: Checkout, folder: Path, messages: int) -> Path:
    """Return a database of a checkout's own in which so many rows are due."""
    base = folder / f"{checkout.path.name}.db"
    checkout.work("town", database=base, chats=messages)
    checkout.work("promise", database=base)
    return base


def sent(checkout: Checkout, base: Path, folder: Path, url: str, messages: int) -> Turn:
    """Send one broadcast."""
    copy = town.copy(base, folder / "round.db")
    did = checkout.crew(copy, url, in_flight=16)
    for leftover in folder.glob("round.db*"):
        leftover.unlink()
    return messages / did["seconds"], did["cpu"] / messages * 1e6


def rival(name: str, url: str, seconds: float) -> Turn:
    command = [sys.executable, str(Path(__file__).with_name("rivals.py")), name, url, str(seconds)]
    did = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return did["rate"], did["cpu"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--messages", type=int, default=30_000)
    parser.add_argument("--against", type=Path, help="another checkout of newsbot")
    parser.add_argument("--only", action="append", choices=RIVALS, help="these rivals, not all of them")
    asked = parser.parse_args()
    found: dict[str, list[Turn]] = {}
    checkouts = here_and(asked.against)
    with town.scratch() as folder, far_side() as stub:
        bases = [(one, prepared(one, folder, asked.messages)) for one in checkouts]
        for number in range(asked.rounds):
            for one, base in bases if number % 2 == 0 else reversed(bases):
                stub.ask("forget")
                found.setdefault(one.name, []).append(sent(one, base, folder, stub.url, asked.messages))
                accepted = stub.ledger().values()
                assert len(accepted) == asked.messages and all(each.many == 1 for each in accepted)
            for name in asked.only or RIVALS:
                found.setdefault(RIVALS[name], []).append(rival(name, stub.url, asked.seconds))
    ours = found[checkouts[0].name]
    targets = {RIVALS[name]: target for name, target in TARGETS.items()}
    rows = []
    for name, theirs in found.items():
        row = [name, table.spread([rate for rate, _ in theirs]), table.spread([cpu for _, cpu in theirs])]
        if theirs is ours:
            rows.append((*row, "", "", "", ""))
            continue
        pairs = list(zip(ours, theirs, strict=True))
        faster = table.median([our_rate / rate for (our_rate, _), (rate, _) in pairs])
        leaner = table.median([cpu / our_cpu for (_, our_cpu), (_, cpu) in pairs])
        target = targets.get(name, AGAINST_OTHERS)
        rows.append((*row, f"{faster:.2f}", f"≥ {target}", table.verdict(faster >= target), f"{leaner:.2f}"))
    table.print_table(
        "Sending: messages a second, 16 in flight",
        ("who", "messages/s (low–high)", "CPU µs a message", "newsbot is × as fast", "target", "", "takes × the CPU"),
        rows,
        f"n = {asked.rounds} interleaved rounds, medians, ratios of the same round; "
        f"{asked.messages:,} messages of ours a round, {asked.seconds:g} s of theirs",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
