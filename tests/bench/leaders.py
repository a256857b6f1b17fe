"""
The bot that sends is killed again and again in one broadcast, on PostgreSQL with fsync on: lost, and twice.

    python tests/bench/leaders.py [--kills 20] [--chats 20000]

Two real bots run on one database at any time; of the two the one that sends is killed with SIGKILL at a random moment,
and another is started in its place. The sandbox plays Telegram and keeps the ledger, with which the store's own account
of the article (`newsbot delivery --json`) is compared.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL

import table

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "outside")]

from instances import Instances, instances  # noqa: E402
from postgres_cluster import private_cluster  # noqa: E402
from street import street  # noqa: E402

from bot.store.postgres.migrations import migrate  # noqa: E402

A_SECOND = 400  # messages: with twenty kills a broadcast of 20,000 takes a minute or two
ON_THE_WIRE = 64 + A_SECOND // 20  # that one process has at once, and what was answered and is not yet written
ANSWERED_STILL = 0.3  # seconds in which what was on the wire is answered
LIFE = (1.0, 3.0)  # seconds that the one that sends has


@dataclass
class Figures:
    lost: int = 0
    twice: int = 0
    counted: int = 0
    kills: int = 0
    gaps: list[float] = field(default_factory=list)


async def broadcast(folder: Path, url: str, kills: int, chats: int) -> Figures:
    seen = Figures()
    async with street(folder, DATABASE=url, RATE=str(A_SECOND), UNDO="0", LOG="text:warning") as here:
        here.topic("energy", "Energy")
        here.article("lake.json", "The lake", published=False)
        await here.imported()
        async with instances(here) as several:
            for _ in range(2):
                await several.start()
            readers = several.readers(chats)
            await several.leader()
            assert (await here.shell("publish", "lake")).status == 0
            await several.sent(readers, 1)
            while seen.kills < kills and several.without(readers):
                await asyncio.sleep(random.uniform(*LIFE))
                seen.gaps.append(await _kill(several, readers))
                seen.kills += 1
                await several.start()
            told = await several.delivered("lake")
        seen.lost = several.without(readers)
        seen.twice, seen.counted = several.twice(readers), told["perhaps_twice"]
        assert told["reached"] == chats - seen.lost
    return seen


async def _kill(several: Instances, readers: range) -> float:
    """Kill the one that sends; return after how many seconds the next message came."""
    killed = await several.end(await several.leader(), SIGKILL)
    await asyncio.sleep(ANSWERED_STILL)
    before = len(several.times(readers))
    await several.here.until(lambda: len(several.times(readers)) > before or not several.without(readers), "the next")
    return next(iter(several.times(readers)[before:]), killed) - killed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--chats", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, private_cluster(Path(scratch), durable=True) as cluster:
        url = cluster.url(cluster.create(cluster.template("newsbot", migrate)))
        seen = asyncio.run(broadcast(Path(scratch), url, given.kills, given.chats))
    a_kill = seen.twice / max(1, seen.kills)
    rows = [
        ("kills of the one that sends", seen.kills, ""),
        ("lost", seen.lost, table.verdict(seen.lost == 0)),
        (
            "came twice; counted as perhaps twice",
            f"{seen.twice}; {seen.counted}",
            table.verdict(seen.twice <= seen.counted),
        ),
        ("twice a kill", f"{a_kill:.1f}", table.verdict(a_kill <= ON_THE_WIRE)),
        ("next message after a kill", f"{table.spread(seen.gaps, '.2f')} s", table.verdict(max(seen.gaps) <= 5)),
    ]
    table.print_table(f"One broadcast to {given.chats:,} chats", ("figure", "seen", ""), rows)
    return 0 if all("MISSED" not in row[2] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
