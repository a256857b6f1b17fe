"""Delivered copies: correct each, leave them, and of a retracted article delete them or turn them into a notice."""

from __future__ import annotations

from bot.domain.article import Article
from bot.domain.copies import Delivered
from bot.domain.correction import MAX_WHY, reason
from bot.domain.message import Button, Message
from bot.domain.press import press as data_of
from bot.errors import OutOfTurn
from bot.render.editor import corrections as screens
from bot.render.editor.verbs import Verb
from bot.services.newsroom import corrections, telling
from bot.services.newsroom.corrections import Changing
from bot.telegram_edge.conversations.editor.article_args import article_named, article_pressed, asked_late
from bot.telegram_edge.conversations.editor.publishing import follow, show_progress
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def correct(ctx: BotContext, request: Request) -> None:
    """Correct every copy of an article: `/correct ARTICLE WHY`, or as an answer to it, `/correct WHY`."""
    found = await article_named(ctx, request)
    if found is None:
        return
    article, rest = found
    if request.is_late:
        await request.answer(await _question(ctx, request, article))
        return
    try:
        why = reason(rest)
    except ValueError:
        await request.answer(screens.why_too_long(request.words, MAX_WHY))
        return
    if article.is_listed:
        await say_what_cannot(ctx, request, article)
    changing = await _correct(ctx, request, article, why)
    if changing is None:
        await request.answer(screens.not_listed(request.words, article))
    elif changing.campaign is None:
        await request.answer(
            screens.nothing_to_correct(request.words, changing.article, changing.copies, ctx.settings.keep)
        )
    else:
        await show_progress(ctx, request, changing.article, changing.campaign)


async def correct_pressed(ctx: BotContext, press: PressRequest) -> None:
    """Correct every copy, silently; the message with the button becomes the progress."""
    article = await article_pressed(ctx, press)
    if article.is_listed:
        await say_what_cannot(ctx, press, article, known=number_of(press, 1))
    changing = await _correct(ctx, press, article, None)
    if changing is None:
        await press.redraw(screens.not_listed(press.words, article))
    elif changing.campaign is None:
        await press.redraw(
            screens.nothing_to_correct(press.words, changing.article, changing.copies, ctx.settings.keep)
        )
    else:
        await follow(ctx, press, changing.campaign)


async def ask_how(ctx: BotContext, press: PressRequest) -> None:
    """Ask what becomes of the copies below, or say how a correction is written when they show all there is."""
    article = await article_pressed(ctx, press)
    _, fields, copies = await corrections.pending(ctx.db, article.number)
    if not article.is_listed:
        await press.answer(screens.not_listed(press.words, article))
    elif fields:
        await press.answer(screens.question(press.words, article, fields, copies, ctx.settings.keep))
    else:
        await press.answer(screens.how_to_correct(press.words, article))


async def lists_only(ctx: BotContext, press: PressRequest) -> None:
    article = await article_pressed(ctx, press)
    if await _was_decided(ctx, press, article):
        return
    article = await corrections.leave_copies(ctx.db, article.number, by=press.person, now=ctx.clock())
    await press.redraw(screens.lists_only(press.words, article))


async def leave(ctx: BotContext, press: PressRequest) -> None:
    article = await article_pressed(ctx, press)
    if not await _was_decided(ctx, press, article):
        await press.redraw(screens.left(press.words, article))


async def _was_decided(ctx: BotContext, press: PressRequest, article: Article) -> bool:
    """Show the correction that another editor has asked for meanwhile; return whether there is one."""
    promised = await corrections.already_promised(ctx.db, article.number)
    if promised is not None:
        await follow(ctx, press, promised)
    return promised is not None


async def ask_to_correct(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    button = Button(press.words("Every copy"), data=data_of(Verb.CORRECT, article.number))
    return asked_late(press, press.words("Correct every copy of #{number} now?", number=article.number), button)


async def delete_copies(ctx: BotContext, press: PressRequest) -> None:
    await _take_back(ctx, press, Delivered.DELETE)


async def notice_copies(ctx: BotContext, press: PressRequest) -> None:
    await _take_back(ctx, press, Delivered.NOTICE)


async def ask_to_take_back(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    return LateAnswer(await _question_of_copies(ctx, press, article))


async def leave_savers(ctx: BotContext, press: PressRequest) -> None:
    """Let nobody who keeps a retracted article be told; the question about its copies stays."""
    article = await article_pressed(ctx, press)
    await telling.leave_savers(ctx.db, article.number, by=press.person, now=ctx.clock())
    await press.redraw(await _question_of_copies(ctx, press, article))


async def _question_of_copies(ctx: BotContext, press: PressRequest, article: Article) -> Message:
    if article.is_listed:
        return screens.question_is_over(press.words, article)
    _, _, copies = await corrections.pending(ctx.db, article.number)
    savers = await telling.savers(ctx.db, article.number, now=ctx.clock())
    return screens.ask_about_copies(press.words, article, copies, savers, ctx.settings.keep)


async def _take_back(ctx: BotContext, press: PressRequest, how: Delivered) -> None:
    article = await article_pressed(ctx, press)
    if not article.is_listed:
        await say_what_cannot(ctx, press, article, known=number_of(press, 1))
    try:
        changing = await corrections.take_back_copies(
            ctx.db, article.number, how, why=article.retracted_why, by=press.person, now=ctx.clock()
        )
    except OutOfTurn:
        await press.toast(press.words("#{number} is not retracted.", number=article.number), alert=True)
        return
    ctx.wake()
    if changing.campaign is None:
        await press.redraw(
            screens.no_copies(press.words, changing.article, changing.copies, changing.savers, ctx.settings.keep)
        )
    else:
        if changing.savers:
            await press.answer(screens.also_told(press.words, changing.article, changing.savers))
        await follow(ctx, press, changing.campaign)


async def say_what_cannot(ctx: BotContext, asked: Request | PressRequest, article: Article, *, known: int = 0) -> None:
    """Say how many copies cannot be changed, and why, before the others are; not when the button's message said it.

    `known` are so many of them. When none can be changed, the answer to the act says it.
    """
    _, _, copies = await corrections.pending(ctx.db, article.number)
    if copies.changeable and copies.out_of_reach and copies.out_of_reach != known:
        await asked.answer(screens.before_it_starts(asked.words, article, copies, ctx.settings.keep))


async def _correct(
    ctx: BotContext, asked: Request | PressRequest, article: Article, why: str | None
) -> Changing | None:
    """Correct in the name of the one who asks; None when the article is in no list."""
    try:
        changing = await corrections.correct(ctx.db, article.number, why=why, by=asked.person, now=ctx.clock())
    except OutOfTurn:
        return None
    ctx.wake()
    return changing


async def _question(ctx: BotContext, asked: Request, article: Article) -> Message:
    _, fields, copies = await corrections.pending(ctx.db, article.number)
    return screens.question(asked.words, article, fields, copies, ctx.settings.keep)


CONVERSATION = Conversation(
    name="corrections",
    commands=(
        Command(
            "correct",
            msgid("correct every delivered copy of an article, with the reason"),
            correct,
            usage=msgid("/correct ARTICLE WHY"),
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.ASK_CORRECT, ask_how, access=Access.EDITORS),
        PressRule(Verb.CORRECT, correct_pressed, access=Access.EDITORS, late=ask_to_correct),
        PressRule(Verb.LISTS_ONLY, lists_only, access=Access.EDITORS),
        PressRule(Verb.LEAVE_COPIES, leave, access=Access.EDITORS),
        PressRule(Verb.SAVERS_NOT, leave_savers, access=Access.EDITORS),
        PressRule(Verb.DELETE_COPIES, delete_copies, access=Access.EDITORS, late=ask_to_take_back),
        PressRule(Verb.NOTICE_COPIES, notice_copies, access=Access.EDITORS, late=ask_to_take_back),
    ),
)
