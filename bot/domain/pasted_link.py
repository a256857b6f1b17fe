"""
Links that editors send: where one stands in a text, and what became of it.

An editor's link becomes a draft. What its page does not say is asked for, one thing at a time; what cannot be read at
all can still become a draft, from what the editor writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from bot.domain.article import Article, Story
from bot.domain.link import is_tracking
from bot.domain.page import FeedLink

ANSWER_WITHIN = timedelta(minutes=30)
"""So long the next words of an editor are the answer to what was asked; later they are words like any others."""
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"“”«»]+|(?<![^\s(])(?:[a-z0-9-]+\.)+[a-z]{2,18}/[^\s<>\"“”«»]*", re.IGNORECASE
)
_PAIRS = {")": "(", "]": "[", "}": "{"}


class Unread(StrEnum):
    """Why a link's page says nothing of a story."""

    REFUSED = "refused"  # it leads into somebody's network, or where no web server is
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BROKEN = "broken"
    MISSING = "missing"  # 404, 410
    FORBIDDEN = "forbidden"  # 401, 402, 403, 451
    BUSY = "busy"  # 429, 503
    FAILING = "failing"  # any other status
    LOGIN = "login"
    CONSENT = "consent"
    CHALLENGE = "challenge"
    NO_PAGE = "no_page"  # a PDF, a picture
    NO_TITLE = "no_title"
    FEED = "feed"


class Asked(StrEnum):
    """What an editor is asked for: a draft's title, without which it is none, its excerpt, or a source's address."""

    TITLE = "title"
    EXCERPT = "excerpt"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class PageFound:
    """What came of reading a link: the story its page tells, without a title where none was found; why, if so.

    `addresses` are those by which the story is known from now on: as it was sent, as it was found. `feeds` are those
    that the page names.
    """

    story: Story
    addresses: tuple[str, ...]
    feeds: tuple[FeedLink, ...] = ()
    unread: Unread | None = None


@dataclass(frozen=True, slots=True)
class PastedLink:
    """A link that an editor sent, as it stands. `message_id` is the answer to it.

    `asked` is what is waited for since `at`, None when nothing is; `article` is the draft, once it is one, and `story`
    what the page said until then. `is_read` is False while the page is being fetched.
    """

    person: int
    message_id: int
    link: str
    at: datetime
    is_read: bool = False
    asked: Asked | None = None
    article: int | None = None
    story: Story | None = None
    feeds: tuple[FeedLink, ...] = ()

    def is_waiting(self, now: datetime) -> bool:
        """Return whether the next words of the editor are the answer."""
        return self.asked is not None and now - self.at <= ANSWER_WITHIN


@dataclass(frozen=True, slots=True)
class Drafted:
    """The article that a link leads to; `is_new` when the link has just made it."""

    article: Article
    is_new: bool


def links_in(text: str) -> list[str]:
    """Return the web links in a text, each once, in its order: with http(s), `www.`, or a host with a path."""
    return list(dict.fromkeys(_links(text)))


def _links(text: str) -> Iterator[str]:
    for found in _LINK.finditer(text):
        link = _without_end(found[0])
        if not link.lower().startswith(("http://", "https://")):
            link = f"https://{link}"
        try:
            host = urlsplit(link).hostname
        except ValueError:
            continue
        if host:
            yield link


def _without_end(link: str) -> str:
    """Take off what belongs to the sentence around a link: its full stop, its closing bracket."""
    while link:
        last = link[-1]
        if last in ".,;:!?'’*_~…" or (last in _PAIRS and link.count(last) > link.count(_PAIRS[last])):
            link = link[:-1]
        else:
            break
    return link


def without_tracking(link: str) -> str:
    """Return a link to be shown: without what only tracks readers, and without a place in the page.

    A fragment that begins as a path is a page of its own on sites that are programs.
    """
    parts = urlsplit(link)
    query = "&".join(pair for pair in parts.query.split("&") if pair and not is_tracking(pair))
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    return urlunsplit(parts._replace(query=query, fragment=fragment))
