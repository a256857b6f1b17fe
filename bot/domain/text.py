"""
Text with entities: what Telegram shows, measured as Telegram measures it.

Markup strings exist nowhere in newsbot, so nothing has to be escaped and nothing can be forgotten.
Source: https://core.telegram.org/bots/api#messageentity (offsets and lengths are UTF-16 code units)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.limits import DATE_TIME_LAST

_DATE_TIME_AHEAD = timedelta(days=730)  # a year less than Telegram takes: a text that waits only becomes safer


def utf16_len(text: str) -> int:
    """Return the length of `text` in UTF-16 code units, as Telegram counts it."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def takes_date_time(at: datetime, now: datetime) -> bool:
    """Return whether Telegram takes a `date_time` entity of `at`; with one that it does not, the message is refused.

    What is true at `now` stays true, so a message may be put together long before it leaves.
    """
    return 0 < int(at.timestamp()) <= DATE_TIME_LAST and at - now <= _DATE_TIME_AHEAD


@dataclass(frozen=True, slots=True)
class Entity:
    """One span of formatting. `offset` and `length` are UTF-16 code units; `language` is that of a block of code."""

    type: str
    offset: int
    length: int
    url: str | None = None
    unix_time: int | None = None
    format: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A string and the spans over it. Add two and the second's spans move along."""

    string: str = ""
    entities: tuple[Entity, ...] = ()

    def __len__(self) -> int:
        """UTF-16 code units."""
        return utf16_len(self.string)

    def __bool__(self) -> bool:
        return bool(self.string)

    def __add__(self, other: Text | str) -> Text:
        if isinstance(other, str):
            return Text(self.string + other, self.entities)
        shift = len(self)
        moved = tuple(replace(span, offset=span.offset + shift) for span in other.entities)
        return Text(self.string + other.string, self.entities + moved)

    def __radd__(self, other: str) -> Text:
        return Text(other) + self


def part(text: Text, start: int, end: int) -> Text:
    """Return the characters of a text from `start` to `end` (characters, as Python counts them) with their spans.

    Spans that lie within in part are cut, and those outside are left out.
    """
    string = text.string[start:end]
    first, length = utf16_len(text.string[:start]), utf16_len(string)
    spans = []
    for span in text.entities:
        begins, ends = max(0, span.offset - first), min(length, span.offset + span.length - first)
        if begins < ends:
            spans.append(replace(span, offset=begins, length=ends - begins))
    return Text(string, tuple(spans))
