"""
A reserve of disk space: a file beside the database that is given up when the disk is full.

What was sent must still be written down, or it is sent again; and people want answers. Both need a little room at the
moment when there is none. While the reserve is gone nothing new is claimed; it is made again once there is room.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

RESERVE_BYTES = 8 * 1024 * 1024
"""Bytes: what was in flight, and some ten thousand answers to people."""
RESERVE_UNTIL_FREE = 256 * 1024 * 1024
"""Bytes that must be free before the reserve is made again; on a small disk a tenth of it and the reserve's size."""

_EMPTY = 64 * 1024
"""Bytes: below, the next write may find no room."""


class Reserve:
    """Held from `take` to `give_up`. `is_held` says whether there is room for new work."""

    def __init__(self, database: Path, size: int = RESERVE_BYTES) -> None:
        self.path = Path(f"{database.absolute()}.reserve")
        self.is_held = False
        self._size = size

    def take(self) -> bool:
        """Make the reserve if there is room for it; return whether it is held. One left from earlier is used again."""
        if not self.is_held:
            try:
                self.is_held = self.path.stat().st_size >= self._size or self._make()
            except FileNotFoundError:
                self.is_held = self._make()
        return self.is_held

    def take_again(self) -> bool:
        """Make the reserve again once there is plenty of room; return whether it is held."""
        if self.is_held:
            return True
        disk = shutil.disk_usage(self.path.parent)
        return disk.free >= min(RESERVE_UNTIL_FREE, disk.total // 10 + self._size) and self.take()

    def give_up(self) -> bool:
        """Let others have the room; return whether there was any to give."""
        had, self.is_held = self.is_held, False
        self.path.unlink(missing_ok=True)
        return had

    def is_needed(self) -> bool:
        """Return whether the disk is as good as full. One that is gone is not, and is somebody else's to notice."""
        try:
            return self.is_held and shutil.disk_usage(self.path.parent).free < _EMPTY
        except FileNotFoundError:
            return False

    def _make(self) -> bool:
        try:
            # Written rather than promised: a sparse file takes no room, and zeros take none where they are compressed.
            with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                for _ in range(0, self._size, 1024 * 1024):
                    file.write(os.urandom(min(self._size, 1024 * 1024)))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self.path.unlink(missing_ok=True)
            return False
        return True
