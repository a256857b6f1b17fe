"""Key-value facts about the database: which bot it belongs to, whether pushes are paused, its generation."""

from __future__ import annotations

from collections.abc import Iterable

from bot.errors import StoreError
from bot.store.engine.database import Connection

SCRUB = "scrub"
"""A fact that is there while words of what was taken down may still be in the index of words or the write-ahead log."""


async def get(conn: Connection, key: str) -> str | None:
    """Return a fact, or None when it was never set."""
    rows = await conn.execute_fetchall("SELECT value FROM meta WHERE key = :key", {"key": key})
    return next((str(row[0]) for row in rows), None)


async def put(conn: Connection, key: str, value: str | None) -> None:
    """Set a fact; None forgets it."""
    if value is None:
        await conn.execute("DELETE FROM meta WHERE key = :key", {"key": key})
    else:
        await conn.execute(
            """
            INSERT INTO meta (key, value) VALUES (:key, :value)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value
            """,
            {"key": key, "value": value},
        )


async def refuse_other_bots(conn: Connection, bot_id: int) -> None:
    """Raise StoreError when the database is another bot's."""
    owner = await get(conn, "bot_id")
    if owner is not None and owner != str(bot_id):
        raise StoreError(f"this database belongs to bot {owner}, and NEWSBOT_TOKEN is bot {bot_id}'s; use its own")


async def claim_for(conn: Connection, bot_id: int) -> None:
    """Claim the database for a bot that Telegram knows, once and for all. Raises: StoreError when it is another's."""
    await refuse_other_bots(conn, bot_id)
    await put(conn, "bot_id", str(bot_id))


async def is_paused(conn: Connection) -> bool:
    """Return whether all pushes are held by `newsbot pause`."""
    return await get(conn, "paused") is not None


async def is_restored(conn: Connection) -> bool:
    """Return whether this is an older copy of the database, whose news is held until an editor decides."""
    return await get(conn, "restored") is not None


async def count_start(conn: Connection) -> None:
    """Take note that a process has started on this database."""
    await put(conn, "starts", str(int(await get(conn, "starts") or 0) + 1))


async def generation(conn: Connection) -> int:
    """Return how far this database has come: it grows with every start and every publish, and never shrinks."""
    # Not max(id): a publish that is taken back is deleted, and must not make the database look like an older copy.
    rows = await conn.execute_fetchall("SELECT last FROM numbers_given WHERE name = 'campaigns'")
    return int(await get(conn, "starts") or 0) + next((int(row["last"]) for row in rows), 0)


async def hold_together(conn: Connection, campaigns: Iterable[int]) -> None:
    """Remember the campaigns that a restore held, about which editors are asked in one message."""
    await put(conn, "held_together", ",".join(map(str, campaigns)))


async def held_together(conn: Connection) -> frozenset[int]:
    """Return the campaigns about which editors are asked in one message. They may have been decided about since."""
    numbers = (await get(conn, "held_together") or "").split(",")
    return frozenset(int(number) for number in numbers if number.isascii() and number.isdecimal())
