"""The bot's numbers, for editors: a period, and what of it is shown, chosen with buttons or typed."""

from __future__ import annotations

import re

from bot.domain.message import Message
from bot.domain.statistics import MAX_DAYS, PERIODS, latest
from bot.render.editor import statistics as screens
from bot.render.editor.statistics import VIEWS, Standing, StatisticsVerb, View
from bot.services.newsroom import statistics
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

RESTRICTED = 10  # chats that forbid writing, listed at most
SOURCES = 10
_DAYS = re.compile(r"(\d{1,4})(?:\s\w+)?")


async def stats(ctx: BotContext, request: Request) -> None:
    """Show the numbers of the last days: a week, or as many as were typed, `/stats 30`."""
    days = _typed_days(request.args)
    if days is None:
        await request.answer(screens.usage(request.words))
        return
    await request.answer(await _screen(ctx, request, View.ALL, days))


def _typed_days(args: str) -> int | None:
    """Return the days of a period that somebody typed; None when that is none."""
    if not args.strip():
        return PERIODS[0]
    typed = _DAYS.fullmatch(args.strip())
    days = int(typed[1]) if typed is not None else 0
    return days if 1 <= days <= MAX_DAYS else None


async def show(ctx: BotContext, press: PressRequest) -> None:
    """Show another period or view."""
    place, days = number(press), number(press, 1)
    view = VIEWS[place] if 0 <= place < len(VIEWS) else View.ALL
    await press.redraw(await _screen(ctx, press, view, days if 1 <= days <= MAX_DAYS else PERIODS[0]))


async def _screen(ctx: BotContext, asked: Request | PressRequest, view: View, days: int) -> Message:
    now, zone = ctx.clock(), ctx.look(asked.chat).zone
    found = await statistics.statistics(ctx.db, latest(days, now, zone))
    sums = await statistics.totals(ctx.db, now, RESTRICTED)
    standing = Standing(
        articles=sums.articles,
        followed=sums.followed,
        sent_day=sums.sent_day,
        sent_week=sums.sent_week,
        restricted=sums.restricted,
        restrictions=sums.restrictions,
        is_paused=sums.is_paused,
        sources=sums.sources[:SOURCES],
    )
    return screens.statistics(asked.words, view, found, standing, zone, now)


CONVERSATION = Conversation(
    name="statistics",
    commands=(
        Command(
            "stats",
            msgid("chats, articles and messages in numbers"),
            stats,
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(PressRule(StatisticsVerb.SHOW, show, access=Access.EDITORS),),
)
