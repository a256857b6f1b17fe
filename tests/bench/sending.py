"""
Messages a second: the whole dispatcher (claim, send, settle; a real database on disk) beside those who only send.

    python tests/bench/sending.py [--rounds 5] [--seconds 4] [--messages 30000]

A picture by its file id, a caption, a keyboard; 16 in flight, no pace, no latency; a process of its own for each turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from pathlib import Path

import crew
import table
import town
from stub import far_side

from bot.store.database import Database

RIVALS = {
    "ptb": "python-telegram-bot send_photo",
    "aiogram": "aiogram send_photo",
    "bare": "bare aiohttp json=, uvloop",
}
TARGETS = {"ptb": 12.0, "aiogram": 2.5, "bare": 0.7}


async def ready_to_send(path: Path) -> None:
    """Publish an article to everybody and give all its rows."""
    db = await Database.open(path)
    await town.publish(db, "sending")
    await town.spread_all(db)
    await db.close()


def ours(base: Path, folder: Path, url: str, messages: int) -> tuple[float, float]:
    """Return (messages a second, processor µs a message) of one broadcast."""
    copy = town.copy(base, folder / "round.db")
    did = crew.finished(crew.start(copy, url, in_flight=16))
    for leftover in folder.glob("round.db*"):
        leftover.unlink()
    return messages / did["seconds"], did["cpu"] / messages * 1e6


def rival(name: str, url: str, seconds: float) -> tuple[float, float]:
    command = [sys.executable, str(Path(__file__).with_name("rivals.py")), name, url, str(seconds)]
    did = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return did["rate"], did["cpu"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--messages", type=int, default=30_000)
    asked = parser.parse_args()
    found: dict[str, list[tuple[float, float]]] = {}
    with town.scratch() as folder, far_side() as stub:
        base = town.build(folder / "base.db", asked.messages)
        asyncio.run(ready_to_send(base))
        for _ in range(asked.rounds):
            stub.ask("forget")
            found.setdefault("ours", []).append(ours(base, folder, stub.url, asked.messages))
            accepted = stub.ledger().values()
            assert len(accepted) == asked.messages and all(one.many == 1 for one in accepted)
            for name in RIVALS:
                found.setdefault(name, []).append(rival(name, stub.url, asked.seconds))
    rates = {name: [rate for rate, _ in rounds] for name, rounds in found.items()}
    rows = [
        (
            RIVALS.get(name, "newsbot, whole dispatcher"),
            table.spread(rates[name]),
            table.spread([cpu for _, cpu in found[name]]),
            *(
                (f"{ratio:.2f}", f"≥ {TARGETS[name]}", table.verdict(ratio >= TARGETS[name]))
                if name in TARGETS
                else ("", "", "")
            ),
        )
        for name in found
        for ratio in [table.median(rates["ours"]) / table.median(rates[name])]
    ]
    table.print_table(
        "Sending: messages a second, 16 in flight",
        ("who", "messages/s (low–high)", "CPU µs a message", "newsbot is × as fast", "target", ""),
        rows,
        f"n = {asked.rounds} interleaved rounds, medians; {asked.messages:,} messages of ours a round, "
        f"{asked.seconds:g} s of theirs",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
