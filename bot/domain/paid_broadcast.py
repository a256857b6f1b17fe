"""
Paid broadcasts: which messages are paid for with Stars, and when Telegram accepts none.

Telegram lets a bot send up to 1,000 messages a second for 0.1 Star each
(https://core.telegram.org/bots/api#sendmessage, allow_paid_broadcast). Only messages that would wait longer than ten
minutes at the free pace are paid for, and never more than the operator allows a day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import ceil, floor, inf

from bot.domain.delivery import Outcome, Sent, Throttled

PAID_WAIT = timedelta(minutes=10)
"""What the free pace sends in this time is never paid for."""

PAID_RETRY_AFTER = timedelta(hours=1)
"""After Telegram took no Stars: an owner who buys some has the rest of the day, and trying costs a few calls."""
WAVE = timedelta(seconds=1)
"""429s within it count as one: no 429 asks to wait for less."""
WAVES = 4
BETWEEN = 100
"""After `WAVES` waves with fewer than `BETWEEN` messages accepted between them, paying gains no speed: 30 a second are
free."""


def payable(waiting: int, rate: float, left: int) -> int:
    """Return how many of `waiting` deliveries may be paid for.

    `rate` is the free pace in messages per second (`inf`: nothing ever waits), `left` what is left of the day's
    allowance.
    """
    leaves_anyway = PAID_WAIT.total_seconds() * rate
    return 0 if leaves_anyway == inf else max(0, min(left, waiting - ceil(leaves_anyway)))


def for_replies(rate: float, per_day: int) -> int:
    """Return how many messages of the day's allowance are kept at hand for replies while a broadcast is paid for.

    A second of the free pace, for that is what replies may use otherwise; never more than a tenth of the allowance.
    """
    return floor(min(rate, per_day / 10))


def day_of(now: datetime) -> date:
    """Return the day whose allowance counts at `now`: UTC's, the same for every operator."""
    return now.astimezone(UTC).date()


class Credit:
    """Whether Telegram accepts Stars from this bot. `is_good` is None until that is known.

    Which words it refuses with is nowhere written down: BALANCE_TOO_LOW is likely
    (https://core.telegram.org/method/messages.sendMessage), and whatever it is, the Bot API makes it a 400, as it
    does for a message that is wrong. So the same message is tried unpaid, and what comes of that tells which it was.
    Where paid broadcasts are not enabled the wish may also be passed over, and then there are 429s.
    """

    def __init__(self) -> None:
        self.is_good: bool | None = None
        self._closed_at: datetime | None = None
        self._waves = self._taken = 0
        self._wave_at: datetime | None = None

    def is_closed(self, now: datetime) -> bool:
        """Return whether nothing may be paid for at `now`."""
        # A time in the future means that the clock was set back since: it is ignored.
        return self._closed_at is not None and self._closed_at <= now < self._closed_at + PAID_RETRY_AFTER

    def answered(self, outcome: Outcome, now: datetime) -> None:
        """Note Telegram's answer to a paid message."""
        if self.is_closed(now):
            return  # an answer to a message that was sent before paying was closed
        match outcome:
            case Sent():
                self._taken += 1
                if self._taken >= BETWEEN:  # fewer would be accepted without Stars too
                    self.is_good = True
            case Throttled() if self._wave_at is None or not timedelta(0) <= now - self._wave_at < WAVE:
                self._waves = self._waves + 1 if self._taken < BETWEEN else 1
                self._taken, self._wave_at = 0, now
                if self._waves == WAVES:
                    self._close(now)

    def answered_unpaid(self, outcome: Outcome, now: datetime) -> None:
        """Note the outcome of a message that was refused when paid and then sent unpaid."""
        if isinstance(outcome, Sent):
            self._close(now)

    def _close(self, now: datetime) -> None:
        self.is_good = False
        self._waves = 0
        if not self.is_closed(now):
            self._closed_at = now
