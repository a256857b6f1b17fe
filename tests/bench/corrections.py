"""
Corrections: edits a second beside sends a second, and what a broadcast keeps of its pace while another is corrected.

    python tests/bench/corrections.py [--rounds 5] [--copies 20000] [--seconds 30]

The whole engine both times (fan-out, claim, send or edit, settle; a real database on disk). First without a pace, 16 in
flight: a broadcast, then a correction of each of its copies, in the same database. Then at 30 a second and 50 ms round
trips, in pairs: a broadcast alone, and one beside which 20,000 copies of another article are due to be corrected.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import crew
import table
import town
from stub import Stub, far_side

from bot.services.newsroom import corrections
from bot.store.content import articles
from bot.store.engine.database import Database

RATE = 30
LATENCY = 0.05
SLUG = "sending"  # the article of `town.ready_to_send`


async def correct(database: Path, why: str) -> None:
    """Promise a correction to every copy. With the reason of the last one, it would be that one."""
    db = await Database.open(database)
    async with db.reading() as conn:
        number = (await articles.find(conn, SLUG)).number
    await corrections.correct(db, number, why=why, by=1, now=datetime.now(UTC))
    await town.spread_all(db)
    await db.close()


async def publish_another(database: Path) -> None:
    db = await Database.open(database)
    await town.publish(db, "another")
    await town.spread_all(db)
    await db.close()


def one_after_the_other(base: Path, copy: Path, stub: Stub, copies: int) -> tuple[float, float]:
    """Send a broadcast and correct it; return how many of each a second."""
    database = town.copy(base, copy)
    stub.ask("forget")
    sent = crew.finished(crew.start(database, stub.url, in_flight=16))["seconds"]
    asyncio.run(correct(database, "the shaft is 580 metres deep."))
    edited = crew.finished(crew.start(database, stub.url, in_flight=16))["seconds"]
    counts = stub.ask("stats")
    assert (counts["accepted"], counts["edited"]) == (copies, copies)
    return copies / sent, copies / edited


def at_a_pace(base: Path, copy: Path, stub: Stub, seconds: float) -> tuple[float, float]:
    """Send for so long, and return how much was sent and edited a second."""
    database = town.copy(base, copy)
    stub.ask("forget")
    crew.finished(crew.start(database, stub.url, rate=RATE, seconds=seconds))
    counts = stub.ask("stats")
    return counts["accepted"] / seconds, counts["edited"] / seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args()
    with town.scratch() as folder, far_side() as stub:
        base = town.build(folder / "base.db", asked.copies)
        asyncio.run(town.ready_to_send(base))
        copy = folder / "round.db"
        fast = [one_after_the_other(base, copy, stub, asked.copies) for _ in range(asked.rounds)]
        alone, beside = folder / "alone.db", folder / "beside.db"
        town.copy(copy, alone)  # where everybody has the first article
        asyncio.run(publish_another(alone))
        town.copy(alone, beside)
        asyncio.run(correct(beside, "it is 590 metres deep."))
        stub.ask("options", latency=LATENCY)
        pairs = [
            (at_a_pace(alone, copy, stub, asked.seconds), at_a_pace(beside, copy, stub, asked.seconds))
            for _ in range(max(1, asked.rounds // 2))
        ]
    ratio = table.median([edits / sends for sends, edits in fast])
    kept = table.median([sent / sent_alone for (sent_alone, _), (sent, _) in pairs])
    table.print_table(
        "Corrections",
        ("what", "a second (low–high)", "of the other", "target", ""),
        [
            ("sends", table.spread([sends for sends, _ in fast]), "", "", ""),
            ("edits", table.spread([edits for _, edits in fast]), f"{ratio:.2f}", "≥ 0.9", table.verdict(ratio >= 0.9)),
            (f"a broadcast at {RATE} a second", table.spread([alone[0] for alone, _ in pairs]), "", "", ""),
            (
                "... beside corrections",
                table.spread([both[0] for _, both in pairs]),
                f"{kept:.3f}",
                "≥ 0.9",
                table.verdict(kept >= 0.9),
            ),
            ("... and those corrections", table.spread([both[1] for _, both in pairs]), "", "", ""),
        ],
        f"n = {asked.rounds} rounds of {asked.copies:,} copies, then {len(pairs)} pairs of {asked.seconds:g} s; "
        "medians, ratios of the same round; the start-up of newsbot's database is in the pace",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
