"""
The journal of updates: updates that wait are stored before Telegram may forget them, and dropped once they are done.

Telegram keeps an update until it is confirmed. Confirming only what is done loses nothing, but limits how many can
wait: a poll returns a hundred updates, and a webhook has a few dozen connections. So updates that have to wait are
stored in the database and confirmed at once. After a crash they are worked on at the next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.domain.fair_queue import QueueTicket
from bot.errors import StoreError
from bot.store.engine.database import Database
from bot.store.readers import pending_updates

KEPT_FOR = timedelta(days=1)
"""As long as Telegram itself keeps an update; nobody waits any longer. Nor does a copy that is put back act on them.
Source: https://core.telegram.org/bots/api#getting-updates"""
CLEANUP_INTERVAL = 1.0  # seconds between two transactions that only drop what is done

log = logging.getLogger(__name__)


class UpdateJournal:
    """Updates on disk, by id. Dropping waits for the next write, or a second."""

    is_shared = False

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._clock = clock
        self._over: set[int] = set()
        self._tidying: asyncio.Task[None] | None = None

    async def keep(self, bodies: Mapping[int, str]) -> None:
        """Return when these updates are on disk. Raises: StoreError."""
        async with self._db.transaction() as conn:
            await pending_updates.keep(conn, bodies, self._clock())

    def forget(self, id: int) -> None:
        """Take note that the work on an update that was kept is done."""
        self._over.add(id)
        if self._tidying is None:
            self._tidying = asyncio.create_task(self._tidy_soon(), name="updates that are done")

    async def left_over(self) -> list[tuple[int, str]]:
        """Return what the last process had not done, oldest first. Raises: StoreError."""
        async with self._db.reading() as conn:
            if not await pending_updates.kept(conn):
                return []
        async with self._db.transaction() as conn:
            await pending_updates.forget_before(conn, self._clock() - KEPT_FOR)
            return await pending_updates.kept(conn)

    async def close(self) -> None:
        """Drop what is done, or it would be done again at the next start."""
        if self._tidying is not None:
            self._tidying.cancel()
            await asyncio.wait([self._tidying])
        await self._tidy()

    async def claim(self, ticket: QueueTicket, body: str) -> bool:
        """Return whether this process is the first to have an update: there is no other."""
        return True

    async def give_back(self, number: int) -> None:
        """Nothing: there is nobody to have it."""

    async def come_behind(self, ticket: QueueTicket) -> None:
        """Nothing: the updates of a chat are in order here."""

    async def _tidy_soon(self) -> None:
        await asyncio.sleep(CLEANUP_INTERVAL)
        self._tidying = None
        await self._tidy()

    async def _tidy(self) -> None:
        over, self._over = self._over, set()
        if not over:
            return
        try:
            await self._write_off(over)
        except StoreError as error:
            log.warning("updates that are done could not be dropped (%s); a restart does them again", error)
            self._over |= over  # with the next one that is done

    async def _write_off(self, over: set[int]) -> None:
        async with self._db.transaction() as conn:
            await pending_updates.forget(conn, over)
