"""
What a web page says of itself: title, excerpt, pictures, who published it and when, its canonical address, its feeds.

Read from JSON-LD, Open Graph, `<meta>`, `<title>` and `<link>`, never from the text of the page: what looks like a
title or a date there may be a teaser's or a footer's. Nothing is fetched and nothing is executed.
Sources: https://ogp.me, https://schema.org/Article, https://html.spec.whatwg.org/multipage/semantics.html,
         https://developer.x.com/en/docs/x-for-websites/cards/overview/markup
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot.content.articles.cleaning import excerpt_of, title_of
from bot.content.plain_text import shown
from bot.content.web_pages.html_tags import Tag, tags, undone
from bot.content.web_pages.html_text import text_of
from bot.content.web_pages.json_ld import Described, Node
from bot.content.web_pages.page_dates import date_of
from bot.content.web_pages.page_obstacles import obstacle_of
from bot.domain.article import Picture, Provider
from bot.domain.page import FeedLink, Obstacle, Page

__all__ = ["Page", "read_page"]

LONGEST_PAGE = 5_000_000
"""Characters that are read; what a page says of itself stands at its beginning."""
MOST_PICTURES = 6
MOST_FEEDS = 20
MOST_KEYWORDS = 30
_LONGEST_TEXT = 20_000  # characters of one title or description, before it is cleaned
_LONGEST_LINK = 2048
_MOST_PIXELS = 100_000
_WANTED = frozenset({"html", "base", "title", "meta", "link", "script", "input"})

_TITLES = ("og:title", "twitter:title", "dc.title", "citation_title", "parsely-title", "title")
_DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description", "dcterms.description")
_DATES = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "uploaddate",
    "parsely-pub-date",
    "citation_publication_date",
    "citation_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "sailthru.date",
    "publish-date",
    "publish_date",
    "pubdate",
    "publication_date",
    "date",
)
_SITE_NAMES = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "dc.publisher",
    "citation_journal_title",
)
_SEPARATOR = re.compile(r"\s+[|\-–—·•«»:]{1,2}\s+|\s*[|｜：]\s*|:\s+")
_LONGEST_SECTION = 30  # characters of a site's name with its section: `CNN Politics`
_NO_LETTERS = re.compile(r"[\W_]+")
_REFRESH = re.compile(r"\s*(\d{1,2})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*([^\"'\s]+)", re.IGNORECASE)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_LOOSE_FEED_TYPES = ("application/json", "application/xml", "text/xml", "application/rss", "application/atom")
_COMMENTS = re.compile(r"comment|kommentar|comentario|reactie", re.IGNORECASE)
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<meta\s|<title[\s>]|<body[\s>]", re.IGNORECASE)


def read_page(body: bytes, content_type: str | None, url: str) -> Page:
    """Return what a page that was found at `url` says of itself. It never fails; what cannot be read says nothing."""
    page = text_of(body[:LONGEST_PAGE], content_type)[:LONGEST_PAGE]
    domain = _bare(urlsplit(url).hostname or "")
    if not _is_html(content_type, page):
        return Page(url, is_html=False, provider=Provider(domain=domain or None))
    return _Head(page, url, domain).page()


_FEED = re.compile(
    r"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE | re.DOTALL
)


def _is_html(content_type: str | None, page: str) -> bool:
    kind = (content_type or "").partition(";")[0].strip().lower()
    if _FEED.match(page[:20_000]):
        return False  # many servers call a feed text/html
    if kind in ("", "text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"):
        return _HTML.search(page[:100_000]) is not None or kind == "text/html"
    return kind == "application/octet-stream" and _HTML.search(page[:2_000]) is not None


class _Head:
    """The tags of a page that say something about it, read once."""

    def __init__(self, page: str, url: str, domain: str) -> None:
        self._url = self._base = url
        self._domain = domain
        self._metas: dict[str, list[str]] = {}
        self._og_images: list[tuple[str, str]] = []
        self._links: list[Tag] = []
        self._title = ""
        self._refresh: str | None = None
        self._has_password = False
        scripts = []
        for tag in tags(page, _WANTED):
            match tag.name:
                case "title" if not self._title:
                    self._title = undone(tag.text[:_LONGEST_TEXT])
                case "base" if self._base == url:
                    self._base = _absolute(tag["href"], url) or url
                case "meta":
                    self._add_meta(tag)
                case "link":
                    self._links.append(tag)
                case "script" if "ld+json" in tag["type"].lower():
                    scripts.append(tag.text)
                case "input" if tag["type"].lower() == "password":
                    self._has_password = True
        self._described = Described(scripts[:50])
        self._canonical = self._believed_canonical()
        self._story = self._described.story([url, *([self._canonical] if self._canonical else [])])

    def page(self) -> Page:
        obstacle = self._obstacle()
        feeds = tuple(self._feeds())
        name = self._site_name()
        provider = Provider(name, self._domain or None)
        if obstacle is not None:
            return Page(self._url, provider=provider, feeds=feeds, refresh=self._refresh, obstacle=obstacle)
        title = self._best_title(name)
        return Page(
            self._url,
            title=title,
            excerpt=self._excerpt(title or ""),
            published_at=self._published_at(),
            canonical=self._canonical,
            provider=provider,
            pictures=tuple(self._pictures())[:MOST_PICTURES],
            keywords=self._keywords(),
            feeds=feeds,
            refresh=self._refresh,
        )

    def _add_meta(self, tag: Tag) -> None:
        content = tag["content"][:_LONGEST_TEXT].strip()
        if tag["http-equiv"].lower() == "refresh" and self._refresh is None:
            found = _REFRESH.match(content)
            if found is not None and int(found[1]) <= 5:
                self._refresh = _absolute(found[2], self._base)
        if not content:
            return
        for attribute in ("property", "name", "itemprop"):
            for key in tag[attribute].lower().split():
                if key.startswith("og:image"):
                    self._og_images.append((key, content))
                values = self._metas.setdefault(key, [])
                if len(values) < MOST_KEYWORDS:
                    values.append(content)

    def _meta(self, *keys: str) -> str:
        return next((self._metas[key][0] for key in keys if key in self._metas), "")

    # What the page is -------------------------------------------------------------------------------------------------

    def _obstacle(self) -> Obstacle | None:
        is_article = self._story is not None or self._meta("og:type").lower() == "article"
        asks_password = self._has_password and not self._meta("og:title")
        return obstacle_of(self._url, shown(self._title, 200), is_article=is_article, asks_password=asks_password)

    def _believed_canonical(self) -> str | None:
        """Return the page's proper address: of the same host or a parent domain, and not merely the site's front."""
        given = [tag["href"] for tag in self._links if "canonical" in tag["rel"].lower().split()]
        for address in (*given[:1], *self._metas.get("og:url", ())[:1]):
            found = _absolute(address, self._base)
            if found is not None and self._is_ours(found):
                return found
        return None

    def _is_ours(self, address: str) -> bool:
        there, here = urlsplit(address), urlsplit(self._url)
        host = _bare(there.hostname or "")
        is_near = host == self._domain or ("." in host and self._domain.endswith("." + host))
        is_front = there.path in ("", "/") and not there.query
        return is_near and not (is_front and here.path not in ("", "/"))

    def _feeds(self) -> Iterator[FeedLink]:
        """Return the feeds that a page names, those of comments last."""
        found: dict[str, FeedLink] = {}
        for tag in self._links:
            rel, kind = tag["rel"].lower().split(), tag["type"].partition(";")[0].strip().lower()
            is_feed = "feed" in rel or (
                "alternate" in rel and (kind in _FEED_TYPES or (kind in _LOOSE_FEED_TYPES and "feed" in tag["href"]))
            )
            address = _absolute(tag["href"], self._base) if is_feed else None
            if address is not None and len(found) < MOST_FEEDS:
                found.setdefault(address, FeedLink(address, shown(tag["title"][:_LONGEST_TEXT]) or None))
        yield from sorted(found.values(), key=lambda feed: bool(_COMMENTS.search(f"{feed.url} {feed.title}")))

    # What it tells ----------------------------------------------------------------------------------------------------

    def _site_name(self) -> str | None:
        described = self._described
        for text in (
            self._meta(*_SITE_NAMES[:1]),
            described.text(self._story, "publisher"),
            described.text(described.of_type("WebSite"), "name"),
            described.text(described.of_type("NewsMediaOrganization"), "name"),
            self._meta(*_SITE_NAMES[1:]),
        ):
            if name := shown(text[:_LONGEST_TEXT]):
                return name
        return None

    def _best_title(self, site: str | None) -> str | None:
        """Return the title as its author wrote it, without the site's name at either end."""
        names = {_letters(name) for name in (site, self._domain, self._domain.rpartition(".")[0]) if name} - {""}
        candidates = [self._described.text(self._story, "headline", "name")]
        candidates += [self._metas[key][0] for key in _TITLES if key in self._metas]
        candidates.append(self._title)
        titles = [title for text in candidates if (title := title_of(text[:_LONGEST_TEXT]))]
        if not titles:
            return None
        first = titles[0]
        if first.endswith(("…", "...")):  # cut to the length that search engines show
            stem = first.rstrip("….").strip()
            titles = [title for title in titles if title.startswith(stem)] or titles
            first = max(titles, key=len) if titles[0] == first else first
        for title in (first, *titles):
            title = _without_site(title, names)
            if _letters(title) not in names or urlsplit(self._url).path in ("", "/"):
                return title
        return first

    def _excerpt(self, title: str) -> str | None:
        candidates = [self._metas[key][0] for key in _DESCRIPTIONS if key in self._metas]
        candidates.append(self._described.text(self._story, "description", "abstract"))
        for text in candidates:
            if (excerpt := excerpt_of(text[:_LONGEST_TEXT], title)) is not None:
                return excerpt
        return None

    def _published_at(self) -> datetime | None:
        names = ("datePublished", "uploadDate", "dateCreated")
        nodes: list[Node | None] = [self._story, *([] if self._story is not None else self._described.pages()[:3])]
        texts = [self._described.text(node, *names) for node in nodes]
        texts += [self._metas[key][0] for key in _DATES if key in self._metas]
        return next((found for text in texts if (found := date_of(text)) is not None), None)

    def _keywords(self) -> tuple[str, ...]:
        story = self._story or {}
        values: list[object] = [*self._metas.get("article:tag", ()), *self._metas.get("article:section", ())]
        for name in ("keywords", "articleSection"):
            for value in self._described.resolved(story.get(name)):
                values += value.split(",") if isinstance(value, str) else [self._described.text({"": value}, "")]
        for key in ("news_keywords", "keywords", "parsely-tags"):
            values += [word for text in self._metas.get(key, ()) for word in text.split(",")]
        words = (shown(str(value)[:400], 100) for value in values if isinstance(value, str))
        return tuple(dict.fromkeys(word for word in words if word))[:MOST_KEYWORDS]

    def _pictures(self) -> Iterator[Picture]:
        seen: set[str] = set()
        for picture in (*self._of_open_graph(), *self._of_json_ld(), *self._of_others()):
            if picture.url not in seen and not urlsplit(picture.url).path.lower().endswith((".svg", ".ico")):
                seen.add(picture.url)
                yield picture

    def _of_open_graph(self) -> list[Picture]:
        """Return the pictures of Open Graph; what follows one describes it: https://ogp.me/#structured"""
        found: list[dict[str, str]] = []
        for key, content in self._og_images:
            name = key.removeprefix("og:image").removeprefix(":")
            if name in ("", "url") and not (name == "url" and found and found[-1].get("") == content):
                found.append({"": content})
            elif name == "secure_url" and (not found or found[-1].get("secure_url")):
                found.append({"": content, "secure_url": content})
            elif found and name in ("secure_url", "width", "height", "alt"):
                found[-1].setdefault(name, content)
        pictures = [
            self._picture(one.get("secure_url") or one[""], one.get("width"), one.get("height"), one.get("alt"))
            for one in found
        ]
        return [picture for picture in pictures if picture is not None]

    def _of_json_ld(self) -> Iterator[Picture]:
        node = self._story or {}
        for name in ("image", "primaryImageOfPage", "thumbnailUrl", "thumbnail"):
            for value in self._described.resolved(node.get(name)):
                picture = None
                if isinstance(value, str):
                    picture = self._picture(value)
                elif isinstance(value, dict):
                    address = next((a for a in (value.get("url"), value.get("contentUrl")) if isinstance(a, str)), "")
                    alt = self._described.text(value, "caption")
                    picture = self._picture(address, value.get("width"), value.get("height"), alt)
                if picture is not None:
                    yield picture

    def _of_others(self) -> Iterator[Picture]:
        addresses: list[str] = []
        for key in ("twitter:image", "twitter:image:src", "image", "thumbnailurl", "parsely-image-url"):
            addresses += self._metas.get(key, ())[:1]
        for tag in self._links:
            if tag["rel"].lower() == "image_src" or tag["itemprop"].lower() in ("image", "thumbnailurl"):
                addresses.append(tag["href"])
        for address in addresses:
            if (picture := self._picture(address)) is not None:
                yield picture

    def _picture(self, address: str, width: Any = None, height: Any = None, alt: str | None = None) -> Picture | None:
        url = _absolute(address, self._base)
        if url is None:
            return None
        return Picture(url, _pixels(width), _pixels(height), alt=shown((alt or "")[:_LONGEST_TEXT], 1000) or None)


def _absolute(address: str, base: str) -> str | None:
    """Return an absolute http(s) address with a host; None when it is or becomes none."""
    address = "".join(address.split()) if len(address) <= _LONGEST_LINK else ""
    if not address or address.startswith("#"):
        return None
    try:
        url = urljoin(base, address)
        parts = urlsplit(url)
        _ = parts.port  # judged only when it is asked for
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname and len(url) <= _LONGEST_LINK else None


def _bare(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("www.")


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text.casefold())


def _without_site(title: str, names: Iterable[str]) -> str:
    """Cut the site's name off a title: `Title | Site`, `Title - Site`, `Site: Title`."""
    known = set(names)
    breaks = list(_SEPARATOR.finditer(title))
    for one in reversed(breaks):
        last = title[one.end() :]
        if (_letters(last) in known or _is_section(one[0], last, known)) and _letters(title[: one.start()]):
            return _without_site(title[: one.start()].rstrip(), known)
    for one in breaks:
        if _letters(title[: one.start()]) in known and _letters(title[one.end() :]):
            return title[one.end() :].lstrip()
    return title


def _is_section(separator: str, text: str, names: Iterable[str]) -> bool:
    """Return whether a text behind a bar is the site's name with a section of it: `CNN Politics`."""
    is_behind_a_bar = separator.strip() in ("|", "｜") and len(text) <= _LONGEST_SECTION
    return is_behind_a_bar and any(len(name) > 2 and _letters(text).startswith(name) for name in names)


def _pixels(value: object) -> int | None:
    """Return a size in pixels: `1200`, `"1200"`, `"1200px"`, `{"value": 1200}`."""
    if isinstance(value, dict):
        value = value.get("value")
    found = re.match(r"\s*([0-9]{1,6})(?:\.\d*)?\s*(?:px)?\s*$", str(value)) if value is not None else None
    return int(found[1]) if found is not None and 0 < int(found[1]) <= _MOST_PIXELS else None
