"""
Reads a feed: bytes to text, text mended, parsed, and each item by the rules for titles, links, ids, dates and pictures.

It is pure and needs the standard library alone, but what it is given is hostile: `parsing_process` runs it where it may
take too long or too much.
"""

from __future__ import annotations

from bot.content.feeds import json_feed, xml_feed
from bot.content.feeds.bytes_to_text import text_of
from bot.content.feeds.not_a_feed import NotAFeed, refuse_text
from bot.content.feeds.xml.repair import mended
from bot.domain.feed import Feed

__all__ = ["MAX_BYTES", "NotAFeed", "read_feed"]

MAX_BYTES = 10 * 2**20


def read_feed(body: bytes, content_type: str | None, url: str) -> Feed:
    """Return the feed in a document.

    `content_type` is the header as it came, of which only the charset counts; `url` is the document's final address.

    Raises: NotAFeed, whose `str()` says what it is instead, as words that follow “is”.
    """
    if len(body) > MAX_BYTES:
        raise NotAFeed(f"larger than {MAX_BYTES // 2**20} MiB")
    text = text_of(body, content_type)
    if text.lstrip("\ufeff \t\r\n\x00")[:1] == "{":
        return json_feed.feed_of(text.strip("\ufeff \t\r\n\x00"), url)
    ready = mended(text)
    if ready is None:
        raise refuse_text(text)
    return xml_feed.feed_of(ready, url)
