"""
What every edit in chat does, whatever was typed, sent or ticked: it is made, shown, or decided about when the article
was changed meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.article import Article, ArticleState
from bot.domain.editing import AskedEdit, EditField, Fault, Refusal, Said
from bot.domain.message import Message
from bot.domain.role import may_change
from bot.errors import OutOfTurn, UnknownArticle
from bot.render.editor import corrections as copies
from bot.render.editor import edit_refusals as refusals
from bot.render.editor import editing as screens
from bot.services.content import editing, links
from bot.services.content.editing import Edited
from bot.services.newsroom import desk as newsdesk
from bot.telegram_edge.conversations.editor import publishing
from bot.telegram_edge.conversations.editor.copies import send_copy
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.permission import role_of
from bot.telegram_edge.kit.request import PressRequest, Request


async def change(
    ctx: BotContext,
    asked: Request | PressRequest,
    article: Article,
    field: EditField,
    said: Said,
    answers: AskedEdit | None = None,
) -> None:
    """Change a field and show what came of it. `answers` is the question to which what was `said` is the answer."""
    try:
        done = await editing.edit(
            ctx.db,
            article.number,
            field,
            said,
            by=asked.person,
            role=await role_of(ctx, asked),
            allow=ctx.settings.fetch_allow,
            now=ctx.clock(),
            answers=answers,
        )
    except OutOfTurn:
        await asked.answer(screens.not_theirs(asked.words))
    except Refusal as refusal:
        if refusal.fault is Fault.CHANGED_MEANWHILE and answers is not None:
            await _ask_again(ctx, asked, answers.with_said(said))
        else:
            await asked.answer(refusals.refused(asked.words, article, field, refusal))
    else:
        await show(ctx, asked, done)


async def show(ctx: BotContext, asked: Request | PressRequest, done: Edited) -> None:
    """Show the copy that readers would get now, and ask what becomes of those that were delivered."""
    ctx.wake()
    article, found = done.article, done.copies
    if article.is_listed and done.fields and found.delivered:
        await send_copy(ctx, asked.chat, article.number, asked.patience)
        await asked.answer(copies.question(asked.words, article, done.fields, found, ctx.settings.keep))
    else:
        await publishing.show(ctx, asked, article)


async def may_edit(ctx: BotContext, asked: Request | PressRequest, article: Article) -> bool:
    """Return whether the one who asks may change an article as it stands."""
    is_draft, is_own = article.state is ArticleState.DRAFT, article.made_by == asked.person
    return may_change(await role_of(ctx, asked), is_draft=is_draft, is_own=is_own)


def while_away(ctx: BotContext, request: Request, article: Article) -> Message:
    """Return the answer to what was typed or sent while newsbot was not running."""
    at = request.words.time(request.sent_at, ctx.look(request.chat).zone)
    return screens.typed_while_away(request.words, article, at)


async def asked_for(ctx: BotContext, request: Request) -> tuple[AskedEdit, Article] | None:
    """Return what the person is asked for, and of which article; None when they are asked for nothing."""
    assert request.person is not None  # editors are people
    asked = await editing.asked_of(ctx.db, request.person)
    if asked is None or not asked.is_waiting(ctx.clock()):
        return None
    pasted = await links.waiting(ctx.db, request.person, ctx.clock())
    if pasted is not None and pasted.at > asked.at:
        return None  # something else was asked for since
    try:
        return asked, await newsdesk.article(ctx.db, asked.article)
    except UnknownArticle:
        await editing.ask_no_more(ctx.db, asked)
        return None


async def _ask_again(ctx: BotContext, asked: Request | PressRequest, answers: AskedEdit) -> None:
    """Say what others have changed since the question, and let the one who answered it decide."""
    found = await editing.meanwhile(ctx.db, answers)
    message_id = await asked.answer(await decision(ctx, asked, answers))
    again = replace(answers, revision=found.article.revision, at=ctx.clock(), message_id=message_id)
    await editing.ask(ctx.db, again)


async def decision(ctx: BotContext, asked: Request | PressRequest, answers: AskedEdit) -> Message:
    """Return what others have changed since a question, beside what was said in answer to it."""
    found = await editing.meanwhile(ctx.db, answers)
    shown = await editing.shown(ctx.db, answers.article, answers.field)
    mine = await editing.as_value(ctx.db, answers.said)
    return screens.changed_meanwhile(asked.words, found.article, answers.field, shown, mine, found.edits, found.names)
