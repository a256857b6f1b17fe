"""
Threads in private chats, one for each topic that somebody follows: what is to be done about them, and when again.

Source: https://core.telegram.org/bots/api#createforumtopic (a private chat with a user; names of 1-128 characters)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

LOST_FOR = timedelta(minutes=10)
"""How long a thread has to be gone before another is made: Telegram has lost them for a while, and found them again.

Source: https://github.com/tdlib/telegram-bot-api/issues/847
"""
GENERAL = 1
"""The thread that every chat with threads has, and that requests must not name."""
_FIRST_PAUSE = timedelta(minutes=10)
_LONGEST_PAUSE = timedelta(days=1)


class Task(IntEnum):
    """What is to be done about a topic's thread."""

    MAKE = 1
    MAKE_ANEW = 2  # it is lost
    RENAME = 3


@dataclass(frozen=True, slots=True)
class ThreadWork:
    """One thread of a chat. `thread` is its number, None while it has none; `name` what its topic is called now."""

    chat: int
    topic: int
    name: str
    task: Task
    thread: int | None = None


def retry_after(tries: int) -> timedelta:
    """Return the pause after so many tries in vain: 10 min, 20 min, … 21 h 20 min, and a day from the ninth on."""
    return min(_FIRST_PAUSE * (1 << min(tries - 1, 10)), _LONGEST_PAUSE)
