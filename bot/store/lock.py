"""
One process per database: an operating-system lock beside it, which dies with the process.

The lock file also remembers how far the database had come (its generation). A database that is behind its lock
file is an older copy put in place by hand, and what it would send may have been sent before.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bot.errors import StoreError


class DatabaseLock:
    """Held from construction until `release()`. Raises: StoreError when another process holds it."""

    def __init__(self, database: Path) -> None:
        self._path = Path(f"{database}.lock")
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"cannot write {self._path.absolute()}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise StoreError(f"another newsbot runs on the database {database.absolute()}; stop it first") from error

    def generation(self) -> int:
        """Return the generation last written; 0 when none was."""
        text = os.pread(self._file, 32, 0).strip()
        return int(text) if text.isdigit() else 0

    def remember(self, generation: int) -> None:
        """Write the database's generation."""
        os.pwrite(self._file, b"%-31d\n" % generation, 0)

    def release(self) -> None:
        os.close(self._file)


def is_locked(database: Path) -> bool:
    """Return whether a newsbot runs on this database."""
    try:
        DatabaseLock(database).release()
    except StoreError:
        return True
    return False
