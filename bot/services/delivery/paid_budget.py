"""
The paid budget: paid messages that were reserved for today and have not left yet.

They are counted in the database in the transaction that claims the deliveries, before anything is sent. So a crash
may waste some of the day's allowance, and nothing can exceed it. Deliveries get their share when they are claimed; the
rest is for replies, which must not wait while a broadcast uses up the free pace.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, datetime
from math import inf

from bot.domain.delivery import Operation, Outcome
from bot.domain.pacing import full_rate
from bot.domain.paid_broadcast import Credit, day_of, for_replies, payable
from bot.services.delivery.item import Item
from bot.store.delivery import paid_messages
from bot.store.engine.database import Connection

log = logging.getLogger(__name__)


class PaidBudget:
    """`per_day` is the allowance of a UTC day, `rate` the ceiling of the free pace (None: no pace, nothing to buy)."""

    def __init__(self, per_day: int, rate: float | None) -> None:
        self._per_day = per_day
        self._rate = full_rate(inf if rate is None else rate)
        self._for_replies = for_replies(self._rate, per_day)
        self._credit = Credit()
        self._day = date.min
        self._unused = 0

    @property
    def is_good(self) -> bool | None:
        """Whether Telegram takes Stars from this bot; None while nobody knows."""
        return self._credit.is_good

    # At a claim

    async def payable(self, conn: Connection, waiting: int, now: datetime) -> int:
        """Return how many of the deliveries that wait may be paid for at `now`."""
        if not self._per_day or self._credit.is_closed(now):
            return 0
        if self._day != day_of(now):
            self._day, self._unused = day_of(now), 0
        spent = await paid_messages.reserved(conn, self._day) - self._unused
        return payable(waiting, self._rate, self._per_day - spent - self._for_replies)

    async def reserve(self, conn: Connection, wanted: int) -> int:
        """Reserve what the paid budget lacks for so many deliveries, and for replies meanwhile.

        Return how many that were, for `fill` once they are on disk.
        """
        if not wanted:
            return 0
        left = self._per_day - await paid_messages.reserved(conn, self._day)
        missing = max(0, min(left, wanted + self._for_replies - self._unused))
        await paid_messages.reserve(conn, self._day, missing)
        return missing

    def fill(self, many: int) -> None:
        """Add messages whose reservation is on disk."""
        self._unused += many

    def give_to(self, items: Iterable[Item], most: int) -> None:
        """Let the first `most` items that are to be sent be paid for."""
        for item in items:
            if not most or not self._unused:
                return
            if not item.is_decided and item.delivery.operation is Operation.SEND:
                item.paid_on = self._day
                self._unused -= 1
                most -= 1

    # At a message

    def pay(self, item: Item, now: datetime) -> bool:
        """Return whether an item's next message, which leaves now, is paid for; whatever comes of it, it is counted."""
        if self._credit.is_closed(now):
            return False
        paid_on, item.paid_on = item.paid_on, None
        return paid_on == day_of(now)  # reserved before midnight UTC: another day's

    def pay_for_reply(self, now: datetime) -> date | None:
        """Take out a message for a reply; return the day whose it is, or None when there is none for now."""
        if not self._unused or self._day != day_of(now) or self._credit.is_closed(now):
            return None
        self._unused -= 1
        return self._day

    def put_back(self, item: Item) -> None:
        """Keep for another what an item did not use."""
        self.put_back_for_reply(item.paid_on)
        item.paid_on = None

    def put_back_for_reply(self, paid_on: date | None) -> None:
        """Keep for another what a reply did not use; None when it was not to be paid for."""
        if paid_on == self._day:
            self._unused += 1

    def answered(self, outcome: Outcome, now: datetime) -> None:
        """Take note of what Telegram answered to a paid message."""
        was_closed = self._credit.is_closed(now)
        self._credit.answered(outcome, now)
        self._tell(was_closed, now)

    def answered_unpaid(self, outcome: Outcome, now: datetime) -> None:
        """Take note of what became of a message that was refused when paid, sent again unpaid."""
        was_closed = self._credit.is_closed(now)
        self._credit.answered_unpaid(outcome, now)
        self._tell(was_closed, now)

    def _tell(self, was_closed: bool, now: datetime) -> None:
        if self._credit.is_closed(now) and not was_closed:
            log.warning("Telegram takes no Stars for messages; nothing is paid for in the next hour")

    # At the end

    async def give_back(self, conn: Connection) -> None:
        """Subtract what was not used from the day's count. If that fails, it is wasted."""
        many, self._unused = self._unused, 0
        if many:
            await paid_messages.reserve(conn, self._day, -many)
