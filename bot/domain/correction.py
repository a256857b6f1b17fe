"""
Corrections: what readers are told of a change in what they have already got.

A change of title, excerpt, link or picture of an article that somebody has is a correction that editors decide about.
Each copy bears the last few, with their time and reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

KEPT = 3
"""Corrections that a copy bears: the newest."""
MAX_WHY = 300  # characters


class Field(StrEnum):
    """What of an article, as readers see it, can be corrected."""

    TITLE = "title"
    EXCERPT = "excerpt"
    LINK = "link"
    PICTURE = "picture"


GONE = ("message to edit not found", "message to delete not found", "message_id_invalid")
"""What Telegram says of a message that is not there any more: whoever had it deleted it."""


FIXED = (*GONE, "message can't be edited", "message_edit_time_expired", "message_author_required")
"""What it says of a message that nothing can be made of, in whatever form.

Source: https://core.telegram.org/method/messages.editMessage#possible-errors, and in plain words
https://github.com/tdlib/td/blob/master/td/telegram/MessageQueryManager.cpp
"""
KEPT_BY_TELEGRAM = ("message can't be deleted", "message_delete_forbidden")
"""What it says of a message that it lets nobody delete, such as one of more than 48 hours.

Source: https://core.telegram.org/bots/api#deletemessage,
https://core.telegram.org/method/messages.deleteMessages#possible-errors
"""
LEFT_BEHIND = "it stands in a group that has become a supergroup"
"""Why a copy is not changed: its number is another message's where the chat lives now."""


def is_gone(words: str | None) -> bool:
    """Return whether Telegram says that a message is not there any more."""
    return _holds(words, GONE)


def is_fixed(words: str | None) -> bool:
    """Return whether Telegram says that a message cannot be edited, whatever it is to say."""
    return _holds(words, FIXED)


def is_kept(words: str | None) -> bool:
    """Return whether Telegram says that a message cannot be deleted: it may still be turned into a notice."""
    return _holds(words, KEPT_BY_TELEGRAM)


def _holds(words: str | None, phrases: tuple[str, ...]) -> bool:
    return words is not None and any(one in words.lower() for one in phrases)


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction. `why` is what an editor gave as the reason; without one, `fields` say what was changed."""

    at: datetime
    why: str | None = None
    fields: tuple[Field, ...] = ()


def reason(text: str) -> str | None:
    """Return a reason as it is shown, in one line; None when nothing was written.

    Raises: ValueError when it is longer than MAX_WHY characters.
    """
    line = " ".join(text.split())
    if len(line) > MAX_WHY:
        raise ValueError(line)
    return line or None
