"""What is not out yet: the list of drafts, and the choice of what is held."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.message import Button, Message
from bot.domain.press import press as data_of
from bot.errors import OutOfTurn
from bot.render.editor import drafts as draft_list
from bot.render.editor import held as held_screens
from bot.render.editor.verbs import Verb
from bot.services.delivery import delivery_reports
from bot.services.newsroom import campaign_control, desk, held_news, newsroom
from bot.services.newsroom.desk import Campaign, CampaignState
from bot.telegram_edge.conversations.editor import publishing
from bot.telegram_edge.conversations.editor.article_args import asked_late
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.permission import is_for
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule
from bot.telegram_edge.kit.request import PressRequest, Request

PAGE = 9


async def drafts(ctx: BotContext, request: Request) -> None:
    await request.answer(await _page(ctx, request, None))


async def list_(ctx: BotContext, press: PressRequest) -> None:
    """List the drafts below a message that says something worth keeping."""
    await press.answer(await _page(ctx, press, None))


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Turn to another page of drafts."""
    before = (number_of(press), number_of(press, 1)) if len(press.numbers) > 1 else None
    await press.redraw(await _page(ctx, press, before))


async def push_all(ctx: BotContext, press: PressRequest) -> None:
    """Push everything that is held."""
    now = ctx.clock()
    before = {one.id for one in await desk.under_way(ctx.db)}
    numbers = await held_news.push_held(ctx.db, by=press.person, now=now, undo=ctx.settings.undo)
    ctx.wake()
    if not numbers:
        await press.redraw(held_screens.nothing_held(press.words))
        return
    fresh = [one for one in await desk.under_way(ctx.db) if one.id not in before and one.asked_by == press.person]
    starts_in = max((one.start_at - now for one in fresh), default=timedelta(0))
    ends = (fresh[0].id, fresh[-1].id) if fresh else None
    is_paused = await delivery_reports.is_paused(ctx.db)
    await press.redraw(
        held_screens.held_pushed(press.words, numbers, campaigns=ends, starts_in=starts_in, is_paused=is_paused)
    )


async def stop_all(ctx: BotContext, press: PressRequest) -> None:
    """Stop what `Push all` set going. Also when the press is late: stopping can be taken back, sending cannot."""
    numbers: list[int] = []
    for one in await _between(ctx, press):
        try:
            await campaign_control.stop(ctx.db, one.id, by=press.person, now=ctx.clock())
        except OutOfTurn:
            continue
        if one.article is not None:
            numbers.append(one.article)
    ctx.wake()
    await press.redraw(held_screens.held_stopped(press.words, numbers, (number_of(press), number_of(press, 1))))


async def resume_all(ctx: BotContext, press: PressRequest) -> None:
    """Send the rest of what `Stop all` stopped."""
    ends = (number_of(press), number_of(press, 1))
    numbers = []
    for one in await _between(ctx, press):
        if one.state is CampaignState.RUNNING:
            continue
        try:
            await campaign_control.resume(ctx.db, one.id, by=press.person, now=ctx.clock())
        except OutOfTurn:
            continue
        if one.article is not None:
            numbers.append(one.article)
    ctx.wake()
    await press.redraw(held_screens.held_resumed(press.words, numbers, ends))


async def archive_all(ctx: BotContext, press: PressRequest) -> None:
    """List everything that is held, and push none of it."""
    numbers = await held_news.archive_held(ctx.db, by=press.person, now=ctx.clock())
    ctx.wake()
    archived = held_screens.held_archived(press.words, numbers)
    await press.redraw(archived if numbers else held_screens.nothing_held(press.words))


async def choose(ctx: BotContext, press: PressRequest) -> None:
    """Show the held articles one by one, beginning behind the one last shown."""
    await press.redraw(await _next_held(ctx, press, number_of(press), is_lowered=_is_lowered(press)))


async def push_one(ctx: BotContext, press: PressRequest) -> None:
    """Push one held article; its message becomes the progress, and the next one is shown below it."""
    number = number_of(press)
    try:
        published = await newsroom.publish(ctx.db, number, by=press.person, now=ctx.clock(), undo=ctx.settings.undo)
    except OutOfTurn:
        published = None
    if published is not None:
        ctx.wake()
        await publishing.follow(ctx, press, published.campaign)
        await press.answer(await _next_held(ctx, press, number, is_lowered=not _is_lowered(press)))
    else:
        await press.toast(press.words("#{number} is out already", number=number))
        await press.redraw(await _next_held(ctx, press, number, is_lowered=not _is_lowered(press)))


async def archive_one(ctx: BotContext, press: PressRequest) -> None:
    """List one held article without pushing it, and show the next."""
    number = number_of(press)
    try:
        await newsroom.archive(ctx.db, number, by=press.person, now=ctx.clock())
        await press.toast(press.words("#{number} is listed", number=number))
    except OutOfTurn:
        await press.toast(press.words("#{number} is listed already", number=number))
    await press.redraw(await _next_held(ctx, press, number, is_lowered=not _is_lowered(press)))


# Asked first when a press waited while newsbot was not running


async def ask_to_push_all(ctx: BotContext, press: PressRequest) -> LateAnswer:
    question = press.words("Push everything that is held now?")
    return asked_late(press, question, Button(press.words("Push all"), data=data_of(Verb.PUSH_HELD)))


async def ask_to_resume_all(ctx: BotContext, press: PressRequest) -> LateAnswer:
    button = Button(press.words("Send the rest"), data=data_of(Verb.REST_ALL, number_of(press), number_of(press, 1)))
    return asked_late(press, press.words("Send the rest now?"), button)


async def ask_to_archive_all(ctx: BotContext, press: PressRequest) -> LateAnswer:
    question = press.words("List everything that is held, without pushing it?")
    return asked_late(press, question, Button(press.words("Archive"), data=data_of(Verb.ARCHIVE_HELD)))


async def ask_to_push_one(ctx: BotContext, press: PressRequest) -> LateAnswer:
    number = number_of(press)
    button = Button(press.words("Push #{number}", number=number), data=data_of(Verb.CHOOSE_PUSH, number))
    return asked_late(press, press.words("Publish #{number} now?", number=number), button)


async def ask_to_archive_one(ctx: BotContext, press: PressRequest) -> LateAnswer:
    number = number_of(press)
    button = Button(press.words("List without pushing"), data=data_of(Verb.CHOOSE_ARCHIVE, number))
    return asked_late(press, press.words("List #{number} without pushing it?", number=number), button)


async def _page(ctx: BotContext, asked: Request | PressRequest, before: tuple[int, int] | None) -> Message:
    is_editor = await is_for(ctx, asked, Access.EDITORS)
    page = await desk.drafts(ctx.db, before, PAGE, made_by=None if is_editor else asked.person)
    zone = ctx.look(asked.chat).zone
    return draft_list.drafts(
        asked.words, page.articles, zone, held=page.held, older=page.older, is_first=before is None
    )


def _is_lowered(press: PressRequest) -> bool:
    """Return whether the buttons that decide stood in the last row."""
    return number_of(press, 1) == 1


async def _next_held(ctx: BotContext, press: PressRequest, after: int, *, is_lowered: bool) -> Message:
    held = await desk.next_held(ctx.db, after)
    if held is None:
        return held_screens.nothing_held(press.words)
    zone = ctx.look(press.chat).zone
    return held_screens.choosing(press.words, held.article, zone, held.many, is_lowered=is_lowered)


async def _between(ctx: BotContext, press: PressRequest) -> list[Campaign]:
    """Return what the one who presses set going: between its first and last, others may have published too."""
    first, last = number_of(press), number_of(press, 1)
    return [one for one in await desk.under_way(ctx.db) if first <= one.id <= last and one.asked_by == press.person]


CONVERSATION = Conversation(
    name="drafts",
    commands=(
        Command(
            "drafts",
            msgid("what is not out yet, scheduled or held"),
            drafts,
            access=Access.CONTRIBUTORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.LIST, list_, access=Access.CONTRIBUTORS),
        PressRule(Verb.DRAFTS, turn, access=Access.CONTRIBUTORS),
        PressRule(Verb.PUSH_HELD, push_all, access=Access.EDITORS, late=ask_to_push_all),
        PressRule(Verb.ARCHIVE_HELD, archive_all, access=Access.EDITORS, late=ask_to_archive_all),
        PressRule(Verb.CHOOSE, choose, access=Access.EDITORS),
        PressRule(Verb.CHOOSE_PUSH, push_one, access=Access.EDITORS, late=ask_to_push_one),
        PressRule(Verb.CHOOSE_ARCHIVE, archive_one, access=Access.EDITORS, late=ask_to_archive_one),
        PressRule(Verb.STOP_ALL, stop_all, access=Access.EDITORS),
        PressRule(Verb.REST_ALL, resume_all, access=Access.EDITORS, late=ask_to_resume_all),
    ),
)
