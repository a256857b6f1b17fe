"""
The import of a static site beside the import of as many files of ours, in pairs.

    python tests/bench/sites.py [--rounds 5] [--pages 5000]

A page of the Hugo site has the front matter of a usual theme, a text of two thousand characters and no excerpt in every
second one, so that its first paragraph, with markup in it, is read. Who comes first alternates from round to round.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import house
import startup
import table
import town
from stub import far_side

MOST = 1.3
ADDRESS = "https://site.example"
CONFIG = 'baseURL = "https://site.example/"\ntitle = "Northgate News"\n[permalinks]\nposts = "/:year/:month/:slug/"\n'
PAGE = """---
title: "Batteries in an old mine shaft, part {n}"
date: 2026-{month:02}-{day:02}T09:30:00Z
draft: true
slug: batteries-{n}
author: Ada Lang
{excerpt}tags:
  - Energy
  - {topic}
categories: [News]
cover:
  image: https://pictures.example/{n}.jpg
  alt: A weight in a shaft
aliases: [/old/{n}/]
---

## Part {n}

The *shaft* was dug for copper, and [closed](https://example.org/{n}) when copper was `cheap`. Now the weight in it
goes up and down, **part {n}**, as it has for years.

"""
TEXT = (
    "A weight of forty tonnes goes up when power is cheap and comes down when it is dear, for as long as it holds.\n\n"
)


def write_site(root: Path, many: int) -> None:
    (root / "content").mkdir(parents=True)
    (root / "hugo.toml").write_text(CONFIG, encoding="utf-8")
    then = time.time() - startup.AN_HOUR
    for n in range(many):
        topic = town.TOPICS[n % len(town.TOPICS)]
        excerpt = f'description: "A weight of forty tonnes goes up: {n} of many."\n' if n % 2 else ""
        text = PAGE.format(n=n, month=1 + n % 12, day=1 + n % 28, topic=topic, excerpt=excerpt) + TEXT * 18
        folder = root / "content" / ("posts" if n % 4 else f"notes/{n % 40:02}")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"batteries-{n:05}.md"
        path.write_text(text, encoding="utf-8")
        os.utime(path, (then, then))


def in_pairs(rounds: int, many: int) -> Iterator[tuple[float, float]]:
    """Return the user time of an import of our files and of one of a site, of each round."""
    with town.scratch() as folder, far_side() as stub:
        startup.write_articles(folder / "articles", many)
        write_site(folder / "site", many)
        (folder / "rival").mkdir()
        rival = startup.Rival(house.ROOT, folder / "rival")
        for path in ("articles", "site/content"):  # each once, for the caches
            startup.imported(rival, stub, folder / path, site=ADDRESS)
        for turn in range(rounds):
            order = ("articles", "site/content") if turn % 2 == 0 else ("site/content", "articles")
            used = {path: startup.imported(rival, stub, folder / path, site=ADDRESS)[1] for path in order}
            yield used["articles"], used["site/content"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=5_000)
    asked = parser.parse_args()
    pairs = list(in_pairs(asked.rounds, asked.pages))
    ratios = [site / ours for ours, site in pairs]
    rows = (
        (
            f"import of {asked.pages:,} files of ours, user time, s",
            table.spread([one[0] for one in pairs], ".2f"),
            "",
            "",
        ),
        (f"a site of {asked.pages:,} pages, user time, s", table.spread([one[1] for one in pairs], ".2f"), "", ""),
        ("ratio", table.spread(ratios, ".3f"), f"≤ {MOST}", table.verdict(table.median(ratios) <= MOST)),
    )
    note = f"n = {asked.rounds} pairs; whole processes, with what the machine had in its cache"
    table.print_table("A static site", ("what", "median (low–high)", "target", ""), rows, note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
