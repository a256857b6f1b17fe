"""
Permissions, checked when the act happens.

To people without the permission a command or button behaves as if it did not exist: an editor's command from anyone
else gets the same answer as an unknown one.
"""

from __future__ import annotations

from bot.domain.answer_quota import AnswerQuota
from bot.domain.chat import ChatKind
from bot.domain.role import Role
from bot.render import error_messages
from bot.services.newsroom import roles
from bot.services.readers import browsing
from bot.telegram_edge.kit.commands import Access, may
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.request import PressRequest, Request


async def role_of(ctx: BotContext, request: Request | PressRequest) -> Role | None:
    """Return the sender's role; None for a reader, and for anybody in groups and channels."""
    if not request.is_private:
        return None
    return await roles.role_of(ctx.db, request.person, ctx.settings.admins, request.name)


async def is_for(ctx: BotContext, request: Request | PressRequest, access: Access) -> bool:
    """Return whether the sender of a request has `access`."""
    return access is Access.READERS or may(await role_of(ctx, request), access)


async def may_be_answered(ctx: BotContext, request: Request, speaker: int) -> bool:
    """Return whether a command is answered: in groups and channels only so many a minute, administrators' too.

    `speaker` is the person, or the chat that speaks. What is refused is not answered at all: everybody would see it.
    """
    if request.is_private:
        return True
    now = ctx.clock()
    match await browsing.answer_quota_of(ctx.db, request.chat, speaker, now):
        case AnswerQuota.NOBODYS:
            return False
        case AnswerQuota.ADMINISTRATORS if await objection(ctx, request) is not None:
            return False
    return await browsing.count_answer(ctx.db, request.chat.id, speaker, now)


async def may_press(ctx: BotContext, request: PressRequest) -> bool:
    """Return whether a press is carried out: only so many a minute of one person over all groups and channels.

    Who presses too often is told so once a minute, where nobody else sees it.
    """
    if request.is_private:
        return True
    now = ctx.clock()
    has_had_enough = await browsing.has_had_enough(ctx.db, request.person, now)
    if not has_had_enough and await browsing.count_answer(ctx.db, None, request.person, now):
        return True
    if await browsing.tell_speaker(ctx.db, request.person, now):
        await request.toast(error_messages.too_much(request.words), alert=True)
    return False


async def objection(ctx: BotContext, request: Request | PressRequest) -> str | None:
    """Return why the one who asks may not change what the chat gets; None when they may.

    Everybody may in their own chat, administrators in groups and channels. Who writes in the chat's own name is one,
    and so is who writes in that of the channel that a group discusses: only those who own it can.
    Source: https://core.telegram.org/bots/api#message (`sender_chat`)
            https://core.telegram.org/method/channels.getSendAs
    """
    if request.chat.kind is ChatKind.PRIVATE or (isinstance(request, Request) and request.as_chat):
        return None
    if isinstance(request, Request) and request.speaker_chat is not None:
        is_told, linked = await ctx.linked_chats.of(request.chat.id, ctx.clock())
        if is_told and linked == request.speaker_chat:
            return None
    administrators = await ctx.administrators.of(request.chat.id, ctx.clock())
    if administrators is None:
        return error_messages.not_verified(request.words)
    return None if request.person in administrators else error_messages.administrators_only(request.words)
