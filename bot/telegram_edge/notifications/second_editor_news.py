"""Tells editors of announcements and notes that wait for another one, and who asked that one was declined."""

from __future__ import annotations

import logging
from collections.abc import Collection

from telegram.error import TelegramError

from bot.domain.announcement import Announcement
from bot.domain.chat import Chat, ChatState
from bot.domain.message import Message
from bot.render.editor import second_editor as screens
from bot.services.newsroom import second_editor
from bot.services.newsroom.second_editor import News
from bot.services.readers import membership
from bot.telegram_edge.conversations.editor.copies import COPY_TIMEOUT, send_as_it_is
from bot.telegram_edge.conversations.editor.going_public import rules_of
from bot.telegram_edge.kit.context import BotContext

log = logging.getLogger(__name__)


async def tell_of_second_editor(ctx: BotContext, people: Collection[int]) -> bool:
    """Tell each of these editors once; return False when somebody has to be and nobody could be reached.

    What is told is marked afterwards: an editor may be told twice when the process dies in between, and never not.
    """
    now = ctx.clock()
    waiting, over, names = await second_editor.news(ctx.db, now=now, rules=rules_of(ctx))
    if over:
        await second_editor.mark_told(ctx.db, over, now)
    for one in waiting:
        whom = [one.asked] if one.by is not None else [person for person in people if person != one.asked]
        whom = [person for person in whom if person in people]
        if one.by is None and not whom:
            continue  # until there is another editor
        reached = [await _tell(ctx, person, one, names) for person in whom]
        if whom and not any(reached):
            return False
        await second_editor.mark_told(ctx.db, [one.id], now)
    return True


async def _tell(ctx: BotContext, person: int, one: News, names: dict[int, str]) -> bool:
    """Tell one editor; return whether that arrived. An announcement is shown as readers would get it."""
    chat = await membership.known(ctx.db, person)
    if chat is None or chat.state is ChatState.UNREACHABLE:
        return False
    message = _message(ctx, chat, one, names)
    try:
        if one.by is None and isinstance(one.proposal.what, Announcement):
            await send_as_it_is(ctx, chat, one.proposal.what.message(), COPY_TIMEOUT)
        await ctx.replies.send(chat, message)
    except TelegramError as error:
        log.info("an editor could not be told of what takes two: %s", type(error).__name__)
        return False
    return True


def _message(ctx: BotContext, chat: Chat, one: News, names: dict[int, str]) -> Message:
    words, what = ctx.look(chat).words, one.proposal.what
    if one.by is not None:
        return screens.told_declined(words, what, one.by, names)
    return screens.asked(words, what, one.proposal.reach, one.asked, names)
