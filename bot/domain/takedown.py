"""
Taking a story down for good: by which links one is known, and what stays out of reach when its copies are gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.domain.article import Story
from bot.domain.link import normalised

_ALTERNATES = ("webUrl", "originalUrl", "ampWebUrl", "cdnAmpWebUrl")
"""Fields of a story's document that are links to that very story."""


def links_of_story(story: Story) -> tuple[str, ...]:
    """Return the normalised links by which a story is known: its own, its page's aliases, and its document's others.

    A link to no page in particular, such as a newspaper's front page in the place of `originalUrl`, is none of these.
    """
    others = (story.payload.get(name) for name in _ALTERNATES)
    found = [story.link, *story.as_read.aliases]
    found.extend(one for one in others if isinstance(one, str) and _leads_to_a_page(one))
    return tuple(dict.fromkeys(normal for link in found if link and (normal := normalised(link)) is not None))


def _leads_to_a_page(link: str) -> bool:
    try:
        parts = urlsplit(link.strip())
        return parts.scheme.lower() in ("http", "https") and bool(parts.path.strip("/") or parts.query)
    except ValueError:
        return False


def without_related(story: Story, links: Iterable[str]) -> Story:
    """Return a story that names none of the stories at these normalised links, in its document neither."""
    gone = frozenset(links)
    kept = tuple(one for one in story.related if normalised(one.link) not in gone)
    named = story.payload.get("related")
    payload = story.payload
    if isinstance(named, list):
        payload = {**payload, "related": [one for one in named if not _leads_to(one, gone)]}
    return replace(story, related=kept, payload=payload)


def _leads_to(related: object, links: frozenset[str]) -> bool:
    if not isinstance(related, dict):
        return False
    given = (related.get(name) for name in _ALTERNATES)
    return any(isinstance(one, str) and normalised(one) in links for one in given)


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """Copies in one kind of chats that could not be changed, and why: Telegram's words, or ours; empty for no words.

    `public` are the names of the public channels among them, as everybody can see them.
    """

    kind: str
    reason: str
    copies: int
    public: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakedownReport:
    """What became of the copies of an article that was taken down, without any of its words.

    `waiting` are still to be done. `unknown` are out of reach because it is not known any more which message each is,
    `refused` those that could not be changed; both by kind of chat. `twice` are messages that may stand beside a copy
    unseen. `files` are paths in which it was told and that newsbot leaves alone, `feeds` the addresses of feeds.
    """

    number: int
    at: datetime
    delivered: int
    deleted: int
    blanked: int
    waiting: int
    unknown: tuple[OutOfReach, ...] = ()
    refused: tuple[OutOfReach, ...] = ()
    twice: int = 0
    files: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
