"""
Putting a copy of the database back: nothing of it is sent before an editor says so.

What the copy still has to send may have been sent since it was made. So it is held before it comes into place, and
the database remembers that it is an older one until its content has been looked through.
"""

from __future__ import annotations

import asyncio
import glob
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.paid_broadcast import day_of
from bot.errors import StoreError
from bot.services.newsroom import campaign_control, takedown
from bot.store.content import articles
from bot.store.content.taken_down import learn_taken_down
from bot.store.delivery import paid_messages
from bot.store.desk import audit_log
from bot.store.desk.role_reconciliation import Reconciled, drop_links, reconcile_roles
from bot.store.engine import metadata
from bot.store.engine.backup import learn_deliveries, put_in_place
from bot.store.engine.database import Database
from bot.store.engine.lock import DatabaseLock
from bot.store.engine.migrations import check, migrate, refuse_foreign
from bot.store.engine.staging import Staged, UnsoundFile, stage
from bot.store.readers import chats, forgetting
from bot.store.readers.forgetting import learn_forgotten


class UnsoundCopy(StoreError):
    """The file is damaged, no newsbot database, a newer newsbot's, or holds what newsbot did not build."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now. `kept` is the database it replaced, None when there was none; `held` are publishes.

    `learnt` are deliveries since the copy was made, as the replaced one has them; None when nothing could be learnt.
    `forgotten` are chats that asked for that, or were long gone, after the copy was made: it does not have them now.
    `taken_down` are articles of which the same is true.
    `roles` is what it took from the copy's editors; None when there was nothing to compare with.
    `beside` says which write-ahead log lay beside the copy, and whether it was its own.
    """

    kept: Path | None
    articles: int
    chats: int
    held: int
    learnt: int | None
    forgotten: int
    roles: Reconciled | None
    beside: Staged
    taken_down: int = 0


async def restore(file: Path, database: Path, now: datetime) -> Restored:
    """Make a copy of `file` the database, with everything that was on its way held.

    Raises: UnsoundCopy; StoreError when there is no such file, a bot runs on the database or it cannot be written.
    """
    if _is_same(file, database):
        raise StoreError(f"{file.absolute()} is the database itself")
    database = database.resolve()  # a symbolic link goes on pointing to it
    copy = database.with_name(f"{database.name}.restoring")
    if file.absolute().parent.resolve() == copy.parent and file.name.startswith(copy.name):
        raise StoreError(f"{file.absolute()} is what a restore left that did not end; take the copy it was made of")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = DatabaseLock(database)
        try:
            beside = await asyncio.to_thread(_stage, file, copy)
            held, (stories, met) = await _prepare(file, copy, now)
            learnt, roles = await asyncio.to_thread(_learn, copy, database, now)
            forgotten, taken_down = await _erase_again(copy, now)
            kept = await asyncio.to_thread(put_in_place, copy, database, now)
        finally:
            _clear(copy)
            lock.release()
    except OSError as error:
        raise StoreError(f"cannot restore to {database}: {error.strerror}") from error
    return Restored(kept, stories, met - forgotten, held, learnt, forgotten, roles, beside, taken_down)


def _is_same(file: Path, database: Path) -> bool:
    try:
        return file.samefile(database)
    except OSError:
        return False  # one of them is not there, or cannot be looked at


def _clear(copy: Path) -> None:
    """Remove what is left of a copy in the making, with what stands beside it."""
    for left in copy.parent.glob(f"{glob.escape(copy.name)}*"):
        left.unlink()


def _stage(file: Path, copy: Path) -> Staged:
    """Copy the file and let nothing into it that newsbot did not write. Raises: UnsoundCopy, StoreError, OSError."""
    _clear(copy)
    try:
        beside = stage(file, copy)
    except UnsoundFile as error:
        raise UnsoundCopy(str(error)) from error
    try:
        check(copy, called=file)
    except StoreError as error:
        reason = str(error)
        if beside.log is not None:
            reason += f"; if {beside.log} is not its own, move that away and try again"
        raise UnsoundCopy(reason) from error
    return beside


def _learn(copy: Path, replaced: Path, now: datetime) -> tuple[int | None, Reconciled | None]:
    """Let the copy know who has what was published after it was made, who lost a role or a link, and who was forgotten.

    Nobody gets news twice then, nobody a right back, and what was deleted stays so. The replaced one may be damaged, or
    not newsbot's at all, which may be why it is replaced: then nothing is known, and no link of the copy works.
    """
    learnt, roles = None, None
    if replaced.exists():
        with suppress(StoreError):
            refuse_foreign(replaced)
            roles = reconcile_roles(copy, replaced, now)
            if roles is not None:  # they are two of one bot
                learn_forgotten(copy, replaced)
                learn_taken_down(copy, replaced)
            learnt = learn_deliveries(copy, replaced)
    if roles is None:
        drop_links(copy)
    return learnt, roles


async def _erase_again(copy: Path, now: datetime) -> tuple[int, int]:
    """Delete from a copy what it has of chats that were forgotten, and of articles that were taken down, after it was
    made; return how many of each."""
    db = await Database.open(copy, readers=1)
    try:
        async with db.transaction() as conn:
            again = await forgetting.brought_back(conn)
            for chat in again:
                await forgetting.forget(conn, chat, now)
            return len(again), await takedown.take_down_again(conn, now)
    finally:
        await db.close()


async def _prepare(file: Path, copy: Path, now: datetime) -> tuple[int, tuple[int, int]]:
    """Make a sound, current copy in which everything is held; return how many publishes that were, and its counts."""
    try:
        await asyncio.to_thread(migrate, copy, create=False)
        db = await Database.open(copy, readers=1)
        try:
            held = await campaign_control.hold_everything(db, now=now)
            async with db.transaction() as conn_:
                await metadata.put(conn_, "restored", "1")
                # Nobody knows what was paid for since the copy was made: today nothing more is.
                await paid_messages.reserve(conn_, day_of(now), paid_messages.ALL)
                await audit_log.record(conn_, "restore", at=now, detail=file.name)
                counted = sum((await articles.counts(conn_)).values()), sum((await chats.counts(conn_)).values())
        finally:
            await db.close()
    except StoreError as error:
        raise type(error)(f"cannot prepare a copy of {file.absolute()}: {error}") from error
    return held, counted
