"""
The keys of the HTTP API.

Only a key's hash is stored, so a copy of the database lets no program in. A Ghost site's secret has to be stored as it
is: checking a signature takes it. It signs what that one site says and opens nothing else.
"""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Row

from bot.domain.api_key import ApiKey, KeyRole
from bot.store.content.story_json import epoch, moment, moment_or_none
from bot.store.engine.database import Connection


async def api_keys(conn: Connection) -> list[ApiKey]:
    """Return every key, in the order of their names."""
    rows = await conn.execute_fetchall(
        "SELECT name, role, hash, secret, created_at, used_at FROM api_keys ORDER BY name"
    )
    return [_key(row) for row in rows]


async def named(conn: Connection, name: str) -> ApiKey | None:
    """Return the key of this name; None when there is none."""
    rows = await conn.execute_fetchall(
        "SELECT name, role, hash, secret, created_at, used_at FROM api_keys WHERE name = :name", {"name": name}
    )
    return next((_key(row) for row in rows), None)


async def add(conn: Connection, key: ApiKey) -> bool:
    """Store a new key; return False when one has that name already."""
    added = await conn.execute(
        """
        INSERT INTO api_keys (name, role, hash, secret, created_at)
        VALUES (:name, :role, :hash, :secret, :at) ON CONFLICT (name) DO NOTHING
        """,
        {"name": key.name, "role": key.role, "hash": key.hash, "secret": key.secret, "at": epoch(key.created_at)},
    )
    return added > 0


async def remove(conn: Connection, name: str, now: datetime) -> ApiKey | None:
    """Remove a key for good, with the answers that were kept for it; return it, or None when there was none."""
    found = await named(conn, name)
    if found is None:
        return None
    await conn.execute("DELETE FROM api_keys WHERE name = :name", {"name": name})
    await conn.execute("DELETE FROM api_answers WHERE key = :name", {"name": name})
    await conn.execute(
        """
        INSERT INTO former_api_keys (hash, ended_at) VALUES (:hash, :now) ON CONFLICT (hash) DO NOTHING
        """,
        {"hash": found.hash, "now": epoch(now)},
    )
    return found


async def was_used(conn: Connection, name: str, now: datetime) -> None:
    """Remember when a key was last used."""
    await conn.execute("UPDATE api_keys SET used_at = :now WHERE name = :name", {"name": name, "now": epoch(now)})


def _key(row: Row) -> ApiKey:
    return ApiKey(
        name=row["name"],
        role=KeyRole(row["role"]),
        hash=row["hash"],
        created_at=moment(row["created_at"]),
        used_at=moment_or_none(row["used_at"]),
        secret=row["secret"],
    )
