"""
Who may publish: owners and editors, and the one-time links that make them so.

Only the hash of a link's code is stored, so a copy of the database lets nobody in.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from bot.store.database import Connection
from bot.store.stories import epoch

INVITATION_LASTS = timedelta(minutes=15)
_CODE_BYTES = 16  # 128 bits: 22 characters of a start payload's 64


class Role(StrEnum):
    """OWNER may do all that EDITOR may, and add and remove editors."""

    EDITOR = "editor"
    OWNER = "owner"


async def role(conn: Connection, person: int, admins: frozenset[int]) -> Role | None:
    """Return what a person is here; None for a reader. `admins` are the owners of the configuration."""
    if person in admins:
        return Role.OWNER
    rows = await conn.execute_fetchall("SELECT role FROM editors WHERE person = :person", {"person": person})
    return next((Role(row["role"]) for row in rows), None)


async def editors(conn: Connection, admins: frozenset[int]) -> dict[int, Role]:
    """Return everybody with a role: owners first, then by when they were added."""
    rows = await conn.execute_fetchall("SELECT person, role FROM editors ORDER BY role DESC, since, person")
    configured = dict.fromkeys(sorted(admins), Role.OWNER)
    return configured | {row["person"]: Role(row["role"]) for row in rows if row["person"] not in configured}


async def add(conn: Connection, person: int, role: Role, by: int | None, now: datetime) -> None:
    """Give a person a role. An owner stays one when invited as an editor."""
    await conn.execute(
        """
        INSERT INTO editors (person, role, since, added_by) VALUES (:person, :role, :now, :by)
        ON CONFLICT (person) DO UPDATE SET role = excluded.role WHERE excluded.role = 'owner'
        """,
        {"person": person, "role": role, "by": by, "now": epoch(now)},
    )


async def remove(conn: Connection, person: int) -> bool:
    """Take a person's role away; return whether there was one. Owners of the configuration are not touched."""
    rows = await conn.execute_fetchall(
        "DELETE FROM editors WHERE person = :person RETURNING person", {"person": person}
    )
    return any(True for _ in rows)


async def invite(conn: Connection, role: Role, now: datetime, ttl: timedelta = INVITATION_LASTS) -> str:
    """Return a new code that gives `role` to whoever brings it first within `ttl`."""
    code = secrets.token_urlsafe(_CODE_BYTES)
    await conn.execute("DELETE FROM invitations WHERE expires_at <= :now", {"now": epoch(now)})
    await conn.execute(
        "INSERT INTO invitations (code_hash, role, expires_at) VALUES (:hash, :role, :expires_at)",
        {"hash": _hash(code), "role": role, "expires_at": epoch(now + ttl)},
    )
    return code


async def accept(conn: Connection, code: str, person: int, now: datetime) -> Role | None:
    """Use a code up and give its role to `person`; None when it is unknown, used or too old."""
    rows = await conn.execute_fetchall(
        "DELETE FROM invitations WHERE code_hash = :hash AND expires_at > :now RETURNING role",
        {"hash": _hash(code), "now": epoch(now)},
    )
    given = next((Role(row["role"]) for row in rows), None)
    if given is not None:
        await add(conn, person, given, None, now)
    return given


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
