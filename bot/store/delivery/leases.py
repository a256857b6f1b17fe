"""
Leases: which process has which deliveries in hand, and until when it may be believed to be alive.

A process takes a term before its first claim, and a claimed delivery carries that term's number alone. The time is
held once for a term, not in every delivery: renewing writes one row, however much is in hand, and not hundreds every
few seconds. A term that was not renewed in time is over, and its deliveries are anybody's again; what they may have
sent is not known, so they count as perhaps sent. Numbers are never used twice, so a process that was only slow, not
dead, finds that its term is over wherever it writes what became of a delivery (`store.delivery.outbox`).
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.lease import LEASE
from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection


async def take(conn: Connection, instance: str, now: datetime) -> int:
    """Begin a term and return its number. `instance` says who has it, for whoever looks."""
    rows = await conn.execute_fetchall(
        "INSERT INTO leases (lease_until, instance) VALUES (:until, :instance) RETURNING owner",
        {"until": epoch(now + LEASE), "instance": instance},
    )
    return int(next(iter(rows))["owner"])


async def renew(conn: Connection, owner: int, now: datetime) -> bool:
    """Let a term go on; return False when it is over: somebody has taken back what it had in hand.

    A term that is late and that nobody has ended goes on: nothing of it has gone to anybody else.
    """
    renewed = await conn.execute(
        "UPDATE leases SET lease_until = :until WHERE owner = :owner",
        {"owner": owner, "until": epoch(now + LEASE)},
    )
    return renewed > 0


async def take_back_expired(conn: Connection, owner: int, now: datetime) -> int:
    """End every term but `owner`'s that was not renewed in time; return how many deliveries are anybody's again.

    A term that lasts longer than any is given was renewed before the clock was set back, and is over too.
    """
    ended = await conn.execute(
        "DELETE FROM leases WHERE owner <> :owner AND (lease_until < :now OR lease_until > :latest)",
        {"owner": owner, "now": epoch(now), "latest": epoch(now + LEASE)},
    )
    return await _hand_back(conn) if ended else 0


async def take_back_all(conn: Connection) -> int:
    """End every term, where it is known that no other process runs; return how many deliveries are anybody's again."""
    await conn.execute("DELETE FROM leases")
    return await _hand_back(conn)


async def take_back(conn: Connection, owner: int) -> int:
    """End one term, whose process has lost what it had in hand; return how many deliveries are anybody's again."""
    await conn.execute("DELETE FROM leases WHERE owner = :owner", {"owner": owner})
    return await _hand_back(conn)


async def end(conn: Connection, owner: int) -> None:
    """End a term that has nothing in hand. One that has ends by itself: what is on the wire may still arrive."""
    await conn.execute(
        "DELETE FROM leases WHERE owner = :owner AND NOT EXISTS (SELECT 1 FROM deliveries WHERE owner = :owner)",
        {"owner": owner},
    )


async def _hand_back(conn: Connection) -> int:
    """Hand back what is in the hands of terms that are over. It was perhaps sent, and counts as such."""
    return await conn.execute(
        """
        UPDATE deliveries SET owner = 0, unsure = unsure + 1
        WHERE owner <> 0 AND owner NOT IN (SELECT owner FROM leases)
        """
    )
