"""Publishing in chat: the copy that an editor checks, how an article goes out, and the message that shows how far."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.approval import Wanted
from bot.domain.article import Article, ArticleState, Manner
from bot.domain.link import link_fault
from bot.domain.message import Button, Message
from bot.domain.only_to import read_only_to
from bot.domain.pacing import full_rate
from bot.domain.progress import lasting, shown_as
from bot.domain.when_text import read_manner
from bot.render.editor import article_note, desk, progress
from bot.render.editor import publishing as screens
from bot.render.editor.alerts import ANEW
from bot.render.editor.article_note import PictureCheck
from bot.render.editor.progress import Sendable
from bot.render.editor.verbs import Verb
from bot.services.delivery import delivery_reports
from bot.services.newsroom import desk as newsdesk
from bot.services.newsroom.approvals import Done, Waiting
from bot.services.newsroom.desk import Campaign, CampaignState
from bot.services.newsroom.newsroom import Published
from bot.telegram_edge.conversations.editor.article_args import (
    article_of,
    article_pressed,
    asked_late,
    was_taken_back_meanwhile,
)
from bot.telegram_edge.conversations.editor.copies import send_copy
from bot.telegram_edge.conversations.editor.going_public import (
    aimed,
    chosen_line,
    make_public,
    night_button,
    topics_behind_only,
    waiting_for,
    waits,
)
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.permission import is_for
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

# The copy and the note under it


async def preview(ctx: BotContext, request: Request) -> None:
    article = await article_of(ctx, request)
    if article is not None:
        await show(ctx, request, article)


async def open_(ctx: BotContext, press: PressRequest) -> None:
    await show(ctx, press, await article_pressed(ctx, press))


async def show(ctx: BotContext, asked: Request | PressRequest, article: Article) -> None:
    """Send an article as readers will get it, and under it what was checked and what can be done."""
    copy = await send_copy(ctx, asked.chat, article.number, asked.patience)
    if copy.failure is not None:
        await asked.answer(desk.not_shown(asked.words, article, copy.failure))
        return
    if await is_for(ctx, asked, Access.EDITORS):
        await asked.answer(await _note(ctx, asked, article, copy.picture, copy.refused))
    else:
        zone, fault = ctx.look(asked.chat).zone, _link_fault(ctx, article)
        may_edit = article.state is ArticleState.DRAFT and article.made_by == asked.person
        await asked.answer(
            article_note.note_for_contributor(asked.words, article, zone, fault, copy.picture, may_edit=may_edit)
        )


async def more(ctx: BotContext, press: PressRequest) -> None:
    article = await article_pressed(ctx, press)
    is_night = night_button(ctx, press, article) is not None
    await press.redraw_keyboard(article_note.more_keyboard(press.words, article, is_night=is_night))


async def back(ctx: BotContext, press: PressRequest) -> None:
    article = await article_pressed(ctx, press)
    reach = await delivery_reports.reach_of(ctx.db, article, ctx.clock()) if article_note.may_publish(article) else 0
    waiting = await waiting_for(ctx, press, article, reach)
    await press.redraw_keyboard(
        article_note.note_keyboard(press.words, article, reach, waiting, night_button(ctx, press, article))
    )


# Publishing


async def publish(ctx: BotContext, request: Request) -> None:
    """Publish, and show the copy first when there is an undo delay.

    Words behind the article say how it arrives, and `only` with topics to whose followers alone it goes.
    """
    is_reply, language = request.replied_to is not None, request.words.language
    text, only = read_only_to(request.args, language, may_be_all=is_reply)
    text, manner = read_manner(text, language, may_be_all=is_reply)
    if only is not None and manner is Manner.USUAL:
        only, manner = read_manner(only, language)
    article = await article_of(ctx, request.with_args(text))
    if article is None:
        return
    is_clear, only_to = await topics_behind_only(ctx, request, article, only)
    if not is_clear:
        return
    if request.is_late:
        article = await aimed(ctx, request, article, only_to)
        at = request.words.time(request.sent_at, ctx.look(request.chat).zone)
        question, button = await _ask_to_publish(ctx, request, article)
        if manner is not Manner.USUAL:
            button = article_note.manner_button(request.words, article, manner)
        await request.answer(desk.asked_late(request.words, question, button, at))
        return
    await _publish_anew(ctx, request, article, manner, only_to)


async def publish_pressed(ctx: BotContext, press: PressRequest) -> None:
    """Publish; the message with the button becomes the progress, unless it says more than this one thing."""
    article = await article_pressed(ctx, press)
    if number_of(press, 1) == ANEW:
        if not await was_taken_back_meanwhile(press, article, in_place=False):
            await _publish_anew(ctx, press, article)
    else:
        await _publish_pressed(ctx, press, article, Manner.USUAL)


async def _publish_pressed(ctx: BotContext, press: PressRequest, article: Article, manner: Manner) -> None:
    if await was_taken_back_meanwhile(press, article):
        return
    match await make_public(ctx, press, article.number, Wanted.PUBLISH, manner=manner):
        case Done(published=Published() as published):
            await follow(ctx, press, published.campaign)
        case Waiting() as waiting:
            await press.redraw(waits(press, article, waiting))
        case _:
            await show_out(ctx, press, article.number)


async def publish_silently(ctx: BotContext, press: PressRequest) -> None:
    """Publish without a sound in any chat; the message with the button becomes the progress."""
    await _publish_pressed(ctx, press, await article_pressed(ctx, press), Manner.SILENT)


async def publish_breaking(ctx: BotContext, press: PressRequest) -> None:
    """Publish as breaking news; the message with the button becomes the progress."""
    await _publish_pressed(ctx, press, await article_pressed(ctx, press), Manner.BREAKING)


async def ask_to_publish_so(ctx: BotContext, press: PressRequest) -> LateAnswer:
    """Ask again when a press that says how it arrives waited while newsbot was not running."""
    article = await article_pressed(ctx, press)
    manner = Manner.SILENT if press.press.verb == Verb.SILENTLY else Manner.BREAKING
    button = article_note.manner_button(press.words, article, manner)
    return asked_late(press, press.words("Publish #{number} now?", number=article.number), button)


async def show_progress(ctx: BotContext, asked: Request | PressRequest, about: Sendable, campaign: int) -> None:
    """Say in a new message how a campaign stands; from then on the message follows it."""
    now = ctx.clock()
    standing = await delivery_reports.standing_of(ctx.db, campaign, now, rate_of(ctx))
    if standing is None:
        return
    message = progress.going(asked.words, about, campaign, standing, now)
    await newsdesk.owe(ctx.db, campaign, asked.chat.id, now)
    message_id = await asked.answer(message)
    shown = str(shown_as(standing, message, now))
    await newsdesk.follow(ctx.db, campaign, asked.chat.id, message_id, shown=shown, at=now)
    ctx.wake()


async def follow(ctx: BotContext, press: PressRequest, campaign: int) -> None:
    """Let the message with the button follow a campaign from now on; `ProgressMessages` alone draws it, in order."""
    await newsdesk.follow(ctx.db, campaign, press.chat.id, press.message_id)
    ctx.wake()


async def ask_to_publish(ctx: BotContext, press: PressRequest) -> LateAnswer:
    article = await article_pressed(ctx, press)
    question, button = await _ask_to_publish(ctx, press, article)
    return asked_late(press, question, button, in_place=number_of(press, 1) != ANEW)


async def _ask_to_publish(ctx: BotContext, asked: Request | PressRequest, article: Article) -> tuple[str, Button]:
    """Return what is asked, and the button that says yes."""
    reach = await delivery_reports.reach_of(ctx.db, article, ctx.clock())
    question = asked.words("Publish #{number} now?", number=article.number)
    if only := await chosen_line(ctx, asked.words, article):
        question = f"{question} {only}"
    if await delivery_reports.is_paused(ctx.db):
        question = f"{question} {article_note.paused(asked.words)}"
    return question, article_note.publish_button(asked.words, article, reach)


def rate_of(ctx: BotContext) -> float:
    """Return the pace in messages per second that the operator's ceiling allows."""
    return full_rate(ctx.settings.rate)


async def _publish_anew(
    ctx: BotContext,
    asked: Request | PressRequest,
    article: Article,
    manner: Manner = Manner.USUAL,
    only_to: Sequence[int] | None = None,
) -> None:
    match await make_public(ctx, asked, article.number, Wanted.PUBLISH, manner=manner, only_to=only_to):
        case Done(published=Published() as published):
            if published.start_at > ctx.clock():
                await send_copy(ctx, asked.chat, article.number, asked.patience)
            await show_progress(ctx, asked, published.article, published.campaign)
        case Waiting() as waiting:
            await asked.answer(waits(asked, article, waiting))
        case _:
            await show_out(ctx, asked, article.number)


async def show_out(ctx: BotContext, asked: Request | PressRequest, number: int) -> None:
    """Say that an article is out already; one that is still on its way shows how far it has come."""
    account = await delivery_reports.report_of(ctx.db, number, ctx.clock(), rate_of(ctx))
    latest = await latest_of(ctx, number)
    if latest is not None and latest.state is not CampaignState.DONE:
        if isinstance(asked, PressRequest):
            await follow(ctx, asked, latest.id)
        else:
            await show_progress(ctx, asked, account.article, latest.id)
        return
    message = screens.out_already(asked.words, account.article, account.standing)
    await (asked.redraw(message) if isinstance(asked, PressRequest) else asked.answer(message))


async def _note(
    ctx: BotContext, asked: Request | PressRequest, article: Article, picture: PictureCheck, refused: int
) -> Message:
    reach = await delivery_reports.reach_of(ctx.db, article, ctx.clock())
    return article_note.note(
        asked.words,
        article,
        ctx.look(asked.chat).zone,
        reach=reach,
        lasts=lasting(reach, rate_of(ctx)),
        link=_link_fault(ctx, article),
        picture=picture,
        refused=refused,
        is_paused=await delivery_reports.is_paused(ctx.db),
        waiting=await waiting_for(ctx, asked, article, reach),
        night=night_button(ctx, asked, article),
        only_to=await chosen_line(ctx, asked.words, article),
    )


def _link_fault(ctx: BotContext, article: Article) -> str | None:
    return link_fault(article.story.link, ctx.settings.fetch_allow)


async def latest_of(ctx: BotContext, number: int) -> Campaign | None:
    published = await newsdesk.publishes(ctx.db, number)
    return published[-1] if published else None


CONVERSATION = Conversation(
    name="publishing",
    commands=(
        Command(
            "preview",
            msgid("an article as readers will get it"),
            preview,
            usage=msgid("/preview ARTICLE"),
            access=Access.CONTRIBUTORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
        Command(
            "publish",
            msgid("publish an article and push it"),
            publish,
            usage=msgid("/publish ARTICLE"),
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.OPEN, open_, access=Access.CONTRIBUTORS),
        PressRule(Verb.MORE, more, access=Access.EDITORS),
        PressRule(Verb.BACK, back, access=Access.EDITORS),
        PressRule(Verb.PUBLISH, publish_pressed, access=Access.EDITORS, late=ask_to_publish),
        PressRule(Verb.SILENTLY, publish_silently, access=Access.EDITORS, late=ask_to_publish_so),
        PressRule(Verb.BREAKING, publish_breaking, access=Access.EDITORS, late=ask_to_publish_so),
    ),
)
