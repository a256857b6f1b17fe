"""
Makes, names and mends the threads of private chats that want one for each topic they follow.

What cannot be done is tried again after growing pauses; until then news of the topic comes in the chat itself.
Source: https://core.telegram.org/bots/api#createforumtopic, https://core.telegram.org/bots/api#editforumtopic
"""

from __future__ import annotations

import logging
from datetime import datetime

from telegram.error import BadRequest, TelegramError

from bot.domain.delivery import Lane, ThreadGone, Throttled, Unreachable
from bot.domain.limits import TOPIC_NAME
from bot.domain.topic_threads import Task, ThreadWork
from bot.render.text import clip
from bot.services.readers import membership, topic_threads
from bot.telegram_edge.botapi.outcomes import classify_error
from bot.telegram_edge.kit.context import BotContext

_NAMED_SO_ALREADY = "topic_not_modified"

log = logging.getLogger(__name__)


async def tend(ctx: BotContext, now: datetime) -> bool:
    """Do what is to be done about threads now; return False when Telegram lets nothing more be done for a while."""
    refused: set[int] = set()
    for one in await topic_threads.work(ctx.db, now):
        if one.chat in refused:
            continue
        try:
            await ctx.pacer.slot(one.chat, Lane.LATER, False)
            await _do(ctx, one, now)
        except TelegramError as error:
            match classify_error(error):
                case Throttled(wait):
                    ctx.pacer.throttled(one.chat, wait.total_seconds(), False)
                    return False
                case Unreachable():
                    await membership.mark_unreachable(ctx.db, one.chat, now)
                case ThreadGone() if one.task is Task.RENAME:
                    await topic_threads.lost(ctx.db, one, now)
                    await topic_threads.named(ctx.db, one)
                case _:
                    log.info("a thread could not be made or named: %s", error.message)
                    await topic_threads.leave_alone(ctx.db, one.chat, now)
            refused.add(one.chat)
    return True


async def _do(ctx: BotContext, one: ThreadWork, now: datetime) -> None:
    """Make or name one thread. Raises: telegram.error.TelegramError."""
    name = clip(one.name, TOPIC_NAME)
    if one.task is Task.RENAME:
        assert one.thread is not None
        try:
            await ctx.bot.edit_forum_topic(one.chat, one.thread, name=name)
        except BadRequest as error:
            if _NAMED_SO_ALREADY not in error.message.lower():
                raise
        await topic_threads.named(ctx.db, one)
    else:
        made = await ctx.bot.create_forum_topic(one.chat, name)
        await topic_threads.made(ctx.db, one, made.message_thread_id, one.name, now)
