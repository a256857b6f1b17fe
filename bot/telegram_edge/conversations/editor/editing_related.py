"""
The related articles that an article names: a link adds one, a link with a minus before it takes it out.

A story that readers can open here is named as it is called here. Of any other the page is read, as that of a pasted
link is: nothing but its title, its source and its date is taken. A story that is no news yet is named by nobody before
its time, so its page has to be public.
"""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from telegram.error import TelegramError

from bot.content.articles.links import judged
from bot.domain.article import Article, Provider, Related
from bot.domain.editing import AskedEdit, EditField, Fault, Refusal, Said, Without
from bot.domain.link import normal_link
from bot.domain.pasted_link import PageFound
from bot.render import error_messages
from bot.render.editor import edit_refusals as refusals
from bot.render.editor import editing as edit_screens
from bot.render.editor import links as link_screens
from bot.render.editor import related_links as screens
from bot.render.editor.verbs import Verb
from bot.services.content import links
from bot.services.newsroom import desk as newsdesk
from bot.telegram_edge.conversations.editor.article_args import article_pressed
from bot.telegram_edge.conversations.editor.edit_steps import asked_for, change, may_edit, while_away
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.paging import number as number_of
from bot.telegram_edge.kit.registry import Conversation, PressRule, TextRule
from bot.telegram_edge.kit.request import PressRequest, Request

log = logging.getLogger(__name__)
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}"


async def take_text(ctx: BotContext, request: Request) -> bool:
    """Take the link that was asked for."""
    found = await asked_for(ctx, request)
    if found is None or found[0].field is not EditField.RELATED:
        return False
    asked, article = found
    if request.is_late:
        await request.answer(while_away(ctx, request, article))
    else:
        await change_related(ctx, request, article, request.args, asked)
    return True


async def change_related(
    ctx: BotContext, request: Request, article: Article, typed: str, answers: AskedEdit | None = None
) -> None:
    """Let an article name what is typed, or name it no more; a page that has to be read is answered a moment later."""
    text = typed.strip()
    if edit_screens.means_nothing(request.words, text):
        await change(ctx, request, article, EditField.RELATED, None, answers)
        return
    judgement = judged(text.lstrip(f"{_MINUS} "), ctx.settings.fetch_allow)
    link, is_one = judgement.url, len(text.lstrip(f"{_MINUS} ").split()) == 1
    if link is None or not is_one:
        fault = (judgement.fault,) if judgement.fault and is_one else ()
        refusal = Refusal(Fault.NO_LINK, fault)
        await request.answer(refusals.refused(request.words, article, EditField.RELATED, refusal))
    elif text[0] in _MINUS:
        await change(ctx, request, article, EditField.RELATED, Without(link), answers)
    elif not await may_edit(ctx, request, article):
        await request.answer(edit_screens.not_theirs(request.words))
    elif article.story.link and normal_link(link) == normal_link(article.story.link):
        await request.answer(refusals.refused(request.words, article, EditField.RELATED, Refusal(Fault.OWN_LINK)))
    elif (known := _named_already(article, link) or await _listed(ctx, [link])) is not None:
        await change(ctx, request, article, EditField.RELATED, known, answers)
    elif ctx.side_work.is_full:
        await request.answer(link_screens.failed(request.words, _host(link)))
    else:
        await request.answer(link_screens.reading(request.words, _host(link), 0))
        ctx.side_work.start("reading a related link", _read(ctx, request, article, link, answers))


async def drop(ctx: BotContext, press: PressRequest) -> None:
    """Take out the related article of the button, and show what is left in the place of the list."""
    article = await article_pressed(ctx, press)
    if not await may_edit(ctx, press, article):
        await press.redraw(edit_screens.not_theirs(press.words))
        return
    named = (one.link for one in article.story.related if screens.checksum(one.link) == number_of(press, 1))
    link = next(named, None)
    if link is None:
        await press.toast(error_messages.list_out_of_date(press.words))
    else:
        await change(ctx, press, article, EditField.RELATED, Without(link))
        article = await newsdesk.article(ctx.db, article.number)
    await press.redraw(screens.related_links(press.words, article))


async def _read(ctx: BotContext, request: Request, article: Article, link: str, answers: AskedEdit | None) -> None:
    """Read a link's page and let the article name it. At the top of a task: nothing is left unsaid and nothing raised.

    When the process ends meanwhile, the editor sees that nothing came of it and sends the link again.
    """
    try:
        found = await links.read(ctx.fetcher, ctx.parsing.page, link, now=ctx.clock())
        said: Said = await _listed(ctx, found.addresses) or _named(ctx, found)
        if said is None:
            assert found.unread is not None  # a page with a title was read
            why = link_screens.why_unread(request.words, _host(link), found.unread)
            await request.answer(screens.unread(request.words, why))
        else:
            await change(ctx, request, article, EditField.RELATED, said, answers)
    except TelegramError as error:
        log.warning("what became of a related link could not be said: %s", type(error).__name__)
    except Exception as error:
        log.exception("reading a related link failed: %s", type(error).__name__)
        await request.answer(link_screens.failed(request.words, _host(link)))


def _named_already(article: Article, link: str) -> Related | None:
    return next((one for one in article.story.related if normal_link(one.link) == normal_link(link)), None)


async def _listed(ctx: BotContext, addresses: list[str] | tuple[str, ...]) -> Related | None:
    """Return the article at one of these links as a related one; None when readers cannot open it here."""
    known = await links.known(ctx.db, addresses)
    if known is None or not known.is_listed:
        return None
    story = known.story
    provider = Provider(story.provider.name, story.provider.domain)
    return Related(story.title, story.link, provider, story.published_at)


def _named(ctx: BotContext, found: PageFound) -> Related | None:
    """Return what a page says of its story; None when it says no title."""
    story = found.story
    if found.unread is not None:
        return None
    dated = story.published_at if story.published_at < ctx.clock() else None  # a page without a date has that of today
    return Related(story.title, story.link, Provider(story.provider.name, story.provider.domain), dated)


def _host(link: str) -> str:
    return urlsplit(link).hostname or link


CONVERSATION = Conversation(
    name="editing related",
    presses=(PressRule(Verb.DROP_RELATED, drop, access=Access.CONTRIBUTORS),),
    texts=(TextRule(take_text, access=Access.CONTRIBUTORS),),
)
