"""
Who has a role here: how somebody gets it, how it is changed and taken from them. Each act is logged in its own
transaction.

The right to do it is looked up there too: whoever lost it a moment ago changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import By, person_of
from bot.domain.role import Objection, Permission, Role, is_above, may, objection_to
from bot.store.desk import audit_log, editors
from bot.store.desk.editors import EditorEntry, Invitation
from bot.store.engine.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Accepted:
    """What somebody is who opened a good link, and who made it (None: the shell). `is_new`: it is used up."""

    role: Role
    is_new: bool
    invited_by: str | None = None


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What somebody was and is; None is a reader."""

    person: int
    was: Role | None
    role: Role | None


async def role_of(db: Database, person: int | None, admins: frozenset[int], name: str = "") -> Role | None:
    """Return what a person is here; None for readers, and for nobody in particular.

    Whoever has a role is remembered by `name`, as it is now; "" is no name.
    """
    if person is None:
        return None
    async with db.reading() as conn:
        role = await editors.role(conn, person, admins)
        is_known = role is None or not name or await editors.name(conn, person) == name[: editors.MAX_NAME_LENGTH]
    if not is_known:
        async with db.transaction() as conn:
            await editors.set_name(conn, person, name)
    return role


async def roster(
    db: Database, admins: frozenset[int], now: datetime
) -> tuple[list[EditorEntry], list[Invitation], dict[int, str]]:
    """Return who has a role, which links can still be used, and what everybody is called who is known by name."""
    async with db.reading() as conn:
        return (
            await editors.roster(conn, admins),
            await editors.open_invitations(conn, now),
            await editors.names(conn),
        )


async def invite(db: Database, role: Role, *, by: int, admins: frozenset[int], now: datetime) -> str | None:
    """Return a code that gives a role to whoever brings it first, within `INVITATION_LASTS`; None from no owner.

    No link of the chat makes an owner: whoever it reaches first could take the bot over.
    """
    async with db.transaction() as conn:
        if role is Role.OWNER or not await _may(conn, by, admins):
            return None
        await audit_log.record(conn, "invite", at=now, person=by, after=role)
        return await editors.invite(conn, role, now, by=by)


async def owner_code(db: Database, now: datetime, by: By = None) -> str:
    """Return a code for the operator that makes whoever brings it first, within `INVITATION_LASTS`, an owner."""
    async with db.transaction() as conn:
        await audit_log.record(conn, "owner link", at=now, person=by)
        return await editors.invite(conn, Role.OWNER, now)


async def accept_invitation(
    db: Database, code: str, person: int, *, name: str, admins: frozenset[int], now: datetime
) -> Accepted | None:
    """Use a one-time link up, and let owners be told; None when it gives nothing (any more).

    Whoever is as much already leaves the link to somebody else. The owner links that the shell has printed are for one
    owner: when one is used, the others are withdrawn.
    """
    async with db.transaction() as conn:
        found = await editors.invitation(conn, code, now)
        if found is None:
            return None
        before = await editors.role(conn, person, admins)
        if not is_above(found.role, before):
            return Accepted(before or found.role, is_new=False)
        await editors.accept(conn, code, person, now)
        if name:
            await editors.set_name(conn, person, name)
        by = None if found.made_by is None else str(found.made_by)
        await audit_log.record(
            conn, f"become {found.role}", at=now, person=person, detail=by, before=before, after=found.role
        )
        if found.role is Role.OWNER and found.made_by is None:
            await _withdraw_all(conn, None, by=None, now=now)
        everybody = await editors.editors(conn, admins)
        owners = [one for one, role in everybody.items() if role is Role.OWNER and one != person]
        await editors.add_newcomer_notices(conn, person, found.role, found.made_by, owners)
        inviter = None if found.made_by is None else await editors.name(conn, found.made_by) or str(found.made_by)
        return Accepted(found.role, is_new=True, invited_by=inviter)


async def withdraw(db: Database, number: int, *, by: By, admins: frozenset[int], now: datetime) -> bool:
    """Take an unused link back, and return whether it could still be used."""
    async with db.transaction() as conn:
        if not await _may(conn, by, admins):
            return False
        found = await editors.withdraw(conn, number, now)
        if found is None:
            return False
        await audit_log.record(conn, "withdraw", at=now, person=by, detail=found.role)
        return True


async def change_role(
    db: Database, person: int, role: Role | None, *, by: By, admins: frozenset[int], now: datetime
) -> RoleChange | Objection:
    """Give a person a role, another one, or none; it counts from this moment. Return what changed, or why nothing did.

    The links of whoever owns the bot no longer are withdrawn.
    """
    async with db.transaction() as conn:
        everybody = await editors.editors(conn, admins)
        was = everybody.get(person)
        objection = objection_to(
            role,
            was=was,
            is_configured=person in admins,
            other_owners=sum(one is Role.OWNER for other, one in everybody.items() if other != person),
            may_manage=await _may(conn, by, admins),
        )
        if objection is not None:
            return objection
        if was is Role.OWNER:
            await _withdraw_all(conn, person, by=by, now=now)
        if role is None:
            await editors.dismiss(conn, person, now)
        else:
            await editors.set_role(conn, person, role, person_of(by), now)
        act = "let go" if role is None else "role"
        await audit_log.record(conn, act, at=now, person=by, detail=str(person), before=was, after=role)
        return RoleChange(person, was, role)


async def _withdraw_all(conn: Connection, maker: int | None, *, by: By, now: datetime) -> None:
    """Take back every link that somebody has made and nobody has used."""
    for link in await editors.open_invitations(conn, now):
        if link.made_by == maker:
            await editors.withdraw(conn, link.number, now)
            await audit_log.record(conn, "withdraw", at=now, person=by, detail=link.role)


async def _may(conn: Connection, by: By, admins: frozenset[int]) -> bool:
    """Return whether somebody is an owner now. The shell is the operator's."""
    person = person_of(by)
    return person is None or may(await editors.role(conn, person, admins), Permission.MANAGE)
