"""Four eyes: an editor approves what another one has asked to make public, or declines it."""

from __future__ import annotations

from bot.domain.announcement import Announcement
from bot.domain.approval import ApprovalRequest, Sending, Verdict
from bot.domain.article import Article
from bot.domain.message import Message
from bot.domain.progress import REPLY_EXPECTED_WITHIN
from bot.render.editor import approvals as screens
from bot.render.editor import publishing as publishing_screens
from bot.render.editor import schedule as schedule_screens
from bot.render.editor import waiting as waiting_screens
from bot.render.editor.second_editor import sending_typed
from bot.render.editor.verbs import Verb
from bot.services.delivery import delivery_reports
from bot.services.newsroom import approvals, second_editor
from bot.services.newsroom import desk as newsdesk
from bot.services.newsroom.approvals import Approval, Done
from bot.services.newsroom.newsroom import Published
from bot.services.newsroom.second_editor import Proposal
from bot.telegram_edge.conversations.editor import publishing
from bot.telegram_edge.conversations.editor import second_editor as second_editor_conversation
from bot.telegram_edge.conversations.editor.article_args import article_of, article_pressed
from bot.telegram_edge.conversations.editor.going_public import chosen_line, rules_of
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request


async def approve(ctx: BotContext, request: Request) -> None:
    """Approve what is typed in full; late, it is asked again. Without anything behind it, list all that waits.

    Beside an article it is `announcement` with its first words, or `note` with the article that it is about; with
    neither, the only one that waits.
    """
    if not request.args and not await _is_reply_to_an_article(ctx, request):
        await request.answer(await _list(ctx, request))
        return
    sending, words = sending_typed(request.words, request.args)
    if sending is not None:
        await _approve_sending(ctx, request, sending, words)
        return
    article = await article_of(ctx, request, Verb.OPEN)
    if article is None:
        return
    if await approvals.request_for(ctx.db, article.number) is None:
        note = await second_editor.note_waiting(ctx.db, article.number)
        if note is not None:
            await second_editor_conversation.approve_typed(ctx, request, Sending.NOTE, note)
            return
    if request.is_late and (waiting := await approvals.request_for(ctx.db, article.number)) is not None:
        await request.answer(await _question(ctx, request, article, waiting))
        return
    done = await _approve(ctx, request, article)
    match done.done:
        case Done(published=Published() as published):
            await publishing.show_progress(ctx, request, published.article, published.campaign)
        case _:
            await request.answer(await _answer(ctx, request, done))


async def _is_reply_to_an_article(ctx: BotContext, request: Request) -> bool:
    if request.replied_to is None:
        return False
    number = request.replied_article or await newsdesk.article_of_message(ctx.db, request.chat.id, request.replied_to)
    return number is not None


async def _list(ctx: BotContext, request: Request) -> Message:
    found = await second_editor.all_waiting(ctx.db, now=ctx.clock(), rules=rules_of(ctx))
    proposals = [(one.what, one.reach, one.asked_by) for one in found.proposals if one.asked_by is not None]
    return waiting_screens.waiting(request.words, found.requests, proposals, found.names, ctx.look(request.chat).zone)


async def _approve_sending(ctx: BotContext, request: Request, sending: Sending, words: str) -> None:
    """Approve the one that is meant; when none is, or several are, list all that waits."""
    found = await second_editor.all_waiting(ctx.db, now=ctx.clock(), rules=rules_of(ctx))
    meant = [one.what.number for one in found.proposals if one.sending is sending and _is_meant(one, words)]
    if len(meant) == 1:
        await second_editor_conversation.approve_typed(ctx, request, sending, meant[0])
    else:
        await request.answer(await _list(ctx, request))


def _is_meant(proposal: Proposal, words: str) -> bool:
    """Return whether it is an announcement that begins with these words, or a note on the article of this number."""
    if isinstance(proposal.what, Announcement):
        said, meant = (" ".join(text.split()).casefold() for text in (proposal.what.text.string, words))
        return said.startswith(meant.strip("“”\"'…"))
    return words.removeprefix("#") in ("", str(proposal.article))


async def approve_pressed(ctx: BotContext, press: PressRequest) -> None:
    """Approve what the button was drawn for. What was asked for since then is asked anew."""
    article = await article_pressed(ctx, press)
    waiting = await approvals.request_for(ctx.db, article.number)
    if waiting is not None and waiting.asked_by != press.person and waiting.revision != number_of(press, 1):
        await press.redraw(await _question(ctx, press, article, waiting))
        return
    done = await _approve(ctx, press, article)
    match done.done:
        case Done(published=Published() as published):
            await publishing.follow(ctx, press, published.campaign)
        case _:
            await press.redraw(await _answer(ctx, press, done))


async def decline(ctx: BotContext, press: PressRequest) -> None:
    """Say no, or take one's own request back."""
    article = await article_pressed(ctx, press)
    request = await approvals.decline(ctx.db, article.number, by=press.person, now=ctx.clock(), rules=rules_of(ctx))
    ctx.wake()
    if request is None:
        zone = ctx.look(press.chat).zone
        await press.redraw(screens.judged(press.words, Verdict.NOTHING_ASKED, article, None, zone))
        return
    await press.redraw(screens.declined(press.words, article, is_own=request.asked_by == press.person))


async def ask_to_approve(ctx: BotContext, press: PressRequest) -> LateAnswer | None:
    """Ask again when the press waited while newsbot was not running."""
    article = await article_pressed(ctx, press)
    waiting = await approvals.request_for(ctx.db, article.number)
    return None if waiting is None else LateAnswer(await _question(ctx, press, article, waiting))


async def _approve(ctx: BotContext, asked: Request | PressRequest, article: Article) -> Approval:
    assert asked.person is not None  # editors are people
    now = ctx.clock()
    done = await approvals.approve(ctx.db, article.number, by=asked.person, now=now, rules=rules_of(ctx))
    request = done.request
    if done.done is not None and done.done.published is not None and request is not None and request.asked_by:
        # Who asked is told that it is approved, and follows it from the moment it leaves.
        at = max(now, done.done.published.start_at - REPLY_EXPECTED_WITHIN)
        await newsdesk.owe(ctx.db, done.done.published.campaign, request.asked_by, at)
    ctx.wake()
    return done


async def _answer(ctx: BotContext, asked: Request | PressRequest, done: Approval) -> Message:
    zone = ctx.look(asked.chat).zone
    only = await chosen_line(ctx, asked.words, done.article)
    if done.done is None:
        return screens.judged(asked.words, done.verdict, done.article, done.request, zone)
    if done.request is not None and done.request.at is not None:
        return schedule_screens.scheduled(
            asked.words, done.done.article, zone, manner=done.request.manner, only_to=only
        )
    return publishing_screens.archived(asked.words, done.done.article)


async def _question(
    ctx: BotContext, asked: Request | PressRequest, article: Article, request: ApprovalRequest
) -> Message:
    names, zone = await newsdesk.names(ctx.db), ctx.look(asked.chat).zone
    reach = await delivery_reports.reach_of(ctx.db, article, ctx.clock())
    only = await chosen_line(ctx, asked.words, article)
    return screens.asked(asked.words, article, request, names, zone, reach, only)


CONVERSATION = Conversation(
    name="approvals",
    commands=(
        Command(
            "approve",
            msgid("let out what another editor has asked for"),
            approve,
            usage=msgid("/approve [ARTICLE]"),
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.APPROVE, approve_pressed, access=Access.EDITORS, late=ask_to_approve),
        PressRule(Verb.DECLINE, decline, access=Access.EDITORS),
    ),
)
