"""
Statistics over a million receipts: how long each answer takes, and for how long the event loop stands still meanwhile.

    python tests/bench/million_receipts.py [--chats 100000] [--articles 100] [--each 10000] [--rounds 20]

What campaigns have counted is carried over first, as the settler does once a quarter of an hour; the time of that is
seen too. Then each period is asked as `/stats` does, through the same services, beside a task that wakes every
millisecond; its longest gap is how long nobody else was answered. A chart is drawn the same way. Beside the time by the
clock stands the processor's, which other work on the machine changes less.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import table
import town

from bot.domain.statistics import PERIODS, latest
from bot.render.editor.chart import chart
from bot.render.locale import words_for
from bot.services.charts.drawing import ChartDrawer
from bot.services.newsroom.statistics import statistics, totals
from bot.store.engine.database import Database
from bot.store.statistics import activity

FOLLOWS = 3
DAYS = 90
ZONE = ZoneInfo("Asia/Kolkata")
TARGET, LONGEST_GAP = 0.300, 0.020  # seconds
TICK = 0.001


def fill(path: Path, articles: int, each: int) -> None:
    """Put articles into the database that went out over 90 days, each to so many chats."""
    chance, now = random.Random(3), int(datetime.now(UTC).timestamp())
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        chats = [row[0] for row in conn.execute("SELECT id FROM chats ORDER BY id")]
        for number in range(1, articles + 1):
            start = now - DAYS * 86_400 * (articles - number) // articles - 3_600
            end = start + each // 30
            conn.execute(
                "INSERT INTO articles (number, slug, state, title, published_at, source, story, first_seen_at,"
                " pushed_at) VALUES (?, ?, 'published', ?, ?, ?, '{}', ?, ?)",
                (number, f"story-{number}", f"Story {number}", start, f"paper-{number % 20}", start, start),
            )
            conn.execute(
                "INSERT INTO article_topics (article, topic, place) VALUES (?, ?, 0)",
                (number, 1 + number % len(town.TOPICS)),
            )
            conn.execute(
                "INSERT INTO campaigns (id, kind, subject_type, subject, lane, state, fixed_at, start_at, half, total,"
                " sent, unreachable, first_sent_at, last_sent_at, done_at, ended_at, uncounted, prompt, prompt_seconds,"
                " prompt_until) VALUES (?, 'news', 1, ?, 2, 'done', ?, ?, 2, ?, ?, 50, ?, ?, ?, ?, 1, ?, ?, ?)",
                (number, number, start, start, each + 50, each, start, end, end, end, each, each * 60, end),
            )
            got = sorted(chance.sample(chats, each))
            conn.executemany(
                "INSERT INTO receipts (subject_type, subject, chat, message_id, revision, look, sent_at)"
                " VALUES (1, ?, ?, 1, 1, 1, ?)",
                [(number, chat, start + place // 30) for place, chat in enumerate(got)],
            )
            conn.executemany(
                "INSERT OR IGNORE INTO saved (chat, article, at) VALUES (?, ?, ?)",
                [(chat, number, start) for chat in got[: each // 100]],
            )
        spread = "UPDATE chats SET since = :now - abs(id * 7919) % (:days * 86400), state_at = :now WHERE true"
        conn.execute(spread, {"now": now, "days": DAYS})
        conn.execute(
            "UPDATE chats SET state = 'unreachable', gone_at = since + 86400, state_at = since + 86400"
            " WHERE id % 20 = 3"
        )
        conn.execute("UPDATE chats SET language = 'de' WHERE id % 3 = 0")
        conn.execute(
            "INSERT INTO activity (fact, at, many) SELECT 11, since - since % 900, count(*) FROM chats GROUP BY 2"
            " UNION ALL SELECT 12, gone_at - gone_at % 900, count(*) FROM chats WHERE gone_at IS NOT NULL GROUP BY 2"
        )
        conn.commit()
        conn.execute("PRAGMA optimize")


async def beside_a_clock(ask: Callable[[], Awaitable[object]]) -> tuple[float, float, float]:
    """Ask, and return how long that took by the clock and the processor, and for how long nothing else could run.

    In seconds.
    """
    longest, last = 0.0, time.perf_counter()

    async def tick() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            longest, last = max(longest, now - last - TICK), now

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    began, worked = time.perf_counter(), time.process_time()
    last = began
    await ask()
    took, worked = time.perf_counter() - began, time.process_time() - worked
    await asyncio.sleep(0)
    longest = max(longest, time.perf_counter() - last - TICK)
    ticking.cancel()
    return took, worked, longest


async def measured(path: Path, rounds: int) -> list[tuple[str, ...]]:
    db = await Database.open(path)

    async def carry_over() -> None:
        async with db.transaction() as conn:
            await activity.carry_over(conn)

    rows = [_row("carrying over", [await beside_a_clock(carry_over)])]
    for days in PERIODS:

        async def ask(days: int = days) -> None:
            now = datetime.now(UTC)
            await statistics(db, latest(days, now, ZONE))
            await totals(db, now, 10)

        found = [await beside_a_clock(ask) for _ in range(rounds)]
        is_met = table.median([took for took, _, _ in found]) <= TARGET
        is_met &= table.median([gap for _, _, gap in found]) <= LONGEST_GAP
        rows.append(_row(f"{days} days", found, table.verdict(is_met)))
    found_90 = await statistics(db, latest(90, datetime.now(UTC), ZONE))
    drawn = []
    for shade in range(4):
        picture = chart(words_for("en"), found_90, ZONE, is_dark=bool(shade % 2))
        assert picture is not None
        drawer = ChartDrawer()
        drawn.append(await beside_a_clock(lambda drawer=drawer, picture=picture: drawer.draw(picture)))
    rows.append(_row("a chart of 90 days", drawn))
    await db.close()
    return rows


def _row(what: str, found: list[tuple[float, float, float]], verdict: str = "") -> tuple[str, ...]:
    columns = zip(*found, strict=True)
    return (what, *(table.spread([1000 * value for value in column], ".0f") for column in columns), verdict)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--each", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    with town.scratch() as folder:
        path = town.build(folder / "town.db", asked.chats, FOLLOWS)
        fill(path, asked.articles, asked.each)
        rows = asyncio.run(measured(path, asked.rounds))
    table.print_table(
        f"Statistics over {asked.articles * asked.each:,} receipts and {asked.chats:,} chats",
        ("what", "ms (low–high)", "of the processor", "loop held", ""),
        rows,
        f"n = {asked.rounds}; targets ≤ {TARGET * 1000:.0f} ms and no hold of {LONGEST_GAP * 1000:.0f} ms",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
