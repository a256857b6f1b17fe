"""
Whether to go on sending: when calls fail in a row, when Telegram refuses the bot, when nobody is there any more.

One chat's bad luck is its own affair; an outage is everybody's. It costs no attempts, and while it lasts one message
at a time asks whether it is over. https://martinfowler.com/bliki/CircuitBreaker.html
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.delivery import Failed, Halted, Outcome, Sent, Throttled, Unsure, backoff

OUTAGE_FROM = 5  # calls in a row that did not come through
OUTAGE_PAUSE = timedelta(seconds=30)
HALT_PAUSE = timedelta(seconds=60)
NOBODY_WINDOW = 200  # sends
NOBODY_SHARE = 0.2


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
        """Return the outcome as it counts for its delivery: what never arrived in an outage was no attempt."""
        return Throttled(timedelta(0)) if self.is_outage and isinstance(outcome, Failed) else outcome

    def room(self, usual: int, in_hand: int) -> int:
        """Return how many deliveries may be taken up beside those in hand, of `usual` at once."""
        if not self.is_outage:
            return usual - in_hand
        return 0 if self.quiet_until is not None else max(0, 1 - in_hand)


class Attendance:
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
        if len(self._last) < NOBODY_WINDOW:
            return False
        if len(self._last) > NOBODY_WINDOW:
            self._reached -= self._last.popleft()
        if NOBODY_WINDOW - self._reached <= NOBODY_WINDOW * NOBODY_SHARE:
            return False
        self._last.clear()
        self._reached = 0
        return True


def _ahead(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and now < at else None
