"""
How long nobody sends when the process that does is killed, stopped, cut off or asked to end, on a real PostgreSQL.

    python tests/bench/leadership.py [--times 20]

Two real processes take part in leadership (`tests/store/postgres/leading_process.py`) and "send" a line every 5 ms
while they may; the server is a private one with fsync on. A time is from the blow, at any moment of the second in which
they say a word to the server, to the first line of the other process. In each round it is also seen that nobody sent
once another had begun.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

import table

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "store" / "postgres")]

from cable import Cable, cable  # noqa: E402
from postgres_cluster import Cluster, private_cluster  # noqa: E402
from several import Member, Several, several, with_tables  # noqa: E402

from bot.store.postgres.leadership import BEAT, since_boot  # noqa: E402

WAKES_AFTER = 1.0  # seconds; one that was stopped is woken then, and is to send nothing

Blow = Callable[[Several, Member, Cable], float]


def _signalled(number: int) -> Blow:
    return lambda running, leader, line: running.signal(leader, number)  # type: ignore[arg-type]


def _cut(running: Several, leader: Member, line: Cable) -> float:
    line.pull()
    return since_boot()


BLOWS: dict[str, tuple[Blow, float]] = {
    "asked to end": (_signalled(SIGTERM), 1.0),
    "killed": (_signalled(SIGKILL), 5.0),
    "stopped, and woken": (_signalled(SIGSTOP), 8.0),
    "cut off": (_cut, 15.0),
}


async def took(cluster: Cluster, folder: Path, blow: Blow) -> float:
    """Return how many seconds after the blow another one sent."""
    name = with_tables(cluster)
    try:
        async with cable(cluster.port) as line, several(folder) as running:
            leader = await running.start(cluster.url(name, port=line.port))
            await leader.sends()
            other = await running.start(cluster.url(name))
            await asyncio.sleep(random.uniform(0, BEAT))
            at = blow(running, leader, line)
            message = await other.sends()
            if blow is BLOWS["stopped, and woken"][0]:
                await other.sends(running.signal(leader, SIGCONT) + WAKES_AFTER)
            running.assert_one_at_a_time()
            return message.at - at
    finally:
        cluster.drop(name)


async def rounds(times: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in BLOWS}
    with tempfile.TemporaryDirectory() as scratch, private_cluster(Path(scratch), durable=True) as cluster:
        for _ in range(times):
            for name, (blow, _) in BLOWS.items():
                found[name].append(await took(cluster, Path(scratch), blow))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    found = asyncio.run(rounds(given.times))
    met = {name: max(found[name]) <= bound for name, (_, bound) in BLOWS.items()}
    table.print_table(
        f"Another process sends, {given.times} times each",
        ("the one that sent was", "median, s", "worst, s", "target, s", ""),
        [
            (
                name,
                f"{table.median(found[name]):.2f}",
                f"{max(found[name]):.2f}",
                f"{bound:g}",
                table.verdict(met[name]),
            )
            for name, (_, bound) in BLOWS.items()
        ],
    )
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
