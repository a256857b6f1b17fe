"""
Whether to go on sending: when calls fail in a row, when Telegram refuses the bot, when nobody is there any more.

One chat's bad luck is its own affair; an outage is everybody's. It costs no attempts, and while it lasts one message
at a time asks whether it is over. https://martinfowler.com/bliki/CircuitBreaker.html
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
    """How calls have gone of late. Nothing is sent before `quiet_until` (an outage) or `halted_until` (a refusal)."""

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
        """Return how things stand after one more call; `jitter` as in `backoff`."""
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
        """Return how things stand at `now`: pauses that are over are forgotten."""
        if self.next_look is None or now < self.next_look:
            return self
        return replace(self, quiet_until=_ahead(self.quiet_until, now), halted_until=_ahead(self.halted_until, now))

    def forgiven(self, outcome: Outcome) -> Outcome:
        """Return the outcome as it counts for its delivery: what did not come through in an outage was no attempt."""
        if not self.is_outage:
            return outcome
        match outcome:
            case Failed():
                return Throttled(timedelta(0))
            case Unsure(reason):
                return Unsure(reason, in_outage=True)
        return outcome

    def room(self, usual: int, in_hand: int) -> int:
        """Return how many deliveries may be taken up beside those in hand, of `usual` at once."""
        if not self.is_outage:
            return usual - in_hand
        return 0 if self.quiet_until is not None else max(0, 1 - in_hand)


class Suspects:
    """Broadcasts that failed in an outage and have not come through since.

    An outage may be one article's own: Telegram may answer 5xx to its picture and to nothing else. So the others go
    first in it. Once one comes through, one message of each suspect shows whether the outage is over for all, and all
    go out in order, or only for the others, who go on while it is tried now and then.
    """

    def __init__(self) -> None:
        self._again_at: dict[int, datetime] = {}  # first whose failure is longest ago
        self._untried: set[int] = set()  # since the outage
        self._on_trial: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._again_at)

    def cleared(self, running: Iterable[int]) -> list[int]:
        """Return those of these broadcasts that are no suspects."""
        return [number for number in running if number not in self._again_at]

    def to_try(self, now: datetime, is_outage: bool) -> list[int]:
        """Return those to try now, in this order. An outage has pauses of its own."""
        waiting = [(number, at) for number, at in self._again_at.items() if number not in self._on_trial]
        return [number for number, at in waiting if is_outage or number in self._untried or at <= now]

    def is_awaited(self, taken_up: Iterable[int] = ()) -> bool:
        """Return whether a message on its way, or of these broadcasts, is to show if the outage is over for all."""
        return not self._untried.isdisjoint((*self._on_trial, *taken_up))

    def next_trial(self, now: datetime) -> datetime | None:
        """Return when the next of them is to be tried; None when none waits for that."""
        return min((at for at in self._again_at.values() if at > now), default=None)

    def put_on_trial(self, taken_up: Iterable[int]) -> None:
        """Take note that messages of these broadcasts are on their way."""
        self._on_trial.update(number for number in taken_up if number in self._again_at)

    def end_trial(self, numbers: Iterable[int], is_outage: bool) -> None:
        """Take note that messages of these broadcasts have come back, whatever became of them.

        One that has shown nothing, because it did not leave, does not let the others wait for the next one too.
        """
        ended = self._on_trial.intersection(numbers)
        self._on_trial -= ended
        if not is_outage:
            self._untried -= ended

    def saw(self, number: int, outcome: Outcome, is_outage: bool, now: datetime) -> None:
        """Take note of how a broadcast's call ended."""
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
    """Whether anybody is there: the last sends of one broadcast."""

    def __init__(self) -> None:
        self._last: deque[bool] = deque()
        self._reached = 0

    def saw(self, reached: bool) -> bool:
        """Take note of one more chat; return whether too many were not reached, and then begin anew.

        A wave of chats that cannot be reached is more often our mistake than theirs.
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
