"""Scheduling in chat: when an article goes out, and that it does not after all."""

from __future__ import annotations

from bot.errors import OutOfTurn
from bot.render.editor import schedule as screens
from bot.render.editor.desk import Verb
from bot.services.newsroom import newsroom
from bot.telegram_edge.conversations.editor.article_args import article_pressed
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest


async def unschedule(ctx: BotContext, press: PressRequest) -> None:
    """Make a draft of what was to go out at a time to come. Also when the press is late: it can be scheduled again."""
    article = await article_pressed(ctx, press)
    try:
        article = await newsroom.unschedule(ctx.db, article.number, by=press.person, now=ctx.clock())
    except OutOfTurn:
        await press.redraw(screens.not_scheduled(press.words, article, ctx.look(press.chat).zone))
        return
    await press.redraw(screens.unscheduled(press.words, article))


CONVERSATION = Conversation(
    name="scheduling",
    presses=(PressRule(Verb.UNSCHEDULE, unschedule, access=Access.EDITORS),),
)
