"""
Pacing: when the next message may be sent, so that Telegram does not answer 429 ("Too Many Requests").

Every answer is a function of a value and `now`, seconds on any clock that only goes forward. The pace is even (GCRA:
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): what was not used is not saved up, because a burst after
a pause is what Telegram punishes. Its limits are nowhere promised, and a 429 does not say whether one chat or all are
meant (https://github.com/tdlib/td/issues/715). So it is taken for that chat's own, unless chats that were within
their own limits complain together (`is_within_limits`, `Pace.complained`): then the pace gives way for all, and grows
back. How often messages may be changed is nowhere written either, and whoever changes one every few seconds waits for
minutes (https://github.com/m1guelpf/chatgpt-telegram/issues/63): so a 429 for an edit says nothing of what is sent.
Where chats complain together of edits, the edits of campaigns rest, and news goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple

from bot.domain.limits import CHAT_PER_SECOND, GROUP_PER_MINUTE

CATCH_UP_WINDOW = 0.008
"""Seconds by which a timer may be late without lowering the rate; the pacer's own resolution takes half of them."""

TOGETHER = 10.0
"""Seconds within which 429s of several chats count as one answer to the whole bot."""
SEVERAL, PEOPLE = 3, 2
"""So many chats, so many of them people: two unrelated 429s at once happen, and some group is always in slow mode."""
GROUP_WINDOW = 60.0
"""Seconds over which Telegram counts what a group gets: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits"""
PERSON_WINDOW = 1 / CHAT_PER_SECOND
"""The same for a private chat."""
FEW_FOR_A_GROUP = GROUP_PER_MINUTE // 2
FEW_FOR_A_PERSON = CHAT_PER_SECOND * 60 // 3
"""Messages in a minute or two that no limit of one chat explains a 429 after: well below those that are published."""
IDLE_RESET = 60.0
"""Seconds after a chat's own 429 ran out in which another one still says nothing about the others."""
RECENT_CHATS = 16_384
"""Chats in each half of `Recent`: sixteen seconds at the fastest pace."""
MIN_HOLD = 1.0
"""Seconds within which messages sent together are answered, so that they lower the rate once."""
RECOVERY_AFTER = 10.0
"""Seconds without a 429 before the rate grows again."""
DECREASE = 0.7
GROWTH = 0.01
"""Of the full rate, per quiet second."""
FOR_ANSWERS = 0.2
"""Of the ceiling: what the processes that send no news have together, where several are one bot."""
MIN_RATE = 0.03
"""Of the full rate: the lowest pace, however many 429s come."""


def full_rate(ceiling: float) -> float:
    """Return the messages per second to aim at so that no second ever holds more than `ceiling` of them.

    One below the ceiling, as long as a late timer's catching up fits in that one; `inf` stays `inf`.
    """
    if ceiling == inf:
        return inf
    return max(ceiling / 2, min(ceiling - 1, (ceiling - 0.5) / (1 + CATCH_UP_WINDOW)))


def shared_rate(ceiling: float, processes: int, *, leads: bool) -> float:
    """Return a process's part of the ceiling where several are one bot: all together keep below it.

    The one that sends news (`leads`) has most of it. The others, who answer people, share `FOR_ANSWERS` evenly.
    """
    if processes < 2:
        return ceiling
    return ceiling * (1 - FOR_ANSWERS) if leads else ceiling * FOR_ANSWERS / (processes - 1)


def is_person(chat: int) -> bool:
    """Return whether a chat is a person's own, which alone has no slow mode; groups' and channels' ids are negative.

    Source: https://core.telegram.org/api/bots/ids
    """
    return chat > 0


def is_within_limits(chat: int, messages: int, known_for: float, rested_for: float) -> bool:
    """Return whether a chat that is told to wait was within its own limits, as far as anybody can know.

    `messages` left for it of late, edits and the one in question included: Telegram counts them together
    (https://github.com/tdlib/td/issues/3034). `known_for` is for how many seconds everything that left is known: what
    an earlier process sent, or what had to be forgotten, is not. `rested_for` is how many seconds ago its last hold
    ended. What is not known does not count as kept.
    """
    window, few = (PERSON_WINDOW, FEW_FOR_A_PERSON) if is_person(chat) else (GROUP_WINDOW, FEW_FOR_A_GROUP)
    return 0 < messages <= few and known_for >= window and rested_for >= IDLE_RESET


class Witness(NamedTuple):
    """A chat within its own limits that was told, at `at`, to wait until `until`."""

    chat: int
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class Pace:
    """The even pace over all chats, and how far it has given way. `full` and `reached` are messages per second.

    `quiet_from` is when `reached` begins to grow back; `held_until` stops all news, replies never; `witnesses` are
    the last 429s that may have meant everybody: at most three of people and one of a group or channel, latest last.
    """

    full: float
    reached: float
    next_at: float = -inf
    quiet_from: float = -inf
    held_until: float = -inf
    witnesses: tuple[Witness, ...] = ()

    @classmethod
    def below(cls, ceiling: float) -> Pace:
        """Return a fresh pace under `ceiling` messages per second; `inf` means no pace at all."""
        rate = full_rate(ceiling)
        return cls(full=rate, reached=rate)

    def within(self, ceiling: float) -> Pace:
        """Return the same pace under another ceiling; as far as it has given way, it still has."""
        full = full_rate(ceiling)
        return replace(self, full=full, reached=full * self.reached / self.full if self.full < inf else full)

    def rate(self, now: float) -> float:
        """Messages per second."""
        if self.reached >= self.full or now <= self.quiet_from:
            return self.reached
        return min(self.full, self.reached + self.full * GROWTH * (now - self.quiet_from))

    def free_at(self) -> float:
        """Return the earliest moment at which the next news may leave. A reply may leave at `next_at`, hold or not."""
        return max(self.next_at, self.held_until)

    def taken(self, now: float) -> Pace:
        """Return the pace after one message left at `now`, which is not before `next_at`."""
        # Once for each message: `dataclasses.replace` would cost three times as much.
        next_at = max(self.next_at, now - CATCH_UP_WINDOW) + 1 / self.rate(now)
        return Pace(self.full, self.reached, next_at, self.quiet_from, self.held_until, self.witnesses)

    def complained(self, chat: int, wait: float, now: float) -> Pace:
        """Return the pace after a 429 for `chat`, which was within its own limits and is to wait `wait` seconds.

        One chat's 429 concerns that chat only, and so do those of groups and channels, however many: each may be in
        slow mode, up to an hour (https://github.com/tdlib/telegram-bot-api/issues/75). Those of two people and a
        third chat soon after each other hold all news for as long as all three were told, and lower the rate, once for
        all the messages that were sent together.
        """
        told = _witnesses((*self.witnesses, Witness(chat, now, now + wait)), now)
        waits = sorted((one.until for one in told), reverse=True)
        people = sorted((one.until for one in told if is_person(one.chat)), reverse=True)
        if len(waits) < SEVERAL or len(people) < PEOPLE:
            return replace(self, witnesses=told)
        # The longest wait that so many of them share: the long wait of a single chat does not hold all others.
        agreed = min(waits[SEVERAL - 1], people[PEOPLE - 1])
        held_until = max(self.held_until, agreed, now + min(wait, MIN_HOLD))
        # Whatever it has grown to, it begins to grow again after the pause.
        reached = self.rate(now)
        if now >= self.held_until:
            reached = max(self.full * MIN_RATE, reached * DECREASE)
        quiet_from = max(self.quiet_from, held_until + RECOVERY_AFTER)
        return Pace(self.full, reached, self.next_at, quiet_from, held_until, told)


def _witnesses(told: tuple[Witness, ...], now: float) -> tuple[Witness, ...]:
    """Return the latest of each chat that still count at `now`: of three people, and of one group or channel."""
    latest = sorted({one.chat: one for one in told if now - one.at <= TOGETHER}.values(), key=lambda one: one.at)
    people = [one for one in latest if is_person(one.chat)]
    others = [one for one in latest if not is_person(one.chat)]
    return tuple(sorted(people[-SEVERAL:] + others[-1:], key=lambda one: one.at))


class Recent:
    """How many messages each chat has had of late: all of the last minute's, and some of the one before.

    Two halves, and the older one is dropped when the newer is a minute old, or full. A dictionary's entry for each
    message is all that it costs; times for each chat would cost ten times as much at a thousand a second.
    """

    __slots__ = ("_before", "_before_from", "_most", "_since", "_since_from")

    def __init__(self, now: float, most: int = RECENT_CHATS) -> None:
        """A half is full when it holds `most` chats."""
        self._most = most
        self._before: dict[int, int] = {}
        self._since: dict[int, int] = {}
        self._before_from = self._since_from = now

    def count(self, chat: int, now: float) -> None:
        """Count one message to a chat."""
        if now - self._since_from >= GROUP_WINDOW or len(self._since) >= self._most:
            self._turn(now)
        self._since[chat] = self._since.get(chat, 0) + 1

    def messages(self, chat: int) -> int:
        """Return how many messages a chat has had since `known_from`."""
        return self._before.get(chat, 0) + self._since.get(chat, 0)

    @property
    def known_from(self) -> float:
        """The moment since which every message is remembered."""
        return self._before_from

    def _turn(self, now: float) -> None:
        if now - self._since_from >= 2 * GROUP_WINDOW:  # it would have turned, had anything left in its second minute
            self._before, self._before_from = {}, now - GROUP_WINDOW
        else:
            self._before, self._before_from = self._since, self._since_from
        self._since, self._since_from = {}, now


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
# Where several processes are one bot: one message of another's may have left that has not been heard of.
SHARED_GROUP = Allowance(interval=60 / (GROUP_PER_MINUTE - 4), burst=3)
