"""
`/sources`: the feeds that are read. Each opens with what came of it and what can be done about it; a new one is tried
before it is followed, and a document with a list of feeds (OPML) adds them all.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

from telegram.error import TelegramError

from bot.content.feeds.opml import NotOpml
from bot.domain.message import Message
from bot.domain.page import FeedLink
from bot.domain.pasted_link import Asked, PastedLink, links_in
from bot.domain.publishing import PushWindow
from bot.domain.source import Origin, Source, SourceChoices, TakenAs
from bot.errors import OutOfTurn, SourceFault, UnknownSource
from bot.render import error_messages
from bot.render.editor import new_source
from bot.render.editor import sources as screens
from bot.render.editor.sources import PAGE, Verb
from bot.services.content import links
from bot.services.content.imports import Policy
from bot.services.sources import editing, opml, sources
from bot.telegram_edge.kit.commands import Access, Where, msgid
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.permission import is_for
from bot.telegram_edge.kit.registry import Command, Conversation, LateAnswer, PressRule, TextRule
from bot.telegram_edge.kit.request import PressRequest, Request

log = logging.getLogger(__name__)


async def show(ctx: BotContext, request: Request) -> None:
    """Show all sources; `/sources ADDRESS` tries a new one, `/sources NAME` opens one."""
    asked = request.args.strip()
    if not asked:
        await request.answer(await _roster(ctx, request, 0))
        return
    try:
        number = (await sources.find(ctx.db, asked)).number
    except UnknownSource:
        await _try(ctx, request, asked)
        return
    await request.answer(await _source(ctx, request, number))


async def turn(ctx: BotContext, press: PressRequest) -> None:
    """Show a page of the list."""
    await press.redraw(await _roster(ctx, press, number_of(press)))


async def open_one(ctx: BotContext, press: PressRequest) -> None:
    """Show one source."""
    await _redraw(ctx, press)


# What is done about one


async def pause(ctx: BotContext, press: PressRequest) -> None:
    async def act(number: int) -> str:
        done = await sources.pause(ctx.db, number, by=press.person, now=ctx.clock())
        return screens.paused_toast(press.words, done)

    await _act(ctx, press, act)


async def resume(ctx: BotContext, press: PressRequest) -> None:
    async def act(number: int) -> str:
        done = await sources.resume(ctx.db, number, by=press.person, now=ctx.clock())
        return screens.resumed_toast(press.words, done)

    await _act(ctx, press, act)


async def refresh(ctx: BotContext, press: PressRequest) -> None:
    async def act(number: int) -> str:
        now = ctx.clock()
        return screens.refreshed_toast(press.words, await sources.refresh(ctx.db, number, now=now), now)

    await _act(ctx, press, act)


async def take_as(ctx: BotContext, press: PressRequest) -> None:
    """Let what is new be news, or drafts."""

    async def act(number: int) -> str:
        wanted = TakenAs.DRAFTS if number_of(press, 1) == 1 else TakenAs.NEWS
        done = await editing.take_as(ctx.db, number, wanted, by=press.person, now=ctx.clock())
        return screens.taken_as_toast(press.words, done)

    await _act(ctx, press, act)


async def ask_remove(ctx: BotContext, press: PressRequest) -> None:
    """Ask whether a source is to be removed."""
    found = await _there(ctx, press)
    if found is not None:
        await press.redraw(screens.ask_remove(press.words, found))


async def remove(ctx: BotContext, press: PressRequest) -> None:
    found = await _there(ctx, press)
    if found is not None:
        gone = await sources.remove(ctx.db, found.number, by=press.person, now=ctx.clock())
        ctx.wake()
        await press.redraw(screens.removed(press.words, gone))


async def show_topics(ctx: BotContext, press: PressRequest) -> None:
    """Show a page of the topics that a source's items may have."""
    found = await _there(ctx, press)
    if found is not None:
        await _redraw_topics(ctx, press, found, number_of(press, 1))


async def set_topic(ctx: BotContext, press: PressRequest) -> None:
    """Let a source's items have a topic, or no more; the button says which."""
    topic, is_on = number_of(press, 1), number_of(press, 2) == 1
    try:
        changed = await editing.set_topic(
            ctx.db, number_of(press), topic, is_on=is_on, by=press.person, now=ctx.clock()
        )
    except UnknownSource:
        await _list_instead(ctx, press)
        return
    except OutOfTurn as reason:
        await press.toast(screens.unchanged(press.words, str(reason)), alert=True)
        return
    known = await editing.topics_of(ctx.db, changed)
    name = next((one.name for one in known.all if one.number == topic), None)
    if name is None:
        await press.toast(error_messages.list_out_of_date(press.words))
    else:
        await press.toast(screens.topic_toast(press.words, name, is_on=is_on))
    await press.redraw(screens.topics(press.words, changed, known.all, known.chosen, number_of(press, 3)))


async def show_anew(ctx: BotContext, press: PressRequest) -> LateAnswer:
    """Show the source as it is now, instead of doing what was pressed while newsbot was not running."""
    toast = error_messages.list_out_of_date(press.words)
    try:
        return LateAnswer(await _source(ctx, press, number_of(press)), toast=toast)
    except UnknownSource:
        return LateAnswer(await _roster(ctx, press, 0), toast=toast)


async def _act(ctx: BotContext, press: PressRequest, act: Callable[[int], Awaitable[str]]) -> None:
    """Do something about a source, say so, and show it as it is then; a second tap finds it done already."""
    try:
        await press.toast(await act(number_of(press)))
    except UnknownSource:
        await _list_instead(ctx, press)
        return
    except OutOfTurn as reason:
        await press.toast(screens.unchanged(press.words, str(reason)))
    else:
        ctx.wake()
    await _redraw(ctx, press)


async def _there(ctx: BotContext, press: PressRequest) -> Source | None:
    """Return the source of a button; when it is no more, show the list and return None."""
    try:
        return await sources.find(ctx.db, f"#{max(0, number_of(press))}")
    except UnknownSource:
        await _list_instead(ctx, press)
        return None


async def _redraw(ctx: BotContext, press: PressRequest) -> None:
    try:
        await press.redraw(await _source(ctx, press, number_of(press)))
    except UnknownSource:
        await _list_instead(ctx, press)


async def _redraw_topics(ctx: BotContext, press: PressRequest, found: Source, page: int) -> None:
    known = await editing.topics_of(ctx.db, found)
    await press.redraw(screens.topics(press.words, found, known.all, known.chosen, page))


async def _list_instead(ctx: BotContext, press: PressRequest) -> None:
    await press.toast(error_messages.list_out_of_date(press.words))
    await press.redraw(await _roster(ctx, press, 0))


async def _roster(ctx: BotContext, asked: Request | PressRequest, page: int) -> Message:
    page = max(page, 0)
    shown, total = await sources.page(ctx.db, page * PAGE, PAGE)
    if not shown and total:
        page = (total - 1) // PAGE
        shown, total = await sources.page(ctx.db, page * PAGE, PAGE)
    return screens.roster(asked.words, shown, page, total=total)


async def _source(ctx: BotContext, asked: Request | PressRequest, number: int) -> Message:
    """Return one source. Raises: UnknownSource."""
    return screens.source(asked.words, await editing.one(ctx.db, number), ctx.look(asked.chat).zone, ctx.clock())


# A new one


async def ask_address(ctx: BotContext, press: PressRequest) -> None:
    """Wait for an address: the next link of this editor is one, for a while."""
    message_id = await press.answer(new_source.ask_address(press.words))
    asking = PastedLink(press.person, message_id, "", ctx.clock(), is_read=True, asked=Asked.SOURCE)
    await links.keep(ctx.db, asking, ctx.clock())


async def take_address(ctx: BotContext, request: Request) -> bool:
    """Take the address that was asked for; any other text is not for here."""
    assert request.person is not None  # editors are people
    pasted = await links.waiting(ctx.db, request.person, ctx.clock())
    if pasted is None or pasted.asked is not Asked.SOURCE:
        return False
    text = request.args.strip()
    address = next(iter(links_in(text)), text if "." in text and not any(one.isspace() for one in text) else None)
    if address is None:
        return False
    await links.keep(ctx.db, replace(pasted, asked=None), ctx.clock())
    await _try(ctx, request, address)
    return True


async def _try(ctx: BotContext, request: Request, text: str) -> None:
    """Say what an address would give, without following it. Reading it takes a while, in which the chat goes on."""
    try:
        url = sources.checked_address(text)
    except SourceFault as fault:
        await request.answer(new_source.no_feed(request.words, text, str(fault)))
        return
    if ctx.side_work.is_full:
        await request.answer(new_source.busy(request.words))
        return
    message_id = await request.answer(new_source.reading(request.words, _host(url)))
    ctx.side_work.start("trying a source", _tried(ctx, request, url, message_id))


async def _tried(ctx: BotContext, request: Request, url: str, message_id: int) -> None:
    try:
        message = await _found(ctx, request, url, message_id)
    except Exception as error:
        log.exception("trying a source failed: %s", type(error).__name__)
        message = new_source.failed(request.words, _host(url))
    try:
        if not await is_for(ctx, request, Access.EDITORS):  # it took a while, and they were let go meanwhile
            message = error_messages.not_understood(request.words)
        if not await ctx.replies.edit(request.chat, message_id, message, is_photo=False):
            await request.answer(message)
    except TelegramError as error:
        log.warning("what a source would give could not be said: %s", type(error).__name__)


async def _found(ctx: BotContext, request: Request, url: str, message_id: int) -> Message:
    try:
        tried = await sources.check(ctx.feed_web, url, ctx.clock())
    except SourceFault as fault:
        return new_source.no_feed(request.words, _host(url), str(fault))
    for address in (tried.url, url):
        try:
            return new_source.known(request.words, await sources.find(ctx.db, address))
        except UnknownSource:
            continue
    assert request.person is not None
    now = ctx.clock()
    feeds = (FeedLink(tried.url, tried.feed.title),)
    await links.keep(ctx.db, PastedLink(request.person, message_id, url, now, is_read=True, feeds=feeds), now)
    return new_source.preview(request.words, tried.url, tried.feed, ctx.look(request.chat).zone, now)


async def follow(ctx: BotContext, press: PressRequest) -> None:
    """Follow the feed that a preview shows. It is read once more, for it may list something else by now."""
    pasted = await links.answered_by(ctx.db, press.person, press.message_id)
    if pasted is None or not pasted.feeds:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
        return
    choices = SourceChoices(taken_as=TakenAs.DRAFTS if number_of(press) == 1 else TakenAs.NEWS)
    await press.finish()
    ctx.side_work.start("adding a source", _follow(ctx, press, pasted.feeds[0].url, choices))


async def _follow(ctx: BotContext, press: PressRequest, url: str, choices: SourceChoices) -> None:
    settings = ctx.settings
    policy = Policy(PushWindow(settings.push_window), settings.burst, settings.undo)
    try:
        added = await sources.add(
            *(ctx.db, ctx.feed_web, url, choices),
            origin=Origin.CHAT,
            by=press.person,
            now=ctx.clock(),
            policy=policy,
        )
    except SourceFault as fault:
        await press.answer(new_source.no_feed(press.words, _host(url), str(fault)))
        return
    ctx.wake()
    screen = new_source.followed if added.is_new else new_source.known
    await press.redraw(screen(press.words, added.source))


async def ask_to_follow(ctx: BotContext, press: PressRequest) -> LateAnswer | None:
    """Ask again, where a feed was to be followed while newsbot was not running."""
    pasted = await links.answered_by(ctx.db, press.person, press.message_id)
    if pasted is None or not pasted.feeds:
        return None
    feed = pasted.feeds[0]
    return LateAnswer(new_source.ask_follow(press.words, feed.title or feed.url))


async def leave(ctx: BotContext, press: PressRequest) -> None:
    """Follow nothing."""
    await press.redraw(new_source.left(press.words))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")


# A list of them


def is_list(name: str, data: bytes) -> bool:
    """Return whether a document is a list of feeds: it is called so, or begins like one."""
    return name.lower().endswith(".opml") or b"<opml" in data[:1000].lower()


async def take_list(ctx: BotContext, request: Request, data: bytes) -> None:
    """Add the feeds of an OPML document; the running bot reads them one after another."""
    try:
        done = await opml.import_opml(ctx.db, data, by=request.person, now=ctx.clock())
    except NotOpml as fault:
        await request.answer(new_source.no_opml(request.words, fault.line, str(fault)))
        return
    ctx.wake()
    await request.answer(
        new_source.opml_report(request.words, added=done.added, known=done.known, refused=done.refused)
    )


CONVERSATION = Conversation(
    name="sources",
    commands=(
        Command(
            "sources",
            msgid("the feeds: how each is doing, pause, remove, add"),
            show,
            access=Access.EDITORS,
            where=Where.PRIVATE,
            in_menu=True,
        ),
    ),
    presses=(
        PressRule(Verb.LIST, turn, access=Access.EDITORS),
        PressRule(Verb.OPEN, open_one, access=Access.EDITORS),
        PressRule(Verb.PAUSE, pause, access=Access.EDITORS, late=show_anew),
        PressRule(Verb.RESUME, resume, access=Access.EDITORS, late=show_anew),
        PressRule(Verb.REFRESH, refresh, access=Access.EDITORS),
        PressRule(Verb.AS, take_as, access=Access.EDITORS, late=show_anew),
        PressRule(Verb.TOPICS, show_topics, access=Access.EDITORS),
        PressRule(Verb.TOPIC, set_topic, access=Access.EDITORS, late=show_anew),
        PressRule(Verb.REMOVE, ask_remove, access=Access.EDITORS),
        PressRule(Verb.REMOVE_NOW, remove, access=Access.EDITORS, late=show_anew),
        PressRule(Verb.ADD, ask_address, access=Access.EDITORS),
        PressRule(Verb.FOLLOW, follow, access=Access.EDITORS, late=ask_to_follow),
        PressRule(Verb.LEAVE, leave, access=Access.EDITORS),
    ),
    texts=(TextRule(take_address, access=Access.EDITORS),),
)
