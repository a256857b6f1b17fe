"""
Web pages: a `Page` is what one page says of itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.article import Picture, Provider


class Obstacle(StrEnum):
    """A page that stands in the way of the one that was asked for."""

    LOGIN = "login"
    CONSENT = "consent"
    CHALLENGE = "challenge"
    """A check that whoever asks is a human."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names."""

    url: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself. Texts are plain and cleaned, addresses absolute http(s), times aware and UTC.

    `url` is where it was found. `canonical` is its proper address, if it names one that is believed: on its own host or
    a parent domain. `published_at` is None when the page states no date. `pictures` come best first; `provider` has
    always a domain. `keywords` are what it is filed under. `refresh` is where it sends browsers at once. With an
    `obstacle` nothing is said of a story, nor where it is not `is_html`.
    """

    url: str
    is_html: bool = True
    title: str | None = None
    excerpt: str | None = None
    published_at: datetime | None = None
    canonical: str | None = None
    provider: Provider = field(default_factory=Provider)
    pictures: tuple[Picture, ...] = ()
    keywords: tuple[str, ...] = ()
    feeds: tuple[FeedLink, ...] = ()
    refresh: str | None = None
    obstacle: Obstacle | None = None
