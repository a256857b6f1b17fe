"""Stopping in chat: stop what is on its way, send the rest of what was stopped or held, skip the undo delay."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.domain.article import ArticleState
from bot.domain.delivery import SubjectType
from bot.domain.message import Button
from bot.domain.press import press as data_of
from bot.errors import OutOfTurn
from bot.render import error_messages
from bot.render.editor import announcements, telling
from bot.render.editor import publishing as screens
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.services.newsroom import campaign_control
from bot.services.newsroom import desk as newsdesk
from bot.services.newsroom.desk import Campaign, CampaignState
from bot.telegram_edge.conversations.editor.article_args import asked_late
from bot.telegram_edge.conversations.editor.publishing import follow
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest


async def stop(ctx: BotContext, press: PressRequest) -> None:
    """Let nothing more of a campaign leave. Also when the press is late: a stop can be taken back, a push cannot."""
    found = await _campaign(ctx, press)
    if found is None:
        return
    if found.state in (CampaignState.RUNNING, CampaignState.HELD):
        try:
            await campaign_control.stop(ctx.db, found.id, by=press.person, now=ctx.clock())
        except OutOfTurn:
            pass  # the last message left just now, and the message says so
        else:
            await press.toast(screens.stop_toast(press.words))
    await follow(ctx, press, found.id)


async def send_now(ctx: BotContext, press: PressRequest) -> None:
    """Skip the rest of the undo time."""
    await _let_go(ctx, press, campaign_control.send_now, screens.now_toast)


async def send_rest(ctx: BotContext, press: PressRequest) -> None:
    """Send the rest of what was stopped or held."""
    await _let_go(ctx, press, campaign_control.resume, screens.rest_toast)


async def _let_go(
    ctx: BotContext, press: PressRequest, act: Callable[..., Awaitable[object]], done: Callable[[Words], str]
) -> None:
    found = await _campaign(ctx, press)
    if found is None:
        return
    try:
        await act(ctx.db, found.id, by=press.person, now=ctx.clock())
    except OutOfTurn:  # another editor, a file or a burst was first
        await _tell_how_it_stands(ctx, press)
    else:
        await press.toast(done(press.words))
        await follow(ctx, press, found.id)


async def ask_to_send_now(ctx: BotContext, press: PressRequest) -> LateAnswer | None:
    found = await newsdesk.campaign(ctx.db, number_of(press))
    if found is None or found.state is not CampaignState.RUNNING or found.start_at <= ctx.clock():
        return None
    button = Button(press.words("Send now"), data=data_of(Verb.NOW, found.id))
    question = announcements.send_now_question(press.words)
    if found.subject.type == SubjectType.CHANGE_NOTE:
        question = telling.send_now_question(press.words)
    elif found.article is not None:
        question = press.words("Send #{number} now?", number=found.article)
    return asked_late(press, question, button)


async def ask_to_send_rest(ctx: BotContext, press: PressRequest) -> LateAnswer | None:
    found = await newsdesk.campaign(ctx.db, number_of(press))
    if found is None or found.state not in (CampaignState.STOPPED, CampaignState.HELD):
        return None
    button = Button(press.words("Send the rest"), data=data_of(Verb.REST, found.id))
    question = announcements.send_rest_question(press.words)
    if found.subject.type == SubjectType.CHANGE_NOTE:
        question = telling.send_rest_question(press.words)
    elif found.article is not None:
        question = press.words("Send the rest of #{number} now?", number=found.article)
    return asked_late(press, question, button)


async def _tell_how_it_stands(ctx: BotContext, press: PressRequest) -> None:
    """Answer a press that changes nothing any more with what is true now; the message says it too."""
    found = await _campaign(ctx, press)
    if found is None:
        return
    is_news = found.article is not None and not found.is_change
    article = await newsdesk.article(ctx.db, found.article) if is_news and found.article is not None else None
    if article is not None and article.state is not ArticleState.PUBLISHED:
        await press.toast(screens.rest_refused(press.words, article.number), alert=True)
    else:
        toast = {
            CampaignState.RUNNING: screens.now_toast,
            CampaignState.STOPPED: screens.stop_toast,
            CampaignState.HELD: screens.held_toast,
            CampaignState.DONE: screens.done_toast,
        }
        await press.toast(toast[found.state](press.words))
    await follow(ctx, press, found.id)


async def _campaign(ctx: BotContext, press: PressRequest) -> Campaign | None:
    """Return the campaign of a button; None, and that is said, when there is none any more."""
    found = await newsdesk.campaign(ctx.db, number_of(press))
    if found is None:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
    return found


CONVERSATION = Conversation(
    name="stopping",
    presses=(
        PressRule(Verb.STOP, stop, access=Access.EDITORS),
        PressRule(Verb.NOW, send_now, access=Access.EDITORS, late=ask_to_send_now),
        PressRule(Verb.REST, send_rest, access=Access.EDITORS, late=ask_to_send_rest),
    ),
)
