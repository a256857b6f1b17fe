"""
kill -9 at random moments of one broadcast, until it is through: what was lost, and what came twice.

    python tests/bench/kill.py [--kills 50] [--chats 20000]

The moments are spread over the whole broadcast, its fan-out included. At each one the far side says which of the
messages that the store still holds as being sent it has accepted: only these may come twice.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import crew
import table
import town
from stub import far_side

from bot.store.engine.database import Database

LATENCY = 0.05
IN_FLIGHT = 64


async def published(path: Path) -> None:
    db = await Database.open(path)
    await town.publish(db, "kill")
    await db.close()


def being_sent(path: Path) -> set[int]:
    with closing(sqlite3.connect(path)) as conn:
        return {chat for (chat,) in conn.execute("SELECT chat FROM deliveries WHERE owner <> 0")}


def life(path: Path, url: str, seconds: float) -> bool:
    """Let a crew work for so long and kill it; return whether it was through before."""
    process = crew.start(path, url, in_flight=IN_FLIGHT)
    assert process.stdout is not None
    process.stdout.readline()  # it begins
    try:
        process.wait(seconds)
    except Exception:
        process.kill()
    process.stdout.close()
    return process.wait() == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--chats", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=None)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    at_risk: list[int] = []
    kills = 0
    with town.scratch() as folder, far_side(latency=LATENCY) as stub:
        path = town.build(folder / "town.db", asked.chats)
        asyncio.run(published(path))
        while kills < asked.kills:
            left = asked.chats - len(stub.ledger())
            rest = left * LATENCY / IN_FLIGHT  # seconds, at the best
            if life(path, stub.url, draw.uniform(0, min(2 * rest / (asked.kills - kills), 0.9 * rest))):
                break
            kills += 1
            accepted = {chat for chat, _ in stub.settled()}
            at_risk.append(len(being_sent(path) & accepted))
        began = time.monotonic()
        crew.finished(crew.start(path, stub.url, in_flight=IN_FLIGHT))
        ledger = stub.ledger()
        with closing(sqlite3.connect(path)) as conn:
            [(sent,)] = conn.execute("SELECT count(*) FROM receipts")
            [(state, total, counted)] = conn.execute("SELECT state, total, sent FROM campaigns")
    lost = asked.chats - len(ledger)
    twice = sum(one.many - 1 for one in ledger.values())
    agree = (sent, state, total, counted) == (asked.chats, "done", asked.chats, asked.chats)
    table.print_table(
        f"kill -9, {kills} times in one broadcast to {asked.chats:,} chats",
        ("what", "seen", "target", ""),
        [
            ("lost", lost, "0", table.verdict(not lost)),
            ("sent twice", twice, f"≤ {sum(at_risk)}", table.verdict(twice <= sum(at_risk))),
            ("... a kill, mean", f"{twice / max(1, kills):.1f}", "", ""),
            ("on the wire or unwritten at a kill, mean", f"{sum(at_risk) / max(1, kills):.1f}", "", ""),
            ("... at most", max(at_risk, default=0), "", ""),
            ("store agrees with the far side", "yes" if agree else "NO", "yes", table.verdict(agree)),
        ],
        f"{IN_FLIGHT} in flight, {LATENCY * 1000:g} ms round trips; last life {time.monotonic() - began:.1f} s",
    )
    return int(bool(lost) or not agree or twice > sum(at_risk))


if __name__ == "__main__":
    sys.exit(main())
