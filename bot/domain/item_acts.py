"""What may become of an item that was read: the acts from which `ingestion.decide` chooses, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# What is to be done ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plain:
    """An act of which there is no more to say. Its methods are made once: each class's own take half a millisecond."""


class Create(_Plain):
    """Store a new article. What else comes with it says in which state."""

    __slots__ = ()


class Keep(_Plain):
    """Store a known article's document as given; only fields that newsbot does not read have changed in it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Store a known article's new content. `corrects` when readers see a difference."""

    corrects: bool


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Let the item own an article whose `owner` is gone. The article takes the item's name; the old one leads to it."""

    owner: str


@dataclass(frozen=True, slots=True)
class Double:
    """Report an item whose article another item owns. Nothing else is changed, and its flag does nothing."""

    article: int


class Draft(_Plain):
    """Let an article be, or be again, a draft."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Keep an article back until a time, and publish it then."""

    at: datetime


class Publish(_Plain):
    """Make an article news, as soon as all that came with it is known: a burst of them is held instead."""

    __slots__ = ()


class Archive(_Plain):
    """List an article and push nothing."""

    __slots__ = ()


class Retract(_Plain):
    """Take an article out of every list and stop what is still queued."""

    __slots__ = ()


class OpenAudience(_Plain):
    """Send a published article that nobody got to those who follow the topics it has gained."""

    __slots__ = ()


class ResetAudience(_Plain):
    """Fix the audience again at the next publish, for an article that is not public and that nobody got."""

    __slots__ = ()


StateChange = Draft | Schedule | Publish | Archive | Retract
Act = Create | Keep | Update | TakeOver | Double | StateChange | OpenAudience | ResetAudience
