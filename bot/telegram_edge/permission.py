"""
Who may do what, asked when it is done.

What is not for somebody does not exist for them: an editor's command or button from anyone else takes the same way as
one that nobody ever made.
"""

from __future__ import annotations

from bot.domain.chat import ChatKind
from bot.render import refusals
from bot.services import browsing, membership
from bot.store.editors import Role
from bot.telegram_edge.house import House
from bot.telegram_edge.registry import Audience
from bot.telegram_edge.request import PressRequest, Request


async def role_of(house: House, request: Request | PressRequest) -> Role | None:
    """Return what the one who asks is here. In groups and channels nobody is an editor."""
    if not request.is_private:
        return None
    return await membership.role_of(house.db, request.person, house.settings.admins)


async def is_for(house: House, request: Request | PressRequest, audience: Audience) -> bool:
    """Return whether something for `audience` exists for the one who asks."""
    return audience is Audience.READERS or may(await role_of(house, request), audience)


def may(role: Role | None, audience: Audience) -> bool:
    """Return whether somebody with `role` belongs to `audience`."""
    match audience:
        case Audience.READERS:
            return True
        case Audience.EDITORS:
            return role is not None
        case Audience.OWNERS:
            return role is Role.OWNER


async def is_heard(house: House, request: Request) -> bool:
    """Return whether a command is answered: in groups only so many a minute, but administrators' always."""
    if request.chat.kind is not ChatKind.GROUP or await browsing.hear(house.db, request.chat.id, house.clock()):
        return True
    return await objection(house, request) is None


async def objection(house: House, request: Request | PressRequest) -> str | None:
    """Return why the one who asks may not change what the chat gets; None when they may.

    Everybody may in their own chat, administrators in groups and channels. Who writes in the chat's own name is one.
    """
    if request.chat.kind is ChatKind.PRIVATE or (isinstance(request, Request) and request.as_chat):
        return None
    administrators = await house.administrators.of(request.chat.id, house.clock())
    if administrators is None:
        return refusals.not_verified(request.words)
    return None if request.person in administrators else refusals.administrators_only(request.words)
