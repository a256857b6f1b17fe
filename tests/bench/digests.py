"""
A hundred thousand digests at eight in the morning: when the first leaves, what each costs, how many are composed.

    python tests/bench/digests.py [--chats 100000] [--stories 7]

The real fan-out and dispatcher, on disk, with a clock of its own; every message is answered at once without leaving the
process, so that neither Telegram's pace nor HTTP is in it. Beside it: a fan-out to as many chats that want it at once.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import table
import town

from bot.content.web.pictures import PictureSource
from bot.domain.chat import Chat
from bot.domain.delivery import NEWS, Lane, Outcome, Sent
from bot.domain.delivery_time import Listing
from bot.domain.message import Message
from bot.render.look import Look
from bot.services.delivery.composing import Composition
from bot.services.delivery.dispatcher import Alarm, Dispatcher
from bot.services.delivery.fanout import fan_out_next
from bot.services.delivery.kinds import KINDS
from bot.services.delivery.senders import SendPort
from bot.settings import checked
from bot.store.engine.database import Database
from bot.telegram_edge.kit.context import look_of

WISH, ZONE = "daily 08:00", "Europe/Berlin"
READY_WITHIN = 10.0  # seconds until the first message
SETTINGS = checked(token=f"{town.BOT_ID}:AAbench")


@dataclass
class Morning:
    """What was seen; `now` is the clock."""

    now: datetime
    composed: int = 0
    sent: int = 0
    first_at: float = 0.0

    def fold(
        self, compositions: Sequence[Composition[Any]], listing: Listing | None, look: Look, now: datetime
    ) -> tuple[Message, Sequence[Composition[Any]]]:
        self.composed += 1
        fold = KINDS[NEWS].fold
        assert fold is not None
        return fold(compositions, listing, look, now)

    async def send(self, body: Any, chat: int, thread: int, silent: bool, paid: bool, reply_to: int | None) -> Outcome:
        self.sent += 1
        self.first_at = self.first_at or time.perf_counter()
        return Sent(self.sent)


async def _slot(chat: int | None, lane: Lane, is_group: bool, is_paid: bool) -> float:
    return 0.0


async def _never(*_: object) -> Outcome:
    raise AssertionError("digests are only sent")


async def _alarm(kind: Alarm, campaign: int | None, words: str | None) -> None:
    raise AssertionError(f"{kind} of campaign {campaign}: {words}")


async def _spread(path: Path, stories: int) -> float:
    """Publish stories and give all their rows; return the seconds that the fan-outs took."""
    db = await Database.open(path)
    for number in range(stories):
        await town.publish(db, f"story-{number}")
    began = time.perf_counter()
    while await fan_out_next(db, now=datetime.now(UTC), draw=0.5):
        pass
    took = time.perf_counter() - began
    await db.close()
    return took


async def _send(path: Path, morning: Morning) -> tuple[float, float, float]:
    """Send all that is due; return the seconds to the first message, to the last, and of the processor."""
    db = await Database.open(path)
    port = SendPort(
        prepare=lambda message: message,
        send=morning.send,
        edit=_never,
        delete=_never,
        slot=_slot,
        held=lambda chat: 0.0,
        throttled=lambda chat, seconds, paid: None,
    )

    def look(chat: Chat) -> Look:
        return look_of(chat, SETTINGS, "newsbot_bench_bot")

    kinds = {**KINDS, NEWS: replace(KINDS[NEWS], fold=morning.fold)}
    dispatcher = Dispatcher(
        db,
        port,
        look_of=look,
        pictures=PictureSource(),
        clock=lambda: morning.now,
        rate=None,
        stale=timedelta(days=1),
        alarm=_alarm,
        kinds=kinds,
    )
    began, cpu = time.perf_counter(), time.process_time()
    running = asyncio.create_task(dispatcher.run())
    dispatcher.wake()
    await dispatcher.idle()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    dispatcher.stop()
    await running
    await db.close()
    return morning.first_at - began, took, cpu


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--stories", type=int, default=7)
    asked = parser.parse_args()
    table.pin()
    with town.scratch() as folder:
        plain = town.build(folder / "plain.db", asked.chats)
        timed = town.copy(plain, folder / "timed.db")
        with closing(sqlite3.connect(timed)) as conn, conn:
            conn.execute("INSERT INTO timings (number, wish, zone) VALUES (1, ?, ?)", (WISH, ZONE))
            conn.execute("UPDATE chats SET timing = 1, zone = ?", (ZONE,))
        at_once, at_eight = (asyncio.run(_spread(path, asked.stories)) for path in (plain, timed))
        morning = Morning(datetime.now(UTC) + timedelta(days=2))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        first, took, cpu = asyncio.run(_send(timed, morning))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    is_met = first < READY_WITHIN and morning.sent == asked.chats and morning.composed == 1
    table.print_table(
        f"{asked.chats:,} digests of {asked.stories} stories",
        ("figure", "value", "to reach"),
        [
            ("fan-out at once, s", f"{at_once:.2f}", ""),
            ("fan-out to those who want it at eight, s", f"{at_eight:.2f}", "at most twice that"),
            ("first digest, s", f"{first:.2f}", f"below {READY_WITHIN:.0f}"),
            ("digests", f"{morning.sent:,}", f"{asked.chats:,}"),
            ("composed", f"{morning.composed:,}", "1"),
            ("all of them, s", f"{took:.1f}", ""),
            ("CPU of one, µs", f"{cpu / max(1, morning.sent) * 1e6:,.0f}", ""),
            ("memory grown, MiB", f"{grown:.0f}", ""),
            ("", table.verdict(is_met), ""),
        ],
    )
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
