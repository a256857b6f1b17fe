"""`/announce`: what an editor writes to everybody or to a topic's readers, shown first and sent when they say so."""

from __future__ import annotations

from bot.domain.announcement import AnnouncementState, fault_of
from bot.domain.message import Message
from bot.errors import OutOfTurn
from bot.render import error_messages
from bot.render.editor import announcements as screens
from bot.render.editor import second_editor
from bot.render.editor.announcements import AnnounceVerb
from bot.services.newsroom import announcing
from bot.services.newsroom.announcing import Question
from bot.telegram_edge.conversations.editor.copies import send_as_it_is
from bot.telegram_edge.conversations.editor.going_public import rules_of
from bot.telegram_edge.conversations.editor.publishing import follow
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def announce(ctx: BotContext, request: Request) -> None:
    """Show what was written as readers would get it, and ask. Nothing leaves for it, however late it arrives."""
    text, photo = request.said, None if request.photo is None else request.photo.file_id
    fault = fault_of(text, has_photo=photo is not None, in_album=request.in_album)
    if fault is not None:
        length, spans = len(text), len(text.entities)
        said = screens.cannot(request.words, fault, has_photo=photo is not None, length=length, spans=spans)
        await request.answer(said)
        return
    if request.person is None:
        return
    found = await announcing.draft(ctx.db, text, photo, by=request.person, now=ctx.clock())
    refusal = await send_as_it_is(ctx, request.chat, found.message(), request.patience)
    if refusal is not None:
        await announcing.leave(ctx.db, found.number)
        await request.answer(screens.not_shown(request.words, refusal))
        return
    asked = await _question(ctx, found.number, None)
    if asked is not None:
        await request.answer(_ask(ctx, request, asked, is_late=request.is_late))


async def send(ctx: BotContext, press: PressRequest) -> None:
    """Send it to whom the button says; the message with the button becomes the progress."""
    number, topic = number_of(press), number_of(press, 1) or None
    try:
        sent = await announcing.send(ctx.db, number, topic, by=press.person, now=ctx.clock(), rules=rules_of(ctx))
    except OutOfTurn:
        await _show(ctx, press, topic)
        return
    ctx.wake()
    found = await announcing.announcement(ctx.db, number)
    if isinstance(sent, int):
        await follow(ctx, press, sent)
    elif found is not None:
        await press.redraw(second_editor.waits(press.words, found, sent.others))


async def show_topics(ctx: BotContext, press: PressRequest) -> None:
    """Show a page of the topics whose readers it can go to."""
    choice = await announcing.choice(ctx.db, number_of(press), number_of(press, 1))
    if choice is None:
        await _show(ctx, press, None)
        return
    found, topics = choice.announcement, choice.topics
    await press.redraw(screens.topics(press.words, found, topics, choice.page, has_more=choice.has_more))


async def choose(ctx: BotContext, press: PressRequest) -> None:
    """Ask about a topic's readers, or everybody again: below, where a second tap meets no button that sends."""
    asked = await _question(ctx, number_of(press), number_of(press, 1) or None)
    if asked is None:
        await _show(ctx, press, None)
        return
    await press.redraw(screens.asked_below(press.words, asked.announcement))
    await press.answer(_ask(ctx, press, asked))


async def leave(ctx: BotContext, press: PressRequest) -> None:
    found = await announcing.leave(ctx.db, number_of(press))
    if found is not None and found.campaign is not None:
        await follow(ctx, press, found.campaign)
    else:
        await press.redraw(screens.decided(press.words, found))


async def ask_to_send(ctx: BotContext, press: PressRequest) -> LateAnswer | None:
    """Ask again about a press that waited while newsbot was not running."""
    asked = await _question(ctx, number_of(press), number_of(press, 1) or None)
    return None if asked is None else LateAnswer(_ask(ctx, press, asked, is_late=True))


async def _show(ctx: BotContext, press: PressRequest, topic: int | None) -> None:
    """Show how an announcement stands today: its progress, the question anew, or that nothing was sent."""
    found = await announcing.announcement(ctx.db, number_of(press))
    if found is not None and found.campaign is not None:
        await follow(ctx, press, found.campaign)
        return
    if found is not None and found.state is AnnouncementState.ASKED:
        asked = await _question(ctx, found.number, topic)
        if asked is None:
            await press.toast(error_messages.list_out_of_date(press.words))
            asked = await _question(ctx, found.number, None)
        if asked is not None:
            await press.redraw(_ask(ctx, press, asked))
            return
    if found is not None and found.state is AnnouncementState.WAITING:
        await press.redraw(second_editor.waits(press.words, found, None))
        return
    await press.redraw(screens.decided(press.words, found))


async def _question(ctx: BotContext, number: int, topic: int | None) -> Question | None:
    return await announcing.question(ctx.db, number, topic, owners=ctx.settings.admins, now=ctx.clock())


def _ask(ctx: BotContext, asked: Request | PressRequest, question: Question, *, is_late: bool = False) -> Message:
    return screens.ask(
        asked.words,
        question.announcement,
        question.topic,
        question.reach,
        free_at=question.free_at,
        is_busy=question.is_busy,
        is_paused=question.is_paused,
        zone=ctx.look(asked.chat).zone,
        is_late=is_late,
    )


CONVERSATION = Conversation(
    name="announcements",
    commands=(
        Command(
            "announce",
            msgid("write to everybody, or to a topic's readers, after a preview"),
            announce,
            usage=msgid("/announce TEXT"),
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
            with_photo=True,
        ),
    ),
    presses=(
        PressRule(AnnounceVerb.SEND, send, access=Access.EDITORS, late=ask_to_send),
        PressRule(AnnounceVerb.TOPICS, show_topics, access=Access.EDITORS),
        PressRule(AnnounceVerb.TO, choose, access=Access.EDITORS),
        PressRule(AnnounceVerb.LEAVE, leave, access=Access.EDITORS),
    ),
)
