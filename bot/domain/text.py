"""
Text with entities: what Telegram shows, measured as Telegram measures it.

Markup strings exist nowhere in newsbot, so nothing has to be escaped and nothing can be forgotten.
Source: https://core.telegram.org/bots/api#messageentity (offsets and lengths are UTF-16 code units)
"""

from __future__ import annotations

from dataclasses import dataclass


def utf16_len(text: str) -> int:
    """Return the length of `text` in UTF-16 code units, as Telegram counts it."""
    return len(text) + sum(1 for char in text if char > "\uffff")


@dataclass(frozen=True, slots=True)
class Entity:
    """One span of formatting. `offset` and `length` are UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    unix_time: int | None = None
    format: str | None = None


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
        moved = tuple(
            Entity(span.type, span.offset + shift, span.length, span.url, span.unix_time, span.format)
            for span in other.entities
        )
        return Text(self.string + other.string, self.entities + moved)

    def __radd__(self, other: str) -> Text:
        return Text(other) + self
