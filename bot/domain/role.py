"""
Roles: what somebody may do here who is more than a reader, and how roles are given and taken.

Who may do what stands in `GRANTED` and nowhere else; it is asked when the act happens, never when a button is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

INVITATION_LASTS = timedelta(minutes=15)


class Role(StrEnum):
    """What a person is here. Readers have none."""

    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    OWNER = "owner"


class Permission(StrEnum):
    """WRITE: make drafts and change one's own. PUBLISH: all that is done to anybody's articles, and to sources.
    MANAGE: invite people, change their roles, let them go."""

    WRITE = "write"
    PUBLISH = "publish"
    MANAGE = "manage"


GRANTED: Mapping[Role | None, frozenset[Permission]] = MappingProxyType(
    {
        None: frozenset(),
        Role.CONTRIBUTOR: frozenset({Permission.WRITE}),
        Role.EDITOR: frozenset({Permission.WRITE, Permission.PUBLISH}),
        Role.OWNER: frozenset({Permission.WRITE, Permission.PUBLISH, Permission.MANAGE}),
    }
)


def may(role: Role | None, permission: Permission) -> bool:
    """Return whether somebody with this role may do something; None is a reader."""
    return permission in GRANTED[role]


def is_above(role: Role, other: Role | None) -> bool:
    """Return whether a role may do all that another may, and more."""
    return GRANTED[role] > GRANTED[other]


def may_read(role: Role | None, *, is_public: bool, is_own: bool) -> bool:
    """Return whether somebody may know what an article says: a contributor, what is public, and what they made."""
    return is_public or may(role, Permission.PUBLISH) or (is_own and may(role, Permission.WRITE))


def may_change(role: Role | None, *, is_draft: bool, is_own: bool) -> bool:
    """Return whether somebody may change what an article says: a contributor, a draft that they made."""
    return may(role, Permission.PUBLISH) or (is_draft and is_own and may(role, Permission.WRITE))


class Objection(StrEnum):
    """Why a role is not changed. NOT_ALLOWED is never explained: to whoever it concerns there is no such command."""

    NOT_ALLOWED = "not allowed"
    CONFIGURED = "configured"  # an owner of NEWSBOT_ADMINS
    LAST_OWNER = "last owner"
    UNCHANGED = "unchanged"


def objection_to(
    role: Role | None, *, was: Role | None, is_configured: bool, other_owners: int, may_manage: bool
) -> Objection | None:
    """Return why somebody who is `was` does not become `role` (None: a reader); None when nothing speaks against it.

    `is_configured`: the operator named them an owner. `other_owners` are those who are left if they are none.
    """
    if not may_manage:
        return Objection.NOT_ALLOWED
    if was is role:
        return Objection.UNCHANGED
    if is_configured:
        return Objection.CONFIGURED
    if was is Role.OWNER and not other_owners:
        return Objection.LAST_OWNER
    return None
