"""
Pacing: when the next message may leave, so that Telegram never has to say "too many".

Every answer is a function of a value and `now`, seconds on any clock that only goes forward. The pace is even (GCRA:
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): what was not used is not saved up, because a burst after
a pause is what Telegram punishes. Its limits are nowhere promised, and a 429 does not say whether one chat or all are
meant (https://github.com/tdlib/td/issues/715), so the pace gives way when several chats are told to wait, and grows
back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from bot.domain.limits import CHAT_PER_SECOND, GROUP_PER_MINUTE

CATCH_UP = 0.008
"""Seconds a timer may ring late without the pace losing its turn; half of them are what the pacer itself adds."""

TOGETHER = 10.0
"""Seconds within which 429s of two chats count as one answer to the whole bot."""
QUIET = 10.0
"""Seconds without a 429 before the rate grows again."""
DECREASE = 0.7
GROWTH = 0.01
"""Of the full rate, per quiet second."""
LOWEST = 0.03
"""Of the full rate: however often Telegram complains, the bot goes on at a walk."""


def full_rate(ceiling: float) -> float:
    """Return the messages per second to aim at so that no second ever holds more than `ceiling` of them.

    One below the ceiling, as long as a late timer's catching up fits in that one; `inf` stays `inf`.
    """
    if ceiling == inf:
        return inf
    return max(ceiling / 2, min(ceiling - 1, (ceiling - 0.5) / (1 + CATCH_UP)))


@dataclass(frozen=True, slots=True)
class Pace:
    """The even pace over all chats, and how far it has given way. `full` and `reached` are messages per second.

    `quiet_from` is when `reached` begins to grow back; `held_until` stops everybody; `complaint` is the last 429.
    """

    full: float
    reached: float
    next_at: float = -inf
    quiet_from: float = -inf
    held_until: float = -inf
    complaint: tuple[int, float] | None = None

    @classmethod
    def below(cls, ceiling: float) -> Pace:
        """Return a fresh pace under `ceiling` messages per second; `inf` means no pace at all."""
        rate = full_rate(ceiling)
        return cls(full=rate, reached=rate)

    def rate(self, now: float) -> float:
        """Messages per second."""
        if self.reached >= self.full or now <= self.quiet_from:
            return self.reached
        return min(self.full, self.reached + self.full * GROWTH * (now - self.quiet_from))

    def free_at(self) -> float:
        """Return the earliest moment at which the next message may leave."""
        return max(self.next_at, self.held_until)

    def taken(self, now: float) -> Pace:
        """Return the pace after one message left at `now`, which is not before `free_at()`."""
        return replace(self, next_at=max(self.next_at, now - CATCH_UP) + 1 / self.rate(now))

    def complained(self, chat: int, wait: float, now: float) -> Pace:
        """Return the pace after a 429 for `chat`, which asked to wait `wait` seconds.

        One chat's 429 is that chat's own affair. A second one from another chat soon after holds everybody and
        lowers the rate, once for all the messages that were on the wire together.
        """
        told = replace(self, complaint=(chat, now), quiet_from=max(self.quiet_from, now + wait + QUIET))
        if self.complaint is None or self.complaint[0] == chat or now - self.complaint[1] > TOGETHER:
            # The rate stays where it has grown to, and begins to grow again after the pause.
            return replace(told, reached=self.rate(now))
        held_until = max(self.held_until, now + wait)
        if now < self.held_until:
            return replace(told, held_until=held_until)
        return replace(told, held_until=held_until, reached=max(self.full * LOWEST, self.rate(now) * DECREASE))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one chat may be sent: one message per `interval` seconds, `burst` of them at once after a rest."""

    interval: float
    burst: int

    def free_at(self, spent_until: float) -> float:
        """Return the earliest moment for the next message of a chat whose messages are paid for until then."""
        return spent_until - (self.burst - 1) * self.interval

    def taken(self, spent_until: float, now: float) -> float:
        """Return until when the chat's messages are paid for, after one more left at `now`."""
        return max(spent_until, now) + self.interval


# Five, because a person who toggles topics presses faster than once a second and wants to see each press.
PRIVATE = Allowance(interval=1 / CHAT_PER_SECOND, burst=5)
# Any minute holds at most GROUP_PER_MINUTE, the burst included.
GROUP = Allowance(interval=60 / (GROUP_PER_MINUTE - 3), burst=3)
