"""Tells single editors of what takes two: who asks them, and what became of what they asked for."""

from __future__ import annotations

import logging
from collections.abc import Collection

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.domain.approval import DeskNews
from bot.domain.chat import ChatState
from bot.domain.message import Message
from bot.render.editor import approvals as screens
from bot.render.editor.audience import chosen_line
from bot.render.editor.moments import moment_of
from bot.services.delivery import delivery_reports
from bot.services.newsroom import approvals, chosen_audience
from bot.services.newsroom import desk as newsdesk
from bot.services.newsroom.approvals import News
from bot.services.readers import membership
from bot.telegram_edge.conversations.editor.publishing import rate_of
from bot.telegram_edge.kit.context import BotContext

log = logging.getLogger(__name__)


async def tell_of_approvals(ctx: BotContext, people: Collection[int]) -> bool:
    """Tell each editor once; whoever cannot be reached now, as soon as they can. Return False when some are left.

    What is told is marked afterwards: an editor may be told twice when the process dies in between, and never not.
    """
    is_done = True
    for one in await approvals.news(ctx.db):
        chat = await membership.known(ctx.db, one.untold.person)
        if one.untold.person in people and (chat is None or chat.state is ChatState.UNREACHABLE):
            continue
        if one.untold.person in people and chat is not None:
            message = await _message(ctx, one, chat.id)
            try:
                if message is not None:
                    await ctx.replies.send(chat, message)
            except (BadRequest, Forbidden) as error:
                log.info("an editor could not be told of an approval: %s", type(error).__name__)
            except TelegramError as error:
                log.info("an editor could not be told of an approval: %s", type(error).__name__)
                is_done = False
                continue
        await approvals.mark_told(ctx.db, one.untold.id)
    return is_done


async def _message(ctx: BotContext, one: News, person: int) -> Message | None:
    """Return what an editor is told; None when it is over meanwhile."""
    chat = await membership.known(ctx.db, person)
    assert chat is not None  # asked for above
    look = ctx.look(chat)
    if one.untold.kind is not DeskNews.ASKED:
        at = None if one.untold.at is None else moment_of(look.words, one.untold.at, look.zone)
        campaign, standing, now = None, None, ctx.clock()
        if one.untold.kind is DeskNews.APPROVED and (published := await newsdesk.publishes(ctx.db, one.article.number)):
            campaign = published[-1].id
            standing = await delivery_reports.standing_of(ctx.db, campaign, now, rate_of(ctx))
        return screens.told(
            look.words, one.untold.kind, one.article, one.untold.by, at, one.names, standing, campaign, now
        )
    if one.request is None or one.request.approved_by is not None:
        return None
    reach = await delivery_reports.reach_of(ctx.db, one.article, ctx.clock())
    only_to = chosen_line(look.words, await chosen_audience.names(ctx.db, one.article))
    return screens.asked(look.words, one.article, one.request, one.names, look.zone, reach, only_to)
