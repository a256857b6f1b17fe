"""The delivery report: how many chats got an article, which did not and why, and another try for those."""

from __future__ import annotations

from bot.domain.message import Button, Message
from bot.domain.press import press as data_of
from bot.errors import OutOfTurn
from bot.render.editor import delivery_report as screens
from bot.render.editor.verbs import Verb
from bot.services.delivery import delivery_reports
from bot.telegram_edge.conversations.editor.article_args import article_of, article_pressed, asked_late
from bot.telegram_edge.conversations.editor.publishing import rate_of
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def delivery(ctx: BotContext, request: Request) -> None:
    article = await article_of(ctx, request, Verb.DELIVERY)
    if article is not None:
        await request.answer(await _account(ctx, request, article.number))


async def delivery_pressed(ctx: BotContext, press: PressRequest) -> None:
    article = await article_pressed(ctx, press)
    await press.redraw(await _account(ctx, press, article.number))


async def who_failed(ctx: BotContext, press: PressRequest) -> None:
    article = await article_pressed(ctx, press)
    failures = await delivery_reports.failures(ctx.db, article.number, screens.LISTED)
    account = await delivery_reports.report_of(ctx.db, article.number, ctx.clock(), rate_of(ctx))
    total = account.standing.failed if account.standing is not None else 0
    await press.redraw(screens.who_failed(press.words, article, failures, total))


async def try_again(ctx: BotContext, press: PressRequest) -> None:
    """Send the article once more to every chat that it could not be sent to. Pressed twice, it tries once."""
    article = await article_pressed(ctx, press)
    try:
        many = await delivery_reports.try_again(ctx.db, article.number, by=press.person, now=ctx.clock())
    except OutOfTurn:
        await press.toast(screens.nothing_failed(press.words))
    else:
        ctx.wake()
        await press.toast(screens.tried_again(press.words, many))
    await press.redraw(await _account(ctx, press, article.number))


async def ask_to_try_again(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    button = Button(press.words("Try failed again"), data=data_of(Verb.AGAIN, article.number))
    return asked_late(press, press.words("Try again to send #{number}?", number=article.number), button)


async def _account(ctx: BotContext, asked: Request | PressRequest, number: int) -> Message:
    account = await delivery_reports.report_of(ctx.db, number, ctx.clock(), rate_of(ctx))
    zone = ctx.look(asked.chat).zone
    return screens.report(
        asked.words,
        account.article,
        account.campaign,
        account.standing,
        account.reasons,
        account.restricted,
        zone,
        account.copies,
    )


CONVERSATION = Conversation(
    name="delivery",
    commands=(
        Command(
            "delivery",
            msgid("who got an article, who did not, and why"),
            delivery,
            usage=msgid("/delivery ARTICLE"),
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.DELIVERY, delivery_pressed, access=Access.EDITORS),
        PressRule(Verb.FAILED, who_failed, access=Access.EDITORS),
        PressRule(Verb.AGAIN, try_again, access=Access.EDITORS, late=ask_to_try_again),
    ),
)
