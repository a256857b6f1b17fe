"""Telegram's reports of the bot being added, removed, blocked, let in again, or given and denied the right to write."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import telegram
from telegram.constants import ChatMemberStatus

from bot.domain.chat import Chat, ChatKind
from bot.render.locale import words_for
from bot.services.readers import channels, membership
from bot.telegram_edge.conversations.reader import onboarding
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.linking import learn_link
from bot.telegram_edge.kit.managing import channel_of
from bot.telegram_edge.kit.request import Request
from bot.telegram_edge.updates.failures import reporting_failure
from bot.telegram_edge.updates.incoming import (
    KINDS,
    language_of,
)

MIGRATION_REPORT_WITHIN = timedelta(seconds=2)
"""Telegram reports a group's migration to a supergroup up to 2 s after `my_chat_member`."""
_OUTSIDE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


async def membership_changed(ctx: BotContext, change: telegram.ChatMemberUpdated) -> None:
    """Take note of being added, removed, blocked or let in again.

    A group that becomes a supergroup first looks like one that the bot was added to; it has been greeted already.
    Source: https://core.telegram.org/bots/api#chatmemberupdated (private chats: only blocks and their end)
            https://github.com/tdlib/telegram-bot-api/issues/266 (what is sent when a group becomes a supergroup)
    """
    kind, now = KINDS[change.chat.type], ctx.clock()
    if change.new_chat_member.status in _OUTSIDE:
        await membership.mark_unreachable(ctx.db, change.chat.id, now)
    elif kind is ChatKind.PRIVATE:
        await membership.mark_reachable(ctx.db, change.chat.id, now)
    else:
        await membership.join(ctx.db, change.chat.id, kind, language_of(ctx, change.from_user), now)
        if kind is ChatKind.CHANNEL:
            person, language = change.from_user.id, language_of(ctx, change.from_user)
            await channels.let_manage(ctx.db, person, channel_of(change.chat), language, now)
        await learn_link(ctx, Chat(change.chat.id, kind))
        if _may_write(change.new_chat_member, kind):
            await membership.may_write_again(ctx.db, change.chat.id, now)
            ctx.wake()
        if change.chat.type == telegram.Chat.SUPERGROUP and change.old_chat_member.status in _OUTSIDE:
            await asyncio.sleep(MIGRATION_REPORT_WITHIN.total_seconds())
        if (chat := await membership.newcomer(ctx.db, change.chat.id)) is not None:
            words = words_for(chat.language, ctx.settings.language)
            newcomer = Request(ctx=ctx, chat=chat, person=None, words=words, message_id=0, sent_at=now)
            await reporting_failure(ctx, newcomer, "greeting", onboarding.greet(ctx, newcomer))


def _may_write(member: telegram.ChatMember, kind: ChatKind) -> bool:
    """Return whether a standing lets newsbot write, for all that it says: what a group forbids its members it does not.

    Source: https://core.telegram.org/bots/api#chatmember
    """
    match member:
        case telegram.ChatMemberAdministrator():
            return kind is not ChatKind.CHANNEL or bool(member.can_post_messages)
        case telegram.ChatMemberRestricted():
            return member.can_send_messages
    return kind is not ChatKind.CHANNEL and member.status not in _OUTSIDE
