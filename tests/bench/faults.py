"""
A bad day at Telegram: errors, cut connections, silence, "too many", people who left, groups that moved.

    python tests/bench/faults.py [--chats 10000]

The dispatcher's clock runs thirty times as fast, so that pauses of a minute do not take one.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import crew
import stub as far
import table
import town

from bot.services.delivery.fanout import fan_out_next
from bot.store.delivery import campaigns
from bot.store.delivery.campaigns import CampaignState
from bot.store.engine.database import Database
from bot.telegram_edge.botapi.transport import Timeouts

DAY = {
    "latency": 0.005,
    "error": 0.05,
    "reset_before": 0.02,
    "reset_after": 0.01,
    "stall": 0.02,
    "burst_429": 0.0005,
    "blocked": 0.03,
    "moved": 0.5,
}
GROUPS = 0.02  # of all chats; half of them have moved
SPEED = 30


async def broadcast(path: Path, url: str) -> float:
    """Publish and send until nothing is left, and return how long it took by the dispatcher's clock, in seconds."""
    db = await Database.open(path)
    campaign = await town.publish(db, "faults")
    await db.close()
    began, started = time.monotonic(), datetime.now(UTC)

    def clock() -> datetime:
        return started + SPEED * timedelta(seconds=time.monotonic() - began)

    async with crew.crew(path, url, clock=clock, timeouts=Timeouts(answer=1)) as found:
        running = asyncio.create_task(found.dispatcher.run())
        while await fan_out_next(found.db, now=clock(), draw=0.5):
            pass
        while True:
            found.dispatcher.wake()
            await asyncio.sleep(0.02)
            async with found.db.reading() as conn:
                stands = await campaigns.campaign(conn, campaign)
            assert stands is not None
            if stands.state is CampaignState.DONE:
                break
        found.dispatcher.stop()
        await running
        return (clock() - started).total_seconds()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--chats", type=int, default=10_000)
    asked = parser.parse_args()
    table.pin()
    with town.scratch() as folder, far.far_side(**DAY) as stub:
        path = town.build(folder / "town.db", asked.chats, groups=GROUPS)
        with closing(sqlite3.connect(path)) as conn:
            everybody = [chat for (chat,) in conn.execute("SELECT id FROM chats")]
        took = crew.run(broadcast(path, stub.url))
        ledger, happened = stub.ledger(), stub.ask("stats")["faults"]
        with closing(sqlite3.connect(path)) as conn:
            off = {chat for (chat,) in conn.execute("SELECT id FROM chats WHERE state <> 'active'")}
            statuses = dict(conn.execute("SELECT status, count(*) FROM outcomes GROUP BY status"))
            [(statuses[1],)] = conn.execute("SELECT count(*) FROM receipts")
            [(unsure,)] = conn.execute("SELECT unsure FROM campaigns")
    blocked = {chat for chat in everybody if chat > 0 and far.falls(chat, DAY["blocked"])}
    there = {chat: far.moved_to(chat) if chat < 0 and far.falls(chat, DAY["moved"]) else chat for chat in everybody}
    reached = {chat for chat, _ in ledger}
    lost = [chat for chat in everybody if chat not in blocked and there[chat] not in reached]
    wrongly_off = off - blocked
    twice = [one for one in ledger.values() if one.many > 1]
    uncalled = [one for one in twice if one.many - 1 > one.cut]
    table.print_table(
        f"A bad day: {asked.chats:,} chats",
        ("what", "seen", "target", ""),
        [
            ("lost", len(lost), "0", table.verdict(not lost)),
            ("wrongly switched off", len(wrongly_off), "0", table.verdict(not wrongly_off)),
            ("came twice", len(twice), "", ""),
            ("... though no acceptance was cut", len(uncalled), "0", table.verdict(not uncalled)),
            ("given up", statuses.get(3, 0), "0", table.verdict(not statuses.get(3))),
            ("counted as perhaps twice", unsure, "", ""),
            ("switched off, as they should be", f"{len(off & blocked)} of {len(blocked)}", "", ""),
        ],
        "what the far side did: " + ", ".join(f"{many:,} × {fault}" for fault, many in sorted(happened.items())),
        f"through after {took / 60:.1f} minutes of the dispatcher's clock",
    )
    return int(bool(lost or wrongly_off or uncalled))


if __name__ == "__main__":
    sys.exit(main())
