"""
The journal of updates where several processes are one bot.

Telegram, or what stands between, may hand an update to two of them, and the updates of one chat to different ones. So
an update is claimed in the database before anybody works on it: whoever is first has it. It begins behind earlier ones
of its chat that another process has. What a process that is gone has not done is taken over by the one that sends.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.fair_queue import QueueTicket
from bot.errors import StoreError
from bot.store.engine.database import Database
from bot.store.readers import shared_updates
from bot.telegram_edge.updates.any_application import AnyApplication
from bot.telegram_edge.updates.update_journal import UpdateJournal

if TYPE_CHECKING:
    from bot.telegram_edge.updates.update_queue import UpdateQueue

log = logging.getLogger(__name__)

RENEWED_EVERY = 1.0  # seconds
GONE_AFTER = timedelta(seconds=5)
"""Without a word: a process that was stopped for so long may do twice what it had begun."""
KNOWN_FOR = timedelta(hours=1)
"""After it is done: Telegram repeats an update within seconds of a lost answer, and waits a minute for one."""
LOOK_EVERY = 0.05  # seconds between two looks whether the update before is done
LONGEST_WAIT = 10.0  # seconds for it: as long as it takes to be taken over, and done


class SharedJournal(UpdateJournal):
    """Updates of all processes, by id."""

    is_shared = True

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        super().__init__(db, clock)
        self._owner = secrets.randbits(62)

    async def claim(self, ticket: QueueTicket, body: str) -> bool:
        """Return whether this process has an update that is to be worked on. Raises: StoreError.

        True also when it had it before and has not written that it is done: then nobody knows that it has it but the
        database (the answer was lost), or whoever asks (it is at work on it).
        """
        async with self._db.statement() as conn:
            return await shared_updates.claim(conn, ticket.id, ticket.chat, body, owner=self._owner, now=self._clock())

    async def give_back(self, number: int) -> None:
        """Let another process have an update. Raises: StoreError."""
        async with self._db.statement() as conn:
            await shared_updates.give_back(conn, number)

    async def keep(self, bodies: Mapping[int, str]) -> None:
        """Everything is kept already: it was claimed with its text."""

    async def come_behind(self, ticket: QueueTicket) -> None:
        """Return when no other process has an earlier update of the chat, or after the longest wait."""
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                while await self._is_behind(ticket):  # noqa: ASYNC110  another process knows
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            log.warning("an earlier update of a chat takes another process long; the next one does not wait for it")
        except StoreError as error:
            log.warning("nobody knows whether an earlier update is done (%s)", error)

    async def _is_behind(self, ticket: QueueTicket) -> bool:
        async with self._db.statement() as conn:
            return await shared_updates.is_behind_another(conn, ticket.id, ticket.chat, owner=self._owner)

    def forget(self, id: int) -> None:
        """Take note at once that an update is done: the next one of its chat may wait for that."""
        self._over.add(id)
        if self._tidying is None:
            self._tidying = asyncio.create_task(self._tidy_at_once(), name="updates that are done")

    async def left_over(self) -> list[tuple[int, str]]:
        """Nothing: who has it may be at work."""
        return []

    async def renew(self) -> None:
        """Say that this process is there. Raises: StoreError."""
        async with self._db.statement() as conn:
            await shared_updates.renew(conn, self._owner, self._clock())

    async def take_over(self) -> list[tuple[int, str]]:
        """Take what processes that are gone have not done, oldest first. Raises: StoreError."""
        now = self._clock()
        async with self._db.statement() as conn:
            await shared_updates.forget_done(conn, now - KNOWN_FOR)
            return await shared_updates.take_over(conn, self._owner, now - GONE_AFTER, now)

    async def _tidy_at_once(self) -> None:
        while self._over:
            await self._tidy()
            if self._over:  # it could not be written
                await asyncio.sleep(1.0)
        self._tidying = None

    async def _write_off(self, over: set[int]) -> None:
        async with self._db.statement() as conn:
            await shared_updates.finish(conn, over, self._clock())


async def renew_updates(journal: SharedJournal) -> None:
    """Say every few seconds that this process works on the updates that it has claimed."""
    while True:
        await asyncio.sleep(RENEWED_EVERY)
        await journal.renew()


async def take_over_updates(journal: SharedJournal, update_queue: UpdateQueue, application: AnyApplication) -> None:
    """Let what processes that are gone have claimed and not done be worked on here.

    When the database could not be used, nobody could say a word, and nothing is known of who is gone.
    """
    while True:
        try:
            update_queue.take_up(application, await journal.take_over())
        except StoreError as error:
            log.warning("nobody knows what other processes have not done: %s", error)
            await asyncio.sleep(GONE_AFTER.total_seconds())
        await asyncio.sleep(RENEWED_EVERY)
