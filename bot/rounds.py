"""
The rounds: what goes on by itself while the bot runs, each in a loop of its own.

A round that fails says so once, waits a little and goes on: none of them may end the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.content.watching import watch
from bot.services import newsroom
from bot.services.importing import Policy
from bot.services.spreading import next_start, spread_next
from bot.services.taking_in import take_folder
from bot.store import articles, meta
from bot.store.database import Database
from bot.store.lock import DatabaseLock

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds between two looks at whether another process has written
LONGEST_SLEEP = 20.0  # seconds; the clock may be set meanwhile
AFTER_A_FAILURE = 5.0

Clock = Callable[[], datetime]
Wake = Callable[[], None]


async def keep_going(name: str, round_: Callable[[], Awaitable[None]]) -> None:
    """Run a round until it is done, mostly for ever. A failure is logged with its traceback, and it starts again."""
    while True:
        try:
            return await round_()
        except Exception:
            log.exception("%s failed; it goes on in %d s", name, AFTER_A_FAILURE)
            await asyncio.sleep(AFTER_A_FAILURE)


async def watch_database(db: Database, lock: DatabaseLock, wake: Wake) -> None:
    """Wake everybody within a second when somebody, the shell too, has written to the database."""
    seen = await db.version()
    while True:
        await asyncio.sleep(LOOK_EVERY)
        version = await db.version()
        if version != seen:
            seen = version
            wake()
            async with db.reading() as conn:
                lock.remember(await meta.generation(conn))


async def spread(db: Database, *, clock: Clock, changed: asyncio.Event, ready: Wake) -> None:
    """Turn every promised publish into outbox rows, and sleep until the next is promised or its time comes.

    `ready` tells the dispatcher that there are rows to send.
    """
    while True:
        changed.clear()
        more = await spread_next(db, now=clock(), draw=random.random())
        ready()
        if more:
            continue
        start = await next_start(db, clock())
        await _sleep(changed, None if start is None else (start - clock()).total_seconds())


async def end_embargoes(db: Database, policy: Policy, *, clock: Clock, changed: asyncio.Event, wake: Wake) -> None:
    """Publish scheduled articles when their time comes."""
    while True:
        changed.clear()
        out = await newsroom.end_embargoes(
            db, now=clock(), burst=policy.burst, undo=policy.undo, push=not policy.window.files_never_push
        )
        if out:
            wake()
        async with db.reading() as conn:
            due = await articles.next_embargo(conn)
        await _sleep(changed, None if due is None else (due - clock()).total_seconds())


async def watch_folder(
    db: Database,
    root: Path,
    policy: Policy,
    *,
    zone: ZoneInfo,
    clock: Clock,
    wake: Wake,
    imported: asyncio.Event,
) -> None:
    """Import a folder now and whenever something in it has changed. It is made if it is missing.

    `imported` is set once all that was there at the start is in.
    """
    with contextlib.suppress(OSError):
        root.mkdir(parents=True, exist_ok=True)
    async for _ in watch(root, asyncio.Event()):
        report = await take_folder(db, root, zone=zone, now=clock(), policy=policy)
        for complaint in report.refused:
            log.warning("refused: %s", complaint)
        if not report.is_empty:
            wake()
        if not imported.is_set():
            async with db.transaction() as conn:
                # What an older copy of the database does not know has been held by now; what comes later is news.
                await meta.put(conn, "restored", None)
            imported.set()


async def _sleep(changed: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(LONGEST_SLEEP if seconds is None else max(0.01, min(seconds, LONGEST_SLEEP))):
            await changed.wait()
    except TimeoutError:
        pass
