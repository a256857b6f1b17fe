"""Four eyes for announcements and notes on corrections: another editor approves them, or declines."""

from __future__ import annotations

from bot.domain.announcement import Announcement
from bot.domain.approval import Sending, Verdict
from bot.domain.message import Message
from bot.render import error_messages
from bot.render.editor import second_editor as screens
from bot.render.editor.second_editor import SecondVerb
from bot.services.newsroom import desk as newsdesk
from bot.services.newsroom import second_editor
from bot.services.newsroom.second_editor import Judged
from bot.telegram_edge.conversations.editor.copies import send_as_it_is
from bot.telegram_edge.conversations.editor.going_public import rules_of
from bot.telegram_edge.conversations.editor.publishing import follow, show_progress
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def approve(ctx: BotContext, press: PressRequest) -> None:
    """Send it; the message with the button becomes the progress, and whoever asked follows it too."""
    found = await _about(press)
    if found is None:
        return
    done = await _approve(ctx, press, *found)
    if done.campaign is not None:
        await follow(ctx, press, done.campaign)
    else:
        await press.redraw(_judged(press, done))


async def approve_typed(ctx: BotContext, request: Request, sending: Sending, number: int) -> None:
    """Send what was typed in full; late, it is asked again."""
    if request.is_late:
        await show(ctx, request, sending, number)
        return
    done = await _approve(ctx, request, sending, number)
    if done.campaign is not None and done.proposal is not None:
        await show_progress(ctx, request, done.proposal.what, done.campaign)
    else:
        await request.answer(_judged(request, done))


async def look(ctx: BotContext, press: PressRequest) -> None:
    """Show what waits, and ask about it."""
    found = await _about(press)
    if found is not None:
        await show(ctx, press, *found)


async def show(ctx: BotContext, asked: Request | PressRequest, sending: Sending, number: int) -> None:
    """Show what waits as readers would get it, and below it who asks for it."""
    known = await second_editor.proposal(ctx.db, sending, number, now=ctx.clock(), rules=rules_of(ctx))
    if known is None or known.asked_by is None:
        await asked.answer(screens.judged(asked.words, Verdict.NOTHING_ASKED, None if known is None else known.what))
        return
    if isinstance(known.what, Announcement):
        await send_as_it_is(ctx, asked.chat, known.what.message(), asked.patience)
    if known.asked_by == asked.person:
        await asked.answer(screens.waits(asked.words, known.what, None))
    else:
        names = await newsdesk.names(ctx.db)
        await asked.answer(screens.asked(asked.words, known.what, known.reach, known.asked_by, names))


async def decline(ctx: BotContext, press: PressRequest) -> None:
    """Say no, or take one's own request back."""
    assert press.person is not None  # editors are people
    found = await _about(press)
    if found is None:
        return
    now, (sending, number) = ctx.clock(), found
    done = await second_editor.decline(ctx.db, sending, number, by=press.person, now=now, rules=rules_of(ctx))
    ctx.wake()
    if done is None:
        known = await second_editor.proposal(ctx.db, sending, number, now=now, rules=rules_of(ctx))
        what = None if known is None else known.what
        await press.redraw(screens.judged(press.words, Verdict.NOTHING_ASKED, what))
    else:
        await press.redraw(screens.declined(press.words, done.what, is_own=done.asked_by == press.person))


async def ask_late(ctx: BotContext, press: PressRequest) -> LateAnswer | None:
    """Ask again when the press waited while newsbot was not running."""
    found = await _about(press)
    if found is None:
        return None
    sending, number = found
    known = await second_editor.proposal(ctx.db, sending, number, now=ctx.clock(), rules=rules_of(ctx))
    if known is None or known.asked_by is None:
        return None
    names = await newsdesk.names(ctx.db)
    return LateAnswer(screens.asked(press.words, known.what, known.reach, known.asked_by, names))


async def _approve(ctx: BotContext, asked: Request | PressRequest, sending: Sending, number: int) -> Judged:
    assert asked.person is not None  # editors are people
    now = ctx.clock()
    done = await second_editor.approve(ctx.db, sending, number, by=asked.person, now=now, rules=rules_of(ctx))
    if done.campaign is not None:
        if done.proposal is not None and done.proposal.asked_by is not None:
            await newsdesk.owe(ctx.db, done.campaign, done.proposal.asked_by, now)
        ctx.wake()
    return done


def _judged(asked: Request | PressRequest, done: Judged) -> Message:
    return screens.judged(asked.words, done.verdict, None if done.proposal is None else done.proposal.what)


async def _about(press: PressRequest) -> tuple[Sending, int] | None:
    """Return what a button is about; None when it says nothing, and that was said."""
    sending = screens.sending_of(number_of(press))
    if sending is None:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return None
    return sending, number_of(press, 1)


CONVERSATION = Conversation(
    name="second editor",
    presses=(
        PressRule(SecondVerb.APPROVE, approve, access=Access.EDITORS, late=ask_late),
        PressRule(SecondVerb.DECLINE, decline, access=Access.EDITORS),
        PressRule(SecondVerb.LOOK, look, access=Access.EDITORS),
    ),
)
