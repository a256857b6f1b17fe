"""
The time of all who are one bot: the server's, as each process counts it on since it last asked.

Machines' clocks differ, and are set. What one process writes down (until when its claims hold, when a publish begins,
when it last had something in hand) another one compares with its own time. So none of them looks at its machine's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.store.postgres.database import PostgresDatabase


class ServerClock:
    """Call it for the server's time; `ask` once before, and now and then."""

    def __init__(self, db: PostgresDatabase, ticks: Callable[[], float]) -> None:
        """`ticks` counts seconds and is never set back."""
        self._db = db
        self._ticks = ticks
        self._told = datetime.min.replace(tzinfo=UTC)
        self._told_at = ticks()

    def __call__(self) -> datetime:
        """Return the current time."""
        return self._told + timedelta(seconds=self._ticks() - self._told_at)

    async def ask(self) -> None:
        """Compare with the server's clock, and follow it where it is another than was known. Raises: StoreError.

        Its answer was made at some moment between question and answer: what lies between agrees with it.
        """
        asked = self._ticks()
        told = await self._db.clock()
        answered = self._ticks()
        if not told <= self() <= told + timedelta(seconds=answered - asked):
            self._told, self._told_at = told, (asked + answered) / 2
