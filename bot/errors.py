"""
What can go wrong, sorted by who can put it right.

    BotError
    ├─ SettingsError      the operator: names the environment variable
    ├─ ContentError       the author: carries path, line and field
    │  └─ NoArticle       nobody, unless the file was an article before or somebody named it
    ├─ ReaderError        the person in the chat: said back there, never logged as an error
    │  ├─ UnknownTopic
    │  ├─ UnknownArticle
    │  │  ├─ AmbiguousArticle   carries those that may be meant
    │  │  └─ TakenDown          carries its number; nothing else is left of it
    │  ├─ UnknownSource
    │  ├─ SourceFault     an address that gives no feed, and why
    │  ├─ NotAllowed
    │  └─ OutOfTurn       the article is not in a state for this: already out, nothing to stop
    ├─ FetchError         whoever runs the server that was asked (`content.web.fetch_error`)
    └─ StoreError         the database: missing, damaged, another bot's
       ├─ StoreBusy       somebody else writes to it
       ├─ StoreFull       there is no room
       ├─ StoreMoved      it is no longer where it was opened
       ├─ TermOver        another process sends now
       └─ StoreNewer      a newer version wrote it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class BotError(Exception):
    """Everything newsbot raises on purpose; its text is one line, made to be shown."""


class SettingsError(BotError):
    """The operator's configuration: the text begins with the variable's name."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong with one file, as `PATH:LINE: FIELD: reason`; line 0 where the file has no such line."""

    path: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.field}: {self.reason}"


class ContentError(BotError):
    """A file that was refused, with every complaint about it at once. `warnings` alone would not have refused it."""

    def __init__(self, *complaints: Complaint, warnings: tuple[Complaint, ...] = ()) -> None:
        super().__init__("\n".join(map(str, complaints)))
        self.complaints = complaints
        self.warnings = warnings


class NoArticle(ContentError):
    """A file that is neither article nor topic, and was not meant to be one: a README, a licence, a configuration."""


class ReaderError(BotError):
    """Something a person asked for that cannot be had."""


class UnknownTopic(ReaderError):
    """No topic goes by that name."""


class UnknownArticle(ReaderError):
    """No article, or more than one, goes by that number, slug, beginning of a slug or link."""


class AmbiguousArticle(UnknownArticle):
    """More than one article goes by that; `candidates` are the numbers and titles of the newest three."""

    def __init__(self, asked: str, candidates: Sequence[tuple[int, str]]) -> None:
        super().__init__(asked)
        self.candidates = candidates


class TakenDown(UnknownArticle):
    """The article was taken down: nothing of it is left, and nothing brings it back. `number` is what it had."""

    def __init__(self, number: int) -> None:
        super().__init__(f"#{number}")
        self.number = number


class UnknownSource(ReaderError):
    """No source, or more than one, goes by that number, address or name."""


class SourceFault(ReaderError):
    """An address that gives no feed. The text says why, as words for people, with nothing of the address but its host.

    `is_gone` when its server says that it is gone for good; `retry_after` is how long it asks to be left alone.
    """

    def __init__(self, reason: str, *, is_gone: bool = False, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.is_gone = is_gone
        self.retry_after = retry_after


class NotAllowed(ReaderError):
    """The person lacks the right, checked when the act happens."""


class OutOfTurn(ReaderError):
    """The article is not in a state for this."""


class StoreError(BotError):
    """The database cannot be opened or used, or cannot take a value. The text names the absolute path."""


class StoreBusy(StoreError):
    """Another process kept the database locked for too long; the same may work in a moment."""


class StoreFull(StoreError):
    """The disk, or the database at its limit, has no room."""


class StoreMoved(StoreError):
    """The database was moved, deleted or replaced while it was open."""


class TermOver(StoreError):
    """The term in which this process sent is over: another one sends now."""


class StoreNewer(StoreError):
    """A newer newsbot wrote the database; an older one does not touch it."""
