"""
Everything at once for as long as you like: broadcasts, people, faults, kills and restarts of the whole bot.

    python tests/bench/soak.py [--seconds 60] [--chats 300]

At the end the far side behaves, the bot finishes, and the far side's ledger is compared with the store: every chat
that can be reached must have every edition, and more than once only where an acceptance was cut off or the bot was
killed. Exit status 1 when anything was lost, and for anything else that must not be.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import house
import stub as far
import table
import town

from bot.store.database import Database

FAULTS = {
    "error": 0.03,
    "reset_before": 0.02,
    "reset_after": 0.01,
    "stall": 0.005,
    "burst_429": 0.0003,
    "blocked": 0.03,
    "moved": 0.5,
}
GROUPS = 0.02
RATE = 200
STORMY = 0.7  # of the time; then only people ask, and what was unsure has its minute to be tried again
# Seconds. A group may be sent 17 a minute, and each doubtful delivery holds it for another minute: at 20 a minute its
# queue would only grow.
PUBLISH_EVERY = 5.0
ASK_EVERY = 0.4
LOOK_EVERY = 1.0
COMMANDS = ("/help", "/latest", "/subscriptions", "/settings", "/top", "/search batteries", "/latest Energy")
PEOPLE = 50_000_000
FINISH = 100.0  # seconds for the rest

Key = tuple[int, int]  # chat, edition


@dataclass
class Soak:
    """What happened so far."""

    folder: Path
    stub: far.Stub
    editions: int = 0
    asks: int = 0
    kills: int = 0
    ends: int = 0
    at_risk: Counter[Key] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "town.db"

    def start(self) -> subprocess.Popen[bytes]:
        asked = self.stub.ask("stats")["polls"]
        settings = house.environment(self.folder, self.stub.url, rate=RATE)
        process = house.command(self.folder, settings, "run")
        house.wait_for_polls(self.stub, process, asked + 1)
        return process

    def restart(self, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """End the bot, by turns the hard and the soft way, and start it again."""
        if self.kills <= self.ends:
            process.kill()
            process.wait()
            self.kills += 1
            accepted = self.stub.settled()
            self.at_risk.update(key for key in self.being_sent() if key in accepted)
        else:
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            status = process.wait(30)
            self.ends += 1
            if status != 0 or time.monotonic() - began > 10.5:
                self.complaints.append(f"SIGTERM: status {status} after {time.monotonic() - began:.1f} s")
        return self.start()

    def being_sent(self) -> set[Key]:
        with closing(sqlite3.connect(self.database)) as conn:
            return set(
                conn.execute(
                    """
                    SELECT o.chat, CAST(substr(a.slug, 9) AS INTEGER) FROM outbox AS o
                    JOIN fanouts AS f ON f.id = o.fanout JOIN articles AS a ON a.number = f.article WHERE o.sending = 1
                    """
                )
            )

    def publish(self) -> None:
        """Publish the next edition as the shell does: in a short transaction beside the running bot."""

        async def published() -> None:
            db = await Database.open(self.database)
            await town.publish(db, f"edition-{self.editions}")
            await db.close()

        self.editions += 1
        asyncio.run(published())

    def ask(self) -> None:
        self.asks += 1
        self.stub.ask("say", chat=PEOPLE + random.randrange(100), text=random.choice(COMMANDS))

    def open_fanouts(self) -> int:
        with closing(sqlite3.connect(self.database)) as conn:
            [(many,)] = conn.execute("SELECT count(*) FROM fanouts WHERE state <> 'done'")
        return int(many)


def storm(soak: Soak, seconds: float) -> None:
    """Let it all happen, and then let the bot finish."""
    process = soak.start()
    began = time.monotonic()
    due = {"publish": 0.0, "ask": 0.0, "look": 0.0, "restart": random.uniform(seconds / 12, seconds / 6)}
    try:
        while (now := time.monotonic() - began) < seconds:
            is_stormy = now < seconds * STORMY
            if now >= due["publish"] and is_stormy:
                soak.publish()
                due["publish"] = now + PUBLISH_EVERY
            if now >= due["restart"] and is_stormy:
                process = soak.restart(process)
                due["restart"] = time.monotonic() - began + random.uniform(seconds / 12, seconds / 6)
            if now >= due["ask"]:
                soak.ask()
                due["ask"] = now + ASK_EVERY
            if now >= due["look"]:
                soak.memory.append(table.resident(process.pid))
                due["look"] = now + LOOK_EVERY
            if not is_stormy and "calm" not in due:
                due["calm"] = now
                soak.stub.ask(
                    "options", **dict.fromkeys(("error", "reset_before", "reset_after", "stall", "burst_429"), 0)
                )
            if process.poll() is not None:
                soak.complaints.append(f"the bot ended by itself with status {process.returncode}")
                process = soak.start()
            time.sleep(0.02)
        while soak.open_fanouts() and time.monotonic() - began < seconds + FINISH:
            time.sleep(0.2)
    finally:
        process.terminate()
        process.wait()


def judged(soak: Soak, everybody: list[int]) -> tuple[dict[str, Any], bool]:
    """Compare the far side's ledger with the store; return what was found, and whether all of it may be."""
    ledger = soak.stub.ledger()
    with closing(sqlite3.connect(soak.database)) as conn:
        stored = {
            (chat, edition): status
            for chat, edition, status in conn.execute(
                """
                SELECT l.chat, CAST(substr(a.slug, 9) AS INTEGER), l.status
                FROM ledger AS l JOIN articles AS a ON a.number = l.article
                """
            )
        }
        off = {chat for (chat,) in conn.execute("SELECT id FROM chats WHERE state = 'unreachable'")}
        [(check,)] = conn.execute("PRAGMA integrity_check(1)")
    blocked = {chat for chat in everybody if chat > 0 and far.falls(chat, FAULTS["blocked"])}
    reachable = {
        far.moved_to(chat) if chat < 0 and far.falls(chat, FAULTS["moved"]) else chat
        for chat in everybody
        if chat not in blocked
    }
    wanted = {(chat, edition) for chat in reachable for edition in range(1, soak.editions + 1)}
    many = {key: one.many for key, one in ledger.items() if key[1]}
    cuts = sum(one.cut for key, one in ledger.items() if key[1])
    found = {
        "messages accepted": sum(many.values()),
        "lost": len(wanted - many.keys()),
        "sent, says the store, though it was not": len(
            [key for key, status in stored.items() if status == 1 and key not in many]
        ),
        "accepted, though the store knows nothing of it": len([key for key in many if stored.get(key) != 1]),
        "given up": len([status for status in stored.values() if status == 3]),
        "wrongly switched off": len(off - blocked),
        "twice without a cause": sum(
            max(0, times - 1 - ledger[key].cut - soak.at_risk[key]) for key, times in many.items()
        ),
        "not finished": soak.open_fanouts(),
        "other complaints": len(soak.complaints),
    }
    is_good = not any(value for name, value in found.items() if name != "messages accepted") and check == "ok"
    found["twice, cut off or killed"] = f"{sum(times - 1 for times in many.values())} (cut {cuts})"
    found["integrity of the database"] = check
    return found, is_good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--chats", type=int, default=300)
    asked = parser.parse_args()
    with town.scratch() as folder, far.far_side(marked=True, latency=0.02, **FAULTS) as stub:
        soak = Soak(folder, stub)
        town.build(soak.database, asked.chats, groups=GROUPS)
        with closing(sqlite3.connect(soak.database)) as conn:
            everybody = [chat for (chat,) in conn.execute("SELECT id FROM chats")]
        began = time.monotonic()
        storm(soak, asked.seconds)
        took = time.monotonic() - began
        found, is_good = judged(soak, everybody)
        stats = stub.ask("stats")
    may_be = {"messages accepted", "twice, cut off or killed", "integrity of the database"}
    tenth = max(1, len(soak.memory) // 10)
    table.print_table(
        f"Soak: {asked.seconds:g} s of broadcasts, people, faults and restarts",
        ("what", "seen", "target", ""),
        [
            *(
                (name, seen, *(("", "") if name in may_be else ("0", table.verdict(not seen))))
                for name, seen in found.items()
            ),
            ("people asked, were answered", f"{soak.asks}, {len(stats['replies'])}", "", ""),
            ("reply, p50 ms", f"{table.percentile(stats['replies'] or [0], 0.5) * 1000:.0f}", "", ""),
            (
                "resident MiB: first tenth, last, most",
                ", ".join(
                    f"{table.median(some):.0f}"
                    for some in (soak.memory[:tenth], soak.memory[-tenth:], [max(soak.memory)])
                ),
                "",
                "",
            ),
        ],
        f"{soak.editions} editions to {asked.chats} chats in {took:.0f} s; "
        f"killed {soak.kills} times, ended {soak.ends} times",
        "what the far side did: " + ", ".join(f"{n:,} × {fault}" for fault, n in sorted(stats["faults"].items())),
        *soak.complaints,
    )
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
