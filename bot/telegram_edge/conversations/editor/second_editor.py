"""Four eyes for announcements and notes on corrections: another editor approves them, or declines."""

from __future__ import annotations

from bot.domain.approval import Sending, Verdict
from bot.render import error_messages
from bot.render.editor import second_editor as screens
from bot.render.editor.second_editor import SecondVerb
from bot.services.newsroom import desk as newsdesk
from bot.services.newsroom import second_editor
from bot.telegram_edge.conversations.editor.going_public import rules_of
from bot.telegram_edge.conversations.editor.publishing import follow
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest


async def approve(ctx: BotContext, press: PressRequest) -> None:
    """Send it; the message with the button becomes the progress, and whoever asked follows it too."""
    assert press.person is not None  # editors are people
    found = await _about(press)
    if found is None:
        return
    now, (sending, number) = ctx.clock(), found
    done = await second_editor.approve(ctx.db, sending, number, by=press.person, now=now, rules=rules_of(ctx))
    if done.verdict is Verdict.GRANTED and done.campaign is not None:
        if done.proposal is not None and done.proposal.asked_by is not None:
            await newsdesk.owe(ctx.db, done.campaign, done.proposal.asked_by, now)
        ctx.wake()
        await follow(ctx, press, done.campaign)
    else:
        what = None if done.proposal is None else done.proposal.what
        await press.redraw(screens.judged(press.words, done.verdict, what))


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
    ),
)
