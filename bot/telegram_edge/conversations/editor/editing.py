"""Editing an article in chat: one field at a time, and the result as readers will see it."""

from __future__ import annotations

from bot.domain.article import Article
from bot.domain.editing import EditField, Refusal, value_of
from bot.domain.message import Button
from bot.domain.press import press as data_of
from bot.errors import OutOfTurn
from bot.render.editor import corrections as copies
from bot.render.editor import editing as screens
from bot.render.editor.desk import Verb
from bot.services.content import editing
from bot.services.content.editing import Edited
from bot.telegram_edge.conversations.editor import publishing
from bot.telegram_edge.conversations.editor.article_args import article_named, article_pressed, asked_late
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.permission import role_of
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def edit(ctx: BotContext, request: Request) -> None:
    """Change what was typed at once: `/edit ARTICLE FIELD VALUE`, or as an answer to it, `/edit FIELD VALUE`."""
    found = await article_named(ctx, request)
    if found is None:
        return
    article, said = found
    name, *typed = said.split(maxsplit=1) or [""]
    if not name:
        await request.answer(screens.usage(request.words, article))
        return
    field = screens.field_called(request.words, name)
    if field is None:
        await request.answer(screens.no_such_field(request.words, name))
        return
    if request.is_late:
        at = request.words.time(request.sent_at, ctx.look(request.chat).zone)
        await request.answer(screens.typed_while_away(request.words, article, at))
        return
    await _edit(ctx, request, article, field, typed[0] if typed else "")


async def _edit(ctx: BotContext, request: Request, article: Article, field: EditField, typed: str) -> None:
    """Change a field and show what came of it: the copy, or what becomes of those that were delivered."""
    try:
        done = await editing.edit(
            ctx.db,
            article.number,
            field,
            typed,
            by=request.person,
            role=await role_of(ctx, request),
            allow=ctx.settings.fetch_allow,
            now=ctx.clock(),
        )
    except OutOfTurn:
        await request.answer(screens.not_theirs(request.words))
        return
    except Refusal as refusal:
        await request.answer(screens.refused(request.words, article, field, refusal))
        return
    await _show(ctx, request, done)


async def _show(ctx: BotContext, asked: Request | PressRequest, done: Edited) -> None:
    """Ask what becomes of the copies that were delivered; without any, show the one that readers would get."""
    ctx.wake()
    article, found = done.article, done.copies
    if article.is_listed and done.fields and found.delivered:
        await asked.answer(copies.question(asked.words, article, done.fields, found.changeable, found.out_of_reach))
    else:
        await publishing.show(ctx, asked, article)


# What an article's file or feed says of an edited field


async def keep(ctx: BotContext, press: PressRequest) -> None:
    """Let a field stay as it was typed."""
    field = await _contested(ctx, press)
    if field is not None:
        article = await editing.keep(ctx.db, number_of(press), field)
        await press.redraw(screens.kept(press.words, article, field))


async def take(ctx: BotContext, press: PressRequest) -> None:
    """Let a field say what the article's file or feed says."""
    field = await _contested(ctx, press)
    if field is None:
        return
    article = await article_pressed(ctx, press)
    try:
        done = await editing.take(ctx.db, article.number, field, by=press.person, now=ctx.clock())
    except Refusal as refusal:
        await press.redraw(screens.refused(press.words, article, field, refusal))
        return
    if done is None:
        await press.redraw(screens.decided(press.words, article))
        return
    await press.redraw(screens.taken(press.words, done.article, field))
    await _show(ctx, press, done)


async def ask_to_take(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    button = Button(press.words("Take the other"), data=data_of(Verb.TAKE_SOURCE, *press.numbers))
    question = press.words("Let #{number} say what its file or feed says?", number=article.number)
    return asked_late(press, question, button)


async def _contested(ctx: BotContext, press: PressRequest) -> EditField | None:
    """Return the field that the button is about, while it is as it was drawn; else redraw it from what is true now."""
    article = await article_pressed(ctx, press)
    found = await editing.contested(ctx.db, article.number)
    for field, source in found.fields:
        if list(EditField).index(field) == number_of(press, 1):
            if screens.checksum(source) == number_of(press, 2):
                return field
            shown = value_of(found.article.story, field)
            await press.redraw(screens.source_question(press.words, found.article, field, source, shown))
            return None
    await press.redraw(screens.decided(press.words, article))
    return None


CONVERSATION = Conversation(
    name="editing",
    commands=(
        Command(
            "edit",
            msgid("change the title, excerpt, link or topics of an article"),
            edit,
            usage=msgid("/edit ARTICLE FIELD VALUE"),
            access=Access.CONTRIBUTORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.KEEP_EDIT, keep, access=Access.EDITORS),
        PressRule(Verb.TAKE_SOURCE, take, access=Access.EDITORS, late=ask_to_take),
    ),
)
