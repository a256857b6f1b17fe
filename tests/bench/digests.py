"""
A hundred thousand digests at eight in the morning: when the first leaves, what each costs, how many are composed.

    python tests/bench/digests.py [--chats 100000] [--stories 7] [--rich]

Once all chats get the same; once they follow five of ten topics each, and half of them want it a minute later.

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
from bot.services.delivery.attempt import SendPort
from bot.services.delivery.claiming import IN_FLIGHT, UNPACED_CLAIM_ROWS, SendingLimits
from bot.services.delivery.composing import Composition
from bot.services.delivery.dispatcher import Alarm, Dispatcher
from bot.services.delivery.fanout import fan_out_next
from bot.services.delivery.kinds import KINDS
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.delivery.senders import SendingTools
from bot.settings import checked
from bot.store.engine.database import Database
from bot.telegram_edge.kit.context import look_of

WISH, LATER, ZONE = "daily 08:00", "daily 08:01", "Europe/Berlin"
CLAIMED_TOGETHER = 2 * (UNPACED_CLAIM_ROWS + IN_FLIGHT)
READY_WITHIN = 10.0  # seconds until the first message
SETTINGS = checked(token=f"{town.BOT_ID}:AAbench")


@dataclass
class Morning:
    """What was seen; `now` is the clock."""

    now: datetime
    composed: int = 0
    sent: int = 0
    first_at: float = 0.0
    last_of_first_minute: int = 0
    """Which of all that was sent was the last to a chat of the first minute; those have even numbers."""

    def fold(
        self, compositions: Sequence[Composition[Any]], listing: Listing | None, look: Look, now: datetime
    ) -> tuple[Message, Sequence[Composition[Any]]]:
        self.composed += 1
        fold = KINDS[NEWS].fold
        assert fold is not None
        return fold(compositions, listing, look, now)

    async def send(self, body: Any, chat: int, thread: int, silent: bool, paid: bool, reply_to: int | None) -> Outcome:
        self.sent += 1
        if chat % 2 == 0:
            self.last_of_first_minute = self.sent
        self.first_at = self.first_at or time.perf_counter()
        return Sent(self.sent)


async def _slot(chat: int | None, lane: Lane, is_group: bool, is_paid: bool, is_change: bool) -> float:
    return 0.0


async def _never(*_: object) -> Outcome:
    raise AssertionError("digests are only sent")


async def _alarm(kind: Alarm, campaign: int | None, words: str | None) -> None:
    raise AssertionError(f"{kind} of campaign {campaign}: {words}")


async def _spread(path: Path, stories: int, topics: Sequence[str] = ()) -> float:
    """Publish stories, each about one of the topics if there are any; return the seconds until all had their rows."""
    db = await Database.open(path)
    for number in range(stories):
        await town.publish(db, f"story-{number}", *topics[number : number + 1])
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
        prepare_edit=lambda message: message,
        send=morning.send,
        edit=_never,
        delete=_never,
        slot=_slot,
        held=lambda chat: 0.0,
        throttled=lambda chat, seconds, paid, is_change: None,
    )

    def look(chat: Chat) -> Look:
        return look_of(chat, SETTINGS, "newsbot_bench_bot")

    kinds = {**KINDS, NEWS: replace(KINDS[NEWS], fold=morning.fold)}
    dispatcher = Dispatcher(
        db,
        SendingTools(port, look, PictureSource()),
        SendingLimits(None, timedelta(days=1), PaidBudget(0, None)),
        clock=lambda: morning.now,
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


def _all_the_same(folder: Path, chats: int, stories: int, is_rich: bool) -> bool:
    plain = town.build(folder / "plain.db", chats)
    timed = town.copy(plain, folder / "timed.db")
    _want_it(timed, is_rich)
    at_once, at_eight = (asyncio.run(_spread(path, stories)) for path in (plain, timed))
    morning = Morning(datetime.now(UTC) + timedelta(days=2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    first, took, cpu = asyncio.run(_send(timed, morning))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    is_met = first < READY_WITHIN and morning.sent == chats and morning.composed == 1
    table.print_table(
        f"{chats:,} digests of {stories} stories, all the same{', rich' if is_rich else ''}",
        ("figure", "value", "to reach"),
        [
            ("fan-out at once, s", f"{at_once:.2f}", ""),
            ("fan-out to those who want it at eight, s", f"{at_eight:.2f}", "at most twice that"),
            ("first digest, s", f"{first:.2f}", f"below {READY_WITHIN:.0f}"),
            ("digests", f"{morning.sent:,}", f"{chats:,}"),
            ("composed", f"{morning.composed:,}", "1"),
            ("all of them, s", f"{took:.1f}", ""),
            ("CPU of one, µs", f"{cpu / max(1, morning.sent) * 1e6:,.0f}", ""),
            ("memory grown, MiB", f"{grown:.0f}", ""),
            ("", table.verdict(is_met), ""),
        ],
    )
    return is_met


def _of_many_kinds(folder: Path, chats: int, is_rich: bool) -> bool:
    """Ten topics with a story each, of which a chat follows five: ten kinds of digests."""
    path = town.build(folder / "mixed.db", chats, follows=5)
    _want_it(path, is_rich)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO timings (number, wish, zone) VALUES (2, ?, ?)", (LATER, ZONE))
        conn.execute("UPDATE chats SET timing = 2 WHERE id % 2 = 1")
    spread = asyncio.run(_spread(path, len(town.TOPICS), town.TOPICS))
    morning = Morning(datetime.now(UTC) + timedelta(days=2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    first, took, cpu = asyncio.run(_send(path, morning))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    early = -(-chats // 2)
    ahead = morning.last_of_first_minute - early  # claimed together with the last of the first minute
    kinds = len(town.TOPICS)  # whoever wants it in one minute has five of the ten
    is_met = first < READY_WITHIN and morning.sent == chats and morning.composed == kinds and ahead < CLAIMED_TOGETHER
    table.print_table(
        f"{chats:,} digests of 5 of 10 stories, half of them a minute later{', rich' if is_rich else ''}",
        ("figure", "value", "to reach"),
        [
            ("fan-out, s", f"{spread:.2f}", ""),
            ("first digest, s", f"{first:.2f}", f"below {READY_WITHIN:.0f}"),
            ("digests", f"{morning.sent:,}", f"{chats:,}"),
            ("composed", f"{morning.composed:,}", f"{kinds}"),
            ("of the second minute before the last of the first", f"{ahead:,}", f"below {CLAIMED_TOGETHER}"),
            ("all of them, s", f"{took:.1f}", ""),
            ("CPU of one, µs", f"{cpu / max(1, morning.sent) * 1e6:,.0f}", ""),
            ("memory grown, MiB", f"{grown:.0f}", ""),
            ("", table.verdict(is_met), ""),
        ],
    )
    return is_met


def _want_it(path: Path, is_rich: bool) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO timings (number, wish, zone) VALUES (1, ?, ?)", (WISH, ZONE))
        conn.execute("UPDATE chats SET timing = 1, zone = ?", (ZONE,))
        if is_rich:
            conn.execute("UPDATE chats SET digest = 'rich'")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--stories", type=int, default=7)
    parser.add_argument("--rich", action="store_true", help="in blocks instead of text")
    asked = parser.parse_args()
    table.pin()
    with town.scratch() as folder:
        is_met = [
            _all_the_same(folder, asked.chats, asked.stories, asked.rich),
            _of_many_kinds(folder, asked.chats, asked.rich),
        ]
    return 0 if all(is_met) else 1


if __name__ == "__main__":
    raise SystemExit(main())
