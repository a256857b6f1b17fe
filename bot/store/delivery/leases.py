"""
Leases: which process has claimed which deliveries, and until when the claims hold.

A process begins a term before its first claim, and a claimed delivery carries only that term's number. The expiry is
stored once for a term, not in every delivery: renewing writes one row, however many are claimed, and not hundreds every
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
    """Begin a term and return its number. `instance` names the process, for people who look at the table."""
    rows = await conn.execute_fetchall(
        "INSERT INTO leases (lease_until, instance) VALUES (:until, :instance) RETURNING owner",
        {"until": epoch(now + LEASE), "instance": instance},
    )
    return int(next(iter(rows))["owner"])


async def renew(conn: Connection, owner: int, now: datetime) -> bool:
    """Renew a term; return False when it is over: another process has taken back its claims.

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
    """End one term and take back its claims; return how many deliveries are anybody's again."""
    await conn.execute("DELETE FROM leases WHERE owner = :owner", {"owner": owner})
    return await _hand_back(conn)


async def end(conn: Connection, owner: int) -> None:
    """End a term without claims. One with claims expires by itself: its messages may still arrive."""
    await conn.execute(
        """
        DELETE FROM leases WHERE owner = :owner
          AND NOT EXISTS (SELECT 1 FROM deliveries WHERE owner = :owner AND attempts > 0)
        """,
        {"owner": owner},
    )


async def _hand_back(conn: Connection) -> int:
    """Take back the claims of terms that are over. Their messages were perhaps sent, and count as such."""
    return await conn.execute(
        """
        UPDATE deliveries SET owner = 0, unsure = unsure + 1
        WHERE owner <> 0 AND attempts > 0 AND owner NOT IN (SELECT owner FROM leases)
        """
    )
