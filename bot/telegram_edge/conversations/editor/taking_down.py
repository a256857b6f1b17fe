"""Taking an article down for good: asked about first, then every copy goes, and what cannot be reached is reported."""

from __future__ import annotations

from bot.domain.article import Article
from bot.domain.correction import MAX_WHY, reason
from bot.domain.message import Message
from bot.errors import TakenDown, UnknownArticle
from bot.render.editor import corrections as copies_screens
from bot.render.editor import takedown as screens
from bot.render.editor.verbs import Verb
from bot.services.delivery import takedown_reports
from bot.services.newsroom import takedown
from bot.telegram_edge.conversations.editor.article_args import article_named, article_pressed
from bot.telegram_edge.conversations.editor.publishing import follow
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def take_down(ctx: BotContext, request: Request) -> None:
    """Ask whether an article is to be taken down: `/takedown ARTICLE WHY`. Even typed in full it is asked about."""
    found = await article_named(ctx, request, Verb.TAKE_DOWN)
    if found is None:
        return
    article, said = found
    try:
        why = reason(said)
    except ValueError:
        await request.answer(copies_screens.why_too_long(request.words, MAX_WHY))
        return
    at = request.words.time(request.sent_at, ctx.look(request.chat).zone) if request.is_late else None
    await request.answer(await _question(ctx, request, article, why, asked_at=at, is_late=request.is_late))


async def ask(ctx: BotContext, press: PressRequest) -> None:
    """Ask in the place of the message with the button."""
    article = await article_pressed(ctx, press)
    await press.redraw(await _question(ctx, press, article, None))


async def ask_late(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    return LateAnswer(await _question(ctx, press, article, None, is_late=True))


async def take_down_now(ctx: BotContext, press: PressRequest) -> None:
    """Take an article down; the message with the button becomes the progress, and at its end the report."""
    try:
        down = await takedown.take_down(ctx.db, number_of(press), by=press.person, now=ctx.clock(), as_asked=True)
    except UnknownArticle as error:
        raise UnknownArticle(press.words("There is no article #{number} any more.", number=number_of(press))) from error
    ctx.wake()
    if down.is_new:
        ctx.side_work.start("scrubbing the database", takedown.scrub(ctx.db))
    if down.campaign is None:
        await press.redraw(await _report(ctx, press, down.number))
    else:
        await follow(ctx, press, down.campaign)


async def report(ctx: BotContext, press: PressRequest) -> None:
    """Say below what became of the copies of an article that was taken down."""
    try:
        await press.answer(await _report(ctx, press, number_of(press)))
    except UnknownArticle as error:
        raise UnknownArticle(press.words("There is no article #{number} any more.", number=number_of(press))) from error


async def _question(
    ctx: BotContext,
    asked: Request | PressRequest,
    article: Article,
    why: str | None,
    *,
    asked_at: str | None = None,
    is_late: bool = False,
) -> Message:
    try:
        _, copies = await takedown.ask(ctx.db, article.number, by=asked.person, why=why, now=ctx.clock())
    except TakenDown as error:  # by somebody else, a moment ago
        return screens.was(asked.words, error.number)
    return screens.ask(asked.words, article, copies, asked_at=asked_at, is_late=is_late)


async def _report(ctx: BotContext, asked: PressRequest, number: int) -> Message:
    return Message(screens.report(asked.words, await takedown_reports.report(ctx.db, number)))


CONVERSATION = Conversation(
    name="taking down",
    commands=(
        Command(
            "takedown",
            msgid("delete an article for good, with every copy of it"),
            take_down,
            usage=msgid("/takedown ARTICLE WHY"),
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.TAKE_DOWN, ask, access=Access.EDITORS, late=ask_late),
        PressRule(Verb.TAKE_DOWN_NOW, take_down_now, access=Access.EDITORS, late=ask_late),
        PressRule(Verb.TAKEDOWN_REPORT, report, access=Access.EDITORS),
    ),
)
