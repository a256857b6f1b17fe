"""
One process per database: an operating-system lock beside it, which dies with the process.

The lock file also remembers how far the database had come (its generation). A database that is behind its lock
file is an older copy put in place by hand, and what it would send may have been sent before.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from bot.errors import StoreError

TRIES = 3
BETWEEN_TRIES = 0.05  # seconds


class DatabaseLock:
    """Held from construction until `release()`. Raises: StoreError when another process holds it."""

    def __init__(self, database: Path) -> None:
        self._path = _beside(database)
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"cannot write {self._path.absolute()}: {error.strerror}") from error
        try:
            self._take()
        except BlockingIOError as error:
            os.close(self._file)
            raise StoreError(f"another newsbot runs on the database {database.absolute()}; stop it first") from error
        except OSError as error:
            os.close(self._file)
            raise StoreError(f"cannot lock {self._path.absolute()}: {error.strerror}") from error

    def _take(self) -> None:
        """Take the lock, and do not mind who only asks whether somebody has it (`is_locked`): they are quick."""
        for _ in range(TRIES):
            try:
                return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(BETWEEN_TRIES)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

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
        file = os.open(_beside(database), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False  # who runs has made the file
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def _beside(database: Path) -> Path:
    """Return where the lock lies: beside the file itself, so that one behind a symbolic link has the same."""
    return Path(f"{database.resolve()}.lock")
