"""The links of a built site, from its sitemap or its feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.web.fetching import Answer, Fetcher, FetchError
from bot.content.web_pages import sitemap

_SITEMAPS = ("sitemap.xml", "sitemap-index.xml", "sitemap_index.xml")
_FEEDS = ("index.xml", "feed.xml", "atom.xml", "rss.xml", "feed/feed.xml", "feeds/all.atom.xml", "feed.json")
_MOST_SITEMAPS = 50  # of an index
_OK = 200


@dataclass(frozen=True, slots=True)
class BuiltSite:
    """What a built site lists. `source` is where; `is_complete` is a sitemap, and not a feed, which has the newest."""

    links: Sequence[str]
    source: str
    is_complete: bool


async def built_site(fetcher: Fetcher, address: str) -> BuiltSite | None:
    """Return the links that a site lists; None when it has neither a sitemap nor a feed where they usually are.

    Raises: FetchError, when the site cannot be asked at all.
    """
    robots = await fetcher.get(_at(address, "robots.txt"), prompt=True)
    named = sitemap.of_robots(robots.body) if robots.status == _OK else []
    for url in (*named, *(_at(address, name) for name in _SITEMAPS)):
        answer = await _get(fetcher, url)
        if answer is not None and sitemap.is_index(answer.body):
            links: list[str] = []
            for one in sitemap.addresses(answer.body)[:_MOST_SITEMAPS]:
                part = await _get(fetcher, one)
                links += sitemap.addresses(part.body) if part is not None else []
            return BuiltSite(links, answer.url, True)
        if answer is not None and sitemap.is_sitemap(answer.body):
            return BuiltSite(sitemap.addresses(answer.body), answer.url, True)
    for name in _FEEDS:
        answer = await _get(fetcher, _at(address, name))
        if answer is not None and (found := _of_feed(answer)):
            return BuiltSite(found, answer.url, False)
    return None


async def _get(fetcher: Fetcher, url: str) -> Answer | None:
    try:
        answer = await fetcher.get(url, prompt=True)
    except FetchError:
        return None
    return answer if answer.status == _OK else None


def _of_feed(answer: Answer) -> list[str]:
    from bot.content.feeds.not_a_feed import NotAFeed
    from bot.content.feeds.reading import read_feed

    try:
        feed = read_feed(answer.body, answer.content_type, answer.url)
    except NotAFeed:
        return []
    return [item.link for item in feed.items if item.link]


def _at(address: str, name: str) -> str:
    return f"{address.rstrip('/')}/{name}"
