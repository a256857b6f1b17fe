"""
Everything at once for as long as you like: broadcasts, people, faults, kills and restarts of the whole bot.

    python tests/bench/soak.py [--seconds 60] [--chats 300] [--with editors,slow,night,flood]

At the end the far side behaves, the bot finishes, and the far side's ledger is compared with the store: every chat
that can be reached must have every edition, and more than once only where an acceptance was cut off or the bot was
killed. Everybody's replies but the flooding one's must come within a second, 99 of 100 of them. Exit status 1 when
anything was lost, and for anything else that must not be. `--with` chooses the participants of `participants.py`: all
unless it says otherwise, `--with ''` for none.
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
import participants
import stub as far
import table
import town
from participants import Participants, Service

from bot.store.engine.database import Database

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
ASK_EVERY = 0.2
LOOK_EVERY = 1.0
COMMANDS = ("/help", "/latest", "/subscriptions", "/settings", "/top", "/search batteries", "/latest Energy")
PEOPLE = range(50_000_000, 50_000_100)
REPLY_WITHIN = 1.0  # seconds, for 99 of 100 replies in any minute
UNDER_WAY = 5.0  # seconds before the end within which a question may still be open
FINISH = 150.0  # seconds for the rest: what was unsure twice waits for two minutes

Key = tuple[int, int]  # chat, edition


@dataclass
class Soak:
    """What happened so far."""

    folder: Path
    stub: far.Stub
    others: Participants
    editions: int = 0
    asks: int = 0
    kills: int = 0
    ends: int = 0
    at_risk: Counter[Key] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    down: list[tuple[float, float]] = field(default_factory=list)
    ruled: set[int] = field(default_factory=set)
    """The editions that were for the groups with rules of their own."""

    @property
    def database(self) -> Path:
        return self.folder / "town.db"

    def start(self) -> subprocess.Popen[bytes]:
        asked = self.stub.ask("stats")["polls"]
        settings = house.environment(self.folder, self.stub.url, rate=RATE, **self.others.settings)
        process = house.command(self.folder, settings, "run")
        house.wait_for_polls(self.stub, process, asked + 1)
        return process

    def restart(self, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """End the bot, by turns the hard and the soft way, and start it again."""
        went_down = time.monotonic()
        if self.kills <= self.ends:
            process.kill()
            process.wait()
            self.kills += 1
            accepted = self.stub.settled()
            self.at_risk.update(key for key in self.being_sent() if key in accepted)
        else:
            self.end(process)
            self.ends += 1
        process = self.start()
        self.down.append((went_down, time.monotonic()))
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End the bot as its operator does, and by force when it does not."""
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        try:
            status = process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        if status != 0 or time.monotonic() - began > 10.5:
            self.complaints.append(f"SIGTERM: status {status} after {time.monotonic() - began:.1f} s")

    def being_sent(self) -> set[Key]:
        with closing(sqlite3.connect(self.database)) as conn:
            return set(
                conn.execute(
                    """
                    SELECT o.chat, CAST(substr(a.slug, 9) AS INTEGER) FROM deliveries AS o
                    JOIN campaigns AS f ON f.id = o.campaign JOIN articles AS a ON a.number = f.subject
                    WHERE o.owner <> 0
                    """
                )
            )

    def waiting(self) -> set[Key]:
        """Return what is still to be sent to the groups with rules of their own."""
        with closing(sqlite3.connect(self.database)) as conn:
            rows = conn.execute(
                """
                SELECT o.chat, CAST(substr(a.slug, 9) AS INTEGER) FROM deliveries AS o
                JOIN campaigns AS f ON f.id = o.campaign JOIN articles AS a ON a.number = f.subject
                """
            )
            return {(chat, edition) for chat, edition in rows if chat in self.others.groups}

    def publish(self) -> None:
        """Publish the next edition as the shell does: in a short transaction beside the running bot."""

        async def published() -> None:
            db = await Database.open(self.database)
            await town.publish(db, f"edition-{self.editions}", *topics)
            await db.close()

        self.editions += 1
        topics = town.TOPICS[:1]
        if self.editions % participants.EVERY == 1:
            topics = (town.TOPICS[0], town.TOPICS[participants.TOPIC - 1])
            self.ruled.add(self.editions)
        asyncio.run(published())

    def ask(self) -> None:
        self.asks += 1
        self.stub.ask("say", chat=random.choice(PEOPLE), text=random.choice(COMMANDS))

    def open_campaigns(self) -> int:
        """Return how many are not finished, those aside of which only a group with rules of its own waits."""
        mine = ", ".join(map(str, self.others.groups)) or "0"
        with closing(sqlite3.connect(self.database)) as conn:
            [(many,)] = conn.execute(
                f"""
                SELECT count(*) FROM campaigns AS f WHERE f.state NOT IN ('done', 'held') AND (f.half < 2
                  OR EXISTS (SELECT 1 FROM deliveries AS o WHERE o.campaign = f.id AND o.chat NOT IN ({mine}))
                  OR NOT EXISTS (SELECT 1 FROM deliveries AS o WHERE o.campaign = f.id))
                """
            )
        return int(many)


def calm_down(soak: Soak) -> None:
    """Let nothing go wrong any more."""
    soak.others.calm_down()
    soak.stub.ask("options", **dict.fromkeys(("error", "reset_before", "reset_after", "stall", "burst_429"), 0))


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
            if is_stormy:
                soak.others.act(now)
            if now >= due["look"]:
                soak.memory.append(table.resident(process.pid))
                due["look"] = now + LOOK_EVERY
            if not is_stormy and "calm" not in due:
                due["calm"] = now
                calm_down(soak)
            if process.poll() is not None:
                soak.complaints.append(f"the bot ended by itself with status {process.returncode}")
                process = soak.start()
            time.sleep(0.02)
        if "calm" not in due:  # a restart on a busy machine has taken the rest of the time
            calm_down(soak)
        end = time.monotonic() + FINISH
        while (soak.open_campaigns() or soak.waiting()) and time.monotonic() < end:
            time.sleep(0.2)
    finally:
        soak.end(process)


def judged(soak: Soak, everybody: list[int]) -> tuple[dict[str, Any], bool]:
    """Compare the far side's ledger with the store; return what was found, and whether all of it may be."""
    ledger = soak.stub.ledger()
    with closing(sqlite3.connect(soak.database)) as conn:
        stored = {
            (chat, edition): status
            for chat, edition, status in conn.execute(
                """
                SELECT l.chat, CAST(substr(a.slug, 9) AS INTEGER), l.status
                FROM (
                    SELECT subject, chat, 1 AS status FROM receipts
                    UNION ALL
                    SELECT f.subject, o.chat, o.status FROM outcomes AS o JOIN campaigns AS f ON f.id = o.campaign
                ) AS l JOIN articles AS a ON a.number = l.subject WHERE a.slug LIKE 'edition-%'
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
    late = soak.waiting()
    theirs = {(chat, edition) for chat in soak.others.groups for edition in soak.ruled} - late
    # What a group refused at night may be written down as refused; it may not be forgotten.
    theirs -= {key for key in stored if key[0] == participants.NIGHT}
    many = {key: one.many for key, one in ledger.items() if key[1]}
    cuts = sum(one.cut for key, one in ledger.items() if key[1])
    found = {
        "messages accepted": sum(many.values()),
        "lost": len(wanted - many.keys()),
        "sent, says the store, though it was not": len(
            [key for key, status in stored.items() if status == 1 and key not in many]
        ),
        "accepted, though the store knows nothing of it": len([key for key in many if stored.get(key) != 1]),
        "given up": len([status for (chat, _), status in stored.items() if status == 3 and chat in reachable]),
        "wrongly switched off": len(off - blocked),
        "lost to groups with a slow mode or a night": len(theirs - many.keys()),
        "twice without a cause": sum(
            max(0, times - 1 - ledger[key].cut - soak.at_risk[key]) for key, times in many.items()
        ),
        "not finished": soak.open_campaigns(),
        "other complaints": len(soak.complaints),
    }
    is_good = not any(value for name, value in found.items() if name != "messages accepted") and check == "ok"
    found["twice, cut off or killed"] = f"{sum(times - 1 for times in many.values())} (cut {cuts})"
    found["late, in groups with a slow mode or a night"] = len(late)
    found["integrity of the database"] = check
    return found, is_good


def is_well_served(served: Service) -> bool:
    """Return whether everybody else was answered in time, and the editors at all."""
    return bool(served.took) and served.worst < REPLY_WITHIN and not served.ignored and not served.presses_ignored


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--chats", type=int, default=300)
    parser.add_argument("--with", dest="participants", default="editors,slow,night,flood")
    asked = parser.parse_args()
    chosen = [name for name in asked.participants.split(",") if name]
    with town.scratch() as folder, far.far_side(marked=True, latency=0.02, **FAULTS) as stub:
        soak = Soak(folder, stub, Participants(stub, folder / "content", chosen))
        town.build(soak.database, asked.chats, groups=GROUPS)
        with closing(sqlite3.connect(soak.database)) as conn:
            everybody = [chat for (chat,) in conn.execute("SELECT id FROM chats")]
        soak.others.move_in(soak.database)
        began = time.monotonic()
        storm(soak, asked.seconds)
        took = time.monotonic() - began
        found, is_good = judged(soak, everybody)
        served = participants.service(stub, soak.down, PEOPLE, began + asked.seconds - UNDER_WAY)
        stats = stub.ask("stats")
    is_good = is_good and is_well_served(served)
    may_be = {
        "messages accepted",
        "twice, cut off or killed",
        "integrity of the database",
        "late, in groups with a slow mode or a night",
    }
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
            ("asked while it was down; met by a fault", f"{served.while_down}, {served.struck}", "", ""),
            ("reply to the others, p50 ms", f"{table.percentile(served.took or [0], 0.5) * 1000:.0f}", "", ""),
            (
                "p99 ms, of all and in the worst minute",
                f"{served.p99 * 1000:.0f}, {served.worst_minute * 1000:.0f}",
                f"< {REPLY_WITHIN * 1000:.0f}",
                table.verdict(served.worst < REPLY_WITHIN),
            ),
            ("asked and never answered", served.ignored, "0", table.verdict(not served.ignored)),
            ("editors' presses answered", served.presses, "", ""),
            ("editors' presses ignored", served.presses_ignored, "0", table.verdict(not served.presses_ignored)),
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
