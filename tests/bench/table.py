"""Tables, and what stands above each: the machine, the versions, and how loaded the machine was."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CLIENT_CORE = 0  # the stub takes the next

_LIBRARIES = ("python-telegram-bot", "httpx", "aiohttp", "uvloop", "orjson", "aiosqlite", "aiogram")


def pin() -> None:
    """Keep this process, its threads and its children on the client's core, where the machine has more than one."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {CLIENT_CORE})


def machine() -> str:
    """Return one line about this machine and one about the versions."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"{os.cpu_count()} × {model}; {platform.system()} {platform.release()}; load before: {load}\n"
        f"CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {', '.join(found)}"
    )


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], *notes: str) -> None:
    """Print one table for people, also when the output is a pipe."""
    cells = [list(map(str, head)), *[list(map(str, row)) for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n## {title}\n")
    for number, row in enumerate(cells):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print()
    for note in (*notes, *machine().splitlines()):
        print(f"  {note}")
    sys.stdout.flush()


def verdict(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float], form: str = ",.0f") -> str:
    """Return the median, and the lowest and highest beside it."""
    return f"{median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def resident(pid: int | str = "self") -> float:
    """Return the memory a process holds now, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} has no memory")


def processor_time(pid: int) -> float:
    """Return the seconds of processor time that a process and all its living threads have taken so far.

    Source: https://docs.kernel.org/scheduler/sched-stats.html (`/proc/<pid>/schedstat`: nanoseconds on the processor)
    """
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
