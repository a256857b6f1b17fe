"""
How long a process that sends is believed to be alive without a sign of life.

Nothing leaves while its own lease is over, and an answer is waited for no longer than a call takes: so whoever takes
over what a process had in hand rarely meets a message that is still on the wire, and never one that is yet to leave.
"""

from __future__ import annotations

from datetime import datetime, timedelta

LEASE = timedelta(seconds=90)
RENEW_EVERY = timedelta(seconds=10)
MAX_CALL_TIME = timedelta(seconds=20)
"""The longest that a call may take: what leaves is to be answered before the lease is over."""


def is_due(renewed_at: datetime | None, now: datetime) -> bool:
    """Return whether a lease is to be renewed; also when the clock was set back since."""
    return renewed_at is None or not timedelta(0) <= now - renewed_at < RENEW_EVERY


def may_leave(renewed_at: datetime | None, now: datetime) -> bool:
    """Return whether a message may leave under a lease: its answer will come while the lease lasts."""
    return renewed_at is not None and now - renewed_at < LEASE - MAX_CALL_TIME
