"""News on demand: the newest and the warmest, of one topic, of what is followed, or of everything."""

from __future__ import annotations

from bot.domain.browsing import FOLLOWED, MAX_PAGE_SIZE, PAGE, Direction, Turn
from bot.domain.chat import Chat
from bot.domain.message import Message
from bot.errors import UnknownTopic
from bot.render import error_messages
from bot.render.reader import lists, picker
from bot.render.reader import subscriptions as names
from bot.services.readers import browsing, subscribing
from bot.telegram_edge.conversations.reader import card
from bot.telegram_edge.kit.commands import msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import may_list, number, page_request
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def latest(ctx: BotContext, request: Request) -> None:
    """List the newest articles; just one is shown in full."""
    asked = await _asked(ctx, request)
    if asked is None:
        return
    scope, size = asked
    now = ctx.clock()
    if size == 1:
        _, page = await browsing.latest(ctx.db, request.chat.id, scope, size=1, now=now)
        if page.articles:
            await card.show(ctx, request, page.articles[0].number)
            return
    message, _ = await _latest(ctx, request.chat, scope, size, None)
    await request.answer(message)


async def turn_latest(ctx: BotContext, press: PressRequest) -> None:
    """Turn a page of the newest articles."""
    asked = page_request(press)
    try:
        message, is_beginning = await _latest(ctx, press.chat, asked.scope, asked.size, asked.turn)
        if is_beginning and asked.turn is not None and asked.turn.direction is Direction.OLDER:
            await press.toast(error_messages.list_out_of_date(press.words))
    except UnknownTopic:
        await press.toast(error_messages.list_out_of_date(press.words))
        message, _ = await _latest(ctx, press.chat, FOLLOWED, PAGE, None)
    await press.redraw(message)


async def top(ctx: BotContext, request: Request) -> None:
    """List the articles whose heat has faded least."""
    asked = await _asked(ctx, request)
    if asked is not None:
        await request.answer(await _top(ctx, request.chat, *asked, 0))


async def turn_top(ctx: BotContext, press: PressRequest) -> None:
    """Turn a page of the warmest articles."""
    asked = page_request(press)
    try:
        message = await _top(ctx, press.chat, asked.scope, asked.size, number(press, 2))
    except UnknownTopic:
        await press.toast(error_messages.list_out_of_date(press.words))
        message = await _top(ctx, press.chat, FOLLOWED, PAGE, 0)
    await press.redraw(message)


async def _asked(ctx: BotContext, request: Request) -> tuple[int, int] | None:
    """Return the scope and the size of a list as `[TOPIC] [N]` asks for it; None when that was answered already."""
    asked = await browsing.asked_for(ctx.db, request.chat.id, request.args)
    if asked.unknown:
        near = await subscribing.nearest(ctx.db, request.chat.id, asked.unknown)
        await request.answer(names.near_miss(request.words, asked.unknown, near, names.Edit.LATEST))
        return None
    if not await may_list(ctx, request):
        return None
    size = PAGE if asked.count is None else min(max(1, asked.count), MAX_PAGE_SIZE)
    return (FOLLOWED if asked.topic is None else asked.topic.number), size


async def _latest(ctx: BotContext, chat: Chat, scope: int, size: int, turn: Turn | None) -> tuple[Message, bool]:
    """Return a page and whether it is the list's beginning. Raises: UnknownTopic."""
    look, now = ctx.look(chat), ctx.clock()
    subject, page = await browsing.latest(ctx.db, chat.id, scope, size=size, turn=turn, now=now)
    if not page.articles:
        empty = lists.nothing_published(look.words, chat.kind, subject.topic, subject.followed, subject.scope)
        return empty, True
    return lists.latest(look, chat.kind, subject.scope, subject.topic, page, size, now), page.newer is None


async def _top(ctx: BotContext, chat: Chat, scope: int, size: int, start: int) -> Message:
    """Raises: UnknownTopic."""
    look, now = ctx.look(chat), ctx.clock()
    subject, ranking = await browsing.top(ctx.db, chat.id, scope, size=size, start=start, now=now)
    if not ranking.page.articles:
        return lists.nothing_published(look.words, chat.kind, subject.topic, subject.followed, subject.scope)
    return lists.top(
        look,
        subject.scope,
        subject.topic,
        ranking.page,
        size=size,
        start=ranking.start,
        has_more=ranking.has_more,
        now=now,
    )


CONVERSATION = Conversation(
    name="latest",
    commands=(
        Command("latest", msgid("the newest stories"), latest, usage=msgid("/latest [TOPIC] [N]"), in_menu=True),
        Command("top", msgid("the most talked-about stories"), top, usage=msgid("/top [TOPIC]")),
    ),
    presses=(PressRule(picker.LATEST, turn_latest), PressRule(lists.TOP, turn_top)),
)
