"""
Feeds: a `Feed` is what one document lists, a `FeedItem` one entry of it, both as a reader would see them.

Titles and texts are plain, links absolute, times aware and UTC, whatever format the document had.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.article import Picture


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed.

    `id` is guid, Atom id, rdf:about or JSON id, else the link, else a hash of title and date. `title` is the first
    words of its text when it has none, and empty when it has no text either. `link` is None when the item gives no
    http(s) link, `published_at` when it gives no date that can be. `text` is the plain text, by which an item is
    recognised whose id and link have changed. `warnings` say what was missing or left out, as words for people.
    """

    id: str
    title: str
    link: str | None
    published_at: datetime | None
    excerpt: str | None = None
    text: str = ""
    pictures: tuple[Picture, ...] = ()
    categories: tuple[str, ...] = ()
    author: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed's document says, items in its order.

    `link` is the site it belongs to. `ask_every` is how long it asks to be left alone: the longer of `ttl` and `sy:*`.
    `hub` and `topic` are WebSub's addresses, as far as the document names them. `warnings` say what was left out of the
    whole, as words for people.
    """

    title: str | None
    link: str | None
    items: tuple[FeedItem, ...]
    ask_every: timedelta | None = None
    hub: str | None = None
    topic: str | None = None
    warnings: tuple[str, ...] = ()


FAR_AWAY = timedelta(days=366)
"""A date further away is more likely a slip than an embargo."""


def is_far_away(item: FeedItem, now: datetime) -> bool:
    """Return whether an item's date is so far in the future that it is probably none that somebody meant."""
    return item.published_at is not None and item.published_at - now > FAR_AWAY


def id_key(item_id: str) -> str:
    """Return the form in which two ids of items are equal: http and https are one, anything else is exact."""
    return "https://" + item_id[7:] if item_id[:7].lower() == "http://" else item_id
