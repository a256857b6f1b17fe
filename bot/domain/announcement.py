"""
Announcements: what the bot's people write to everybody, or to the readers of a topic, as they wrote it.

An announcement is a text with its formatting, or a picture with such a caption. What Telegram would refuse, or shorten
without a word, is refused before anybody is asked to send it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.limits import CAPTION, ENTITIES, TEXT
from bot.domain.message import Message, Photo
from bot.domain.text import Text

MOST_A_DAY = 3
DAY = timedelta(days=1)
_NAME = 40  # characters by which one is known to editors


class AnnouncementState(StrEnum):
    """ASKED: its author has not decided. WAITING for another editor's word. LEFT: it is not to be sent."""

    ASKED = "asked"
    WAITING = "waiting"
    SENT = "sent"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One of them. `by` wrote it `at` a time; `photo` is its picture's file id, `topic` that whose readers get it.

    `owners` are the owners of the configuration when it was sent: they get none, as nobody with a role does.
    `campaign` is the one that sends it; None until it is promised.
    """

    number: int
    by: int
    at: datetime
    text: Text
    photo: str | None = None
    topic: int | None = None
    state: AnnouncementState = AnnouncementState.ASKED
    owners: tuple[int, ...] = ()
    campaign: int | None = None

    @property
    def name(self) -> str:
        """Return its first words, in one line."""
        return first_words(self.text.string)

    def message(self) -> Message:
        """Return it as every reader gets it, whatever their settings are."""
        return Message(self.text, photo=None if self.photo is None else Photo(file_id=self.photo))


class Fault(StrEnum):
    """Why something cannot be announced."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    TOO_MUCH_FORMATTING = "too much formatting"
    ALBUM = "album"  # Telegram gives its pictures one by one, and only the first has the words


def longest(*, has_photo: bool) -> int:
    """Return how long a text may be, in UTF-16 code units."""
    return CAPTION if has_photo else TEXT


def fault_of(text: Text, *, has_photo: bool, in_album: bool = False) -> Fault | None:
    """Return why a text cannot be announced; None when it can. A picture needs no words.

    Source: https://core.telegram.org/bots/api#message (media_group_id)
    """
    if in_album:
        return Fault.ALBUM
    if not text.string.strip() and not has_photo:
        return Fault.EMPTY
    if len(text) > longest(has_photo=has_photo):
        return Fault.TOO_LONG
    if len(text.entities) > ENTITIES:
        return Fault.TOO_MUCH_FORMATTING
    return None


def next_free_at(sent: Sequence[datetime], now: datetime) -> datetime | None:
    """Return when the next may be sent, after those `sent` so far; None: at once."""
    recent = sorted(at for at in sent if now - at < DAY)
    return None if len(recent) < MOST_A_DAY else recent[-MOST_A_DAY] + DAY


def first_words(string: str) -> str:
    """Return by which words of it a text is known to editors, in one line."""
    line = " ".join(string.split())
    return line if len(line) <= _NAME else line[: _NAME - 1].rstrip() + "…"
