"""
Telegram's limits on how fast a bot may send, kept as strictly as Telegram might.

Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this, and sendMessage's
allow_paid_broadcast. How long a burst to one chat may be is not published; `CHAT_BURST` is on the safe side.
"""

from __future__ import annotations

import math
from collections import deque

from bot.domain.limits import CHAT_PER_SECOND, GROUP_PER_MINUTE, OVERALL_PER_SECOND, PAID_PER_SECOND

CHAT_BURST = 6
_TIDY_ABOVE = 50_000


class Pace:
    """Counts what was accepted. `paid` is how many messages were paid for to go faster.

    Where paid broadcasts are not enabled (`sells`), the wish for one is passed over.
    """

    def __init__(self) -> None:
        self.paid = 0
        self.sells = True
        self._free = _Window(OVERALL_PER_SECOND, 1.0)
        self._paid = _Window(PAID_PER_SECOND, 1.0)
        self._groups: dict[int, _Window] = {}
        self._chats: dict[int, float] = {}

    def admit(
        self, chat_id: int, now: float, *, messages: int = 1, is_group: bool = False, is_paid: bool = False
    ) -> int:
        """Count so many messages to one chat and return 0, or the whole seconds to wait when they come too fast."""
        # Paid ones above the free rate go to the larger window and are charged for.
        waits = [self._free.wait(now, messages)]
        charged = is_paid and self.sells and waits[0] > 0
        if charged:
            waits = [self._paid.wait(now, messages)]
        if is_group:
            group = self._groups.setdefault(chat_id, _Window(GROUP_PER_MINUTE, 60.0))
            waits.append(group.wait(now, messages))
        # GCRA: the chat's theoretical arrival time may run ahead of the clock by the length of a burst.
        due = max(self._chats.get(chat_id, now), now) + messages / CHAT_PER_SECOND
        waits.append(due - now - max(CHAT_BURST, messages) / CHAT_PER_SECOND)
        wait = max(waits)
        if wait > 0:
            return max(1, math.ceil(wait))
        (self._paid if charged else self._free).count(now, messages)
        self.paid += messages if charged else 0
        if is_group:
            group.count(now, messages)
        self._chats[chat_id] = due
        if len(self._chats) > _TIDY_ABOVE:
            self._chats = {chat: until for chat, until in self._chats.items() if until > now}
        return 0


class _Window:
    """At most `most` events within any `length` seconds."""

    def __init__(self, most: int, length: float) -> None:
        self._most, self._length = most, length
        self._times: deque[float] = deque()

    def wait(self, now: float, events: int) -> float:
        """Return the seconds until so many more fit; 0 or less when they do."""
        times = self._times
        while times and times[0] <= now - self._length:
            times.popleft()
        surplus = len(times) + events - self._most
        if surplus <= 0 or not times:
            return 0
        return times[min(surplus, len(times)) - 1] + self._length - now

    def count(self, now: float, events: int) -> None:
        self._times.extend([now] * events)
