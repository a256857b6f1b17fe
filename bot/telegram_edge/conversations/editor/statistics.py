"""The bot's numbers, for editors: a period, and what of it is shown, chosen with buttons or typed."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from telegram.error import TelegramError

from bot.domain.chat import Pictures
from bot.domain.message import Message
from bot.domain.statistics import MAX_DAYS, PERIODS, Statistics, latest
from bot.domain.text import Text
from bot.domain.timing_words import OFF, ON
from bot.render.editor import chart as charts
from bot.render.editor import statistics as screens
from bot.render.editor.statistics import VIEWS, Standing, StatisticsVerb, View
from bot.services.newsroom import statistics, weekly_reports
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

log = logging.getLogger(__name__)

RESTRICTED = 10  # chats that forbid writing, listed at most
SOURCES = 10
_WEEKLY = {f"weekly {word}": is_on for words, is_on in ((ON, True), (OFF, False)) for word in words}
_DAYS = re.compile(r"(\d{1,4})(?:\s\w+)?")


async def stats(ctx: BotContext, request: Request) -> None:
    """Show the numbers of the last days: a week, or as many as were typed, `/stats 30`."""
    if (wanted := _WEEKLY.get(" ".join(request.args.casefold().split()))) is not None and request.person is not None:
        await weekly_reports.switch(ctx.db, request.person, wanted, ctx.look(request.chat).zone, ctx.clock())
        await request.answer(Message(Text(f"{screens.report_switched(request.words, is_weekly=wanted)}.")))
        return
    days = _typed_days(request.args)
    if days is None:
        await request.answer(screens.usage(request.words))
        return
    found = await _found(ctx, request, days)
    await request.answer(await _screen(ctx, request, View.ALL, found))
    wants_pictures = request.chat.pictures is not Pictures.NONE
    if wants_pictures and not found.is_empty and not ctx.side_work.is_full:
        ctx.side_work.start("a chart", _drawn(ctx, request, found))


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
    found = await _found(ctx, press, days if 1 <= days <= MAX_DAYS else PERIODS[0])
    screen = await _screen(ctx, press, view, found)
    if press.is_photo:  # below a picture there is no room for all of it
        await press.answer(screen)
    else:
        await press.redraw(screen)


async def switch_weekly(ctx: BotContext, press: PressRequest) -> None:
    """Let reports come every Monday, or no more."""
    wanted = number(press) > 0
    await weekly_reports.switch(ctx.db, press.person, wanted, ctx.look(press.chat).zone, ctx.clock())
    await press.toast(screens.report_switched(press.words, is_weekly=wanted))
    if len(press.numbers) > 1:
        await show(ctx, replace(press, press=replace(press.press, numbers=press.numbers[1:])))
    elif wanted:
        await press.redraw_keyboard(screens.report_buttons(press.words, PERIODS[0]))
    else:
        await press.redraw_keyboard(screens.report_again(press.words))


async def draw(ctx: BotContext, press: PressRequest) -> None:
    """Draw a period, for a dark screen or a light one, in the place of the chart pressed or below the numbers."""
    days = number(press) if 1 <= number(press) <= MAX_DAYS else PERIODS[0]
    if len(press.numbers) > 1:
        await statistics.choose_shade(ctx.db, press.person, number(press, 1) > 0)
    found = await _found(ctx, press, days)
    if found.is_empty:
        await press.toast(charts.nothing_to_draw(press.words), alert=True)
    elif ctx.side_work.is_full:
        await press.toast(charts.not_drawn(press.words), alert=True)
    else:
        ctx.side_work.start("a chart", _redrawn(ctx, press, found))


async def _redrawn(ctx: BotContext, press: PressRequest, found: Statistics) -> None:
    with _unless_telegram_refuses():
        message = await _chart(ctx, press, found)
        if message is None:
            await press.answer(Message(Text(charts.not_drawn(press.words))))
        else:
            await press.redraw_photo(message)


async def _drawn(ctx: BotContext, request: Request, found: Statistics) -> None:
    """Let a chart follow the numbers; if there is none, the numbers say it all."""
    with _unless_telegram_refuses():
        message = await _chart(ctx, request, found)
        if message is not None:
            await request.answer(message)


@contextmanager
def _unless_telegram_refuses() -> Iterator[None]:
    try:
        yield
    except TelegramError as error:
        log.info("a chart was not sent: %s", type(error).__name__)


async def _chart(ctx: BotContext, asked: Request | PressRequest, found: Statistics) -> Message | None:
    zone = ctx.look(asked.chat).zone
    is_dark = asked.person is not None and (await statistics.wish(ctx.db, asked.person)).is_dark
    chart = charts.chart(asked.words, found, zone, is_dark=is_dark)
    picture = None if chart is None else await ctx.chart_drawer.draw(chart)
    return None if picture is None else charts.charted(asked.words, found, zone, picture, is_dark=is_dark)


async def _found(ctx: BotContext, asked: Request | PressRequest, days: int) -> Statistics:
    return await statistics.statistics(ctx.db, latest(days, ctx.clock(), ctx.look(asked.chat).zone))


async def _screen(ctx: BotContext, asked: Request | PressRequest, view: View, found: Statistics) -> Message:
    now, zone = ctx.clock(), ctx.look(asked.chat).zone
    sums = await statistics.totals(ctx.db, now, RESTRICTED)
    standing = Standing(
        articles=sums.articles,
        sent_day=sums.sent_day,
        sent_week=sums.sent_week,
        restricted=sums.restricted,
        restrictions=sums.restrictions,
        is_paused=sums.is_paused,
        sources=sums.sources[:SOURCES],
    )
    is_weekly = asked.person is not None and (await statistics.wish(ctx.db, asked.person)).is_weekly
    return screens.statistics(asked.words, view, found, standing, zone, now, is_weekly=is_weekly)


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
    presses=(
        PressRule(StatisticsVerb.SHOW, show, access=Access.EDITORS),
        PressRule(StatisticsVerb.DRAW, draw, access=Access.EDITORS),
        PressRule(StatisticsVerb.WEEKLY, switch_weekly, access=Access.EDITORS),
    ),
)
