"""
Restrictions: chats that forbid writing for a while, by a night mode, an administrator's mistake or a fault of Telegram.

A restriction ends without any update, so only trying shows that it is over. The chat stays subscribed; the news it
misses is kept, and delivered once a message gets through.
Source: https://github.com/python-telegram-bot/python-telegram-bot/issues/3956 ("not enough rights to send text
messages", for hours and everywhere, to administrators too: October 2023)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.publishing import is_stale

FIRST_PAUSE = timedelta(minutes=15)
MAX_PAUSE = timedelta(days=1)
SIGN_PAUSE = timedelta(minutes=1)
"""Between two tries after a sign that it is over, however often an administrator changes the bot's rights."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """One spell, as it stands after `tries` refusals; `reason` is the last one's words.

    `awaits_story` until a story has been tried after the first refusal. `next_at` is None when a try is due: whatever
    comes first is one. `sign_at` is when a sign that it is over was last followed,
    or will be.
    """

    since: datetime
    reason: str
    tries: int
    awaits_story: bool
    tried_at: datetime
    next_at: datetime | None
    sign_at: datetime | None = None

    def may_try(self, now: datetime) -> bool:
        """Return whether a story that comes now is tried, or kept for later without a call.

        A pause of more than the longest is none: the clock was set back.
        """
        return self.awaits_story or self.next_at is None or not now < self.next_at <= now + MAX_PAUSE

    def expected_open(self, now: datetime) -> Restriction:
        """Return it after a sign that the chat may be written to again, which may be wrong, and may come often."""
        if self.next_at is None or (self.sign_at is not None and now < self.sign_at <= now + SIGN_PAUSE):
            return self  # a try is due, or one waits for the sign before
        next_at = now if self.sign_at is None else max(now, self.sign_at + SIGN_PAUSE)
        return replace(self, next_at=min(self.next_at, next_at), sign_at=next_at)


class Missed(NamedTuple):
    """One story that a chat has missed; `start_at` is when its broadcast began."""

    article: int
    start_at: datetime


def refused(before: Restriction | None, reason: str, now: datetime) -> Restriction:
    """Return the spell after one more refusal: the next story is tried at once, then pauses grow."""
    if before is None:
        return Restriction(now, reason, 1, True, now, now + pause(1))
    # A try that was due anyway is not the story that the first refusal left to be tried.
    awaits_story = before.awaits_story and (before.next_at is None or before.next_at <= now)
    tries = before.tries + 1
    return replace(
        before, reason=reason, tries=tries, awaits_story=awaits_story, tried_at=now, next_at=now + pause(tries)
    )


def pause(tries: int) -> timedelta:
    """Return how long nothing is tried after so many refusals: 15 min, 30 min, 1 h, 2 h, 4 h, 8 h, 16 h, then 24 h."""
    return min(MAX_PAUSE, FIRST_PAUSE * (1 << min(max(tries, 1) - 1, 10)))


def to_try(missed: Sequence[Missed], now: datetime, stale: timedelta) -> list[Missed]:
    """Return with what of all that a chat has missed a try is made, in one message.

    That is the oldest that is still news; when none of it is, all of it, because it leaves as one list.
    """
    fresh = [one for one in missed if not is_stale(one.start_at, now, stale)]
    return [min(fresh, key=lambda one: (one.start_at, one.article))] if fresh else list(missed)
