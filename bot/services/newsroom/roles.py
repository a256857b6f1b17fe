"""
Who may publish: how somebody gets a role, and how it is taken from them. Each act is logged in its own transaction.

The right to do it is looked up there too: whoever lost it a moment ago changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.role import Role
from bot.store.desk import audit_log, editors
from bot.store.desk.editors import EditorEntry, Invitation
from bot.store.engine.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Accepted:
    """What somebody is who opened a good link. `is_new`: the link made them so, and is used up."""

    role: Role
    is_new: bool


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
    """Return who may publish, which links can still be used, and what everybody is called who is known by name."""
    async with db.reading() as conn:
        return (
            await editors.roster(conn, admins),
            await editors.open_invitations(conn, now),
            await editors.names(conn),
        )


async def invite_editor(db: Database, *, by: int, admins: frozenset[int], now: datetime) -> str | None:
    """Return a code that makes whoever brings it first, within `INVITATION_LASTS`, an editor; None from no owner."""
    async with db.transaction() as conn:
        if not await _may(conn, by, admins):
            return None
        await audit_log.record(conn, "invite", at=now, person=by)
        return await editors.invite(conn, Role.EDITOR, now, by=by)


async def owner_code(db: Database, now: datetime) -> str:
    """Return a code for the operator that makes whoever brings it first, within `INVITATION_LASTS`, an owner."""
    async with db.transaction() as conn:
        await audit_log.record(conn, "owner link", at=now)
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
        if before is Role.OWNER or before is found.role:
            return Accepted(before, is_new=False)
        await editors.accept(conn, code, person, now)
        if name:
            await editors.set_name(conn, person, name)
        by = None if found.made_by is None else str(found.made_by)
        await audit_log.record(conn, f"become {found.role}", at=now, person=person, detail=by)
        if found.role is Role.OWNER and found.made_by is None:
            await _withdraw_all(conn, None, by=None, now=now)
        everybody = await editors.editors(conn, admins)
        owners = [one for one, role in everybody.items() if role is Role.OWNER and one != person]
        await editors.add_newcomer_notices(conn, person, found.role, found.made_by, owners)
        return Accepted(found.role, is_new=True)


async def withdraw(db: Database, number: int, *, by: int | None, admins: frozenset[int], now: datetime) -> bool:
    """Take an unused link back, and return whether it could still be used. `by` is None for the shell."""
    async with db.transaction() as conn:
        if not await _may(conn, by, admins):
            return False
        found = await editors.withdraw(conn, number, now)
        if found is None:
            return False
        await audit_log.record(conn, "withdraw", at=now, person=by, detail=found.role)
        return True


async def remove_editor(
    db: Database, person: int, *, by: int | None, admins: frozenset[int], now: datetime
) -> Role | None:
    """Take a person's role away, and return which it was; None when nothing was changed.

    Owners can remove editors. The shell (`by` is None) can also remove owners who became so by link.
    """
    async with db.transaction() as conn:
        if not await _may(conn, by, admins):
            return None
        was = await editors.role(conn, person, frozenset())
        if was is None or person in admins or (was is Role.OWNER and by is not None):
            return None
        await _withdraw_all(conn, person, by=by, now=now)
        await editors.dismiss(conn, person, now)
        act = "let go" if was is Role.EDITOR else "remove owner"
        await audit_log.record(conn, act, at=now, person=by, detail=str(person))
        return was


async def _withdraw_all(conn: Connection, maker: int | None, *, by: int | None, now: datetime) -> None:
    """Take back every link that somebody has made and nobody has used."""
    for link in await editors.open_invitations(conn, now):
        if link.made_by == maker:
            await editors.withdraw(conn, link.number, now)
            await audit_log.record(conn, "withdraw", at=now, person=by, detail=link.role)


async def _may(conn: Connection, by: int | None, admins: frozenset[int]) -> bool:
    """Return whether somebody is an owner now. The shell is the operator's."""
    return by is None or await editors.role(conn, by, admins) is Role.OWNER
