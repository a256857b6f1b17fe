"""
Weighty acts that editors are told of when they were done where they do not look: at the shell, or by a program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.article import Article

TOLD_AFTER = timedelta(seconds=5)  # a script's acts come one by one, and are told together
TOLD_WITHIN = timedelta(minutes=1)


class Act(StrEnum):
    """What was done with an article."""

    CORRECT = "correct"  # in every delivered copy
    RETRACT = "retract"  # copies stay
    DELETE = "delete"  # retracted, and its copies deleted
    NOTICE = "notice"  # retracted, and its copies made notices
    TAKE_DOWN = "take down"


@dataclass(frozen=True, slots=True)
class Done:
    """One of them. `article` is None where nothing is told of it any more; `shell` or `key` is who did it."""

    act: Act
    number: int
    article: Article | None
    shell: str | None
    key: str | None


def is_told_now(at: Sequence[datetime], now: datetime) -> bool:
    """Return whether acts that were done at these times are told now, or more may come first."""
    return bool(at) and (now - max(at) >= TOLD_AFTER or now - min(at) >= TOLD_WITHIN)
