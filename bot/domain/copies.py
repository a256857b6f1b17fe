"""Delivered copies of an article, counted: which can be changed, and what became of those that were to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DELETABLE_FOR = timedelta(hours=48)
"""How long a bot can delete what it sent. Source: https://core.telegram.org/bots/api#deletemessage"""
DELETABLE_MARGIN = timedelta(minutes=30)
"""A copy that is about to become too old to be deleted becomes a notice."""


class Delivered(StrEnum):
    """What becomes of the delivered copies of a retracted article."""

    DELETE = "delete"
    NOTICE = "notice"


class Corrected(StrEnum):
    """What is corrected of an article: every delivered copy too, or lists only."""

    EVERY = "every"
    LISTS = "lists"


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies of an article: all that were delivered, and those that can be changed. `too_old` of these cannot be
    deleted any more. Of the others, so many were `forgotten`: they are older than it is known which message they are.
    Of those that can be changed, so many stand `in_lists`, with other stories in the same message.
    """

    delivered: int
    changeable: int
    too_old: int = 0
    forgotten: int = 0
    in_lists: int = 0

    @property
    def out_of_reach(self) -> int:
        """Those of which it is not known any more which message they are, or that were deleted."""
        return self.delivered - self.changeable

    @property
    def deleted(self) -> int:
        """Those that are gone: deleted, or left behind when their group moved."""
        return max(0, self.out_of_reach - self.forgotten)


@dataclass(frozen=True, slots=True)
class ChangedCopies:
    """What became of delivered copies. Reasons are Telegram's words, each with how many copies.

    `corrected`, `correcting` (still to do) and `not_corrected` are of the newest correction, `noticed`, `deleted`,
    `retracting` and `not_retracted` of the retraction; a copy that its reader had deleted counts as deleted.
    """

    corrected: int = 0
    correcting: int = 0
    not_corrected: int = 0
    deleted: int = 0
    noticed: int = 0
    retracting: int = 0
    not_retracted: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


def deletable_from(now: datetime) -> datetime:
    """Return since when copies were sent that can still be deleted, with some time to do it."""
    return now - DELETABLE_FOR + DELETABLE_MARGIN
