"""
Articles as feeds: Atom for everything that reads feeds, JSON Feed for programs.

Titles and excerpts are plain text, so nothing in them is markup for anybody. An article is known by an id that stays
when its link is corrected, when the bot moves to another address and when its database is restored.
Sources: https://www.rfc-editor.org/rfc/rfc4287; https://www.jsonfeed.org/version/1.1/; https://www.rssboard.org/media-rss
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from bot.domain.article import Article, Picture
from bot.services.api.article_json import iso
from bot.services.api.published import Published

ATOM, MEDIA = "http://www.w3.org/2005/Atom", "http://search.yahoo.com/mrss/"
_IDS = UUID("5b1f5c1e-6a9d-4d53-9d6e-0f0a4c6a7d11")  # drawn once for the ids of articles
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a feed without articles was changed last
# What XML 1.0 has no way to write: https://www.w3.org/TR/xml/#charsets
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """Where a feed is, whose it is, and what it lists: `topics` is empty for all of it."""

    url: str
    bot_id: int
    title: str


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """One of the two formats."""

    content_type: str
    render: Callable[[FeedAddress, Published], bytes]


def article_id(bot_id: int, number: int) -> str:
    """Return the id of an article, the same for ever and nowhere else."""
    return f"urn:uuid:{uuid5(_IDS, f'{bot_id}/{number}')}"


def atom(where: FeedAddress, what: Published) -> bytes:
    """Return an Atom feed."""
    feed = Element(f"{{{ATOM}}}feed")
    _text(feed, "id", f"urn:uuid:{uuid5(_IDS, f'{where.bot_id}/' + '/'.join(what.topics))}")
    _text(feed, "title", _title(where, what))
    SubElement(feed, f"{{{ATOM}}}link", rel="self", type="application/atom+xml", href=where.url)
    _text(feed, "updated", _iso(max((one.story.published_at for one, _ in what.articles), default=_NEVER)))
    _text(SubElement(feed, f"{{{ATOM}}}author"), "name", where.title)
    _text(feed, "generator", "newsbot")
    for article, topics in what.articles:
        _entry(SubElement(feed, f"{{{ATOM}}}entry"), where, article, topics)
    ElementTree.register_namespace("", ATOM)
    ElementTree.register_namespace("media", MEDIA)
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def json_feed(where: FeedAddress, what: Published) -> bytes:
    """Return a JSON Feed."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(where, what),
        "feed_url": where.url,
        "items": [_item(where, article, topics) for article, topics in what.articles],
    }
    return json.dumps(feed, ensure_ascii=False).encode()


FORMATS = {
    "/feed.xml": FeedFormat("application/atom+xml", atom),
    "/feed.json": FeedFormat("application/feed+json", json_feed),
}


def _title(where: FeedAddress, what: Published) -> str:
    return f"{where.title}: {', '.join(what.topics)}" if what.topics else where.title


def _entry(entry: Element, where: FeedAddress, article: Article, topics: tuple[str, ...]) -> None:
    story = article.story
    _text(entry, "id", article_id(where.bot_id, article.number))
    _text(entry, "title", story.title)
    if story.link:
        SubElement(entry, f"{{{ATOM}}}link", rel="alternate", href=_clean(story.link))
    _text(entry, "published", _iso(story.published_at))
    _text(entry, "updated", _iso(story.published_at))
    if name := story.provider.name or story.provider.domain:
        _text(SubElement(entry, f"{{{ATOM}}}author"), "name", name)
    for topic in topics:
        SubElement(entry, f"{{{ATOM}}}category", term=_clean(topic))
    if story.excerpt:
        _text(entry, "summary", story.excerpt)
    for picture in _public(article):
        sizes = {"width": picture.width, "height": picture.height}
        given = {name: str(size) for name, size in sizes.items() if size is not None}
        kind = _kind(picture)
        media = SubElement(entry, f"{{{MEDIA}}}content", {"url": _clean(picture.url), "medium": "image", **given})
        if kind is not None:
            media.set("type", kind)
            SubElement(entry, f"{{{ATOM}}}link", rel="enclosure", type=kind, href=_clean(picture.url))
        if picture.alt:
            SubElement(media, f"{{{MEDIA}}}description").text = _clean(picture.alt)
        if picture.credit:
            SubElement(media, f"{{{MEDIA}}}credit").text = _clean(picture.credit)


def _item(where: FeedAddress, article: Article, topics: tuple[str, ...]) -> dict[str, Any]:
    story = article.story
    pictures = _public(article)
    attached = [{"url": picture.url, "mime_type": kind} for picture in pictures if (kind := _kind(picture)) is not None]
    item: dict[str, Any] = {
        "id": article_id(where.bot_id, article.number),
        "url": story.link,
        "title": story.title,
        "content_text": story.excerpt or story.title,
        "summary": story.excerpt,
        "image": pictures[0].url if pictures else None,
        "date_published": _iso(story.published_at),
        "authors": [{"name": name}] if (name := story.provider.name or story.provider.domain) else None,
        "tags": list(topics),
        "attachments": attached,
    }
    return {name: value for name, value in item.items() if value}


def _public(article: Article) -> list[Picture]:
    """Return the pictures that have an address of their own; those of the content folder have none."""
    return [picture for picture in article.story.pictures if not picture.is_local]


def _kind(picture: Picture) -> str | None:
    """Return a picture's media type as its address tells it; None when it does not."""
    kind, _ = mimetypes.guess_type(urlsplit(picture.url).path)
    return kind if kind is not None and kind.startswith("image/") else None


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = _clean(text)


def _clean(text: str) -> str:
    return _NO_XML.sub("", text)


def _iso(at: datetime) -> str:
    return iso(at) or ""
