"""
Chats that forbid writing for a while: when they are tried again, and what is sent to them once a message gets through.

All state is in the database, so a restart neither forgets what a chat has missed nor tries it sooner.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.domain.restriction import Restriction, refused, to_try
from bot.store.engine.database import Connection, Database
from bot.store.readers import restrictions

log = logging.getLogger(__name__)

RECHECK_INTERVAL = timedelta(seconds=30)
BATCH_SIZE = 20  # chats tried in one look: some 20 ms of the writer
MAX_KEPT_STORIES = 100  # stories a chat gets afterwards, the newest; about as many as fit one list


class Retries:
    """Tries chats again whose pause is over. It looks for them seldom, and at once after `look_now`."""

    def __init__(self, stale: timedelta) -> None:
        self._stale = stale
        self._look_at: datetime | None = None

    def look_now(self) -> None:
        """Look again at the next opportunity: somebody may have said that a chat may be written to."""
        self._look_at = None

    async def try_due(self, conn: Connection, now: datetime) -> None:
        """Put a try into the outbox for each chat whose pause is over, with what it has missed."""
        if self._look_at is not None and now < self._look_at <= now + RECHECK_INTERVAL:
            return
        chats = await restrictions.due(conn, now, BATCH_SIZE)
        for chat in chats:
            await restrictions.mark_due(conn, chat)
            missed = await restrictions.missed(conn, chat, MAX_KEPT_STORIES)
            await restrictions.put_back(conn, chat, [one.article for one in to_try(missed, now, self._stale)], now)
        self._look_at = None if len(chats) == BATCH_SIZE else now + RECHECK_INTERVAL


async def note_refused(conn: Connection, chat: int, before: Restriction | None, reason: str, now: datetime) -> None:
    """Take note that a chat forbids writing."""
    spell = refused(before, reason, now)
    if before is None:
        log.info("a chat forbids writing; it is tried again with the next story")
    await restrictions.put(conn, chat, spell)


async def note_open(conn: Connection, chat: int, now: datetime) -> None:
    """Take note that a message got through, and let what the chat has missed follow it."""
    await restrictions.end(conn, chat)
    missed = await restrictions.missed(conn, chat, MAX_KEPT_STORIES)
    if missed:
        await restrictions.put_back(conn, chat, [one.article for one in missed], now)


async def got_through(db: Database, chat: int, now: datetime) -> None:
    """Take note that something else than news got through."""
    async with db.transaction() as conn:
        await note_open(conn, chat, now)


async def expect_open(conn: Connection, chat: int, now: datetime) -> None:
    """Take note of a sign that a chat may be written to again. Only a message that gets through proves it.

    Where nothing was missed there is nothing to prove it with, and the sign is believed.
    """
    spell = await restrictions.of(conn, chat)
    if spell is None:
        return
    if await restrictions.missed(conn, chat, 1):
        await restrictions.put(conn, chat, spell.expected_open(now))
    else:
        await restrictions.end(conn, chat)
