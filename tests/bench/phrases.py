"""
One article for everybody, with phrases beside topics: what they add to a fan-out, and what it takes to find them.

    python tests/bench/phrases.py [--rounds 3] [--chats 1000000]

Every chat follows 5 of 10 topics. In the second town it also follows 10 of 5,000 phrases and never wants 2 of them; the
article holds 20. Both towns take turns in one run, with the work of `fanout.py`. Then the article is looked through for
its phrases, among the 5,000 and among as many distinct ones as there are chats.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import fanout
import table
import town

from bot.domain.phrases import passage, phrase
from bot.store.engine.database import Database
from bot.store.readers import phrases

DISTINCT, FOLLOWED, REFUSED = 5_000, 10, 2
IN_THE_ARTICLE = (
    *(
        "mine shaft",
        "batteries",
        "forty tonnes",
        "goes up",
        "power",
        "cheap",
        "comes down",
        "weight",
        "old mine",
        "dear",
    ),
    *("when power is cheap", "an old mine shaft", "tonnes", "shaft", "comes down when it is dear", "up when"),
    *("cheap and comes down", "is dear", "it is dear", "a weight"),
)
LOOKS = 200


def add_phrases(path: Path, distinct: int, *, with_chats: bool = True) -> Path:
    """Give a town phrases, of which 20 are in the article; each chat has its dozen when it is `with_chats`."""
    words = [*IN_THE_ARTICLE, *(f"topic {n} of the day" for n in range(distinct - len(IN_THE_ARTICLE)))]
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -262144")
        for first in range(0, distinct, 100_000):
            some = [(n, phrase(text)) for n, text in enumerate(words[first : first + 100_000], first + 1)]
            conn.executemany(
                "INSERT INTO phrases (number, words, forms) VALUES (?, ?, ?)",
                [(number, one.words, "\n".join(one.forms)) for number, one in some],
            )
            conn.executemany(
                "INSERT INTO phrase_beginnings (beginning, phrase) VALUES (?, ?)",
                sorted((beginning, number) for number, one in some for beginning in one.beginnings),
            )
        if with_chats:
            for target, many, step in (("followed_phrases", FOLLOWED, 487), ("unwanted_phrases", REFUSED, 1999)):
                since = (", since", ", 0") if target == "followed_phrases" else ("", "")
                conn.execute(
                    f"""
                    WITH RECURSIVE n (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n WHERE k + 1 < :many)
                    INSERT OR IGNORE INTO {target} (phrase, chat{since[0]})
                    SELECT 1 + (abs(c.id) * 7 + n.k * :step) % :distinct, c.id{since[1]}
                    FROM n, chats AS c ORDER BY 1, 2
                    """,
                    {"many": many, "step": step, "distinct": distinct},
                )
        conn.commit()
        conn.execute("PRAGMA optimize")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


async def look_through(path: Path) -> tuple[list[float], int]:
    """Return how many milliseconds it takes to find an article's phrases, each time, and how many there are."""
    db = await Database.open(path)
    story = town.story("fanout")
    taken = []
    try:
        async with db.reading() as conn:
            for _ in range(LOOKS):
                began = time.perf_counter()
                passage.cache_clear()
                found = await phrases.found_in(conn, passage(story.title, story.excerpt or ""))
                taken.append((time.perf_counter() - began) * 1000)
    finally:
        await db.close()
    return taken, len(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chats", type=int, default=1_000_000)
    asked = parser.parse_args()
    with town.scratch() as folder:
        plain = town.build(folder / "plain.db", asked.chats, follows=5)
        article = asyncio.run(fanout.prepared(plain))
        ruled = add_phrases(town.copy(plain, folder / "ruled.db"), DISTINCT)
        among_few, held = asyncio.run(look_through(ruled))
        pairs = []
        for _ in range(asked.rounds):
            [without] = fanout.rounds(plain, folder, article, 1)
            [with_them] = fanout.rounds(ruled, folder, article, 1)
            pairs.append((without, with_them))
        plain.unlink()
        ruled.unlink()
        crowd = town.build(folder / "crowd.db", 1_000)
        among_many, _ = asyncio.run(look_through(add_phrases(crowd, max(DISTINCT, asked.chats), with_chats=False)))
    ratios = [two["complete"] / one["complete"] for one, two in pairs]
    p99 = [table.percentile(two["waits"], 0.99) * 1000 for _, two in pairs]
    plain_p99 = [table.percentile(one["waits"], 0.99) * 1000 for one, _ in pairs]
    grown = [two["memory"] - one["memory"] for one, two in pairs]
    many = table.percentile(among_many, 0.99)
    table.print_table(
        f"Fan-out to {asked.chats:,} chats with 5 topics each, and with {FOLLOWED} phrases of {DISTINCT:,} beside",
        ("what", "median (low–high)", "target", ""),
        [
            ("complete without phrases, s", table.spread([one["complete"] for one, _ in pairs], ".2f"), "", ""),
            ("... with them, s", table.spread([two["complete"] for _, two in pairs], ".2f"), "", ""),
            ("... ratio", table.spread(ratios, ".2f"), "≤ 2", table.verdict(table.median(ratios) <= 2)),
            ("a reader's write without, p99 ms", table.spread(plain_p99, ".1f"), "", ""),
            ("... with them, p99 ms", table.spread(p99, ".1f"), "≤ 25", table.verdict(table.median(p99) <= 25)),
            ("resident, MiB more with them", table.spread(grown, ".1f"), "", ""),
            (f"finding {held} phrases among {DISTINCT:,}, ms", table.spread(among_few, ".1f"), "", ""),
            (f"... among {max(DISTINCT, asked.chats):,}, p99 ms", f"{many:.1f}", "< 100", table.verdict(many < 100)),
        ],
        f"n = {asked.rounds}; {len(IN_THE_ARTICLE)} phrases are in the article; each chat refuses {REFUSED}",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
