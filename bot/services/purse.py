"""
The purse: paid messages that were reserved for today and have not left yet.

They are counted in the database in the transaction that claims the deliveries, before anything is sent. So a crash
may waste some of the day's allowance, and nothing can exceed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from math import inf

from bot.domain.pacing import full_rate
from bot.domain.paying import day_of, payable
from bot.services.sorting import Item
from bot.store import paid
from bot.store.database import Connection


class Purse:
    """`per_day` is the allowance of a UTC day, `rate` the ceiling of the free pace (None: no pace, nothing to buy)."""

    def __init__(self, per_day: int, rate: float | None) -> None:
        self._per_day = per_day
        self._rate = full_rate(inf if rate is None else rate)
        self._day = date.min
        self._unused = 0

    async def payable(self, conn: Connection, waiting: int, now: datetime) -> int:
        """Return how many of the deliveries that wait may be paid for at `now`."""
        if not self._per_day:
            return 0
        if self._day != day_of(now):
            self._day, self._unused = day_of(now), 0
        spent = await paid.reserved(conn, self._day) - self._unused
        return payable(waiting, self._rate, self._per_day - spent)

    async def reserve(self, conn: Connection, wanted: int) -> int:
        """Reserve what the purse lacks; return how many that were, for `fill` once they are on disk."""
        missing = max(0, wanted - self._unused)
        if missing:
            await paid.reserve(conn, self._day, missing)
        return missing

    def fill(self, many: int) -> None:
        """Put in what is on disk by now."""
        self._unused += many

    def hand_out(self, items: Iterable[Item], most: int) -> None:
        """Let the first `most` items that are to be sent be paid for."""
        for item in items:
            if not most or not self._unused:
                return
            if not item.is_decided:
                item.paid_on = self._day
                self._unused -= 1
                most -= 1

    def put_back(self, item: Item) -> None:
        """Keep for another what an item did not use."""
        if item.paid_on == self._day:
            self._unused += 1
        item.paid_on = None

    async def give_back(self, conn: Connection) -> None:
        """Take what was not used off the day's count, at the end. `empty` the purse once that is on disk."""
        if self._unused:
            await paid.reserve(conn, self._day, -self._unused)

    def empty(self) -> None:
        """Hold nothing any more."""
        self._unused = 0
