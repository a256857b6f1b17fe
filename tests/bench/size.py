"""
How much disk a million deliveries take: promised, settled, and after the house has been kept.

    python tests/bench/size.py [--deliveries 1000000]

Ten articles to a tenth as many chats each, claimed and settled by the store's own functions without sending.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path

import crew
import table
import town

from bot.domain.delivery import Sent, settle
from bot.services.newsroom import newsroom
from bot.store.delivery import campaign_changes, campaigns, leases, outbox, retention, settlement
from bot.store.delivery.settlement import Settled
from bot.store.engine.database import Database

ARTICLES = 10
BATCH = 2_000
MB = 1e6


async def settle_all(db: Database) -> None:
    """Settle every row as sent, as the dispatcher does."""
    now, message_id = crew.utc_now(), 1_000_000
    async with db.reading() as conn:
        subject_of = {one.id: one.subject for one in await campaigns.running(conn)}
    async with db.transaction() as conn:
        owner = await leases.take(conn, "bench", now)
    while True:
        async with db.transaction() as conn:
            claimed = await outbox.claim(conn, now, BATCH, owner=owner)
            settled = []
            for delivery in claimed:
                message_id += 1
                stands = settle(delivery, Sent(message_id), now)
                settled.append(Settled(stands, [(subject_of[delivery.campaign], 1)], True))
            await settlement.settle(conn, settled, now, owner=owner)
            await campaign_changes.close_finished(conn, now)
        if not claimed:
            return


async def keep_house(db: Database) -> None:
    """Do what the bot does every night, with everything old enough to be pruned."""
    later = crew.utc_now() + timedelta(days=1)
    for round_ in (retention.prune, retention.drop_abandoned, retention.drop_progress):
        while True:
            async with db.transaction() as conn:
                if not await round_(conn, later):
                    break
    await give_back(db)


async def give_back(db: Database) -> None:
    while True:
        async with db.transaction() as conn:
            if not await conn.give_back():
                return


async def grown(path: Path) -> tuple[float, float, float, float]:
    """Return the file's size in MB: before, with everything promised at once, settled, and kept."""

    async def size(db: Database) -> float:
        async with db.reading() as conn:
            [pages] = await conn.execute_fetchall("PRAGMA page_count")
            [page] = await conn.execute_fetchall("PRAGMA page_size")
        return int(pages[0]) * int(page[0]) / MB

    db = await Database.open(path)
    numbers = [await town.draft(db, f"size-{n}") for n in range(ARTICLES)]
    before = await size(db)
    for number in numbers:
        await newsroom.publish(db, number, by=1, now=crew.utc_now(), undo=timedelta(0))
    await town.spread_all(db)
    full = await size(db)
    await settle_all(db)
    await give_back(db)
    settled = await size(db)
    await keep_house(db)
    kept = await size(db)
    await db.close()
    return before, full, settled, kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    asked = parser.parse_args()
    with town.scratch() as folder:
        path = town.build(folder / "town.db", asked.deliveries // ARTICLES)
        before, full, settled, kept = crew.run(grown(path))
    share = asked.deliveries / 1e6
    rows = [
        (what, f"{(size - before) / share:.1f}", target, table.verdict(size - before <= 25 * share) if target else "")
        for what, size, target in (
            ("promised and none settled", full, ""),
            ("settled, with time and message id", settled, ""),
            ("settled and pruned by age", kept, "≤ 25"),
        )
    ]
    table.print_table(
        "Disk a million deliveries take",
        ("state", "MB a million", "target", ""),
        rows,
        f"{asked.deliveries:,} deliveries of {ARTICLES} articles; {before:.1f} MB of chats and topics not counted",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
