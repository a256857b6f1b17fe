"""What a chat never wants, and the buttons that take back phrases."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.phrases import KnownPhrase, quoted
from bot.render import error_messages
from bot.render.locale import Words
from bot.render.reader import phrases as screens
from bot.render.reader import subscriptions
from bot.services.readers import phrases
from bot.telegram_edge.conversations.reader.subscriptions import overview
from bot.telegram_edge.kit.commands import msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number
from bot.telegram_edge.kit.registry import Command, Conversation, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

SOURCE = "source"
"""The word before a source's name, as it is typed in every language."""


async def never(ctx: BotContext, request: Request) -> None:
    """Never again send what holds a phrase, or what comes from a source. The phrase needs no quotation marks."""
    what, *name = request.args.split(maxsplit=1) or [""]
    if what.casefold() == SOURCE:
        await _never_from(ctx, request, *name or [""])
        return
    in_marks, rest = quoted(request.args)
    written = in_marks or [rest] if rest.strip(" ,") or in_marks else []
    if not written:
        await request.answer(screens.what_to_refuse(request.words))
        return
    became = await phrases.never(ctx.db, request.chat.id, written, now=ctx.clock())
    await request.answer(screens.never(request.words, became))


async def _never_from(ctx: BotContext, request: Request, written: str) -> None:
    in_marks, _ = quoted(written)
    name = " ".join((in_marks[0] if in_marks else written).split())[: subscriptions.MAX_SOURCE_NAME]
    if not any(char.isalnum() for char in name):
        await request.answer(screens.what_to_refuse(request.words))
        return
    source = await phrases.never_from(ctx.db, request.chat.id, name)
    if source is None:
        await request.answer(screens.too_many_sources(request.words))
    else:
        await request.answer(subscriptions.never_from(request.words, source, name))


async def unfollow(ctx: BotContext, press: PressRequest) -> None:
    done = await phrases.let_go(ctx.db, press.chat.id, number(press), now=ctx.clock())
    await _taken_back(ctx, press, done, screens.no_longer_following)


async def unmute(ctx: BotContext, press: PressRequest) -> None:
    await _taken_back(ctx, press, await phrases.unmute(ctx.db, press.chat.id, number(press)), screens.unmuted)


async def allow(ctx: BotContext, press: PressRequest) -> None:
    await _taken_back(ctx, press, await phrases.allow(ctx.db, press.chat.id, number(press)), screens.allowed_again)


async def _taken_back(
    ctx: BotContext, press: PressRequest, done: KnownPhrase | None, toast: Callable[[Words, KnownPhrase], str]
) -> None:
    """Say what a button has done, and show what there is now."""
    words = press.words
    await press.toast(error_messages.list_out_of_date(words) if done is None else toast(words, done))
    await press.redraw(await overview(ctx, press))


CONVERSATION = Conversation(
    name="phrases",
    commands=(
        Command(
            "never",
            msgid("never send what holds a phrase, or comes from a source"),
            never,
            usage=msgid("/never PHRASE"),
            admins_only=True,
        ),
    ),
    presses=(
        PressRule(screens.UNFOLLOW_PHRASE, unfollow, admins_only=True),
        PressRule(screens.HEAR_PHRASE, unmute, admins_only=True),
        PressRule(screens.ALLOW_PHRASE, allow, admins_only=True),
    ),
)
