"""
The database of a bot that runs: alone on a file, or as one of several processes on a server.

Alone on a file a process does everything, and a lock beside the file keeps others away. On a server every process
answers people, and one of them does what may be done by one alone: it sends, reads files and sources, polls, alerts and
tidies up (`store.postgres.leadership`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.background import restart_on_error
from bot.domain.database_place import ServerAddress
from bot.errors import StoreError, StoreMoved
from bot.settings import Settings
from bot.store.engine.database import Database
from bot.store.engine.disk_reserve import Reserve
from bot.store.engine.file_guard import copy_open_file
from bot.store.engine.lock import DatabaseLock
from bot.store.opening import need_driver, open_database

if TYPE_CHECKING:
    from bot.store.postgres.leadership import Leadership
    from bot.store.postgres.server_clock import ServerClock

log = logging.getLogger(__name__)

AGAIN_AFTER = 1.0  # seconds until what sends begins anew, in the next term

WAKE_UP = "promised"
"""What others hear when there is something to send, or something that is not to be sent any more."""

SHARED_EVERY = 1.0  # seconds between two looks at how many share the pace

CLOCK_ASKED_EVERY = 10.0  # seconds
CLOCK_DIFFERS = 2.0  # seconds; more is worth a word

Clock = Callable[[], datetime]
Loop = Callable[[], Awaitable[None]]


class _Ended(Exception):
    """What sends has ended, as the process does."""


@dataclass(frozen=True, slots=True)
class RunningStore:
    """An open database, and this process's part in what is done with it.

    `clock` is the time of all who are this bot. `reserve` is the disk's; None: a server's.
    """

    db: Database
    clock: Clock
    reserve: Reserve | None = None
    lock: DatabaseLock | None = None
    leadership: Leadership | None = None
    server_clock: ServerClock | None = None

    @property
    def generation(self) -> int:
        """How far the database had come when this machine last saw it; 0 when that is not known."""
        return 0 if self.lock is None else self.lock.generation()

    def remember(self, generation: int) -> None:
        """Keep, beside the database, how far it has come."""
        if self.lock is not None:
            self.lock.remember(generation)

    def leads(self, term: int | None = None) -> bool:
        """Return whether this process is the one that sends at this moment, in a term if one is named."""
        if self.leadership is None:
            return True
        return self.leadership.is_leader if term is None else self.leadership.leads(term)

    def by_one(self, name: str, loop: Loop) -> Loop:
        """Return a loop that goes on in one process alone: the one that sends."""
        if (leadership := self.leadership) is None:
            return loop

        async def work(term: int) -> None:
            await restart_on_error(name, loop)

        return lambda: leadership.while_leading(work)

    async def share_pace(self, share: Callable[[int, bool], None]) -> None:
        """Call `share` with how many processes are this bot and whether this one sends, again and again."""
        while True:
            share(await self.db.processes(), self.leads())
            await asyncio.sleep(SHARED_EVERY)

    async def wake_others(self, promised: asyncio.Event) -> None:
        """Let the one that sends hear at once of what this process has promised or stopped, each time the event is set.

        It also looks by itself twice a second (`background.watch_database`): a wake-up that is lost costs no more.
        """
        while True:
            await promised.wait()
            promised.clear()
            if not self.leads():
                await self.db.tell_others([WAKE_UP])

    async def follow_clock(self) -> None:
        """Let the time be the server's, also where its clock or another server's is set; return where it is not."""
        while self.server_clock is not None:
            await asyncio.sleep(CLOCK_ASKED_EVERY)
            await self.server_clock.ask()

    async def send(self, run: Callable[[int | None], Awaitable[None]], is_ending: Callable[[], bool]) -> None:
        """Let what sends run, in each term that this process is given, until it ends because the process does."""
        if (leadership := self.leadership) is None:
            return await restart_on_error("dispatcher", lambda: run(None))

        async def work(term: int) -> None:
            await run(term)
            if is_ending():
                raise _Ended

        async def in_terms() -> None:
            with contextlib.suppress(_Ended):
                await leadership.while_leading(work)

        return await restart_on_error("dispatcher", in_terms, AGAIN_AFTER)

    def sends(self) -> bool:
        """Return whether there may be something to end before this process does."""
        return self.leadership is None or self.leadership.term is not None


async def open_store(
    settings: Settings,
    stack: contextlib.AsyncExitStack,
    lost: asyncio.Event | None,
    clock: Clock,
    heard: Callable[[str], None],
    *,
    follows_server: bool,
) -> RunningStore:
    """Open the database for a bot that runs; it is closed with the stack.

    `clock` is this machine's, instead of which a server's counts if it `follows_server`.

    `lost`, once set, says that a file is no longer where it was; `heard` is given what other processes tell
    (`Database.tell_others`), and "" when some of that may have been missed.
    Raises: SettingsError; StoreError when it cannot be used or, a file, is in use.
    """
    if isinstance(settings.database, ServerAddress):
        return await _on_a_server(settings, settings.database, stack, clock, heard, follows_server)
    path = settings.database
    lock = DatabaseLock(path)
    stack.callback(lock.release)
    db = await open_database(path, create=True)
    stack.push_async_callback(db.close)
    if lost is not None:
        stack.push_async_callback(_rescue, db, path, lost, clock)
    reserve = Reserve(path)
    if not await asyncio.to_thread(reserve.take):
        log.error("there is no room on the disk beside %s; nothing is sent until there is", path)
    return RunningStore(db, clock, reserve, lock)


async def _on_a_server(
    settings: Settings,
    address: ServerAddress,
    stack: contextlib.AsyncExitStack,
    clock: Clock,
    heard: Callable[[str], None],
    follows_server: bool,
) -> RunningStore:
    need_driver()
    from bot.store.postgres.database import PostgresDatabase
    from bot.store.postgres.direct_session import refuse_shared_sessions
    from bot.store.postgres.leadership import Leadership, since_boot
    from bot.store.postgres.server_clock import ServerClock

    direct = settings.database_direct
    await refuse_shared_sessions(direct or address.url, address.url, is_set=direct is not None)
    db = await open_database(address, create=True, through_pool=direct is not None)
    stack.push_async_callback(db.close)
    assert isinstance(db, PostgresDatabase)
    await db.need_writes()  # before anybody waits for what would be tried again and again
    server_clock = None
    if follows_server:
        server_clock = ServerClock(db, since_boot)
        await server_clock.ask()
        if abs(differs := (clock() - server_clock()).total_seconds()) > CLOCK_DIFFERS:
            how = "ahead of" if differs > 0 else "behind"
            log.warning("this machine's clock is %.0f s %s the database's, which counts", abs(differs), how)
        clock = server_clock
    leadership = Leadership(direct or address.url, f"{socket.gethostname()}:{os.getpid()}", heard=heard)
    taking_part = asyncio.create_task(leadership.run(), name="leadership")
    stack.push_async_callback(_end_part, taking_part)
    return RunningStore(db, clock, leadership=leadership, server_clock=server_clock)


async def _end_part(taking_part: asyncio.Task[None]) -> None:
    taking_part.cancel()
    await asyncio.wait([taking_part])


async def _rescue(db: Database, path: Path, lost: asyncio.Event, clock: Clock) -> None:
    """When the database file was moved, deleted or replaced, save a copy of the open one and raise StoreMoved."""
    if lost.is_set():
        what = f"the database {path.absolute()} was moved, deleted or replaced while newsbot ran"
        try:
            copy = await copy_open_file(db, path, clock())
        except (OSError, StoreError) as error:
            raise StoreMoved(f"{what}, and no copy could be made: {error}") from error
        raise StoreMoved(f"{what}; what it held is in {copy}: put the right one in place and start again")
