"""
The queue in front of Telegram's limits: which message may be sent now, and which waits.

Each sender asks for a slot. Replies come before news, and a chat that must wait lets the others pass: a 429 holds the
chat it was for, and when all news is held, replies are still tried. This object reads the clock; when a slot is free,
and which chats a 429 concerns, is decided in `bot.domain.pacing`. Paid messages have a queue and a pace of their own,
so that no reply waits behind them. Whether they count against the free messages of their second is not documented, so
unpaid news waits until a second after the last paid message.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf

from bot.domain.delivery import Lane
from bot.domain.limits import PAID_PER_SECOND
from bot.domain.pacing import (
    GROUP,
    IDLE_RESET,
    PRIVATE,
    RECENT_CHATS,
    SHARED_GROUP,
    SHARED_PRIVATE,
    Allowance,
    Pace,
    Recent,
    full_rate,
    is_person,
    is_within_limits,
)

CHATS = 4096
"""Chats remembered at once; a chat at rest needs no memory."""
START_UP = 1.0
"""Seconds in which nothing has left when the first pacer of a process is made: the one before has ended, and this one
has started, opened its database and asked Telegram who it is."""
PAID_SECOND = 1.0
"""Seconds after a paid message in which Telegram may take no unpaid one: what is free is counted by the second."""
KEPT_FOR_AN_ANSWER = 0.1
"""Seconds for which a turn is kept at most for an answer that is being made, be the pace ever so slow."""
SHORT_HOLD = 1.0
"""Seconds of a hold that are waited for on the spot."""
MAX_HELD_REPLIES = 64
"""Replies that wait for chats that are held longer than that, a quarter of all that can be worked on at once. More
would keep people waiting whose chats are free."""
PACER_RESOLUTION = 0.004
"""Seconds from one look to the next, at the least. What falls due in between leaves together and catches up with the
pace (`CATCH_UP_WINDOW`): at a thousand a second, a timer for each message costs a sixth more."""


@dataclass(slots=True, eq=False)
class _Waiter:
    """`turn` ends in 0 when it has come, else in the seconds for which the chat is held, longer than `give_up_at`.

    `is_change`: it changes messages, as a campaign does, which rests while Telegram asks for less of that.
    """

    chat: int | None
    allowance: Allowance
    give_up_at: float
    turn: asyncio.Future[float]
    is_change: bool


@dataclass(slots=True, eq=False)
class _Line:
    """The queue of one pace, by lane. Before `news_from` only replies are served, and before `kept_until` too.

    `may_keep` a turn for an answer: one at a time, and not again before something has left.
    """

    pace: Pace
    lanes: dict[Lane, dict[_Waiter, None]] = field(default_factory=lambda: {lane: {} for lane in Lane})
    news_from: float = -inf
    kept_until: float = -inf
    may_keep: bool = True

    def opens_at(self, lane: Lane) -> float:
        """Return the earliest moment at which the next message of a lane may leave."""
        return self.pace.next_at if lane is Lane.REPLY else max(self.pace.free_at(), self.news_from, self.kept_until)

    @property
    def waiting(self) -> int:
        return sum(map(len, self.lanes.values()))

    @property
    def has_waiters(self) -> bool:
        return any(self.lanes.values())


@dataclass(slots=True)
class _Account:
    """One chat's allowance and until when it is spent."""

    allowance: Allowance
    spent_until: float = field(default=-inf)


class Pacer:
    """Slots for messages: by lane, then in the order asked for, at the pace and each chat's allowance.

    `rate` is the ceiling in messages per second over all chats; None switches pacing off, and then only what
    Telegram itself asked for (`throttled`) is waited for. Belongs to the running event loop and keeps its time.
    """

    def __init__(
        self,
        rate: float | None,
        known_from: float | None = None,
        *,
        chats: int = CHATS,
        recent_chats: int = RECENT_CHATS,
    ) -> None:
        """`known_from` is the loop time since which nothing has left unseen; by default that is the start.

        So many `chats` are remembered with their allowance, so many with their hold; for `recent_chats` see `Recent`.
        """
        self._loop = asyncio.get_running_loop()
        self._chats = chats
        self._free = _Line(Pace.below(inf if rate is None else rate))
        self._paid = _Line(Pace.below(inf if rate is None else PAID_PER_SECOND))
        self._edits = Pace.below(inf)  # what 429s for edits say; their pace is that of all messages
        self._off = rate is None
        self._accounts: OrderedDict[int, _Account] = OrderedDict()
        self._recent = Recent(self._loop.time() - START_UP if known_from is None else known_from, recent_chats)
        self._holds: dict[int, float] = {}  # until when each chat was told to wait
        self._forgotten_hold = -inf  # until when some chat was told to wait, of which nothing else is known any more
        self._last_hold = -inf
        self.complaints = 0
        """429s so far, for messages and edits alike."""
        self._timer: asyncio.TimerHandle | None = None
        self._private, self._group = PRIVATE, GROUP
        self._left: Callable[[int], None] | None = None
        self._was_held: Callable[[int, float], None] | None = None

    @property
    def rate(self) -> float:
        """Messages per second at this moment, unpaid; below the ceiling while Telegram asks for less."""
        return self._free.pace.rate(self._loop.time())

    def keep_within(self, ceiling: float) -> None:
        """Keep below so many messages per second from now on: other processes have the rest."""
        if full_rate(ceiling) != self._free.pace.full and not self._off:
            self._free.pace = self._free.pace.within(ceiling)

    def share_chats(self, left: Callable[[int], None] | None, was_held: Callable[[int, float], None] | None) -> None:
        """Let other processes know what leaves for a chat and counts against what they may send; None: there are none.

        `left` is called with a chat, `was_held` with one that Telegram told to wait, and for how many seconds.
        """
        self._left, self._was_held = left, was_held
        private, group = (PRIVATE, GROUP) if left is None else (SHARED_PRIVATE, SHARED_GROUP)
        if group is not self._group:
            for account in self._accounts.values():
                account.allowance = group if account.allowance is self._group else private
            self._private, self._group = private, group

    def left_elsewhere(self, chat: int, messages: int) -> None:
        """Count what another process has sent to a chat."""
        now = self._loop.time()
        for _ in range(messages):
            self._recent.count(chat, now)
            if not self._off:
                self._spend(chat, self._private if is_person(chat) else self._group, now)

    def held_elsewhere(self, chat: int, seconds: float) -> None:
        """Note a 429 that another process got for a chat: what it says of all chats, that one knows."""
        self._hold_until(chat, self._loop.time() + seconds)

    @property
    def waiting(self) -> int:
        """How many have asked for a slot and not got it yet."""
        return self._free.waiting + self._paid.waiting

    @property
    def is_paying(self) -> bool:
        """Whether paid news has left within the last second."""
        return self._loop.time() < self._free.news_from

    def held_until(self, chat: int) -> float | None:
        """Return the loop time from which `chat` may be sent something; None when that is now."""
        free_at = self._free_at(chat)
        return None if free_at == -inf or free_at <= self._loop.time() else free_at

    def hold(self, chat: int | None) -> float:
        """Return for how many more seconds Telegram told a chat to wait; 0 when it did not."""
        return max(0.0, self._holds.get(chat, -inf) - self._loop.time()) if chat is not None else 0.0

    def throttled(self, chat: int, retry_after: float, paid: bool = False, is_edit: bool = False) -> None:
        """Note a 429 for `chat`: it is held for `retry_after` seconds, and waiters with less time give up.

        When several chats within their own limits get one together, all news is held, and the pace is lowered.
        429s for edits lower no pace: those of several chats together let what campaigns change rest.
        """
        now = self._loop.time()
        self.complaints += 1
        recent, last_hold = self._recent, self._holds.get(chat, self._forgotten_hold)
        if is_within_limits(chat, recent.messages(chat), now - recent.known_from, now - last_hold):
            if is_edit:
                self._edits = self._edits.complained(chat, retry_after, now)
            else:
                line, other = (self._paid, self._free) if paid else (self._free, self._paid)
                line.pace = line.pace.complained(chat, retry_after, now)
                other.pace = replace(other.pace, held_until=max(other.pace.held_until, line.pace.held_until))
        if self._was_held is not None:
            self._was_held(chat, retry_after)
        self._hold_until(chat, now + retry_after)

    def _hold_until(self, chat: int, at: float) -> None:
        """Hold a chat; whoever waits for it, or for campaigns' changes while these rest, and has less time gives up."""
        now = self._loop.time()
        until = self._holds[chat] = max(self._holds.get(chat, now), at)
        rest = self._edits.held_until
        self._last_hold = max(self._last_hold, until, rest)
        if len(self._holds) > self._chats:
            self._forget_a_hold(now)
        for waiters in (*self._free.lanes.values(), *self._paid.lanes.values()):
            for waiter in list(waiters):
                waits_until = max(until if waiter.chat == chat else -inf, rest if waiter.is_change else -inf)
                if waits_until > max(now, waiter.give_up_at):
                    del waiters[waiter]
                    if not waiter.turn.done():
                        waiter.turn.set_result(waits_until - now)

    def _forget_a_hold(self, now: float) -> None:
        """Forget the holds that are over; if none is, the one that ends first."""
        self._holds = {chat: until for chat, until in self._holds.items() if until > now - IDLE_RESET}
        if len(self._holds) > self._chats:
            chat = min(self._holds, key=self._holds.__getitem__)
            self._forgotten_hold = max(self._forgotten_hold, self._holds.pop(chat))

    def expect_reply(self) -> None:
        """Keep the next turn for an answer that somebody has just asked for, as long as one turn takes.

        So who is answered waits for that turn while the answer is made, and not after it. An answer that takes longer,
        or never comes, costs the news one turn.
        """
        line, now = self._free, self._loop.time()
        if line.may_keep and not self._off:
            line.may_keep = False
            line.kept_until = max(line.pace.next_at, now) + min(1 / line.pace.rate(now), KEPT_FOR_AN_ANSWER)

    async def slot(
        self,
        chat: int | None,
        lane: Lane,
        is_group: bool,
        paid: bool = False,
        give_up_at: float = inf,
        is_change: bool = False,
    ) -> float:
        """Wait until one message may leave for `chat`, and return 0. Does not suspend when that is now.

        Nobody waits for a chat that is told to wait beyond `give_up_at` (loop time): then, and when too many replies
        wait for such chats, it returns at once the seconds for which it is held, and nothing may leave.
        Without a chat only for the pace over all of them: its own allowance has been waited for already. What a
        campaign changes (`is_change`) does not wait either while such changes rest.
        """
        now = self._loop.time()
        if self._off and now >= self._last_hold:
            if chat is not None:
                self._recent.count(chat, now)
            return 0.0
        if is_change and self._edits.held_until > now:
            return self._edits.held_until - now
        allowance = self._group if is_group else self._private
        line = self._paid if paid else self._free
        if not line.has_waiters and line.opens_at(lane) <= now and self._free_at(chat) <= now:
            self._take(line, lane, chat, allowance, now)
            return 0.0
        if (held := self.hold(chat)) and (now + held > give_up_at or not self._may_wait(lane, held)):
            return held
        waiter = _Waiter(chat, allowance, give_up_at, self._loop.create_future(), is_change)
        queue = line.lanes[lane]
        queue[waiter] = None
        if self._timer is None or self._timer.when() > max(
            line.opens_at(lane), self._free_at(chat), now + PACER_RESOLUTION
        ):
            self._serve()  # else the timer that is set serves it: one timer for each message would cost too much
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            queue.pop(waiter, None)
            raise

    def _may_wait(self, lane: Lane, held: float) -> bool:
        """Return whether there is room to wait for a chat that is held for so many seconds."""
        if lane is not Lane.REPLY or held <= SHORT_HOLD:
            return True
        replies = (waiter for line in (self._free, self._paid) for waiter in line.lanes[Lane.REPLY])
        return sum(self.hold(waiter.chat) > SHORT_HOLD for waiter in replies) < MAX_HELD_REPLIES

    def _serve(self) -> None:
        """Give a slot to everyone whose turn it is, and set the one timer for the next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = min(self._serve_line(self._free), self._serve_line(self._paid))
        if due < inf:
            self._timer = self._loop.call_at(max(due, self._loop.time() + PACER_RESOLUTION), self._serve)

    def _serve_line(self, line: _Line) -> float:
        """Give out what slots a line has now; return when to look again, `inf` when nobody waits."""
        while line.has_waiters:
            now = self._loop.time()
            if line.pace.next_at > now:
                return line.pace.next_at
            found = self._first(line, now)
            if found is None:
                return min(
                    max(line.opens_at(lane), self._free_at(waiter.chat))
                    for lane, waiters in line.lanes.items()
                    for waiter in waiters
                )
            lane, waiter = found
            del line.lanes[lane][waiter]
            self._take(line, lane, waiter.chat, waiter.allowance, now)
            waiter.turn.set_result(0.0)
        return inf

    def _first(self, line: _Line, now: float) -> tuple[Lane, _Waiter] | None:
        """Return who is to be served: the most urgent lane's longest waiter whose chat is free."""
        for lane, waiters in line.lanes.items():
            if line.opens_at(lane) > now:
                break  # replies are the first lane, and none of the others is open sooner
            for waiter in waiters:
                if self._free_at(waiter.chat) <= now and not waiter.turn.done():
                    return lane, waiter
        return None

    def _take(self, line: _Line, lane: Lane, chat: int | None, allowance: Allowance, now: float) -> None:
        line.pace = line.pace.taken(now)
        line.kept_until, line.may_keep = -inf, True
        if chat is not None:
            self._recent.count(chat, now)
        if self._off:
            return
        if line is self._paid and lane is not Lane.REPLY:
            self._free.news_from = now + PAID_SECOND
        if chat is None:
            return
        self._spend(chat, allowance, now)
        if self._left is not None and (lane is Lane.REPLY or not is_person(chat)):
            self._left(chat)

    def _spend(self, chat: int, allowance: Allowance, now: float) -> None:
        account = self._accounts.setdefault(chat, _Account(allowance))
        account.spent_until = allowance.taken(account.spent_until, now)
        self._accounts.move_to_end(chat)
        # The chat without messages for longest is dropped first: its allowance is most likely full again, so nothing
        # is lost by forgetting it.
        if len(self._accounts) > self._chats:
            self._accounts.popitem(last=False)

    def _free_at(self, chat: int | None) -> float:
        if chat is None:
            return -inf
        hold = self._holds.get(chat, -inf)
        account = self._accounts.get(chat)
        if account is None:
            return hold
        return max(hold, account.allowance.free_at(account.spent_until))
