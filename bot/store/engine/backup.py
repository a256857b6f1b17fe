"""
Copies of a database: whole and consistent, and safe to take while a bot writes to it.

A copy is one file without a write-ahead log beside it, readable by its owner only, and appears under its name only
once it is complete and on the disk.
Source: https://sqlite.org/backup.html
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from bot.errors import StoreError
from bot.store.engine.sync_connection import connect, translating

KEPT = 7
_DAILY = re.compile(r"newsbot-\d{4}-\d{2}-\d{2}\.db")


def save(source: Path, target: Path) -> None:
    """Copy the database `source` to the new file `target`.

    Raises: StoreError, when there is such a file already, no folder for it, or no room.
    """
    where = target.absolute()
    if not where.parent.is_dir():
        raise StoreError(f"there is no folder {where.parent}")
    if os.path.lexists(where):
        raise StoreError(f"{where} exists already; a backup never replaces a file")
    _save(source, where)


async def daily_backup(source: Path, folder: Path, now: datetime) -> Path:
    """Return today's copy of the database at `source` in `folder`, made unless it is there; keep the last 7 days'.

    Raises: StoreError.
    """
    return await asyncio.to_thread(_daily_backup, source, folder.absolute(), now)


def _daily_backup(source: Path, folder: Path, now: datetime) -> Path:
    target = folder / f"newsbot-{now:%Y-%m-%d}.db"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not target.exists():
            _save(source, target)
        days = sorted(path for path in folder.iterdir() if _DAILY.fullmatch(path.name))
        for old in days[:-KEPT]:
            old.unlink()
    except OSError as error:
        raise StoreError(f"cannot keep backups in {folder}: {error.strerror}") from error
    return target


def _save(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        copy_database(source, part)
        part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def copy_database(source: Path, target: Path) -> None:
    """Copy a database in one read transaction, over whatever `target` is. Nothing that writes has to wait.

    Raises: StoreError, OSError.
    """
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        # For writing, though nothing is written: whoever closes a database last tidies its log away, if it may.
        with (
            closing(connect(source)) as original,
            closing(connect(target)) as copy,
        ):
            original.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise StoreError(f"cannot copy {source.absolute()} to {target}: {error}") from error
    with target.open("rb") as written:
        os.fsync(written.fileno())


def learn_deliveries(copy: Path, replaced: Path) -> int:
    """Let a copy know who has got what it still has to send, as the database that it replaces has it; return how many.

    That is what never went out of it, and what was on its way. Only between two databases of one bot, and for articles
    that have the same number and link in both. Raises: StoreError when the replaced one cannot be read.
    """
    with translating(copy), closing(connect(copy)) as conn:
        conn.execute("ATTACH ? AS old", (f"{replaced.absolute().as_uri()}?mode=rw",))
        # The replaced one may be of an earlier version: it is not brought to this one's shape for being looked into.
        is_newer = conn.execute("SELECT 1 FROM old.sqlite_master WHERE name = 'receipts'").fetchone() is not None
        learn = _LEARN_FROM_RECEIPTS if is_newer else _LEARN_FROM_LEDGER
        learnt = conn.execute(learn, {"article": None}).rowcount
        conn.execute(_MARK)
        for campaign, article in conn.execute(_OPEN).fetchall():
            sent = conn.execute(learn, {"article": article}).rowcount
            settled = conn.execute(_SETTLE, {"campaign": campaign, "article": article}).rowcount
            conn.execute(
                "UPDATE main.campaigns SET sent = sent + :sent, total = total + :sent - :settled WHERE id = :campaign",
                {"campaign": campaign, "sent": sent, "settled": settled},
            )
            learnt += sent
        return learnt


_OPEN = "SELECT id, subject FROM main.campaigns WHERE state <> 'done' AND kind = 'news'"
_LEARN = """
INSERT OR IGNORE INTO main.receipts
    (subject_type, subject, chat, message_id, thread, revision, look, sent_at, unsure)
SELECT r.subject_type, r.subject, r.chat, r.message_id, r.thread, r.revision, r.look, r.sent_at, r.unsure
FROM main.articles AS a CROSS JOIN {source} AS r ON r.subject_type = 1 AND r.subject = a.number
WHERE CASE WHEN :article IS NULL THEN a.pushed_at IS NULL ELSE a.number = :article END
  AND EXISTS (SELECT 1 FROM main.article_links AS m JOIN old.article_links AS o ON o.link = m.link
              WHERE m.article = a.number AND o.article = a.number)
  AND (SELECT value FROM main.meta WHERE key = 'bot_id')
      IS (SELECT value FROM old.meta WHERE key = 'bot_id')
"""
_LEARN_FROM_RECEIPTS = _LEARN.format(source="old.receipts")
_LEARN_FROM_LEDGER = _LEARN.format(
    source="(SELECT 1 AS subject_type, article AS subject, * FROM old.ledger WHERE status = 1)"
)
_MARK = """
UPDATE main.articles SET learnt = 1
WHERE pushed_at IS NULL AND EXISTS (
    SELECT 1 FROM main.receipts AS r WHERE r.subject_type = 1 AND r.subject = articles.number
)
"""
_SETTLE = """
DELETE FROM main.deliveries
WHERE campaign = :campaign AND chat IN (
    SELECT chat FROM main.receipts WHERE subject_type = 1 AND subject = :article
)
"""


def put_in_place(copy: Path, database: Path, now: datetime) -> Path | None:
    """Make `copy` the database, and return where the one it replaces is kept; None when there was none.

    Both are in one folder and nobody has either open. A crash at any point leaves the old or the new one in place,
    or, when the old one cannot even be opened, perhaps only under the name it is kept by.
    Raises: StoreError when somebody uses the old one, OSError.
    """
    kept = None
    if os.path.lexists(database):
        kept = _free_name(database.with_name(f"{database.name}.before-restore-{now:%Y%m%d-%H%M%S}"))
        try:
            with closing(connect(database)) as conn:
                close_log(conn, database)
            os.link(database, kept)
        except (sqlite3.DatabaseError, OSError):
            # Damaged, or a file system without links. A log that stayed behind would be played into the new one.
            for suffix in ("-wal", "-shm", ""):
                with suppress(FileNotFoundError):
                    Path(f"{database}{suffix}").rename(f"{kept}{suffix}")
    copy.replace(database)
    sync_folder(database.parent)
    return kept


def _free_name(path: Path) -> Path:
    """Return a name beside `path` that nothing has: its own, else with a number."""
    names = (path if n == 1 else path.with_name(f"{path.name}-{n}") for n in count(1))
    return next(name for name in names if not os.path.lexists(name))


def close_log(conn: sqlite3.Connection, database: Path) -> None:
    """Bring what is in the write-ahead log into the database, and remove the log.

    Raises: StoreError when somebody else has the database open, sqlite3.Error.
    """
    try:
        conn.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreError(f"something uses the database {database.absolute()}; try again") from error
        raise


def sync_folder(folder: Path) -> None:
    """Make names in a folder outlast a power cut. Source: https://man7.org/linux/man-pages/man2/fsync.2.html"""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
