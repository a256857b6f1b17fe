"""
Several bots, each with a database of its own, on one PostgreSQL: what each one more costs the server.

    python tests/bench/fleet.py [--chats 100000] [--fleet 1 2 4] [--seconds 15]

For each size of the fleet: as many towns are published to at once, and then as many whole bots send 29 messages a
second each. What is watched is the server alone: its processor time, its memory (what is shared counted once), its
connections and its disk. A straight line through the sizes gives what a bot costs, and the server without any.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import crew
import house
import server
import stub as far
import table
import town
from postgres_cluster import Cluster

from bot.domain.database_place import ServerAddress
from bot.store.opening import open_database

WARM_UP = 5  # seconds until all of them send at their pace


def processes(cluster: Cluster) -> Iterator[int]:
    """Yield the server's processes: the first one, and those that it has started."""
    first = int((cluster.folder / "data/postmaster.pid").read_text().split()[0])
    yield first
    yield from map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())


def used(cluster: Cluster) -> float:
    """Return the seconds of processor time of the server's living processes, and of those that have ended."""
    living, first = 0.0, next(processes(cluster))
    for pid in processes(cluster):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            living += table.processor_time(pid)
    # Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (cutime, cstime: children waited for)
    ended = sum(map(int, Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[13:15])) / 100
    return living + ended


def memory(cluster: Cluster) -> float:
    """Return the server's memory in MiB; what several of its processes share counts once."""
    share = 0
    for pid in processes(cluster):
        with suppress(FileNotFoundError, ProcessLookupError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            share += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return share / 1024


async def published(addresses: list[ServerAddress]) -> float:
    """Publish to all towns and give all their rows at once; return how long that took."""
    databases = [await open_database(address) for address in addresses]
    for db in databases:
        await town.publish(db, "to-all")
    began = time.perf_counter()
    await asyncio.gather(*(town.spread_all(db) for db in databases))
    took = time.perf_counter() - began
    for db in databases:
        await db.outbox_has_filled()
        await db.close()
    return took


def measured(
    cluster: Cluster, stub: far.Stub, folder: Path, template: str, size: int, seconds: int
) -> dict[str, float]:
    names = [cluster.create(template) for _ in range(size)]
    before = used(cluster)
    at_once = crew.run(published([ServerAddress(cluster.url(name)) for name in names]))
    found = {"fan-out": at_once, "fan-out, processor": used(cluster) - before}
    found["disk"] = sum(cluster.execute(f"SELECT pg_database_size('{name}')")[0][0] for name in names) / 2**20
    with ExitStack() as open_:
        for number, name in enumerate(names):
            home = folder / f"{size}-{number}"
            home.mkdir()
            open_.enter_context(house.bot(home, stub, database=cluster.url(name), rate=30))
        time.sleep(WARM_UP)
        sent, before = stub.ask("stats")["accepted"], used(cluster)
        time.sleep(seconds)
        found["core"] = (used(cluster) - before) / seconds * 100
        found["sent"] = (stub.ask("stats")["accepted"] - sent) / seconds
        found["memory"] = memory(cluster)
        asked = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename = 'newsbot'"
        found["connections"] = cluster.execute(asked)[0][0]
    for name in names:
        cluster.drop(name)
    return found


def line(sizes: list[int], values: list[float]) -> tuple[float, float]:
    """Return what one more costs, and what there is without any: the straight line with the least squares."""
    middle, height = sum(sizes) / len(sizes), sum(values) / len(values)
    wide = sum((size - middle) ** 2 for size in sizes)
    slope = sum((size - middle) * (value - height) for size, value in zip(sizes, values, strict=True)) / wide
    return slope, height - slope * middle


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--fleet", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seconds", type=int, default=15)
    asked = parser.parse_args()
    if len(set(asked.fleet)) < 2:
        parser.error("a line needs two sizes")
    with town.scratch() as folder, far.far_side() as stub, server.durable() as cluster:
        address = server.moved(cluster, town.build(folder / "town.db", asked.chats))
        template = address.url.rpartition("/")[2]
        found = [measured(cluster, stub, folder, template, size, asked.seconds) for size in asked.fleet]
    rows = []
    for what, name, form in (
        ("fan-out", "all published to at once, s", ".2f"),
        ("fan-out, processor", "... processor time of the server, s", ".2f"),
        ("sent", "messages a second, together", ".0f"),
        ("core", "... of one core, the server, %", ".1f"),
        ("memory", "memory of the server, MiB", ".0f"),
        ("connections", "connections", ".0f"),
        ("disk", "disk, MiB", ".0f"),
    ):
        values = [float(one[what]) for one in found]
        slope, without = line(asked.fleet, values)
        rows.append((name, *(f"{value:{form}}" for value in values), f"{slope:{form}}", f"{without:{form}}"))
    table.print_table(
        f"A fleet of bots with {asked.chats:,} chats each on one PostgreSQL",
        ("what", *(f"{size} bots" for size in asked.fleet), "one more", "without any"),
        rows,
        f"n = 1; {asked.seconds} s of sending at each size; 512 MB of shared buffers",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
