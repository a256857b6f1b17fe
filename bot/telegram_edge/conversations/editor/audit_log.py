"""Who did what, and the bot's numbers, for editors."""

from __future__ import annotations

from bot.render.editor import audit_log as screens
from bot.services.delivery import delivery_reports
from bot.services.newsroom import desk
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Command, Conversation
from bot.telegram_edge.kit.request import Request

ENTRIES = 20
RESTRICTED = 10  # chats named at most
SOURCES = 10  # named at most


async def log(ctx: BotContext, request: Request) -> None:
    entries, names = await desk.deeds(ctx.db, ENTRIES)
    zone = ctx.look(request.chat).zone
    lines = [(entry.at, entry.person, entry.act, entry.article, entry.detail, entry.key) for entry in entries]
    await request.answer(screens.log(request.words, lines, zone, names, request.person))


async def stats(ctx: BotContext, request: Request) -> None:
    now = ctx.clock()
    sums = await delivery_reports.totals(ctx.db, now, RESTRICTED)
    await request.answer(
        screens.statistics(
            request.words,
            chats=sums.chats,
            articles=sums.articles,
            sent_day=sums.figures.sent_day,
            sent_week=sums.figures.sent_week,
            followed=sums.figures.followed,
            is_paused=sums.is_paused,
            restricted=sums.restricted,
            restrictions=sums.restrictions,
            zone=ctx.look(request.chat).zone,
            now=now,
            sources=sums.sources[:SOURCES],
        )
    )


CONVERSATION = Conversation(
    name="desk log",
    commands=(
        Command("log", msgid("who did what"), log, access=Access.EDITORS, where=Where.PRIVATE, in_menu=True),
        Command(
            "stats",
            msgid("chats, articles and messages in numbers"),
            stats,
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
)
