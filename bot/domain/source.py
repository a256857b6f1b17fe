"""
Sources: feeds that are read again and again, what was chosen for each, and how each is doing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.errors import Complaint

MIN_EVERY = timedelta(minutes=1)
"""The shortest interval that may be chosen for a source."""
MAX_EVERY = timedelta(days=30)
"""The longest one."""


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_EVERY = re.compile(r"0*([0-9]*)(?<=[0-9])(s|m|h|d)")
_DIGITS_READ = 8  # more are beyond the longest interval whatever the unit


def every_of(text: str) -> timedelta:
    """Return an interval that somebody chose (`15m`, `2h`). Raises: ValueError, with the sentence they read."""
    found = _EVERY.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"“{text.strip()[:60]}” is not an interval; write 15m, 2h or 1d")
    every = timedelta(seconds=int(found[1][:_DIGITS_READ] or "0") * _UNITS[found[2]])
    if not MIN_EVERY <= every <= MAX_EVERY:
        raise ValueError(f"“{text.strip()[:60]}” is not between 1m and 30d")
    return every


def every_text(every: timedelta) -> str:
    """Return an interval as somebody would choose it: `15m`."""
    seconds = int(every.total_seconds())
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


class SourceState(StrEnum):
    """How a source is doing. `REMOVED` ones are listed nowhere; their articles stay, and they can be added again."""

    ACTIVE = "active"
    PAUSED = "paused"
    FAILING = "failing"  # the last request gave no feed
    GONE = "gone"  # its server says that it is gone for good
    REMOVED = "removed"


ASKED = (SourceState.ACTIVE, SourceState.FAILING)
"""The states in which a source is asked."""


class TakenAs(StrEnum):
    """What a new item of a source becomes."""

    NEWS = "news"
    DRAFTS = "drafts"


class Origin(StrEnum):
    """Who added a source. One from a file is changed in that file."""

    SHELL = "shell"
    CHAT = "chat"
    OPML = "opml"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class SourceChoices:
    """What may be chosen for a source.

    `name` None stands for the feed's own title, `every` None for an interval that follows how often it publishes.
    `topics` are names. An item is taken when it holds one of the phrases in `only` (if there are any) and none in
    `never`.
    """

    name: str | None = None
    topics: tuple[str, ...] = ()
    taken_as: TakenAs = TakenAs.NEWS
    every: timedelta | None = None
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A source under its number.

    `title` is what the feed calls itself, None before it was read. `read_at` is when a feed was last had from it,
    None while it has never been read; `next_at` when it is asked next. `failing_since` and `last_error` are None while
    all is well. `file` is the file that defines it. `site` is the page that the feed belongs to.
    """

    number: int
    url: str
    state: SourceState
    choices: SourceChoices
    origin: Origin
    added_at: datetime
    next_at: datetime
    title: str | None = None
    site: str | None = None
    file: str | None = None
    read_at: datetime | None = None
    failing_since: datetime | None = None
    last_error: str | None = None

    @property
    def name(self) -> str:
        """What people call it: the chosen name, else the feed's title, else its address."""
        return self.choices.name or self.title or self.url


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What has come of a source: items taken, and of these pushed and held; those another source told first; and those
    that were refused."""

    came: int = 0
    pushed: int = 0
    held: int = 0
    doubled: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A source and what has come of it."""

    source: Source
    counts: SourceCounts


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What one source file (`taxonomy: source`) says. `warnings` are about the file."""

    url: str
    choices: SourceChoices
    warnings: tuple[Complaint, ...] = field(default=(), compare=False, repr=False)
