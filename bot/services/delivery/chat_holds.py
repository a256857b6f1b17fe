"""
Which chats wait: Telegram asked that nothing be sent to them for a while, or an earlier delivery of theirs is retried.

A retry comes before the later news of its chat, so that news arrives in order; it delays them by MAX_HOLD at most.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.delivery import Delivery

MAX_HOLD = timedelta(seconds=60)
"""A delivery that waits for a retry holds later news of its chat no longer than this."""
SHORT_HOLD = timedelta(seconds=1)
"""A sender waits out a hold of Telegram's that is no longer; the delivery stays claimed."""
NO_HOLD = timedelta(0)
HELD_CHATS = 4096
"""Of more chats than this, those whose retries are oldest are no longer held for them."""


class ChatHolds:
    """The chats that wait. `held` gives the seconds for which Telegram holds a chat, 0 when it does not."""

    def __init__(self, held: Callable[[int], float]) -> None:
        self._held = held
        self._behind: OrderedDict[int, tuple[datetime, datetime]] = OrderedDict()  # until when, and the latest time

    def hold_behind(self, retried: Delivery, now: datetime) -> None:
        """Keep a chat's later news behind a delivery that waits for a retry; not for long, however often it does."""
        if retried.not_before > now:
            _, latest = self._behind.get(retried.chat, (now, now + MAX_HOLD))
            self._behind[retried.chat] = min(retried.not_before, latest), latest
            self._behind.move_to_end(retried.chat)
            if len(self._behind) > HELD_CHATS:
                self._behind.popitem(last=False)

    def release(self, chat: int) -> None:
        """Hold a chat no longer behind a retry: one of its deliveries has ended."""
        self._behind.pop(chat, None)

    def clear(self) -> None:
        """Hold no chat behind a retry any longer: the clock was set, and the times mean nothing."""
        self._behind.clear()

    def of(self, chat: int, now: datetime) -> timedelta:
        """Return how long a chat's news must stay in the outbox; NO_HOLD when it may be sent.

        What is behind a retry must stay however short the time is, so that the retry goes first.
        """
        behind, held = self._behind.get(chat), self._held(chat)
        if behind is None and not held:
            return NO_HOLD
        pace = timedelta(seconds=held)
        return max(NO_HOLD if behind is None else behind[0] - now, pace if pace > SHORT_HOLD else NO_HOLD)
