"""
Starting: the import of thousands of articles, the time to the first `getUpdates`, the memory at rest.

    python tests/bench/startup.py [--rounds 7] [--articles 5000]
    python tests/bench/startup.py --against ../older-checkout

With `--against` each round measures both checkouts, one after the other, and who comes first alternates; the table
then shows the medians of the ratios within a round. Processor time is what a busy machine distorts least.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass
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
AT_REST_AFTER = 3.0  # seconds
KNOWN_ARTICLES = 100  # in the content folder of a bot that starts again
AN_HOUR = 3600.0  # seconds; files as old as that are written for good


@dataclass(frozen=True, slots=True)
class Figures:
    """What one round measures of one checkout. Times are seconds, `processor` is user time, `memory` MiB."""

    import_time: float
    import_processor: float
    start_time: float
    start_processor: float
    memory: float


# What is shown of each: its name, how it is written, the target alone, and the target as a ratio to another checkout.
SHOWN = (
    ("import of {articles:,} articles, s", ".2f", 2.0, None),
    ("... user time, s", ".2f", None, 1.05),
    ("cold start to the first getUpdates, s", ".2f", 0.8, None),
    ("... processor time, s", ".2f", None, 0.7),
    ("memory at rest, MiB", ".1f", 80.0, 0.75),
)


def write_articles(folder: Path, many: int) -> None:
    folder.mkdir()
    then = time.time() - AN_HOUR
    for n in range(many):
        text = ARTICLE.format(
            n=n,
            month=1 + n % 12,
            day=1 + n % 28,
            quality=n % 100,
            heat=n * 7 % 1000,
            topic=town.TOPICS[n % len(town.TOPICS)],
        )
        path = folder / f"batteries-{n:05}.md"
        path.write_text(text, encoding="utf-8")
        os.utime(path, (then, then))


@dataclass(frozen=True, slots=True)
class Rival:
    """A checkout that is measured, and the folder of its database and content."""

    checkout: Path
    folder: Path


def settle_in(folder: Path, stub: Stub, checkout: Path) -> Rival:
    """Let a checkout make its database and import what is in its content folder; it finds all of it known later."""
    folder.mkdir()
    write_articles(folder / "content", KNOWN_ARTICLES)
    rival = Rival(checkout, folder)
    imported(rival, stub, folder / "content")
    started(rival, stub)
    return rival


def imported(rival: Rival, stub: Stub, articles: Path, **given: object) -> tuple[float, float]:
    """Return the seconds that `newsbot import` takes, its start and end included, and its user time."""
    database = rival.folder / "import.db"
    settings = house.environment(rival.folder, stub.url, checkout=rival.checkout, database=database, **given)
    began = time.monotonic()
    process = house.command(rival.folder, settings, "import", str(articles))
    _, status, used = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"the import ended with {process.returncode}"
    for leftover in rival.folder.glob("import.db*"):
        leftover.unlink()
    return took, used.ru_utime


def started(rival: Rival, stub: Stub) -> tuple[float, float, float]:
    """Return (seconds from the start to the first poll, processor time until then, MiB some seconds later)."""
    stub.ask("forget")
    began = time.monotonic()
    with house.bot(rival.folder, stub, checkout=rival.checkout) as process:
        used = table.processor_time(process.pid)
        polled = stub.ask("stats")["polled_at"] - began
        time.sleep(AT_REST_AFTER)
        memory = table.resident(process.pid)
    return polled, used, memory


def in_turns(checkouts: list[Path], rounds: int, articles: int) -> list[list[Figures]]:
    """Return each checkout's figures of every round. A first import and start of each fill its caches, uncounted."""
    found: list[list[Figures]] = [[] for _ in checkouts]
    with town.scratch() as folder, far_side() as stub:
        write_articles(folder / "articles", articles)
        rivals = [settle_in(folder / f"rival-{n}", stub, checkout) for n, checkout in enumerate(checkouts)]
        for turn in range(rounds):
            for rival, figures in list(zip(rivals, found, strict=True))[:: 1 if turn % 2 == 0 else -1]:
                figures.append(Figures(*imported(rival, stub, folder / "articles"), *started(rival, stub)))
    return found


def judged(value: float, target: float | None, form: str = "g") -> tuple[str, str]:
    return ("", "") if target is None else (f"≤ {target:{form}}", table.verdict(value <= target))


def rows_alone(ours: list[Figures], articles: int) -> Iterator[tuple[str, ...]]:
    for (what, form, target, _), values in zip(SHOWN, zip(*map(astuple, ours), strict=True), strict=True):
        yield what.format(articles=articles), table.spread(values, form), *judged(table.median(values), target)


def rows_against(ours: list[Figures], others: list[Figures], articles: int) -> Iterator[tuple[str, ...]]:
    columns = (zip(*map(astuple, one), strict=True) for one in (ours, others))
    for (what, form, _, target), mine, theirs in zip(SHOWN, *columns, strict=True):
        ratios = [a / b for a, b in zip(mine, theirs, strict=True)]
        yield (
            what.format(articles=articles),
            table.spread(theirs, form),
            table.spread(mine, form),
            table.spread(ratios, ".3f"),
            *judged(table.median(ratios), target),
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--against", type=Path, help="a checkout of newsbot to compare with")
    asked = parser.parse_args()
    note = f"n = {asked.rounds}; whole processes, with what the machine had in its cache"
    if asked.against is None:
        (ours,) = in_turns([house.ROOT], asked.rounds, asked.articles)
        head: tuple[str, ...] = ("what", "median (low–high)", "target", "")
        table.print_table("Starting", head, rows_alone(ours, asked.articles), note)
        return 0
    others, ours = in_turns([asked.against.resolve(), house.ROOT], asked.rounds, asked.articles)
    head = ("what", f"{asked.against}", "here", "ratio", "target", "")
    table.print_table("Starting, in turns", head, rows_against(ours, others, asked.articles), note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
