"""Looking for something: `/search`, and plain text, which is taken as a topic first."""

from __future__ import annotations

from bot.domain.browsing import PAGE, Turn
from bot.domain.chat import Chat
from bot.domain.message import Message
from bot.domain.topic import topic_key
from bot.render.reader import lists
from bot.services.readers import searching, subscribing
from bot.telegram_edge.kit.commands import Access, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import may_list, number, page_request
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule, TextRule
from bot.telegram_edge.kit.request import PressRequest, Request

MAX_QUERY_LENGTH = 200  # characters of what is looked for


async def search(ctx: BotContext, request: Request) -> None:
    if not request.args:
        await request.answer(lists.what_to_search(request.words))
    elif await may_list(ctx, request):
        await request.answer(await _found(ctx, request.chat, request.args[:MAX_QUERY_LENGTH], PAGE, None))


async def take_text(ctx: BotContext, request: Request) -> bool:
    """Take plain text as a topic's name, else as words to search for. What nobody sees is neither."""
    if not topic_key(request.args):
        return False
    topic = await subscribing.named(ctx.db, request.chat.id, request.args)
    if topic is None:
        await search(ctx, request)
        return True
    is_followed = await subscribing.is_followed(ctx.db, request.chat.id, topic.number, now=ctx.clock())
    await request.answer(lists.about_topic(request.words, topic, is_followed))
    return True


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Turn a page of what a search found; today's, not that of when it was asked."""
    asked = page_request(press)
    words = await searching.search_words(ctx.db, press.chat.id, asked.scope)
    if words is None:
        await press.toast(lists.search_forgotten(press.words), alert=True)
        return
    await press.redraw(await _found(ctx, press.chat, words, asked.size, asked.turn))


async def rank(ctx: BotContext, press: PressRequest) -> None:
    """Show what a search found by relevance, or another page of that."""
    asked = page_request(press)
    words = await searching.search_words(ctx.db, press.chat.id, asked.scope)
    if words is None:
        await press.toast(lists.search_forgotten(press.words), alert=True)
        return
    ranking = await searching.best(ctx.db, press.chat.id, words, size=asked.size, start=number(press, 2))
    if not ranking.page.articles:  # what stands within words only has no rank
        await press.redraw(await _found(ctx, press.chat, words, asked.size, None))
        return
    look = ctx.look(press.chat)
    shown = lists.best(
        look,
        words,
        asked.scope,
        ranking.page,
        size=asked.size,
        start=ranking.start,
        has_more=ranking.has_more,
        now=ctx.clock(),
    )
    await press.redraw(shown)


async def _found(ctx: BotContext, chat: Chat, words: str, size: int, turn: Turn | None) -> Message:
    look, now = ctx.look(chat), ctx.clock()
    remembered, page = await searching.search(ctx.db, chat.id, words, size=size, turn=turn, now=now)
    if page.articles:
        return lists.found(look, words, remembered, page, size, now)
    command = ctx.commands.named(words)
    meant = command.name if command is not None and command.access is Access.READERS else None
    near = await subscribing.nearest(ctx.db, chat.id, words)
    return lists.nothing_found(look.words, words, near, command=meant)


CONVERSATION = Conversation(
    name="search",
    commands=(Command("search", msgid("find stories"), search, usage=msgid("/search WORDS"), in_menu=True),),
    presses=(PressRule(lists.SEARCH, turn), PressRule(lists.BEST, rank)),
    texts=(TextRule(take_text),),
)
