"""
The circuit breaker: whether to go on sending when calls fail in a row, when Telegram refuses the bot, and when too many
chats cannot be reached.

A failure of one chat concerns that chat alone. An outage concerns all: it costs no delivery an attempt, and while it
lasts one message at a time tries whether it is over. https://martinfowler.com/bliki/CircuitBreaker.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.delivery import Failed, Halted, Outcome, Sent, Throttled, Unsure, backoff

OUTAGE_FROM = 5  # calls in a row that did not come through
OUTAGE_PAUSE = timedelta(seconds=30)
TRIAL_PAUSE = timedelta(seconds=5)
HALT_PAUSE = timedelta(seconds=60)
UNREACHABLE_WINDOW = 200  # sends
UNREACHABLE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Circuit:
    """The state after the latest calls. Nothing is sent before `quiet_until` (outage) or `halted_until` (refusal)."""

    failures: int = 0
    quiet_until: datetime | None = None
    halted_until: datetime | None = None

    @property
    def is_outage(self) -> bool:
        return self.failures >= OUTAGE_FROM

    @property
    def is_halted(self) -> bool:
        return self.halted_until is not None

    @property
    def next_look(self) -> datetime | None:
        """When something may be sent again; None when nothing stands in the way."""
        return min((at for at in (self.quiet_until, self.halted_until) if at is not None), default=None)

    def after(self, outcome: Outcome, now: datetime, jitter: float = 0.5) -> Circuit:
        """Return the state after one more call; `jitter` as in `backoff`."""
        match outcome:
            case Sent() if not self.failures:
                return self
            case Halted():
                return replace(self, halted_until=now + HALT_PAUSE)
            case Throttled():
                return self
            case Failed() | Unsure():
                failures = self.failures + 1
                if failures < OUTAGE_FROM:
                    return replace(self, failures=failures)
                pause = min(backoff(failures - OUTAGE_FROM + 1, jitter), OUTAGE_PAUSE)
                return replace(self, failures=failures, quiet_until=now + pause)
            case _:
                return replace(self, failures=0, quiet_until=None) if self.failures else self

    def at(self, now: datetime) -> Circuit:
        """Return the state at `now`, without pauses that are over."""
        if self.next_look is None or now < self.next_look:
            return self
        return replace(self, quiet_until=_ahead(self.quiet_until, now), halted_until=_ahead(self.halted_until, now))

    def forgiven(self, outcome: Outcome) -> Outcome:
        """Return the outcome that counts for the delivery: a failure in an outage does not count as an attempt."""
        if not self.is_outage:
            return outcome
        match outcome:
            case Failed():
                return Throttled(timedelta(0))
            case Unsure(reason):
                return Unsure(reason, in_outage=True)
        return outcome

    def room(self, usual: int, in_hand: int) -> int:
        """Return how many deliveries may be claimed beside the `in_hand` ones; `usual` at once in normal operation."""
        if not self.is_outage:
            return usual - in_hand
        return 0 if self.quiet_until is not None else max(0, 1 - in_hand)


class Suspects:
    """Broadcasts that failed in an outage and have not been delivered to anybody since.

    One article may cause what looks like an outage: Telegram may answer 5xx to its picture and to nothing else. So the
    other broadcasts are tried first. Once one of theirs is delivered, one message of each suspect is tried: if it is
    delivered too, the outage is over for all; if not, the others go on and the suspect is tried now and then.
    """

    def __init__(self) -> None:
        self._again_at: dict[int, datetime] = {}  # first whose failure is longest ago
        self._untried: set[int] = set()  # since the outage
        self._on_trial: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._again_at)

    def cleared(self, running: Iterable[int]) -> list[int]:
        """Return the broadcasts in `running` that are not suspects."""
        return [number for number in running if number not in self._again_at]

    def to_try(self, now: datetime, is_outage: bool) -> list[int]:
        """Return the suspects to try now, in this order. In an outage its own pauses apply instead of theirs."""
        waiting = [(number, at) for number, at in self._again_at.items() if number not in self._on_trial]
        return [number for number, at in waiting if is_outage or number in self._untried or at <= now]

    def is_awaited(self, taken_up: Iterable[int] = ()) -> bool:
        """Return whether a trial is under way, or one of `taken_up` would be one, that shows if the outage is over."""
        return not self._untried.isdisjoint((*self._on_trial, *taken_up))

    def next_trial(self, now: datetime) -> datetime | None:
        """Return when the next of them is to be tried; None when none waits for that."""
        return min((at for at in self._again_at.values() if at > now), default=None)

    def put_on_trial(self, taken_up: Iterable[int]) -> None:
        """Note that messages of these broadcasts have been handed out."""
        if self._again_at:
            self._on_trial.update(number for number in taken_up if number in self._again_at)

    def end_trial(self, numbers: Iterable[int], is_outage: bool) -> None:
        """Note that the messages handed out for these broadcasts have ended, whatever their outcome.

        A trial whose message was not sent proves nothing, and the other broadcasts do not wait for the next one.
        """
        ended = self._on_trial.intersection(numbers)
        self._on_trial -= ended
        if not is_outage:
            self._untried -= ended

    def saw(self, number: int, outcome: Outcome, is_outage: bool, now: datetime) -> None:
        """Note the outcome of a broadcast's call."""
        match outcome:
            case Failed() | Unsure() if is_outage or number in self._again_at:
                self._again_at.pop(number, None)
                self._again_at[number] = now + TRIAL_PAUSE
                (self._untried.add if is_outage else self._untried.discard)(number)
            case Failed() | Unsure() | Throttled() | Halted():
                pass
            case _:
                self._again_at.pop(number, None)
                self._untried.discard(number)

    def keep(self, running: Container[int]) -> None:
        """Forget what runs no more."""
        self._again_at = {number: at for number, at in self._again_at.items() if number in running}
        self._untried.intersection_update(self._again_at)


class Reachability:
    """The share of chats that were reached by one broadcast's latest messages."""

    def __init__(self) -> None:
        self._last: deque[bool] = deque()
        self._reached = 0

    def saw(self, reached: bool) -> bool:
        """Note one more chat; return whether too many were not reached, and if so start counting again.

        When many chats in a row cannot be reached, the cause is more often on our side than on theirs.
        """
        self._last.append(reached)
        self._reached += reached
        if len(self._last) < UNREACHABLE_WINDOW:
            return False
        if len(self._last) > UNREACHABLE_WINDOW:
            self._reached -= self._last.popleft()
        if UNREACHABLE_WINDOW - self._reached <= UNREACHABLE_WINDOW * UNREACHABLE_SHARE:
            return False
        self._last.clear()
        self._reached = 0
        return True


def _ahead(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and now < at else None
