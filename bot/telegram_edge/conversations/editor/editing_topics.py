"""
An article's topics in a picker: ticks are a choice that is kept until `Done`, words that are written look for topics.

An old picker goes on from the choice that is open, or begins anew with the article's topics of today.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.article import Article
from bot.domain.editing import AskedEdit, EditField, Ticked
from bot.render import error_messages
from bot.render.editor import editing as edit_screens
from bot.render.editor import topic_ticks as screens
from bot.render.editor.verbs import Verb
from bot.services.content import editing, topic_ticks
from bot.telegram_edge.conversations.editor.article_args import article_pressed
from bot.telegram_edge.conversations.editor.edit_steps import asked_for, change, may_edit, while_away
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Conversation, LateAnswer, PressRule, TextRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def search(ctx: BotContext, request: Request) -> bool:
    """Show the topics that are called as somebody writes, in a picker below, while their choice is open."""
    found = await asked_for(ctx, request)
    if found is None or found[0].field is not EditField.TOPICS:
        return False
    asked, article = found
    if request.is_late:
        await request.answer(while_away(ctx, request, article))
        return True
    if not await may_edit(ctx, request, article):
        await request.answer(edit_screens.not_theirs(request.words))
        return True
    ticked = replace(_ticked(asked, article), search=request.args)
    page = await topic_ticks.page(ctx.db, article, ticked)
    message_id = await request.answer(screens.picker(request.words, article, page))
    await editing.ask(ctx.db, replace(asked, ticked=ticked, message_id=message_id, at=ctx.clock()))
    return True


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Show another page, or all topics again."""
    article = await article_pressed(ctx, press)
    if not await may_edit(ctx, press, article):
        await press.redraw(edit_screens.not_theirs(press.words))
        return
    asked, _ = await _open(ctx, press, article)
    ticked = _ticked(asked, article)
    if number_of(press, 2):
        ticked = replace(ticked, search="")
    await _redraw(ctx, press, article, asked, ticked, number_of(press, 1))


async def tick(ctx: BotContext, press: PressRequest) -> None:
    """Tick a topic or not, as the button said."""
    article = await article_pressed(ctx, press)
    if not await may_edit(ctx, press, article):
        await press.redraw(edit_screens.not_theirs(press.words))
        return
    asked, _ = await _open(ctx, press, article)
    is_ticked = bool(number_of(press, 2))
    before = _ticked(asked, article)
    after = before.with_tick(number_of(press, 1), is_ticked)
    page = await topic_ticks.page(ctx.db, article, after, number_of(press, 3))
    known = {topic.number: topic for topic, _ in page.choices} | {topic.number: topic for topic in page.ticked}
    topic = known.get(number_of(press, 1))
    if topic is None:  # merged into another since, or a forged number
        await press.toast(error_messages.list_out_of_date(press.words))
        after = before
    else:
        await press.toast(screens.ticked_toast(press.words, topic, is_ticked=is_ticked))
    await _redraw(ctx, press, article, asked, after, number_of(press, 3))


async def done(ctx: BotContext, press: PressRequest) -> None:
    """Let the article have the topics that are ticked."""
    article = await article_pressed(ctx, press)
    asked, is_open = await _open(ctx, press, article)
    if not is_open:
        await press.toast(error_messages.list_out_of_date(press.words))
        await _redraw(ctx, press, article, asked, _ticked(asked, article), 0)
        return
    await press.redraw_keyboard(())
    await change(ctx, press, article, EditField.TOPICS, _ticked(asked, article), asked)


async def ask_again(ctx: BotContext, press: PressRequest) -> LateAnswer:
    """Show what is ticked once more when `Done` waited while newsbot was not running."""
    article = await article_pressed(ctx, press)
    asked, _ = await _open(ctx, press, article)
    await editing.ask(ctx.db, asked)
    page = await topic_ticks.page(ctx.db, article, _ticked(asked, article))
    return LateAnswer(screens.picker(press.words, article, page))


async def _open(ctx: BotContext, press: PressRequest, article: Article) -> tuple[AskedEdit, bool]:
    """Return the choice that the person has open for an article, in whichever message, and whether there was one."""
    now = ctx.clock()
    asked = await editing.asked_of(ctx.db, press.person)
    is_open = (
        asked is not None
        and asked.field is EditField.TOPICS
        and asked.article == article.number
        and asked.is_waiting(now)
    )
    if asked is not None and is_open:
        return replace(asked, message_id=press.message_id, at=now), True
    anew = AskedEdit(press.person, article.number, EditField.TOPICS, article.revision, now, press.message_id)
    return anew, False


async def _redraw(
    ctx: BotContext, press: PressRequest, article: Article, asked: AskedEdit, ticked: Ticked, page: int
) -> None:
    await editing.ask(ctx.db, replace(asked, ticked=ticked))
    shown = await topic_ticks.page(ctx.db, article, ticked, page)
    await press.redraw(screens.picker(press.words, article, shown))


def _ticked(asked: AskedEdit, article: Article) -> Ticked:
    return asked.ticked or Ticked(article.topics)


CONVERSATION = Conversation(
    name="editing topics",
    presses=(
        PressRule(Verb.TICKS, turn, access=Access.CONTRIBUTORS),
        PressRule(Verb.TICK, tick, access=Access.CONTRIBUTORS),
        PressRule(Verb.TICKED, done, access=Access.CONTRIBUTORS, late=ask_again),
    ),
    texts=(TextRule(search, access=Access.CONTRIBUTORS),),
)
