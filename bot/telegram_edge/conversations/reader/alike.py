"""More like this: a list below the article that it was asked from, in the reader's own chat."""

from __future__ import annotations

from bot.domain.browsing import PAGE
from bot.domain.chat import Chat
from bot.domain.message import Message
from bot.errors import UnknownArticle
from bot.render.reader import lists
from bot.render.reader.card import ALIKE_LINK, Verb
from bot.services.readers.alike import more_like
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import may_list, number, page_request
from bot.telegram_edge.kit.registry import Conversation, PressRule, StartRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def begin(ctx: BotContext, press: PressRequest) -> None:
    """List what is like the article of a button; for one under a group's or channel's, in the bot itself."""
    if not press.is_private:
        await press.open_bot(f"{ALIKE_LINK}{max(0, number(press))}")
        return
    try:
        await press.answer(await _page(ctx, press.chat, number(press), PAGE, 0))
    except UnknownArticle:
        await press.toast(lists.not_listed(press.words, number(press)), alert=True)


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Turn a page of what is like an article, as it stands today."""
    asked = page_request(press)
    try:
        await press.redraw(await _page(ctx, press.chat, asked.scope, asked.size, number(press, 2)))
    except UnknownArticle:
        await press.toast(lists.not_listed(press.words, asked.scope), alert=True)


async def open_link(ctx: BotContext, request: Request) -> None:
    """List what is like the article of a link; in a group once a minute, as every list."""
    if not await may_list(ctx, request):
        return
    digits = request.args[:18]
    article = int(digits) if digits.isascii() and digits.isdigit() else None
    try:
        if article is not None:
            await request.answer(await _page(ctx, request.chat, article, PAGE, 0))
            return
    except UnknownArticle:
        pass
    await request.answer(lists.link_to_nothing(request.words, article))


async def _page(ctx: BotContext, chat: Chat, article: int, size: int, start: int) -> Message:
    """Raises: UnknownArticle."""
    look, now = ctx.look(chat), ctx.clock()
    about, ranking = await more_like(ctx.db, chat.id, article, size=size, start=start, now=now)
    if not ranking.page.articles:
        return lists.nothing_alike(look.words, about)
    return lists.alike(look, about, ranking.page, size=size, start=ranking.start, has_more=ranking.has_more, now=now)


CONVERSATION = Conversation(
    name="alike",
    presses=(PressRule(Verb.ALIKE, begin), PressRule(lists.ALIKE, turn)),
    starts=(StartRule(ALIKE_LINK, open_link, for_all=True),),
)
