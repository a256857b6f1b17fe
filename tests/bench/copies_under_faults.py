"""
Copies are corrected, corrected again while the first correction runs, and taken back, on a bad day with kills.

    python tests/bench/copies_under_faults.py [--copies 20000] [--kills 3]

Errors, cut connections, silence, "too many", readers who have deleted their copy or blocked the bot, groups that
removed it or moved, copies that can be edited or deleted no more; and in each of the two halves `kill -9` at moments
spread over it. Then what every chat shows is compared with what the store and the report to editors say. Copies of
every fifth chat are older than 48 hours, so that they become notices where the others are deleted. The dispatcher's
clock runs thirty times as fast, so that pauses of a minute do not take one.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import crew
import kill
import stub as far
import table
import town

from bot.domain.copies import ChangedCopies, Delivered
from bot.services.newsroom import corrections
from bot.store.content import articles
from bot.store.delivery import copy_counts
from bot.store.engine.database import Database

DAY = {
    "latency": 0.005,
    "error": 0.05,
    "reset_before": 0.02,
    "reset_after": 0.02,
    "stall": 0.01,
    "burst_429": 0.0005,
    "blocked": 0.02,
    "removed": 0.03,
    "kicked": 0.1,
    "moved": 0.2,
    "fixed": 0.01,
    "kept": 0.01,
}
GROUPS = 0.05  # of all chats
SPEED = 30
SLUG = "sending"  # the article of `town.ready_to_send`
TOO_OLD = "chat % 5 = 0"
RETRACTED = 9  # the revision that notices name
Key = tuple[int, int]  # a chat and a message


@dataclass
class Half:
    """One half of the day: what was to become of the copies, and what did. `at_risk` are kills by chat."""

    copies: dict[Key, far.Copy]
    before: dict[Key, far.Copy]
    told: ChangedCopies
    ends: Counter[str]
    at_risk: Counter[int]
    kills: int
    seconds: float
    alarms: list[str] = field(default_factory=list)

    def done_again(self) -> int:
        """Return how many calls found a copy as they were to make it, beyond those whose like was cut or killed."""
        beyond = 0
        for key, copy in self.copies.items():
            before = self.before[key]
            beyond += max(0, copy.again - before.again - (copy.cut - before.cut) - self.at_risk[key[0]])
        return beyond


class Day:
    """A database whose article everybody has, the far side that holds the copies, and the clock of both."""

    def __init__(self, path: Path, stub: far.Stub) -> None:
        self.path, self.stub = path, stub
        self.since = time.time()
        self.clock = crew.hurried(SPEED, self.since)

    def ask(self, question: Callable[[Database, int, datetime], Any]) -> Any:
        """Return what a question or an act of editors gives, asked in a process that is not the bot's."""

        async def asked() -> Any:
            db = await Database.open(self.path)
            try:
                async with db.reading() as conn:
                    number = (await articles.find(conn, SLUG)).number
                return await question(db, number, self.clock())
            finally:
                await db.close()

        return asyncio.run(asked())

    def correct(self, revision: int) -> None:
        self.ask(lambda db, number, now: corrections.correct(db, number, why=f"revision {revision}", by=1, now=now))

    def take_back(self) -> None:
        why = f"revision {RETRACTED}"
        self.ask(lambda db, number, now: corrections.retract(db, number, Delivered.DELETE, why=why, by=1, now=now))

    def told(self) -> ChangedCopies:
        async def counted(db: Database, number: int, now: datetime) -> ChangedCopies:
            async with db.reading() as conn:
                return await copy_counts.changed(conn, number)

        told: ChangedCopies = self.ask(counted)
        return told

    def half(self, copies: int, kills: int, then: Callable[[], None] = lambda: None) -> Half:
        """Let crews work to the end, with kills spread over the copies; `then` happens behind the first of them."""
        before, began = self.stub.copies(), time.monotonic()
        at_risk: Counter[int] = Counter()
        edited = self.stub.ask("stats")["edited"]
        killed = 0
        for n in range(kills):
            at = edited + copies * (n + 1) // (kills + 1)
            process = crew.start(self.path, self.stub.url, **self.options)
            while process.poll() is None and self.stub.ask("stats")["edited"] < at:
                time.sleep(0.01)
            process.kill()
            assert process.stdout is not None
            process.stdout.close()
            killed += process.wait() != 0
            self.stub.settled("edited")
            at_risk.update(kill.being_sent(self.path))
            if n == 0:
                then()
        said = crew.finished(crew.start(self.path, self.stub.url, **self.options))
        with closing(sqlite3.connect(self.path)) as conn:
            ends = Counter(dict(conn.execute("SELECT coalesce(reason, status), count(*) FROM outcomes GROUP BY 1")))
        took = time.monotonic() - began
        return Half(self.stub.copies(), before, self.told(), ends, at_risk, killed, took, said["alarms"])

    @property
    def options(self) -> dict[str, Any]:
        return {"to_the_end": True, "speed": SPEED, "since": self.since, "answer": 1}


def out_of_reach(chat: int) -> bool:
    """Return whether no copy in a chat can be changed: blocked, removed, kicked, moved."""
    if chat < 0:
        return far.falls(chat, DAY["kicked"], "kicked") or far.falls(chat, DAY["moved"])
    return far.falls(chat, DAY["blocked"])


def was_removed(chat: int) -> bool:
    return far.falls(chat, DAY["removed"], "removed")


def is_fixed(chat: int) -> bool:
    return far.falls(chat, DAY["fixed"], "fixed")


def is_kept(chat: int) -> bool:
    return far.falls(chat, DAY["kept"], "kept")


def judge_corrections(half: Half, newest: int) -> list[tuple[object, ...]]:
    can = [key for key in half.copies if not (out_of_reach(key[0]) or was_removed(key[0]) or is_fixed(key[0]))]
    shows = sum(copy.says == newest for copy in half.copies.values())
    behind = sum(half.copies[key].says != newest for key in can)
    told, accounted = half.told, half.told.corrected + half.told.not_corrected
    return [
        ("copies that can be corrected and do not show the newest", behind, "0", table.verdict(not behind)),
        (
            "told as corrected, and what chats show",
            f"{told.corrected:,}, {shows:,}",
            "the same",
            table.verdict(told.corrected == shows),
        ),
        (
            "told as corrected or not, of all copies",
            f"{accounted:,} of {len(half.copies):,}",
            "all",
            table.verdict(accounted == len(half.copies) and not told.correcting),
        ),
        *_common(half),
    ]


def judge_retraction(half: Half, too_old: set[int]) -> list[tuple[object, ...]]:
    def is_due(chat: int) -> bool:
        return not (out_of_reach(chat) or was_removed(chat) or (chat in too_old and is_fixed(chat)))

    gone = sum(copy.is_deleted for copy in half.copies.values())
    noticed = sum(copy.says == RETRACTED and not copy.is_deleted for copy in half.copies.values())
    left = sum(
        not copy.is_deleted and copy.says != RETRACTED and is_due(chat) for (chat, _), copy in half.copies.items()
    )
    before = sum(was_removed(chat) and not out_of_reach(chat) for chat, _ in half.copies)
    told = half.told
    accounted = told.deleted + told.noticed + told.not_retracted
    return [
        ("copies that can be taken back and were not", left, "0", table.verdict(not left)),
        (
            "told as deleted, and gone from chats",
            f"{told.deleted:,}, {gone + before:,}",
            "the same",
            table.verdict(told.deleted == gone + before),
        ),
        (
            "told as notices, and what chats show",
            f"{told.noticed:,}, {noticed:,}",
            "the same",
            table.verdict(told.noticed == noticed),
        ),
        (
            "told as taken back or not, of all copies",
            f"{accounted:,} of {len(half.copies):,}",
            "all",
            table.verdict(accounted == len(half.copies) and not told.retracting),
        ),
        *_common(half),
    ]


def _common(half: Half) -> list[tuple[object, ...]]:
    beyond = half.done_again()
    again = sum(copy.again - half.before[key].again for key, copy in half.copies.items())
    return [
        ("changed again though no answer was cut and nothing on the wire", beyond, "0", table.verdict(not beyond)),
        ("... in all", again, "", ""),
        (
            "kills; on the wire or unwritten at one, mean",
            f"{half.kills}; {half.at_risk.total() / max(1, half.kills):.0f}",
            "",
            "",
        ),
    ]


HEAD = ("what", "seen", "target", "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--copies", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=3)
    asked = parser.parse_args()
    table.pin()
    with town.scratch() as folder, far.far_side(copies=True) as stub:
        path = town.build(folder / "town.db", asked.copies, groups=GROUPS)
        asyncio.run(town.ready_to_send(path))
        crew.finished(crew.start(path, stub.url))
        with closing(sqlite3.connect(path)) as conn, conn:
            conn.execute(f"UPDATE receipts SET sent_at = sent_at - 3 * 86400 WHERE {TOO_OLD}")
            too_old = {chat for (chat,) in conn.execute(f"SELECT chat FROM receipts WHERE {TOO_OLD}")}
        stub.ask("options", **DAY)
        day = Day(path, stub)
        day.correct(1)
        first = day.half(asked.copies, asked.kills, lambda: day.correct(2))
        table.print_table(
            f"{asked.copies:,} copies corrected twice on a bad day",
            HEAD,
            rows := judge_corrections(first, 2),
            f"not corrected: {dict(first.told.reasons)}",
            f"{first.seconds:.0f} s; alarms: {first.alarms}",
        )
        day.take_back()
        second = day.half(asked.copies, asked.kills)
        faults = stub.ask("stats")["faults"]
        table.print_table(
            "... and taken back",
            HEAD,
            more := judge_retraction(second, too_old),
            f"not taken back: {dict(second.told.reasons)}",
            f"{second.seconds:.0f} s; alarms: {second.alarms}",
            "what the far side did: " + ", ".join(f"{many:,} × {fault}" for fault, many in sorted(faults.items())),
        )
    return int(any(row[-1] == "MISSED" for row in [*rows, *more]))


if __name__ == "__main__":
    sys.exit(main())
