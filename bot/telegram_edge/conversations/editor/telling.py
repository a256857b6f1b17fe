"""`/tell`: a correction told to readers in a message of its own, to all who have the article or only who saved it."""

from __future__ import annotations

from bot.domain.change_note import Whom
from bot.domain.copy_words import whom_named
from bot.domain.message import Message
from bot.errors import OutOfTurn
from bot.render.editor import second_editor as second_screens
from bot.render.editor import telling as screens
from bot.render.editor.verbs import Verb
from bot.services.newsroom import second_editor, telling
from bot.services.newsroom.telling import Question, Told
from bot.telegram_edge.conversations.editor.article_args import article_named, article_pressed
from bot.telegram_edge.conversations.editor.going_public import rules_of
from bot.telegram_edge.conversations.editor.publishing import follow, show_progress
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def tell(ctx: BotContext, request: Request) -> None:
    """Ask whom the newest correction is told to. It reaches people anew, so what is typed in full is asked too."""
    found = await article_named(ctx, request, Verb.TELL)
    if found is None:
        return
    article, said = found
    only = whom_named(said)
    if said.strip() and only is None:
        await request.answer(screens.how_to_tell(request.words, article.number))
        return
    asked = await telling.question(ctx.db, article.number, now=ctx.clock())
    if asked.note is not None and asked.campaign is not None:
        await show_progress(ctx, request, asked.note, asked.campaign)
        return
    await request.answer(_screen(request, asked, only=only, is_late=request.is_late))


async def ask(ctx: BotContext, press: PressRequest) -> None:
    """Ask below, where a second tap meets no button that sends."""
    article = await article_pressed(ctx, press)
    asked = await telling.question(ctx.db, article.number, now=ctx.clock())
    if asked.note is not None and asked.campaign is not None:
        await show_progress(ctx, press, asked.note, asked.campaign)
    else:
        await press.answer(_screen(press, asked))


async def tell_all(ctx: BotContext, press: PressRequest) -> None:
    await _tell(ctx, press, Whom.ALL)


async def tell_savers(ctx: BotContext, press: PressRequest) -> None:
    await _tell(ctx, press, Whom.SAVED)


async def leave(ctx: BotContext, press: PressRequest) -> None:
    await press.redraw(screens.left(press.words, await article_pressed(ctx, press)))


async def ask_late(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    asked = await telling.question(ctx.db, article.number, now=ctx.clock())
    return LateAnswer(_screen(press, asked, is_late=True))


async def _tell(ctx: BotContext, press: PressRequest, whom: Whom) -> None:
    """Tell them; the message with the button becomes the progress."""
    assert press.person is not None  # editors are people
    article = await article_pressed(ctx, press)
    now = ctx.clock()
    try:
        told = await second_editor.tell(ctx.db, article.number, whom, by=press.person, now=now, rules=rules_of(ctx))
    except OutOfTurn:
        asked = await telling.question(ctx.db, article.number, now=now)
        if asked.campaign is None:
            await press.redraw(_screen(press, asked))
        else:
            await follow(ctx, press, asked.campaign)
        return
    ctx.wake()
    asked = await telling.question(ctx.db, article.number, now=now)
    if isinstance(told, Told):
        await follow(ctx, press, told.campaign)
    elif asked.note is not None:
        await press.redraw(second_screens.waits(press.words, asked.note, told.others))


def _screen(
    asked: Request | PressRequest, question: Question, *, only: Whom | None = None, is_late: bool = False
) -> Message:
    if question.note is None:
        return screens.nothing_to_tell(asked.words, question.article)
    if question.waits:
        return second_screens.waits(asked.words, question.note, None)
    return screens.ask(
        asked.words, question.article, question.reach, only=only, is_paused=question.is_paused, is_late=is_late
    )


CONVERSATION = Conversation(
    name="telling readers",
    commands=(
        Command(
            "tell",
            msgid("tell readers of a correction in a message of its own"),
            tell,
            usage=msgid("/tell ARTICLE [saved]"),
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.TELL, ask, access=Access.EDITORS),
        PressRule(Verb.TELL_ALL, tell_all, access=Access.EDITORS, late=ask_late),
        PressRule(Verb.TELL_SAVERS, tell_savers, access=Access.EDITORS, late=ask_late),
        PressRule(Verb.TELL_NOBODY, leave, access=Access.EDITORS),
    ),
)
