"""
Links that editors send: the page behind one is read, and what it says of its story becomes a draft.

One story, one article: a link that leads to a known story, as it was sent, as it was found or as the page calls itself,
leads to that one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.content.articles.cleaning import excerpt_of, title_of
from bot.content.articles.links import judged
from bot.content.articles.slug import slugs_of_story
from bot.content.web.fetching import Answer, Fetcher, FetchError
from bot.domain.article import Article, ArticleState, Provider, Story
from bot.domain.feed_intake import known_names, topics_of_items
from bot.domain.ingestion import Arrival
from bot.domain.link import normal_link
from bot.domain.page import FeedLink, Page
from bot.domain.pasted_link import Drafted, PageFound, PastedLink, Unread, without_tracking
from bot.domain.topic import topic_key
from bot.errors import OutOfTurn
from bot.services.content import imports as importing
from bot.services.content import taken_down_stories
from bot.services.content.imports import DRAFTS_ONLY, Seen
from bot.store.content import articles, imports, topics
from bot.store.desk import pasted_links
from bot.store.engine.database import Database

ReadPage = Callable[[bytes, str | None, str], Awaitable[Page]]
"""Reads a page's body, of a content type, found at an address; not on the event loop."""

KEPT_FOR = timedelta(days=30)
"""So long a link's buttons work."""
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"
_FEED_BEGINNINGS = (b"<rss", b"<feed", b"<rdf:rdf", b"https://jsonfeed.org/version/")
_STATUSES = {
    **dict.fromkeys((404, 410), Unread.MISSING),
    **dict.fromkeys((401, 402, 403, 407, 451), Unread.FORBIDDEN),
    **dict.fromkeys((429, 503), Unread.BUSY),
}


# The page -------------------------------------------------------------------------------------------------------------


async def read(fetcher: Fetcher, read_page: ReadPage, link: str, *, now: datetime) -> PageFound:
    """Return what the page at a link says of a story. Never fails: what cannot be read is said in `unread`."""
    try:
        answer = await _get(fetcher, link)
        page = await read_page(answer.body, answer.content_type, answer.url)
        if page.refresh is not None and normal_link(page.refresh) != normal_link(answer.url):
            # A page that stands for another: an old address, or a shortener's.
            answer = await _get(fetcher, page.refresh)
            page = await read_page(answer.body, answer.content_type, answer.url)
    except FetchError as error:
        return _unread(link, Unread(error.kind.value), now)
    except _NotThere as error:
        return _unread(link, error.why, now)
    if page.obstacle is not None:
        return _unread(link, Unread(page.obstacle.value), now)
    if not page.is_html:
        is_feed = any(sign in answer.body[:4096].lower() for sign in _FEED_BEGINNINGS)
        found = _unread(link, Unread.FEED if is_feed else Unread.NO_PAGE, now)
        return replace(found, feeds=(FeedLink(answer.url),)) if is_feed else found
    story = _story(page, link, fetcher, now)
    addresses = [story.link, answer.url, link]
    unread = None if story.title else Unread.NO_TITLE
    return PageFound(story, tuple(dict.fromkeys(map(normal_link, addresses))), page.feeds, unread)


class _NotThere(Exception):
    def __init__(self, why: Unread) -> None:
        self.why = why


async def _get(fetcher: Fetcher, link: str) -> Answer:
    """Return a page that is there. Raises: FetchError, _NotThere."""
    answer = await fetcher.get(link, accept=_ACCEPT, prompt=True)
    if answer.status != 200:
        raise _NotThere(_STATUSES.get(answer.status, Unread.FAILING))
    return answer


def _unread(link: str, why: Unread, now: datetime) -> PageFound:
    """Return a story of which nothing is known but its link."""
    link = without_tracking(link)
    return PageFound(Story("", link, now, provider=Provider(domain=_domain(link))), (normal_link(link),), unread=why)


def _story(page: Page, link: str, fetcher: Fetcher, now: datetime) -> Story:
    """Return the story that a page tells. It is about what its own keywords say; `keywords` become topics later."""
    # The page was reached, so its own host may be linked to, whatever its name looks like.
    allow = fetcher.rules.including(urlsplit(page.url).hostname or "")
    own = page.canonical or page.url
    address = judged(without_tracking(own), allow).url or without_tracking(link)
    pictures = [
        replace(picture, url=url) for picture in page.pictures if (url := judged(picture.url, allow).url) is not None
    ]
    return Story(
        title=page.title or "",
        link=address,
        # The page is there already: a date to come is a slip in it, and no embargo. Times are stored rounded up.
        published_at=min(page.published_at or now, now.replace(microsecond=0)),
        excerpt=page.excerpt,
        provider=page.provider,
        topics=page.keywords,
        pictures=tuple(pictures),
        published=None,
    )


def _domain(link: str) -> str | None:
    host = urlsplit(link).hostname
    return host.removeprefix("www.") if host else None


# The draft ------------------------------------------------------------------------------------------------------------


async def known(db: Database, links: Iterable[str]) -> Article | None:
    """Return the article that one of these links leads to; None when none does."""
    wanted = [normal_link(link) for link in links]
    async with db.reading() as conn:
        numbers = await imports.linked(conn, wanted)
        number = next((numbers[link] for link in wanted if link in numbers), None)
        return None if number is None else await articles.article(conn, number)


async def must_not_be_taken_down(db: Database, links: Iterable[str]) -> None:
    """Raises: TakenDown, when one of these links leads to what was."""
    async with db.reading() as conn:
        await taken_down_stories.must_not_lead(conn, links)


async def forget(db: Database, pasted: PastedLink) -> None:
    """Keep nothing of a link that leads to what was taken down."""
    async with db.transaction() as conn:
        await pasted_links.forget(conn, pasted.person, pasted.message_id)


async def draft(
    db: Database, story: Story, addresses: Iterable[str] = (), *, now: datetime, by: int | None = None
) -> Drafted:
    """Store a story with a title as a draft, known by these addresses too; a known one is returned as it is.

    That was found by following a link, by which it is known from now on: a feed that lists it so tells nothing new.
    `by` is who sent the link. Raises: TakenDown, when the story was.
    """
    wanted = [normal_link(story.link), *addresses]
    await must_not_be_taken_down(db, wanted)
    if (there := await known(db, wanted)) is not None:
        async with db.transaction() as conn:
            await imports.lead(conn, wanted, there.number)
        return Drafted(there, is_new=False)
    story = replace(story, topics=await _topics_among(db, story.topics))
    story = replace(story, payload=_payload(story))
    # Nothing stands behind it that could change: a file or a feed that brings the story later owns it.
    seen = Seen(f"link:{normal_link(story.link)}", "", story, slugs_of_story(story.title, story.link))
    report = await importing.take(db, [seen], now=now, policy=replace(DRAFTS_ONLY, maker=by))
    made = await known(db, wanted)
    assert made is not None
    async with db.transaction() as conn:
        await imports.lead(conn, wanted, made.number)
    return Drafted(made, is_new=made.number in report.drafts)


async def add_excerpt(db: Database, number: int, excerpt: str, *, now: datetime) -> Article:
    """Give a draft its excerpt. Raises: OutOfTurn, when it is a draft no longer; UnknownArticle."""
    async with db.reading() as conn:
        article = await articles.article(conn, number)
        payloads = await imports.payloads(conn, [number])
        owner = (await imports.owners(conn, [number])).get(number)
    if article.state is not ArticleState.DRAFT or owner is None:
        raise OutOfTurn(f"#{number}")
    payload = {**payloads.get(number, {}), "excerpt": excerpt}
    story = replace(article.story, excerpt=excerpt, published=None, payload=payload)
    seen = Seen(owner.id, owner.fingerprint, story, arrival=Arrival.EDIT)
    await importing.take(db, [seen], now=now, policy=DRAFTS_ONLY)
    async with db.reading() as conn:
        return await articles.article(conn, number)


def title_in(text: str) -> str:
    """Return the title that an editor wrote, as readers will see it; empty when that is none."""
    return title_of(text)


def excerpt_in(text: str, title: str) -> str | None:
    """Return the excerpt that an editor wrote; None when it says no more than the title."""
    return excerpt_of(text, title)


async def _topics_among(db: Database, words: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the known topics that a page is filed under, as a feed's items are.

    Its other keywords become no topics: nobody follows them.
    """
    async with db.reading() as conn:
        established = await topics.established(conn)
        names = await topics.called(conn, {topic_key(word) for word in words})
    return topics_of_items((), known_names(established.values(), names))(words)


def _payload(story: Story) -> dict[str, object]:
    """Return the story as an article file would tell it."""
    images = [{"url": one.url, "width": one.width, "height": one.height, "alt": one.alt} for one in story.pictures]
    fields: dict[str, object] = {
        "title": story.title,
        "excerpt": story.excerpt,
        "publishedDateTime": story.published_at.isoformat(),
        "webUrl": story.link,
        "provider": {"name": story.provider.name, "domain": story.provider.domain},
        "topics": list(story.topics),
        "images": [{name: value for name, value in image.items() if value is not None} for image in images],
    }
    return {name: value for name, value in fields.items() if value}


# What is waited for ---------------------------------------------------------------------------------------------------


async def keep(db: Database, pasted: PastedLink, now: datetime) -> None:
    """Take note of how a link stands, and forget those of long ago."""
    async with db.transaction() as conn:
        await pasted_links.forget_before(conn, now - KEPT_FOR)
        await pasted_links.keep(conn, pasted)


async def answered_by(db: Database, person: int, message_id: int) -> PastedLink | None:
    """Return the link that a message of ours answers; None when it answers none any more."""
    async with db.reading() as conn:
        return await pasted_links.found(conn, person, message_id)


async def waiting(db: Database, person: int, now: datetime) -> PastedLink | None:
    """Return the link that an editor's next words are about; None when nothing is waited for, or not any more."""
    async with db.reading() as conn:
        found = await pasted_links.waiting(conn, person)
    return found if found is not None and found.is_waiting(now) else None


async def unread(db: Database) -> list[PastedLink]:
    """Return the links whose pages were being read when the last process ended."""
    async with db.reading() as conn:
        return await pasted_links.unread(conn)
