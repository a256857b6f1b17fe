"""
What makes an article public in chat, at once or with another editor's approval; and what stands for that under its
copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from bot.domain.approval import Wanted
from bot.domain.article import Article, Manner
from bot.domain.editing import EditField, Refusal
from bot.domain.message import Button, Message
from bot.domain.press import press as data_of
from bot.domain.when_text import morning_after
from bot.errors import OutOfTurn
from bot.render.editor import approvals as approval_screens
from bot.render.editor import article_note, edit_refusals
from bot.render.editor import audience as audience_screens
from bot.render.editor import schedule as schedule_screens
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.services.content.typed_fields import EVERYBODY, audience_typed
from bot.services.newsroom import approvals, chosen_audience
from bot.services.newsroom import desk as newsdesk
from bot.services.newsroom.approvals import Done, Newsroom, Waiting
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.request import PressRequest, Request


async def make_public(
    ctx: BotContext,
    asked: Request | PressRequest,
    number: int,
    wanted: Wanted,
    *,
    at: datetime | None = None,
    manner: Manner = Manner.USUAL,
    only_to: Sequence[int] | None = None,
) -> Done | Waiting | None:
    """Publish, list or schedule in the name of the one who asks, or ask the other editors; None: it is out already.

    Raises: NotAllowed.
    """
    assert asked.person is not None  # editors are people
    try:
        done = await approvals.make_public(
            ctx.db,
            number,
            wanted,
            by=asked.person,
            now=ctx.clock(),
            rules=rules_of(ctx),
            at=at,
            manner=manner,
            only_to=only_to,
        )
    except OutOfTurn:
        return None
    ctx.wake()
    return done


def rules_of(ctx: BotContext) -> Newsroom:
    """Return what the operator chose for whoever publishes."""
    return Newsroom(ctx.settings.admins, ctx.settings.four_eyes, ctx.settings.undo)


def waits(asked: Request | PressRequest, article: Article, waiting: Waiting) -> Message:
    """Return what is said to whoever has asked for what another editor has to approve."""
    if waiting.is_new:
        return approval_screens.waits(asked.words, article, waiting.others)
    return approval_screens.waits_already(asked.words, article)


async def chosen_line(ctx: BotContext, words: Words, article: Article) -> str:
    """Return a sentence about whom alone an article goes to; empty when it goes to all who follow it."""
    return audience_screens.chosen_line(words, await chosen_audience.names(ctx.db, article))


async def topics_behind_only(
    ctx: BotContext, asked: Request, article: Article, typed: str | None
) -> tuple[bool, tuple[int, ...] | None]:
    """Return whether what was typed behind `only` is understood, and the topics; None where nothing was typed.

    `all` means all who follow it. What is no topic is answered here.
    """
    if typed is None:
        return True, None
    try:
        return True, await audience_typed(ctx.db, article, typed, (EVERYBODY, asked.words("all")))
    except Refusal as refusal:
        await asked.answer(edit_refusals.refused(asked.words, article, EditField.TOPICS, refusal))
        return False, None


async def aimed(ctx: BotContext, asked: Request, article: Article, only_to: Sequence[int] | None) -> Article:
    """Return an article to be asked about once more, for the audience that was typed: that alone reaches nobody."""
    if only_to is None:
        return article
    with suppress(OutOfTurn):
        now = ctx.clock()
        return await chosen_audience.choose_audience(ctx.db, article.number, only_to, by=asked.person, now=now)
    return article


def night_button(ctx: BotContext, asked: Request | PressRequest, article: Article) -> Button | None:
    """Return the button that lets an article go out in the morning; None by day."""
    zone = ctx.look(asked.chat).zone
    at = morning_after(zone, ctx.clock())
    if at is None:
        return None
    label = asked.words("At {time}", time=asked.words.time(at, zone))
    return schedule_screens.at_button(label, article, at)


async def waiting_for(
    ctx: BotContext, asked: Request | PressRequest, article: Article, reach: int
) -> article_note.Waiting | None:
    """Return what is asked about an article, and the button for it; None when nothing is."""
    request = await approvals.request_for(ctx.db, article.number)
    if request is None or request.revision != article.revision:
        return None
    names, zone = await newsdesk.names(ctx.db), ctx.look(asked.chat).zone
    said = approval_screens.asks(asked.words, request, names, zone, asked.person)
    if request.asked_by == asked.person:
        return article_note.Waiting(said, Button(asked.words("Withdraw"), data=data_of(Verb.DECLINE, article.number)))
    return article_note.Waiting(said, approval_screens.approve_button(asked.words, request, reach))
