"""
Editing an article in chat: one field at a time, and the result as readers will see it.

Typed in full it is done at once. With buttons the field is chosen, and the next words of whoever chose it are its
value; when the article was changed meanwhile, they see what changed and decide.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.article import Article
from bot.domain.editing import AskedEdit, EditField, Fault, Refusal, Ticked, value_of
from bot.domain.message import Button, Message
from bot.domain.pasted_link import links_in
from bot.domain.press import press as data_of
from bot.render import error_messages
from bot.render.editor import edit_refusals as refusals
from bot.render.editor import editing as screens
from bot.render.editor import topic_ticks as tick_screens
from bot.render.editor.related_links import related_links
from bot.render.editor.verbs import Verb
from bot.services.content import editing, topic_ticks
from bot.telegram_edge.conversations.editor.article_args import article_named, article_pressed, asked_late
from bot.telegram_edge.conversations.editor.edit_steps import asked_for, change, decision, may_edit, show, while_away
from bot.telegram_edge.conversations.editor.editing_pictures import know_photo, picture_of
from bot.telegram_edge.conversations.editor.editing_related import change_related
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule, TextRule
from bot.telegram_edge.kit.request import PressRequest, Request

_FIELDS = tuple(EditField)
_TAKE_LINKS = (EditField.LINK, EditField.PICTURE)


async def edit(ctx: BotContext, request: Request) -> None:
    """Change what was typed at once: `/edit ARTICLE FIELD VALUE`, or as an answer to it, `/edit FIELD VALUE`.

    What is left out is asked for, unless it is the picture under which that stands.
    """
    found = await article_named(ctx, request, Verb.EDIT)
    if found is None:
        return
    article, said = found
    name, *typed = said.split(maxsplit=1) or [""]
    field = screens.field_called(request.words, name)
    sent = picture_of(request.photo) if field is EditField.PICTURE else None
    if name and field is None:
        await request.answer(screens.no_such_field(request.words, name))
    elif not await may_edit(ctx, request, article):
        await request.answer(screens.not_theirs(request.words))
    elif field is None:
        await request.answer(screens.choice(request.words, article))
    elif (typed or sent is not None) and request.is_late:
        await request.answer(while_away(ctx, request, article))
    elif sent is not None:
        await know_photo(ctx, sent)
        await change(ctx, request, article, field, sent)
    elif typed and field is EditField.RELATED:
        await change_related(ctx, request, article, typed[0])
    elif typed:
        await change(ctx, request, article, field, _as_typed(request, field, typed[0]))
    elif field is EditField.CREDIT and not article.story.pictures:
        await request.answer(refusals.refused(request.words, article, field, Refusal(Fault.NO_PICTURE)))
    else:
        question = await _question(ctx, request, article, field)
        await _remember(ctx, request, article, field, await request.answer(question))


def _as_typed(request: Request, field: EditField, typed: str) -> str | None:
    """Return what was typed; None when the field is to hold nothing."""
    may_be_nothing = field.kept_as is EditField.PICTURE
    return None if may_be_nothing and screens.means_nothing(request.words, typed) else typed


# With buttons


async def choose(ctx: BotContext, press: PressRequest) -> None:
    """Ask below the message which field is to change."""
    article = await article_pressed(ctx, press)
    allowed = await may_edit(ctx, press, article)
    await press.answer(screens.choice(press.words, article) if allowed else screens.not_theirs(press.words))


async def choose_field(ctx: BotContext, press: PressRequest) -> None:
    """Ask for the chosen field's new words in the place of the choice."""
    article, place = await article_pressed(ctx, press), number_of(press, 1)
    if not 0 <= place < len(_FIELDS):
        await press.toast(error_messages.button_too_old(press.words), alert=True)
    elif not await may_edit(ctx, press, article):
        await press.redraw(screens.not_theirs(press.words))
    elif _FIELDS[place] is EditField.CREDIT and not article.story.pictures:
        await press.redraw(refusals.refused(press.words, article, _FIELDS[place], Refusal(Fault.NO_PICTURE)))
    else:
        await _remember(ctx, press, article, _FIELDS[place], press.message_id)
        await press.redraw(await _question(ctx, press, article, _FIELDS[place]))


async def take_text(ctx: BotContext, request: Request) -> bool:
    """Take the words that were asked for. A link is none for most fields: it is one that becomes a draft."""
    found = await asked_for(ctx, request)
    if found is None:
        return False
    asked, article = found
    if asked.field not in _TAKE_LINKS and links_in(request.args) == [request.args.strip()]:
        return False
    if request.is_late:
        await request.answer(while_away(ctx, request, article))
    else:
        await change(ctx, request, article, asked.field, _as_typed(request, asked.field, request.args), asked)
    return True


async def empty(ctx: BotContext, press: PressRequest) -> None:
    """Let the field that was asked for hold nothing."""
    article, asked = await article_pressed(ctx, press), await _answered(ctx, press)
    if asked is None or not asked.is_waiting(ctx.clock()) or asked.field.kept_as is not EditField.PICTURE:
        await press.redraw(screens.decided(press.words, article))
        return
    await press.redraw_keyboard(())
    await change(ctx, press, article, asked.field, None, asked)


async def ask_to_empty(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article, asked = await article_pressed(ctx, press), await _answered(ctx, press)
    if asked is None or asked.typed is not None:
        return LateAnswer(screens.decided(press.words, article))
    now = ctx.clock()
    await editing.ask(ctx.db, replace(asked, at=now))
    return LateAnswer(await _question(ctx, press, article, asked.field))


async def edit_anyway(ctx: BotContext, press: PressRequest) -> None:
    """Let what was typed count, although the article had been changed meanwhile."""
    article, asked = await article_pressed(ctx, press), await _answered(ctx, press)
    if asked is None or asked.typed is None:
        await press.redraw(screens.decided(press.words, article))
        return
    await press.redraw_keyboard(())
    await change(ctx, press, article, asked.field, asked.said, asked)


async def ask_to_edit_anyway(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    asked = await _answered(ctx, press)
    if asked is None or asked.typed is None:
        return LateAnswer(screens.decided(press.words, article))
    return LateAnswer(await decision(ctx, press, asked))


async def cancel(ctx: BotContext, press: PressRequest) -> None:
    """Ask for nothing any more; the article stays as it is."""
    article, asked = await article_pressed(ctx, press), await _answered(ctx, press)
    if asked is not None:
        await editing.ask_no_more(ctx.db, asked)
    await press.redraw(screens.cancelled(press.words, article))


async def _question(ctx: BotContext, asked: Request | PressRequest, article: Article, field: EditField) -> Message:
    if field is EditField.RELATED:
        return related_links(asked.words, article)
    if field is EditField.TOPICS:
        page = await topic_ticks.page(ctx.db, article, Ticked(article.topics))
        return tick_screens.picker(asked.words, article, page)
    return screens.ask(asked.words, article, field, await editing.shown(ctx.db, article.number, field))


async def _remember(
    ctx: BotContext, asked: Request | PressRequest, article: Article, field: EditField, message_id: int
) -> None:
    """Let the person's next words be the value of a field of the article as it was just shown."""
    assert asked.person is not None  # editors are people
    now = ctx.clock()
    ticked = Ticked(article.topics) if field is EditField.TOPICS else None
    question = AskedEdit(asked.person, article.number, field, article.revision, now, message_id, ticked=ticked)
    await editing.ask(ctx.db, question)


async def _answered(ctx: BotContext, press: PressRequest) -> AskedEdit | None:
    """Return what the message with the button asks for; None when it asks for nothing any more."""
    asked = await editing.asked_of(ctx.db, press.person)
    return asked if asked is not None and asked.message_id == press.message_id else None


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
        await press.redraw(refusals.refused(press.words, article, field, refusal))
        return
    if done is None:
        await press.redraw(screens.decided(press.words, article))
        return
    await press.redraw(screens.taken(press.words, done.article, field))
    await show(ctx, press, done)


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
            msgid("change what an article says and shows"),
            edit,
            usage=msgid("/edit ARTICLE FIELD VALUE"),
            access=Access.CONTRIBUTORS,
            where=Where.PRIVATE,
            in_menu=True,
            with_photo=True,
        ),
    ),
    presses=(
        PressRule(Verb.EDIT, choose, access=Access.CONTRIBUTORS),
        PressRule(Verb.EDIT_FIELD, choose_field, access=Access.CONTRIBUTORS),
        PressRule(Verb.EDIT_ANYWAY, edit_anyway, access=Access.CONTRIBUTORS, late=ask_to_edit_anyway),
        PressRule(Verb.EDIT_NOT, cancel, access=Access.CONTRIBUTORS),
        PressRule(Verb.EDIT_NOTHING, empty, access=Access.CONTRIBUTORS, late=ask_to_empty),
        PressRule(Verb.KEEP_EDIT, keep, access=Access.EDITORS),
        PressRule(Verb.TAKE_SOURCE, take, access=Access.EDITORS, late=ask_to_take),
    ),
    texts=(TextRule(take_text, access=Access.CONTRIBUTORS),),
)
