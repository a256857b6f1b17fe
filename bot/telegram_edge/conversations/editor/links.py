"""
A link from an editor becomes a draft: at once it is said that the page is being read, then the draft is shown.

A page takes up to twenty seconds, in which the editor may do other things. What it does not say is asked for, one thing
at a time, and whatever the editor writes next is the answer.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from telegram.error import TelegramError

from bot.content.articles.links import judged
from bot.domain.article import Article
from bot.domain.chat import ChatKind
from bot.domain.message import Message
from bot.domain.pasted_link import Asked, PageFound, PastedLink, Unread, links_in
from bot.domain.publishing import PushWindow
from bot.domain.source import Origin, SourceChoices
from bot.errors import OutOfTurn, SourceFault, TakenDown, UnknownArticle
from bot.render import error_messages
from bot.render.editor import desk
from bot.render.editor import links as screens
from bot.render.editor.links import Verb
from bot.render.locale import words_for
from bot.services.content import links
from bot.services.content.imports import Policy
from bot.services.newsroom import desk as newsdesk
from bot.services.readers import membership, subscribing
from bot.services.sources import sources
from bot.telegram_edge.conversations.editor import publishing
from bot.telegram_edge.conversations.editor.article_args import asked_late, may_open
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.permission import is_for
from bot.telegram_edge.kit.registry import Conversation, LateAnswer, PressRule, TextRule
from bot.telegram_edge.kit.request import PressRequest, Request

RESUMED_WITHIN = timedelta(days=1)
"""Nobody waits for longer, and a copy of the database that is put back may be of any age."""

log = logging.getLogger(__name__)


async def take_text(ctx: BotContext, request: Request) -> bool:
    """Take a text with a link in it, or the words that were asked for. A topic's name alone is no excerpt."""
    found = links_in(request.args)
    if found:
        await _take_link(ctx, request, found[0], len(found) - 1)
        return True
    assert request.person is not None  # editors are people
    pasted = await links.waiting(ctx.db, request.person, ctx.clock())
    match pasted:
        case PastedLink(asked=Asked.TITLE):
            await _take_title(ctx, request, pasted)
        case PastedLink(asked=Asked.EXCERPT) if await subscribing.named(ctx.db, request.chat.id, request.args) is None:
            await _take_excerpt(ctx, request, pasted)
        case _:
            return False
    return True


# The page


async def _take_link(ctx: BotContext, request: Request, text: str, more: int) -> None:
    judgement = judged(text, ctx.settings.fetch_allow)
    if judgement.url is None:
        await request.answer(screens.refused(request.words, judgement.fault))
        return
    link = judgement.url
    try:
        await links.must_not_be_taken_down(ctx.db, [link])
    except TakenDown as error:
        await request.answer(screens.taken_down(request.words, error.number))
        return
    known = await links.known(ctx.db, [link])
    if known is not None:
        await request.answer(await _known(ctx, request, known))
        if await may_open(ctx, request, known):
            await publishing.show(ctx, request, known)
        return
    if ctx.side_work.is_full:
        await request.answer(screens.failed(request.words, _host(link)))
        return
    assert request.person is not None
    message_id = await request.answer(screens.reading(request.words, _host(link), more))
    pasted = PastedLink(request.person, message_id, link, ctx.clock())
    await links.keep(ctx.db, pasted, ctx.clock())
    ctx.side_work.start("reading a link", _read(ctx, request, pasted))


async def resume(ctx: BotContext) -> None:
    """Go on with the links whose pages were being read when the last process ended, unless that is long ago."""
    now = ctx.clock()
    for pasted in await links.unread(ctx.db):
        if now - pasted.at > RESUMED_WITHIN:
            await links.keep(ctx.db, replace(pasted, is_read=True), now)
            continue
        chat = await membership.get_or_create(ctx.db, pasted.person, ChatKind.PRIVATE, ctx.settings.language, now)
        words = words_for(chat.language, ctx.settings.language)
        request = Request(ctx=ctx, chat=chat, person=pasted.person, words=words, message_id=0, sent_at=pasted.at)
        ctx.side_work.start("reading a link", _read(ctx, request, pasted))


async def _read(ctx: BotContext, request: Request, pasted: PastedLink) -> None:
    """Read a link's page and say what came of it. At the top of a task: nothing is left unsaid and nothing raised."""
    try:
        found = await links.read(ctx.fetcher, ctx.parsing.page, pasted.link, now=ctx.clock())
        if await is_for(ctx, request, Access.CONTRIBUTORS):
            await _show(ctx, request, pasted, found)
        else:  # it took a while, and they were let go meanwhile
            await links.keep(ctx.db, replace(pasted, is_read=True), ctx.clock())
            await _say(ctx, request, pasted, error_messages.not_understood(request.words))
    except TakenDown as error:
        await links.forget(ctx.db, pasted)
        await _say(ctx, request, pasted, screens.taken_down(request.words, error.number))
    except TelegramError as error:
        log.warning("what became of a link could not be said: %s", type(error).__name__)
        await links.keep(ctx.db, replace(pasted, is_read=True), ctx.clock())
    except Exception as error:
        log.exception("reading a link failed: %s", type(error).__name__)
        await links.keep(ctx.db, replace(pasted, is_read=True), ctx.clock())
        await _say(ctx, request, pasted, screens.failed(request.words, _host(pasted.link)))


async def _show(ctx: BotContext, request: Request, pasted: PastedLink, found: PageFound) -> None:
    now = ctx.clock()
    await links.must_not_be_taken_down(ctx.db, found.addresses)
    read = replace(pasted, is_read=True, at=now, feeds=found.feeds)
    if found.unread is None:
        await _make_draft(ctx, request, read, found)
    elif found.unread is Unread.FEED:
        await links.keep(ctx.db, read, now)
        await _say(ctx, request, read, screens.feed(request.words, _host(pasted.link)))
    elif (known := await links.known(ctx.db, found.addresses)) is not None:  # made by somebody else meanwhile
        await links.keep(ctx.db, read, now)
        await _say(ctx, request, read, await _known(ctx, request, known))
    else:
        await links.keep(ctx.db, replace(read, asked=Asked.TITLE, story=found.story), now)
        await _say(ctx, request, read, screens.ask_title(request.words, _host(pasted.link), found.unread))


async def _make_draft(ctx: BotContext, request: Request, read: PastedLink, found: PageFound) -> None:
    """Store what a page told and show it, as readers will see it."""
    done = await links.draft(ctx.db, found.story, found.addresses, now=ctx.clock(), by=request.person)
    article = done.article
    await links.keep(ctx.db, replace(read, article=article.number), ctx.clock())
    is_editor = await is_for(ctx, request, Access.EDITORS)
    many = len(found.feeds) if is_editor else 0
    if done.is_new:
        drafted = screens.drafted(request.words, article, feeds=many, may_choose=is_editor)
        await _say(ctx, request, read, drafted)
    else:
        await _say(ctx, request, read, await _known(ctx, request, article, feeds=many))
    if await may_open(ctx, request, article):
        await publishing.show(ctx, request, article)
    if done.is_new and article.story.excerpt is None:
        await _ask_excerpt(ctx, request, read, article)


async def _say(ctx: BotContext, request: Request, pasted: PastedLink, message: Message) -> None:
    """Put what became of a link in the place of what was said at once; below, when that is gone."""
    if not await ctx.replies.edit(request.chat, pasted.message_id, message, is_photo=False):
        await request.answer(message)


# What is asked for


async def _take_title(ctx: BotContext, request: Request, pasted: PastedLink) -> None:
    title = links.title_in(request.args)
    if not title or pasted.story is None:
        await request.answer(screens.no_title(request.words))
        return
    try:
        done = await links.draft(ctx.db, replace(pasted.story, title=title), now=ctx.clock(), by=request.person)
    except TakenDown as error:
        await links.forget(ctx.db, pasted)
        await request.answer(screens.taken_down(request.words, error.number))
        return
    settled = replace(pasted, asked=None, story=None, article=done.article.number)
    await links.keep(ctx.db, settled, ctx.clock())
    if done.is_new:
        is_editor = await is_for(ctx, request, Access.EDITORS)
        await request.answer(screens.drafted(request.words, done.article, feeds=0, may_choose=is_editor))
    else:  # somebody else was first
        await request.answer(await _known(ctx, request, done.article))
    if await may_open(ctx, request, done.article):
        await publishing.show(ctx, request, done.article)
    if done.is_new and done.article.story.excerpt is None:
        await _ask_excerpt(ctx, request, settled, done.article)


async def _ask_excerpt(ctx: BotContext, request: Request, pasted: PastedLink, article: Article) -> None:
    now = ctx.clock()
    message_id = await request.answer(screens.ask_excerpt(request.words, article))
    asking = PastedLink(
        pasted.person, message_id, pasted.link, now, is_read=True, asked=Asked.EXCERPT, article=article.number
    )
    await links.keep(ctx.db, asking, now)


async def _take_excerpt(ctx: BotContext, request: Request, pasted: PastedLink) -> None:
    article = await _article(ctx, pasted)
    excerpt = None if article is None else links.excerpt_in(request.args, article.story.title)
    if article is not None and excerpt is None:
        await request.answer(screens.excerpt_repeats(request.words))
        return
    await links.keep(ctx.db, replace(pasted, asked=None), ctx.clock())
    if article is None or excerpt is None:
        await request.answer(error_messages.not_understood(request.words))
        return
    try:
        article = await links.add_excerpt(ctx.db, article.number, excerpt, now=ctx.clock())
    except OutOfTurn:
        await request.answer(screens.excerpt_too_late(request.words, article))
        return
    await request.answer(screens.excerpt_added(request.words, article))
    await publishing.show(ctx, request, article)


async def skip(ctx: BotContext, press: PressRequest) -> None:
    """Leave a draft without an excerpt."""
    pasted = await _answered(ctx, press)
    article = None if pasted is None else await _article(ctx, pasted)
    if pasted is None or article is None:
        return
    await links.keep(ctx.db, replace(pasted, asked=None), ctx.clock())
    await press.redraw(screens.skipped(press.words, article))


async def leave(ctx: BotContext, press: PressRequest) -> None:
    """Make no draft of a link whose page says nothing."""
    pasted = await _answered(ctx, press)
    if pasted is None:
        return
    await links.keep(ctx.db, replace(pasted, asked=None, story=None), ctx.clock())
    await press.redraw(screens.left(press.words))


# The feeds that a page names


async def follow(ctx: BotContext, press: PressRequest) -> None:
    """Add a feed that a page names as a source. It is read first, which may take a while."""
    pasted = await _answered(ctx, press)
    number = number_of(press)
    if pasted is None or not 0 <= number < len(pasted.feeds):
        return
    await press.toast(screens.adding_toast(press.words))
    ctx.side_work.start("adding a feed", _follow(ctx, press, pasted.feeds[number].url))


async def ask_to_follow(ctx: BotContext, press: PressRequest) -> LateAnswer:
    return asked_late(press, press.words("Follow this feed now?"), screens.follow_row(press.words, 1)[0])


async def _follow(ctx: BotContext, press: PressRequest, url: str) -> None:
    settings = ctx.settings
    policy = Policy(PushWindow(settings.push_window), settings.burst, settings.undo)
    try:
        added = await sources.add(
            ctx.db,
            ctx.feed_web,
            url,
            SourceChoices(),
            origin=Origin.CHAT,
            by=press.person,
            now=ctx.clock(),
            policy=policy,
        )
    except SourceFault as fault:
        await press.answer(screens.not_followed(press.words, str(fault)))
        return
    ctx.wake()
    screen = screens.following if added.is_new else screens.followed_already
    await press.redraw(screen(press.words, added.source.name))


async def _answered(ctx: BotContext, press: PressRequest) -> PastedLink | None:
    """Return the link that the message with the button answers; when that is long ago, say so and return None."""
    pasted = await links.answered_by(ctx.db, press.person, press.message_id)
    if pasted is None:
        await press.toast(error_messages.button_too_old(press.words), alert=True)
    return pasted


async def _article(ctx: BotContext, pasted: PastedLink) -> Article | None:
    try:
        return None if pasted.article is None else await newsdesk.article(ctx.db, pasted.article)
    except UnknownArticle:
        return None


async def _known(ctx: BotContext, request: Request, article: Article, *, feeds: int = 0) -> Message:
    """Return what is said of a story that is here already; to a contributor no more of it than they may read."""
    if not await may_open(ctx, request, article):
        return screens.known_to_editors(request.words)
    state = desk.state(request.words, article, ctx.look(request.chat).zone)
    return screens.known(request.words, article, state, feeds=feeds)


def _host(link: str) -> str:
    return (urlsplit(link).hostname or link).removeprefix("www.")


CONVERSATION = Conversation(
    name="links",
    presses=(
        PressRule(Verb.FOLLOW, follow, access=Access.EDITORS, late=ask_to_follow),
        PressRule(Verb.SKIP, skip, access=Access.CONTRIBUTORS),
        PressRule(Verb.LEAVE, leave, access=Access.CONTRIBUTORS),
    ),
    texts=(TextRule(take_text, access=Access.CONTRIBUTORS),),
)
