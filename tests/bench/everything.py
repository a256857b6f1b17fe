"""
One article for everybody, with all that a chat can ask for beside topics: what it adds to a fan-out.

    python tests/bench/everything.py [--rounds 3] [--chats 1000000]

Every chat follows 5 of 10 topics. In the second town it also follows 10 of 5,000 phrases and never wants 2 of them, and
has quiet hours in one of 24 zones, every other one with calm; it takes breaking news and a least quality. The article
holds 20 phrases. In the third town one chat in ten has a wish for a topic as well. A fourth is the second with a tenth
of the chats, to see whether memory grows with them. The towns take turns in one run, with the work of `fanout.py`. On a
busy machine the processor time of the process that spreads is the figure.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import fanout
import table
import town
from phrases import DISTINCT, FOLLOWED, IN_THE_ARTICLE, REFUSED, add_phrases

ZONES = tuple(f"Etc/GMT{offset:+d}" for offset in range(-12, 12))
WAYS = ("now; quiet 22:00-07:00", "calm 3; quiet 23:00-08:00")


def add_times(path: Path) -> Path:
    """Give every chat of a town quiet hours in one of the zones, and every other one calm."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -262144")
        conn.executemany(
            "INSERT INTO timings (number, wish, zone) VALUES (?, ?, ?)",
            [(1 + place * len(WAYS) + way, WAYS[way], zone) for place, zone in enumerate(ZONES) for way in (0, 1)],
        )
        conn.execute(
            """
            UPDATE chats SET timing = 1 + abs(id) * 7 % :many, breaking = 1, quality = 10,
                zone = (SELECT zone FROM timings WHERE number = 1 + abs(chats.id) * 7 % :many)
            """,
            {"many": len(ZONES) * len(WAYS)},
        )
        conn.commit()
        conn.execute("PRAGMA optimize")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def add_wishes(path: Path) -> Path:
    """Let one chat in ten want the first topic as all other news, and the sixth at the times of another chat."""
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute(
            """
            INSERT INTO topic_wishes (chat, topic, wish, timing)
            SELECT c.id, t.value, 'calm 3', 1 + abs(c.id) % :many FROM chats AS c, json_each('[1, 6]') AS t
            WHERE c.id % 10 = 0 ORDER BY 1, 2
            """,
            {"many": len(ZONES) * len(WAYS)},
        )
        conn.commit()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chats", type=int, default=1_000_000)
    asked = parser.parse_args()
    with town.scratch() as folder:
        plain = town.build(folder / "plain.db", asked.chats, follows=5)
        article = asyncio.run(fanout.prepared(plain))
        ruled = add_times(add_phrases(town.copy(plain, folder / "ruled.db"), DISTINCT))
        small = add_times(add_phrases(town.build(folder / "small.db", asked.chats // 10, follows=5), DISTINCT))
        assert asyncio.run(fanout.prepared(small)) == article
        wished = add_wishes(town.copy(ruled, folder / "wished.db"))
        turns = []
        for _ in range(asked.rounds):
            turns.append([fanout.rounds(base, folder, article, 1)[0] for base in (plain, ruled, wished, small)])
    ratios = [two["complete"] / one["complete"] for one, two, _, _ in turns]
    in_processor = [two["processor"] / one["processor"] for one, two, _, _ in turns]
    of_wished = [three["processor"] / one["processor"] for one, _, three, _ in turns]
    p99 = [[table.percentile(one["waits"], 0.99) * 1000 for one in turn] for turn in turns]
    growth = table.median([of_all["memory"] - few["memory"] for _, of_all, _, few in turns])
    table.print_table(
        f"Fan-out to {asked.chats:,} chats: topics alone, and with {FOLLOWED} phrases, quiet hours and calm",
        ("what", "median (low–high)", "target", ""),
        [
            ("complete with topics alone, s", table.spread([one["complete"] for one, *_ in turns], ".2f"), "", ""),
            ("... with everything, s", table.spread([two["complete"] for _, two, *_ in turns], ".2f"), "", ""),
            ("... ratio", table.spread(ratios, ".2f"), "≤ 2", table.verdict(table.median(ratios) <= 2)),
            (
                "... ratio of processor time",
                table.spread(in_processor, ".2f"),
                "≤ 2",
                table.verdict(table.median(in_processor) <= 2),
            ),
            ("... with wishes for topics of every tenth", table.spread(of_wished, ".2f"), "", ""),
            ("a reader's write with topics alone, p99 ms", table.spread([one[0] for one in p99], ".1f"), "", ""),
            (
                "... with everything, p99 ms",
                table.spread([one[1] for one in p99], ".1f"),
                "≤ 25",
                table.verdict(table.median([one[1] for one in p99]) <= 25),
            ),
            ("resident with topics alone, MiB", table.spread([one["memory"] for one, *_ in turns], ".1f"), "", ""),
            ("... with everything, MiB", table.spread([two["memory"] for _, two, *_ in turns], ".1f"), "", ""),
            (
                f"... more than with everything for {asked.chats // 10:,} chats, MiB",
                f"{growth:.1f}",
                "≤ 2",
                table.verdict(growth <= 2),
            ),
        ],
        f"n = {asked.rounds}; {len(IN_THE_ARTICLE)} phrases are in the article; each chat refuses {REFUSED}",
        "with fewer than 100,000 chats the page caches are not full, and what fills them looks like growth",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
