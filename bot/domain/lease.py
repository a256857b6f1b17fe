"""
The lease of a sending process: for how long its claims hold without being renewed.

A process sends nothing once its own lease is over, and no call takes longer than `MAX_CALL_TIME`. So when another
process takes its claims over, hardly any of its messages is still being sent, and none is sent afterwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta

LEASE = timedelta(seconds=90)
RENEW_EVERY = timedelta(seconds=10)
MAX_CALL_TIME = timedelta(seconds=20)
"""The longest that a call may take: what is sent has to be answered before the lease is over."""
_SENDS_FOR = LEASE - MAX_CALL_TIME


def is_due(renewed_at: datetime | None, now: datetime) -> bool:
    """Return whether a lease is to be renewed; also when the clock was set back since."""
    return renewed_at is None or not timedelta(0) <= now - renewed_at < RENEW_EVERY


def may_leave(renewed_at: datetime | None, now: datetime) -> bool:
    """Return whether a message may leave under a lease: its answer will come while the lease lasts."""
    return renewed_at is not None and now - renewed_at < _SENDS_FOR
