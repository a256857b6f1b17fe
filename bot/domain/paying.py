"""
Paying for speed: when a broadcast is worth Stars.

Telegram lets a bot send up to 1,000 messages a second for 0.1 Star each
(https://core.telegram.org/bots/api#sendmessage, allow_paid_broadcast). Nobody notices a minute; so only what the free
pace would leave waiting for longer than ten is paid for, and never more than the operator allows a day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import floor

PATIENCE = timedelta(minutes=10)
"""What the free pace sends in this time is never paid for."""


def payable(waiting: int, rate: float, left: int) -> int:
    """Return how many of `waiting` deliveries may be paid for.

    `rate` is the free pace in messages per second (`inf`: nothing ever waits), `left` what is left of the day's
    allowance.
    """
    return max(0, floor(min(left, max(0.0, waiting - PATIENCE.total_seconds() * rate))))


def day_of(now: datetime) -> date:
    """Return the day whose allowance counts at `now`: UTC's, the same for every operator."""
    return now.astimezone(UTC).date()
