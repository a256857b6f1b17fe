"""
Acting for a channel from a private chat: who may is asked of Telegram for each act, and of nobody's memory.

Source: https://core.telegram.org/bots/api#getchatmember ("only guaranteed to work for other users if the bot is an
        administrator in the chat")
"""

from __future__ import annotations

import asyncio
from functools import partial

import telegram
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.domain.channel import Channel, Standing
from bot.render import error_messages
from bot.render.reader import channels as screens
from bot.services.readers import channels
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.request import Managing, PressRequest, Request

_ADMINISTRATORS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
_NO_SUCH_PERSON = ("user not found", "user_id_invalid", "participant_id_invalid", "user_not_participant")


async def standing(ctx: BotContext, channel: int, person: int) -> Standing:
    """Return what Telegram says at this moment of a person and the bot in a channel."""
    theirs, ours = await asyncio.gather(_member(ctx, channel, person), _member(ctx, channel, ctx.bot.id))
    for answer in (ours, theirs):
        if isinstance(answer, Standing) and answer is not Standing.NOT_ADMINISTRATOR:
            return answer
    if not isinstance(ours, telegram.ChatMember) or ours.status not in _ADMINISTRATORS:
        return Standing.BOT_OUTSIDE
    if not isinstance(theirs, telegram.ChatMember) or theirs.status not in _ADMINISTRATORS:
        return Standing.NOT_ADMINISTRATOR
    if isinstance(ours, telegram.ChatMemberAdministrator) and not ours.can_post_messages:
        return Standing.CANNOT_POST
    return Standing.MANAGES


async def _member(ctx: BotContext, channel: int, person: int) -> telegram.ChatMember | Standing:
    """Return somebody's membership, or what follows from not being told."""
    try:
        return await ctx.bot.get_chat_member(channel, person)
    except Forbidden:
        return Standing.BOT_OUTSIDE
    except BadRequest as error:
        is_nobody = any(phrase in error.message.lower() for phrase in _NO_SUCH_PERSON)
        return Standing.NOT_ADMINISTRATOR if is_nobody else Standing.BOT_OUTSIDE
    except TelegramError:
        return Standing.UNVERIFIED


def channel_of(chat: telegram.Chat) -> Channel:
    """Return a channel as Telegram calls it now."""
    return Channel(chat.id, chat.title or str(chat.id), chat.username)


async def objection(ctx: BotContext, request: Request | PressRequest, channel: Channel) -> str | None:
    """Return why the one who asks may not change what a channel gets, at this moment; None when they may."""
    if request.person is None:
        return screens.refused(request.words, channel, Standing.NOT_ADMINISTRATOR)
    told = await standing(ctx, channel.id, request.person)
    if told is Standing.NOT_ADMINISTRATOR:
        await channels.let_go(ctx.db, request.person, channel.id)
    return None if told.may_change else screens.refused(request.words, channel, told)


def managing(ctx: BotContext, request: Request | PressRequest, channel: Channel) -> Managing:
    """Return what a request becomes when it is about a channel."""
    frame = partial(screens.framed, words=request.words, channel=channel, verbs=ctx.commands.verbs_of_chats)
    return Managing(request.place, request.thread, frame)


async def may_act_for(ctx: BotContext, press: PressRequest, id: int) -> bool:
    """Turn a press into one about a channel, if that may be; else say so to the one who pressed."""
    known = await channels.known(ctx.db, id) if press.is_private else None
    if known is None:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return False
    channel, chat = known
    if (reason := await objection(ctx, press, channel)) is not None:
        await press.toast(reason, alert=True)
        return False
    press.managing = managing(ctx, press, channel)
    press.chat, press.thread = chat, 0
    return True
