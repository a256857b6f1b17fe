"""
Who has a role: owners, editors and contributors, what they are called, and the one-time links that make them so.

Only the hash of a link's code is stored, so a copy of the database lets nobody in. Whoever had a role and lost it is
remembered, so that an older copy does not give it back.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row

from bot.domain.role import INVITATION_LASTS, Role
from bot.store.content.story_json import epoch, moment
from bot.store.engine.database import Connection

MAX_NAME_LENGTH = 128  # characters: a first and a last name, https://core.telegram.org/bots/api#user
_CODE_BYTES = 16  # 128 bits: 22 characters of a start payload's 64


@dataclass(frozen=True, slots=True)
class EditorEntry:
    """Somebody with a role. `name` is None until they have done something here.

    `since` is None for owners of the configuration; `added_by` for them, and where the shell made the link.
    """

    person: int
    role: Role
    name: str | None
    since: datetime | None
    added_by: int | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that nobody has used yet. `made_by` is None for the shell."""

    number: int
    role: Role
    made_by: int | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who took an invitation, of whom `owner` is still to be told."""

    owner: int
    person: int
    role: Role
    invited_by: int | None


async def role(conn: Connection, person: int, admins: frozenset[int]) -> Role | None:
    """Return what a person is here; None for a reader. `admins` are the owners of the configuration."""
    if person in admins:
        return Role.OWNER
    rows = await conn.execute_fetchall("SELECT role FROM editors WHERE person = :person", {"person": person})
    return next((Role(row["role"]) for row in rows), None)


async def editors(conn: Connection, admins: frozenset[int]) -> dict[int, Role]:
    """Return everybody with a role: owners first, then editors, then contributors, each by when they were added."""
    rows = await conn.execute_fetchall(
        "SELECT person, role FROM editors ORDER BY role DESC, since, person"
    )  # as the alphabet has them
    configured = dict.fromkeys(sorted(admins), Role.OWNER)
    return configured | {row["person"]: Role(row["role"]) for row in rows if row["person"] not in configured}


async def add(conn: Connection, person: int, role: Role, by: int | None, now: datetime) -> None:
    """Give a person a role. Nobody becomes less by an invitation: whoever is as much already stays what they are."""
    await conn.execute(
        """
        INSERT INTO editors (person, role, since, added_by) VALUES (:person, :role, :now, :by)
        ON CONFLICT (person) DO UPDATE SET role = excluded.role
        WHERE excluded.role = 'owner' OR editors.role = 'contributor'
        """,
        {"person": person, "role": role, "by": by, "now": epoch(now)},
    )


async def set_role(conn: Connection, person: int, role: Role, by: int | None, now: datetime) -> None:
    """Make somebody what an owner says, more or less than they were.

    Who becomes less loses the links they made, and an older copy of the database does not give the role back.
    """
    await conn.execute(
        """
        INSERT INTO former_editors (person, ended_at) SELECT person, :now FROM editors WHERE person = :person
            AND (role = 'owner' OR :role = 'contributor') AND role <> :role
        ON CONFLICT (person) DO UPDATE SET ended_at = excluded.ended_at
        """,
        {"person": person, "role": role, "now": epoch(now)},
    )
    if role is not Role.OWNER:
        await conn.execute("DELETE FROM invitations WHERE made_by = :person", {"person": person})
        await conn.execute("DELETE FROM newcomers WHERE owner = :person", {"person": person})
    await conn.execute(
        """
        INSERT INTO editors (person, role, since, added_by) VALUES (:person, :role, :now, :by)
        ON CONFLICT (person) DO UPDATE SET role = excluded.role
        """,
        {"person": person, "role": role, "by": by, "now": epoch(now)},
    )


async def roster(conn: Connection, admins: frozenset[int]) -> list[EditorEntry]:
    """Return everybody with a role: owners first, then editors, then contributors, each by when they were added."""
    rows = await conn.execute_fetchall("SELECT person, since, added_by FROM editors")
    given = {row["person"]: (moment(row["since"]), row["added_by"]) for row in rows}
    known = await names(conn)
    return [
        EditorEntry(person, role, known.get(person), *((None, None) if person in admins else given[person]))
        for person, role in (await editors(conn, admins)).items()
    ]


async def remove(conn: Connection, person: int) -> bool:
    """Take a person's role away, with the links they made; return whether there was one.

    Owners of the configuration are not touched.
    """
    rows = await conn.execute_fetchall(
        "DELETE FROM editors WHERE person = :person RETURNING person", {"person": person}
    )
    await conn.execute("DELETE FROM invitations WHERE made_by = :person", {"person": person})
    await conn.execute("DELETE FROM newcomers WHERE :person IN (owner, person)", {"person": person})
    return any(True for _ in rows)


async def dismiss(conn: Connection, person: int, now: datetime) -> None:
    """Take a person's role away for good: an older copy of the database does not give it back either."""
    await remove(conn, person)
    await conn.execute(
        """
        INSERT INTO former_editors (person, ended_at) VALUES (:person, :now)
        ON CONFLICT (person) DO UPDATE SET ended_at = excluded.ended_at
        """,
        {"person": person, "now": epoch(now)},
    )


# Names


async def set_name(conn: Connection, person: int, name: str) -> None:
    """Remember what somebody with a role is called."""
    await conn.execute(
        """
        INSERT INTO people (person, name) VALUES (:person, :name)
        ON CONFLICT (person) DO UPDATE SET name = excluded.name
        """,
        {"person": person, "name": name[:MAX_NAME_LENGTH]},
    )


async def name(conn: Connection, person: int) -> str | None:
    rows = await conn.execute_fetchall("SELECT name FROM people WHERE person = :person", {"person": person})
    return next((str(row["name"]) for row in rows), None)


async def names(conn: Connection) -> dict[int, str]:
    """Return what people who have or had a role are called, by their ids."""
    return {row["person"]: row["name"] for row in await conn.execute_fetchall("SELECT person, name FROM people")}


# One-time links


async def invite(
    conn: Connection, role: Role, now: datetime, ttl: timedelta = INVITATION_LASTS, *, by: int | None = None
) -> str:
    """Return a new code that gives `role` to whoever brings it first within `ttl`. `by` is None for the shell."""
    code = secrets.token_urlsafe(_CODE_BYTES)
    await conn.execute("DELETE FROM invitations WHERE expires_at <= :now", {"now": epoch(now)})
    await conn.execute(
        """
        INSERT INTO invitations (code_hash, role, made_by, expires_at) VALUES (:hash, :role, :by, :expires_at)
        """,
        {"hash": _hash(code), "role": role, "by": by, "expires_at": epoch(now + ttl)},
    )
    return code


async def invitation(conn: Connection, code: str, now: datetime) -> Invitation | None:
    """Return the link with this code; None when it is unknown, used, withdrawn or too old."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, role, made_by, expires_at FROM invitations WHERE code_hash = :hash AND expires_at > :now
        """,
        {"hash": _hash(code), "now": epoch(now)},
    )
    return next(iter(_invitations(rows)), None)


async def open_invitations(conn: Connection, now: datetime) -> list[Invitation]:
    """Return the links that can still be used, oldest first."""
    rows = await conn.execute_fetchall(
        "SELECT number, role, made_by, expires_at FROM invitations WHERE expires_at > :now ORDER BY number",
        {"now": epoch(now)},
    )
    return _invitations(rows)


async def accept(conn: Connection, code: str, person: int, now: datetime) -> Role | None:
    """Use a code up and give its role to `person`; None when it is unknown, used, withdrawn or too old."""
    rows = await conn.execute_fetchall(
        """
        DELETE FROM invitations WHERE code_hash = :hash AND expires_at > :now
        RETURNING number, role, made_by, expires_at
        """,
        {"hash": _hash(code), "now": epoch(now)},
    )
    used = next(iter(_invitations(rows)), None)
    if used is None:
        return None
    await add(conn, person, used.role, used.made_by, now)
    return used.role


async def withdraw(conn: Connection, number: int, now: datetime) -> Invitation | None:
    """Take a link back, and return it; None when it was used, withdrawn or too old before."""
    rows = await conn.execute_fetchall(
        """
        DELETE FROM invitations WHERE number = :number AND expires_at > :now
        RETURNING number, role, made_by, expires_at
        """,
        {"number": number, "now": epoch(now)},
    )
    return next(iter(_invitations(rows)), None)


# Who took one


async def add_newcomer_notices(
    conn: Connection, newcomer: int, role: Role, invited_by: int | None, owners: Iterable[int]
) -> None:
    """Store that these owners are to be told who took an invitation."""
    await conn.executemany(
        """
        INSERT INTO newcomers (owner, person, role, invited_by) VALUES (:owner, :person, :role, :by)
        ON CONFLICT (owner, person) DO UPDATE SET role = excluded.role, invited_by = excluded.invited_by
        """,
        [{"owner": owner, "person": newcomer, "role": role, "by": invited_by} for owner in owners],
    )


async def untold(conn: Connection) -> list[Newcomer]:
    """Return who took an invitation, for each owner who is still to be told."""
    rows = await conn.execute_fetchall("SELECT owner, person, role, invited_by FROM newcomers ORDER BY owner, person")
    return [Newcomer(row["owner"], row["person"], Role(row["role"]), row["invited_by"]) for row in rows]


async def told(conn: Connection, newcomer: Newcomer) -> None:
    await conn.execute(
        "DELETE FROM newcomers WHERE owner = :owner AND person = :person",
        {"owner": newcomer.owner, "person": newcomer.person},
    )


def _invitations(rows: Iterable[Row]) -> list[Invitation]:
    return [Invitation(row["number"], Role(row["role"]), row["made_by"], moment(row["expires_at"])) for row in rows]


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
