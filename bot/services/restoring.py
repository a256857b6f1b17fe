"""
Putting a copy of the database back: one promise, that nothing of it leaves before somebody says so.

What the copy still has to send may have been sent since it was made. So it is held before it comes into place, and
the database remembers that it is an older one until its content has been looked through.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.paying import day_of
from bot.errors import StoreError
from bot.services import newsroom
from bot.store import articles, chats, log, meta, paid
from bot.store.backup import copy_database, learn_deliveries, put_in_place
from bot.store.connecting import connect
from bot.store.database import Database
from bot.store.lock import DatabaseLock
from bot.store.migrations import check, migrate


class UnsoundCopy(StoreError):
    """The file is damaged, no newsbot database, or a newer newsbot's."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now. `kept` is the database it replaced, None when there was none; `held` are publishes.

    `learnt` are deliveries since the copy was made, as the replaced one has them; None when nothing could be learnt.
    """

    kept: Path | None
    articles: int
    chats: int
    held: int
    learnt: int | None


async def restore(file: Path, database: Path, now: datetime) -> Restored:
    """Make a copy of `file` the database, with everything that was on its way held.

    Raises: UnsoundCopy; StoreError when a bot runs on the database or it cannot be written.
    """
    if not file.is_file():
        raise StoreError(f"there is no file {file.absolute()}")
    if database.exists() and file.samefile(database):
        raise StoreError(f"{file.absolute()} is the database itself")
    database = database.resolve()  # a symbolic link goes on pointing to it
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = DatabaseLock(database)
        copy = database.with_name(f"{database.name}.restoring")
        try:
            held, counted = await _prepare(file, copy, now)
            learnt = await asyncio.to_thread(_learn, copy, database)
            kept = await asyncio.to_thread(put_in_place, copy, database, now)
        finally:
            for left in database.parent.glob(f"{copy.name}*"):
                left.unlink()
            lock.release()
    except OSError as error:
        raise StoreError(f"cannot restore to {database}: {error.strerror}") from error
    return Restored(kept, *counted, held, learnt)


def _learn(copy: Path, replaced: Path) -> int | None:
    """Let the copy know who has what was published after it was made, so that nobody gets it twice."""
    if not replaced.exists():
        return None
    try:
        return learn_deliveries(copy, replaced)
    except sqlite3.Error:
        return None  # damaged, which may be why it is replaced


async def _prepare(file: Path, copy: Path, now: datetime) -> tuple[int, tuple[int, int]]:
    """Make a sound, current copy in which everything is held; return how many publishes that were, and its counts."""
    try:
        await asyncio.to_thread(check, file)
    except StoreError as error:
        raise UnsoundCopy(str(error)) from error
    await asyncio.to_thread(copy_database, file, copy)
    try:
        await asyncio.to_thread(migrate, copy, create=False)
        with closing(connect(copy)) as conn:
            conn.execute("PRAGMA journal_mode = WAL")
        db = await Database.open(copy, readers=1)
        try:
            held = await newsroom.hold_everything(db, now=now)
            async with db.transaction() as conn_:
                await meta.put(conn_, "restored", "1")
                # Nobody knows what was paid for since the copy was made: today nothing more is.
                await paid.reserve(conn_, day_of(now), paid.ALL)
                await log.record(conn_, "restore", at=now, detail=file.name)
                counted = sum((await articles.counts(conn_)).values()), sum((await chats.counts(conn_)).values())
        finally:
            await db.close()
    except sqlite3.Error as error:
        raise StoreError(f"cannot prepare a copy of {file.absolute()}: {error}") from error
    return held, counted
