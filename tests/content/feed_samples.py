"""Feeds for tests: one item in the frame of each format, and where they are said to lie."""

from __future__ import annotations

from bot.content.feeds.reading import read_feed
from bot.domain.feed import Feed, FeedItem

URL = "https://blog.example/feed/index.xml"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)


def rss(item: str, *, channel: str = "", namespaces: str = NAMESPACES) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {namespaces}><channel><title>Blog</title>'
        f"<link>https://blog.example/</link>{channel}<item>{item}</item></channel></rss>"
    )


def atom(entry: str, *, feed: str = "", attributes: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>'
        f"<title>Blog</title>{feed}<entry>{entry}</entry></feed>"
    )


def atom03(entry: str) -> str:
    return f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Blog</title><entry>{entry}</entry></feed>'


def rdf(item: str) -> str:
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://blog.example/"><title>Blog</title>'
        f"<link>https://blog.example/</link></channel>{item}</rdf:RDF>"
    )


def json_feed(item: str, *, feed: str = "") -> str:
    return f'{{"version": "https://jsonfeed.org/version/1.1", "title": "Blog", {feed}"items": [{item}]}}'


def feed(document: str | bytes, content_type: str | None = None, url: str = URL) -> Feed:
    return read_feed(document.encode() if isinstance(document, str) else document, content_type, url)


def item(document: str | bytes, content_type: str | None = None, url: str = URL) -> FeedItem:
    """Return the one item of a document."""
    (only,) = feed(document, content_type, url).items
    return only
