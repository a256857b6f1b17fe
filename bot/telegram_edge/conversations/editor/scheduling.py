"""Scheduling in chat: when an article goes out, in buttons and in words, and that it does not after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.approval import Wanted
from bot.domain.article import Article, ArticleState, Manner
from bot.domain.message import Message
from bot.domain.only_to import read_only_to
from bot.domain.when_text import FURTHEST, Fault, When, read_when, suggestions
from bot.errors import OutOfTurn
from bot.render import error_messages
from bot.render.editor import desk
from bot.render.editor import schedule as screens
from bot.render.editor.verbs import Verb
from bot.services.newsroom import newsroom
from bot.services.newsroom.approvals import Done, Waiting
from bot.telegram_edge.conversations.editor.article_args import (
    article_of,
    article_pressed,
    asked_late,
    was_taken_back_meanwhile,
)
from bot.telegram_edge.conversations.editor.going_public import (
    aimed,
    chosen_line,
    make_public,
    topics_behind_only,
    waits,
)
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def schedule(ctx: BotContext, request: Request) -> None:
    """Let an article go out at a time that is typed; without one, some are offered. Late, it is asked again.

    A reply to an article's message stands for it: then all that is typed is the time, if it is one. Topics behind
    `only` are those to whose followers alone it goes.
    """
    is_reply = request.replied_to is not None
    args, only = read_only_to(request.args, request.words.language, may_be_all=is_reply)
    request = request.with_args(args)
    named, _, text = request.args.partition(" ")
    when = None
    if is_reply:
        when = _read(ctx, request, request.args)
        if when.fault is not Fault.UNKNOWN or not text:
            named, text = "", request.args
    elif not named:
        await request.answer(screens.usage(request.words))
        return
    article = await article_of(ctx, request.with_args(named), Verb.SCHEDULE)
    if article is None:
        return
    is_clear, only_to = await topics_behind_only(ctx, request, article, only)
    if not is_clear:
        return
    if not text.strip():
        await request.answer(_ask(ctx, request, article))
        return
    when = _read(ctx, request, text)
    if when.at is None:
        await request.answer(screens.unclear(request.words, article, when, ctx.look(request.chat).zone))
    elif request.is_late:
        article = await aimed(ctx, request, article, only_to)
        zone = ctx.look(request.chat).zone
        at = request.words.time(request.sent_at, zone)
        label = screens.choices(request.words, article, [when.at], zone, manner=when.manner)
        question = request.words("Schedule #{number} now?", number=article.number)
        await request.answer(desk.asked_late(request.words, question, label[0][0], at))
    else:
        await request.answer(await _schedule(ctx, request, article, when.at, manner=when.manner, only_to=only_to))


async def ask(ctx: BotContext, press: PressRequest) -> None:
    """Ask below the message when an article is to go out."""
    await press.answer(_ask(ctx, press, await article_pressed(ctx, press)))


async def schedule_pressed(ctx: BotContext, press: PressRequest) -> None:
    """Let an article go out at the time of the button, unless it has passed since."""
    article = await article_pressed(ctx, press)
    if await was_taken_back_meanwhile(press, article):
        return
    at = _at(press)
    now = ctx.clock()
    if at is None or not now < at <= now + FURTHEST:
        past = When(None, Fault.PAST, suggestions(ctx.look(press.chat).zone, now))
        await press.redraw(screens.unclear(press.words, article, past, ctx.look(press.chat).zone))
        return
    await press.redraw(await _schedule(ctx, press, article, at, manner=_manner(press)))


async def ask_late_to_schedule(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    at, zone = _at(press), ctx.look(press.chat).zone
    if at is None or at <= ctx.clock():
        return LateAnswer(_ask(ctx, press, article))
    [[button]] = screens.choices(press.words, article, [at], zone, manner=_manner(press))
    return asked_late(press, press.words("Schedule #{number} now?", number=article.number), button)


async def unschedule(ctx: BotContext, press: PressRequest) -> None:
    """Make a draft of what was to go out at a time to come. Also when the press is late: it can be scheduled again."""
    article = await article_pressed(ctx, press)
    try:
        article = await newsroom.unschedule(ctx.db, article.number, by=press.person, now=ctx.clock())
    except OutOfTurn:
        await press.redraw(screens.not_scheduled(press.words, article, ctx.look(press.chat).zone))
        return
    await press.redraw(screens.unscheduled(press.words, article))


def _ask(ctx: BotContext, asked: Request | PressRequest, article: Article) -> Message:
    zone = ctx.look(asked.chat).zone
    return screens.ask(asked.words, article, suggestions(zone, ctx.clock()), zone)


def _read(ctx: BotContext, request: Request, text: str) -> When:
    return read_when(text, request.words.language, ctx.look(request.chat).zone, ctx.clock())


def _at(press: PressRequest) -> datetime | None:
    try:
        return _EPOCH + timedelta(minutes=number_of(press, 1))
    except OverflowError:
        return None


def _manner(press: PressRequest) -> Manner:
    """Return how an article is to arrive by the button; one that was forged is as usual."""
    number = number_of(press, 2)
    return Manner(number) if number in list(Manner) else Manner.USUAL


async def _schedule(
    ctx: BotContext,
    asked: Request | PressRequest,
    article: Article,
    at: datetime,
    *,
    manner: Manner,
    only_to: Sequence[int] | None = None,
) -> Message:
    """Schedule, or ask the other editors to approve it; return what is said of it."""
    zone = ctx.look(asked.chat).zone
    match await make_public(ctx, asked, article.number, Wanted.SCHEDULE, at=at, manner=manner, only_to=only_to):
        case Done(scheduled):
            only = await chosen_line(ctx, asked.words, scheduled)
            return screens.scheduled(asked.words, scheduled, zone, manner=manner, only_to=only)
        case Waiting() as waiting:
            return waits(asked, article, waiting)
        case None if article.state is ArticleState.PUBLISHED or article.is_listed:
            return screens.not_possible(asked.words, article, zone)
        case None:
            return error_messages.refused(
                asked.words("#{number} has no link that readers could open.", number=article.number)
            )


CONVERSATION = Conversation(
    name="scheduling",
    commands=(
        Command(
            "schedule",
            msgid("let an article go out at a time in your words"),
            schedule,
            usage=msgid("/schedule ARTICLE WHEN"),
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.SCHEDULE, ask, access=Access.EDITORS),
        PressRule(Verb.SCHEDULE_AT, schedule_pressed, access=Access.EDITORS, late=ask_late_to_schedule),
        PressRule(Verb.UNSCHEDULE, unschedule, access=Access.EDITORS),
    ),
)
