"""Taking an article back, with or without its delivered copies; and listing one without pushing it."""

from __future__ import annotations

from bot.domain.approval import Wanted
from bot.domain.article import Article
from bot.domain.copies import Delivered
from bot.domain.copy_words import delivered_named, says_quietly
from bot.domain.correction import MAX_WHY, reason
from bot.domain.message import Button
from bot.domain.press import press as data_of
from bot.errors import OutOfTurn
from bot.render.editor import corrections as copies
from bot.render.editor import desk
from bot.render.editor import publishing as screens
from bot.render.editor.verbs import Verb
from bot.services.newsroom import corrections, newsroom, telling
from bot.services.newsroom import desk as newsdesk
from bot.services.newsroom.approvals import Done, Waiting
from bot.telegram_edge.conversations.editor.article_args import (
    article_named,
    article_pressed,
    asked_late,
    was_taken_back_meanwhile,
)
from bot.telegram_edge.conversations.editor.corrections import say_what_cannot
from bot.telegram_edge.conversations.editor.going_public import make_public, waits
from bot.telegram_edge.conversations.editor.publishing import follow, latest_of, show_out, show_progress
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def retract(ctx: BotContext, request: Request) -> None:
    found = await article_named(ctx, request, Verb.TAKE_BACK)
    if found is None:
        return
    article, said = found
    try:
        said, is_quiet = _quietly(said)
        how, why = _copies_wish(said)
    except ValueError:
        await request.answer(copies.why_too_long(request.words, MAX_WHY))
        return
    if said and how is None:
        await request.answer(screens.how_to_retract(request.words, article))
        return
    if request.is_late:
        zone = ctx.look(request.chat).zone
        at = request.words.time(request.sent_at, zone)
        savers = await telling.savers(ctx.db, article.number, now=ctx.clock())
        await request.answer(desk.ask_to_take_back(request.words, article, at, savers=savers, is_late=True))
        return
    if how is not None:
        await _retract_copies(ctx, request, article, how, why, tell_savers=not is_quiet)
        return
    savers = 0 if is_quiet else await telling.savers(ctx.db, article.number, now=ctx.clock())
    await _take_back(ctx, request, article, tell_savers=not is_quiet)
    sent = await _sent(ctx, article.number)
    if article.is_listed:
        await request.answer(screens.taken_back(request.words, article, sent, savers))
    else:
        await request.answer(screens.not_listed(request.words, article))


def _quietly(said: str) -> tuple[str, bool]:
    """Return what stands behind the word that lets nobody who keeps an article be told, and whether it is there."""
    first, *rest = said.split(maxsplit=1) or [""]
    return (rest[0] if rest else "", True) if says_quietly(first) else (said, False)


def _copies_wish(said: str) -> tuple[Delivered | None, str | None]:
    """Return what is to become of delivered copies, and why, of `delete WHY` or `notice: WHY`; None for anything else.

    Raises: ValueError when the reason is too long.
    """
    first, *why = said.split(maxsplit=1) or [""]
    how = delivered_named(first)
    return (None, None) if how is None else (how, reason(why[0] if why else ""))


async def _retract_copies(
    ctx: BotContext, request: Request, article: Article, how: Delivered, why: str | None, *, tell_savers: bool
) -> None:
    """Retract, and take the delivered copies back as the command says."""
    await say_what_cannot(ctx, request, article)
    try:
        changing = await corrections.retract(
            ctx.db, article.number, how, why=why, by=request.person, now=ctx.clock(), tell_savers=tell_savers
        )
    except OutOfTurn:
        await request.answer(screens.not_listed(request.words, article))
        return
    ctx.wake()
    if changing.campaign is None:
        await request.answer(
            copies.no_copies(request.words, changing.article, changing.copies, changing.savers, ctx.settings.keep)
        )
    else:
        if changing.savers:
            await request.answer(copies.also_told(request.words, changing.article, changing.savers))
        await show_progress(ctx, request, changing.article, changing.campaign)


async def ask_to_take_back(ctx: BotContext, press: PressRequest) -> None:
    """Ask before an article is taken back: the button stands where the one that published it stood."""
    article = await article_pressed(ctx, press)
    savers = await telling.savers(ctx.db, article.number, now=ctx.clock())
    await press.redraw(desk.ask_to_take_back(press.words, article, savers=savers))


async def ask_late_to_take_back(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    savers = await telling.savers(ctx.db, article.number, now=ctx.clock())
    return LateAnswer(desk.ask_to_take_back(press.words, article, savers=savers, is_late=True))


async def leave(ctx: BotContext, press: PressRequest) -> None:
    """Show again how an article stands that was not taken back after all."""
    article = await article_pressed(ctx, press)
    latest = await latest_of(ctx, article.number)
    if latest is not None:
        await follow(ctx, press, latest.id)
    elif article.is_listed:
        await show_out(ctx, press, article.number)
    else:
        await press.redraw(screens.not_listed(press.words, article))


async def take_back(ctx: BotContext, press: PressRequest) -> None:
    await _taken_back(ctx, press, tell_savers=True)


async def take_back_quietly(ctx: BotContext, press: PressRequest) -> None:
    """Take an article back, and let nobody who keeps it be told."""
    await _taken_back(ctx, press, tell_savers=False)


async def _taken_back(ctx: BotContext, press: PressRequest, *, tell_savers: bool) -> None:
    article = await article_pressed(ctx, press)
    savers = await telling.savers(ctx.db, article.number, now=ctx.clock()) if tell_savers else 0
    await _take_back(ctx, press, article, tell_savers=tell_savers)
    latest = await latest_of(ctx, article.number)
    if latest is not None:
        await follow(ctx, press, latest.id)
    else:
        await press.redraw(screens.taken_back(press.words, article, 0, savers))


async def archive(ctx: BotContext, press: PressRequest) -> None:
    """List an article and push nothing."""
    article = await article_pressed(ctx, press)
    if await was_taken_back_meanwhile(press, article):
        return
    match await make_public(ctx, press, article.number, Wanted.LIST):
        case Done(listed):
            await press.redraw(screens.archived(press.words, listed))
        case Waiting() as waiting:
            await press.redraw(waits(press, article, waiting))
        case None:
            await show_out(ctx, press, article.number)


async def ask_to_archive(ctx: BotContext, press: PressRequest) -> LateAnswer | None:
    article = await article_pressed(ctx, press)
    if article.is_listed:
        return None
    data = data_of(Verb.ARCHIVE, article.number, *desk.as_drawn(article))
    button = Button(press.words("List without pushing"), data=data)
    return asked_late(press, press.words("List #{number} without pushing it?", number=article.number), button)


async def _sent(ctx: BotContext, number: int) -> int:
    return sum(one.sent for one in await newsdesk.publishes(ctx.db, number))


async def _take_back(ctx: BotContext, asked: Request | PressRequest, article: Article, *, tell_savers: bool) -> None:
    try:
        await newsroom.retract(ctx.db, article.number, by=asked.person, now=ctx.clock(), tell_savers=tell_savers)
    except OutOfTurn:
        return
    ctx.wake()


CONVERSATION = Conversation(
    name="taking back",
    commands=(
        Command(
            "retract",
            msgid("take an article out of all lists; nothing more of it leaves"),
            retract,
            usage=msgid("/retract ARTICLE [notice WHY]"),
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.ARCHIVE, archive, access=Access.EDITORS, late=ask_to_archive),
        PressRule(Verb.TAKE_BACK, ask_to_take_back, access=Access.EDITORS, late=ask_late_to_take_back),
        PressRule(Verb.TAKE_BACK_NOW, take_back, access=Access.EDITORS, late=ask_late_to_take_back),
        PressRule(Verb.TAKE_BACK_QUIETLY, take_back_quietly, access=Access.EDITORS, late=ask_late_to_take_back),
        PressRule(Verb.LEAVE, leave, access=Access.EDITORS),
    ),
)
