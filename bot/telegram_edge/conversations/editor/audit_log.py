"""Who did what, for editors."""

from __future__ import annotations

from bot.domain.audit import LogGroup
from bot.domain.message import Message
from bot.errors import TakenDown, UnknownArticle
from bot.render.editor import audit_log as screens
from bot.render.editor.audit_log import GROUPS, LogVerb
from bot.services.newsroom import desk
from bot.telegram_edge.conversations.editor.article_args import article_of
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

ENTRIES = 12  # the longest fit one message, so that no page loses its end


async def log(ctx: BotContext, request: Request) -> None:
    """Show the last acts; those about one article, if it is named."""
    number = None
    if request.args or request.replied_to is not None:
        number = await _number(ctx, request)
        if number is None:
            return
    await request.answer(await _page(ctx, request, LogGroup.ALL, number, None))


async def _number(ctx: BotContext, request: Request) -> int | None:
    """Return the article that is named, which may have been taken down: what was done stays in the log."""
    try:
        if request.args:
            await desk.named(ctx.db, request.args)
    except TakenDown as error:
        return error.number
    except UnknownArticle:
        pass  # said below
    article = await article_of(ctx, request)
    return None if article is None else article.number


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Turn to another page, or narrow the log to a group."""
    place, article, before = (number_of(press, place) for place in range(3))
    group = GROUPS[place] if 0 <= place < len(GROUPS) else LogGroup.ALL
    await press.redraw(await _page(ctx, press, group, article or None, before or None))


async def _page(
    ctx: BotContext, asked: Request | PressRequest, group: LogGroup, article: int | None, before: int | None
) -> Message:
    page = await desk.log_page(ctx.db, ENTRIES, before=before, group=group, article=article)
    return screens.log(
        asked.words,
        page.entries,
        ctx.look(asked.chat).zone,
        page.names,
        asked.person,
        group=group,
        article=article,
        older=page.older,
        is_first=before is None,
    )


CONVERSATION = Conversation(
    name="desk log",
    commands=(Command("log", msgid("who did what"), log, access=Access.EDITORS, where=Where.PRIVATE, in_menu=True),),
    presses=(PressRule(LogVerb.PAGE, turn, access=Access.EDITORS),),
)
