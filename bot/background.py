"""
Background tasks: what goes on by itself while the bot runs, each in a loop of its own.

A task that fails logs that once, waits and starts again: none of them may end the others.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from bot.content.articles.surroundings import ReadingRules
from bot.content.files.watch import watch
from bot.content.files.write_detection import PICTURE_WAIT, Settling
from bot.errors import StoreError
from bot.services.content.folder_import import take_folder
from bot.services.content.imports import Policy
from bot.services.delivery.fanout import fan_out_next, next_start
from bot.services.newsroom import arriving_news, incidents, takedown, weekly_reports
from bot.services.readers import membership
from bot.store.content import articles
from bot.store.delivery import retention, sent_lists
from bot.store.desk.incidents import IncidentKind
from bot.store.engine import metadata
from bot.store.engine.backup import daily_backup
from bot.store.engine.database import Connection, Database
from bot.store.engine.disk_reserve import Reserve
from bot.store.engine.file_guard import identity
from bot.store.readers import forgetting

log = logging.getLogger(__name__)

POLL_INTERVAL = 0.5  # seconds between two looks at whether another process has written
DISK_CHECK_INTERVAL = 5.0
HOUSEKEEPING_INTERVAL = 3600.0
BACKUP_CHECK_INTERVAL = 600.0  # between two looks whether today's backup is there
BACKUP_RETRY_AFTER = 3600.0  # after a failure
MAX_FIRST_IMPORT_WAIT = 5.0  # seconds for files that are still being written at the start
MAX_FIRST_IMPORT_TIME = PICTURE_WAIT + 30.0  # seconds; what is found later is not the first import any more
MAX_SLEEP = 20.0  # seconds; the clock may be set meanwhile
RESTART_PAUSE = 5.0

Clock = Callable[[], datetime]
Wake = Callable[[], None]


async def restart_on_error(name: str, loop: Callable[[], Awaitable[None]], pause: float = RESTART_PAUSE) -> None:
    """Run `loop` until it returns; most never do. A failure is logged, and it starts again after `pause` seconds."""
    while True:
        try:
            return await loop()
        except StoreError as error:
            log.error("%s: %s", name, error)
            await asyncio.sleep(pause)
        except Exception:
            log.exception("%s failed; it goes on in %d s", name, pause)
            await asyncio.sleep(pause)


async def watch_database(db: Database, remember: Callable[[int], None], wake: Wake) -> None:
    """Call `wake` within a second of another process, such as a shell command, writing to the database."""
    seen = await db.version()
    while True:
        await asyncio.sleep(POLL_INTERVAL)
        version = await db.version()
        if version != seen:
            seen = version
            wake()
            async with db.reading() as conn:
                remember(await metadata.generation(conn))


async def watch_file(path: Path, lost: asyncio.Event) -> None:
    """Set `lost` and return once the database file was moved, deleted or replaced."""
    opened = identity(path)
    while identity(path) == opened:  # noqa: ASYNC110  nobody else knows
        await asyncio.sleep(POLL_INTERVAL)
    lost.set()


async def fan_out(
    db: Database, reserve: Reserve | None, *, clock: Clock, changed: asyncio.Event, ready: Wake, zone: tzinfo = UTC
) -> None:
    """Turn every promised publish into outbox rows, and sleep until the next is promised or its time comes.

    Pauses that are over end here too, before who gets a publish is looked for.

    `ready` tells the dispatcher that there are rows to send. While the disk is full, no rows are made. `zone` is
    that of chats that have chosen none.
    """
    has_filled = False
    while True:
        changed.clear()
        if reserve is not None and not reserve.is_held:
            await _sleep(changed, None)
            continue
        now = clock()
        ends = await membership.end_pauses(db, now)
        more = await fan_out_next(db, now=now, draw=random.random(), zone=zone)
        ready()
        if more:
            has_filled = True
            continue
        if has_filled:
            await db.outbox_has_filled()
            has_filled = False
        start = await next_start(db, now)  # of the same moment, or a time that comes in between would be overslept
        next_at = min((at for at in (start, ends) if at is not None), default=None)
        await _sleep(changed, None if next_at is None else (next_at - clock()).total_seconds())


async def end_embargoes(db: Database, policy: Policy, *, clock: Clock, changed: asyncio.Event, wake: Wake) -> None:
    """Publish scheduled articles when their time comes."""
    while True:
        changed.clear()
        out = await arriving_news.end_embargoes(
            db, now=clock(), burst=policy.burst, undo=policy.undo, push=not policy.window.files_never_push
        )
        if out:
            wake()
        async with db.reading() as conn:
            due = await articles.next_embargo(conn)
        await _sleep(changed, None if due is None else (due - clock()).total_seconds())


async def promise_reports(
    db: Database, *, owners: frozenset[int], zone: ZoneInfo, clock: Clock, changed: asyncio.Event, wake: Wake
) -> None:
    """Promise weekly reports when they are due. `owners` are those of the configuration."""
    while True:
        changed.clear()
        if await weekly_reports.promise_due(db, owners=owners, zone=zone, now=clock()):
            wake()
        due = await weekly_reports.next_due(db, zone=zone, now=clock())
        await _sleep(changed, None if due is None else (due - clock()).total_seconds())


async def watch_folder(
    db: Database,
    root: Path,
    policy: Policy,
    *,
    rules: ReadingRules,
    clock: Clock,
    wake: Wake,
    looked: asyncio.Event,
    imported: asyncio.Event,
) -> None:
    """Import a folder now and whenever something in it has changed. It may be missing, vanish and come back.

    `looked` is set once the files that were complete at the first look are imported; `imported` once all that were
    there at the start are, except those that are still being written, or wait for a picture, for too long.
    """
    async with db.reading() as conn:
        settling = Settling(all_is_held=await metadata.is_restored(conn))
    began = monotonic()

    def look_again() -> float | None:
        return None if settling.look_again_at is None else settling.look_again_at - monotonic()

    def is_ignored(path: str) -> bool:
        return settling.ignores(Path(os.path.relpath(path, root)).as_posix())

    at_start: frozenset[str] | None = None
    is_starting = True
    async for _ in watch(root, asyncio.Event(), look_again=look_again, ignores=is_ignored):
        at = monotonic()
        report, waiting = await take_folder(db, root, rules=rules, now=clock(), policy=policy, settling=settling, at=at)
        looked.set()
        at_start = waiting if at_start is None else at_start & waiting
        settling.all_is_held = False  # for what comes later
        for complaint in (*report.refused, *report.noted):
            log.warning("refused: %s", complaint)
        if not report.is_empty:
            wake()
        if is_starting and (not at_start or at - began >= MAX_FIRST_IMPORT_TIME):
            async with db.transaction() as conn:
                # What an older copy of the database does not know has been held by now; what comes later is news.
                await metadata.put(conn, "restored", None)
            is_starting = False
        if not is_starting or at - began >= MAX_FIRST_IMPORT_WAIT:
            imported.set()


async def housekeeping(
    db: Database, reserve: Reserve | None, kept: timedelta | None, gone_for: timedelta | None, *, clock: Clock
) -> None:
    """Every hour, prune what has been over for longer than `kept`, and keep the file small.

    Chats that could not be reached for `gone_for` are forgotten. None: never.
    """
    while True:
        if reserve is None or reserve.is_held:
            await forget_gone(db, gone_for, clock())
            await clean_up(db, kept, clock())
        await asyncio.sleep(HOUSEKEEPING_INTERVAL)


async def forget_gone(db: Database, gone_for: timedelta | None, now: datetime) -> None:
    """Delete, in small steps, what is stored about chats that could not be reached for so long (None: never)."""
    if gone_for is not None:
        await _in_steps(db, partial(forgetting.forget_gone, gone_before=now - gone_for, now=now))


async def clean_up(db: Database, kept: timedelta | None, now: datetime) -> None:
    """Prune what is over and give free pages back, in small steps."""
    if kept is not None:
        await _in_steps(db, partial(retention.drop_abandoned, halted_before=now - kept))
        await _in_steps(db, partial(retention.prune, done_before=now - kept))
        await _in_steps(db, partial(sent_lists.drop, told_before=now - kept, at_most=retention.ROWS_PER_STEP))
        await _in_steps(db, partial(retention.drop_progress, done_before=now - kept))
    await _in_steps(db, partial(retention.drop_log, logged_before=now - retention.LOG_KEPT))
    await _in_steps(db, Connection.give_back)
    await takedown.scrub(db)
    async with db.transaction() as conn:
        await conn.optimize()
    if db.path is not None:
        await asyncio.to_thread(retention.shorten_log, db.path)


async def _in_steps(db: Database, step: Callable[[Connection], Awaitable[bool]]) -> None:
    """Repeat `step`, each time in a transaction of its own, until it returns False; other writers go in between."""
    while True:
        began = asyncio.get_running_loop().time()
        async with db.transaction() as conn:
            if not await step(conn):
                return
        # Rest for as long as the step took: pruning is never urgent.
        await asyncio.sleep(asyncio.get_running_loop().time() - began)


async def keep_backups(
    db: Database, source: Path, folder: Path, *, clock: Clock, again: float = BACKUP_RETRY_AFTER
) -> None:
    """Make one backup each UTC day. A failure becomes an incident, and is tried again `again` seconds later."""
    while True:
        try:
            await daily_backup(source, folder, clock())
        except StoreError as error:
            log.error("no backup: %s", error)
            await incidents.note(db, IncidentKind.BACKUP, True, clock())
            await asyncio.sleep(again)
        else:
            await incidents.note(db, IncidentKind.BACKUP, False, clock())
            await asyncio.sleep(BACKUP_CHECK_INTERVAL)


async def watch_disk(reserve: Reserve, alarm: Callable[[str], Awaitable[None]], wake: Wake) -> None:
    """Delete the reserve when the disk is full; once there is room, make it again and call `wake`."""
    while True:
        if reserve.is_held:
            if await asyncio.to_thread(reserve.is_needed) and reserve.give_up():
                log.error("the disk is full; nothing is sent until there is room, people are still answered")
                await alarm("the disk is full")
        elif await asyncio.to_thread(reserve.take_again):
            log.info("there is room on the disk again")
            wake()
        await asyncio.sleep(DISK_CHECK_INTERVAL)


async def _sleep(changed: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(MAX_SLEEP if seconds is None else max(0.01, min(seconds, MAX_SLEEP))):
            await changed.wait()
    except TimeoutError:
        pass
