"""What reaches a chat: announcements, breaking news at any hour, and the least quality; by buttons and typed."""

from __future__ import annotations

import re

from bot.domain.chat import MAX_QUALITY
from bot.domain.timing_text import on_or_off
from bot.render.reader import filters as screens
from bot.render.reader.mistyped import not_among
from bot.render.reader.settings import overview, quality_line
from bot.services.readers import preferences
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

_ANY = frozenset({"off", "any", "all", "none"})


async def announcements_typed(ctx: BotContext, request: Request, wish: str) -> None:
    """Take what the bot's people write to everybody, or not: `on`, `off`."""
    wanted = on_or_off(wish)
    if wanted is None:
        await request.answer(not_among(request.words, wish, screens.filters_page(request.words, request.chat)))
        return
    chat = await preferences.set_announcements(ctx.db, request.chat, wanted)
    await request.answer(overview(request.words, chat, ctx.settings.timezone.key, ctx.clock(), ctx.settings.parts))


async def breaking_typed(ctx: BotContext, request: Request, wish: str) -> None:
    """Let breaking news pass quiet hours, calm and digests, or not: `on`, `off`."""
    allowed = on_or_off(wish)
    if allowed is None:
        await request.answer(not_among(request.words, wish, screens.filters_page(request.words, request.chat)))
        return
    chat = await preferences.set_breaking(ctx.db, request.chat, allowed, ctx.clock())
    ctx.wake()
    await request.answer(overview(request.words, chat, ctx.settings.timezone.key, ctx.clock(), ctx.settings.parts))


async def quality_typed(ctx: BotContext, request: Request, wish: str) -> None:
    """Set the least quality of a story: a whole number, or `off`."""
    said = wish.strip().casefold()
    least = _number_said(said)
    if said not in _ANY and least is None:
        await request.answer(screens.filters_page(request.words, request.chat, wish.strip()))
        return
    chat = await preferences.set_quality(ctx.db, request.chat, least)
    await request.answer(overview(request.words, chat, ctx.settings.timezone.key, ctx.clock(), ctx.settings.parts))


async def set_announcements(ctx: BotContext, press: PressRequest) -> None:
    wanted = press.numbers[:1] == (1,)
    press.chat = await preferences.set_announcements(ctx.db, press.chat, wanted)
    await press.toast(screens.announcements_set(press.words, wanted))
    await press.redraw(screens.filters_page(press.words, press.chat))


async def set_breaking(ctx: BotContext, press: PressRequest) -> None:
    allowed = press.numbers[:1] == (1,)
    press.chat = await preferences.set_breaking(ctx.db, press.chat, allowed, ctx.clock())
    ctx.wake()
    await press.toast(screens.breaking_set(press.words, allowed))
    await press.redraw(screens.filters_page(press.words, press.chat))


async def set_quality(ctx: BotContext, press: PressRequest) -> None:
    """Set the least quality; without a number any will do."""
    least = press.numbers[0] if press.numbers else None
    if least is None or abs(least) <= MAX_QUALITY:
        press.chat = await preferences.set_quality(ctx.db, press.chat, least)
        await press.toast(quality_line(press.words, least))
    await press.redraw(screens.filters_page(press.words, press.chat))


def _number_said(text: str) -> int | None:
    """Return a whole number that somebody wrote; None when it is none, or too large to be meant."""
    if not re.fullmatch(r"[+-]?\d{1,10}", text):
        return None
    return int(text) if abs(int(text)) <= MAX_QUALITY else None


CONVERSATION = Conversation(
    name="filters",
    presses=(
        PressRule(screens.ANNOUNCEMENTS, set_announcements, admins_only=True),
        PressRule(screens.BREAKING, set_breaking, admins_only=True),
        PressRule(screens.QUALITY, set_quality, admins_only=True),
    ),
)
