"""
Detects that the open database file was moved, deleted or replaced, and saves its content then.

A process that has a file open can go on writing to it after that. What it writes is lost to everybody who opens the
file by name; and a write-ahead log that stays behind would be applied to the file that took its place.
Source: https://sqlite.org/howtocorrupt.html#unlink
"""

from __future__ import annotations

import os
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.store.engine.database import Database
from bot.store.engine.sqlite_connection import SqliteConnection
from bot.store.engine.sync_connection import connect, translating


def identity(path: Path) -> tuple[int, int] | None:
    """Return which file lies at a path, as device and inode; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


async def copy_open_file(db: Database, path: Path, now: datetime) -> Path:
    """Copy what is open to a new file beside where the database was, empty its write-ahead log, and return the copy.

    Its folder is made anew if that is gone too. Raises: OSError, StoreError.
    """
    place = path.absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    copy = place.with_name(f"{place.name}.rescued-{now:%Y%m%d-%H%M%S}")
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    async with db.reading() as conn:
        assert isinstance(conn, SqliteConnection)  # what is open is a file
        with translating(copy), closing(connect(copy, check_same_thread=False)) as target:
            await conn.backup(target)
    await db.empty_log()
    return copy
