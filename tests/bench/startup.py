"""
Starting: the import of thousands of articles, the time to the first `getUpdates`, the memory at rest.

    python tests/bench/startup.py [--rounds 5] [--articles 5000]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import house
import table
import town
from stub import Stub, far_side

ARTICLE = """---
title: "Batteries in an old mine shaft, part {n}"
excerpt: "A weight of forty tonnes goes up when power is cheap and comes down when it is dear: {n} of many."
publishedDateTime: 2026-{month:02}-{day:02}T09:30:00Z
webUrl: https://news.example/batteries/{n}
category: Energy
quality: {quality}
heat: {heat}
published: false
provider:
  name: Northgate News
  domain: news.example
topics:
  - Energy
  - {topic}
images:
  - url: https://pictures.example/{n}.jpg
    width: 1200
    height: 675
related:
  - title: "What a kilowatt-hour of height costs"
    webUrl: https://news.example/height/{n}
    provider:
      name: Northgate News
---
The shaft was dug for copper, and closed when copper was cheap. Now the weight in it goes up and down, part {n}.
"""


def write_articles(folder: Path, many: int) -> None:
    folder.mkdir()
    for n in range(many):
        text = ARTICLE.format(
            n=n,
            month=1 + n % 12,
            day=1 + n % 28,
            quality=n % 100,
            heat=n * 7 % 1000,
            topic=town.TOPICS[n % len(town.TOPICS)],
        )
        (folder / f"batteries-{n:05}.md").write_text(text, encoding="utf-8")


def imported(folder: Path, stub: Stub) -> float:
    """Return the seconds that `newsbot import` takes, its start and end included."""
    settings = house.environment(folder, stub.url, database=folder / "import.db")
    began = time.monotonic()
    process = house.command(folder, settings, "import", str(folder / "articles"))
    status = process.wait()
    took = time.monotonic() - began
    assert status == 0, f"the import ended with {status}"
    for leftover in folder.glob("import.db*"):
        leftover.unlink()
    return took


def started(folder: Path, stub: Stub) -> tuple[float, float]:
    """Return (seconds from the start to the first poll, MiB some seconds later)."""
    stub.ask("forget")
    began = time.monotonic()
    with house.bot(folder, stub) as process:
        polled = stub.ask("stats")["polled_at"] - began
        time.sleep(3)
        memory = table.resident(process.pid)
    return polled, memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, default=5_000)
    asked = parser.parse_args()
    imports, polls, memories = [], [], []
    with town.scratch() as folder, far_side() as stub:
        write_articles(folder / "articles", asked.articles)
        town.build(folder / "town.db", 1_000)
        for _ in range(asked.rounds):
            imports.append(imported(folder, stub))
            polled, memory = started(folder, stub)
            polls.append(polled)
            memories.append(memory)
    table.print_table(
        "Starting",
        ("what", "median (low–high)", "target", ""),
        [
            (
                f"import of {asked.articles:,} articles, s",
                table.spread(imports, ".2f"),
                "≤ 2",
                table.verdict(table.median(imports) <= 2),
            ),
            (
                "cold start to the first getUpdates, s",
                table.spread(polls, ".2f"),
                "≤ 0.8",
                table.verdict(table.median(polls) <= 0.8),
            ),
            ("memory at rest, MiB", table.spread(memories), "≤ 80", table.verdict(table.median(memories) <= 80)),
        ],
        f"n = {asked.rounds}; whole processes, with what the machine had in its cache",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
