"""
Fingerprints: show that a file is unchanged without reading it again.

First by what the file system says of it (size, times, inode), then by a hash of its bytes: a file that was only
touched, or written too recently to trust its time, is read again but not taken for changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# A file changed twice within one tick of its file system's clock looks the same after the second change, and the
# coarsest clock in use (FAT) ticks every two seconds. https://git-scm.com/docs/racy-git
_TICK_NS = 2_000_000_000
UNTRUSTED = "-"
_UNTIL = "until:"  # no picture's path begins so: it would be read as a link


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is known of a file. `waits_for` are pictures that were missing, relative to the content folder.

    `until` are the seconds since 1970 at which the same bytes say something else; 0 if they never do.
    """

    look: str
    content: str
    waits_for: tuple[str, ...] = ()
    until: int = 0

    def __str__(self) -> str:
        waits = (f"{_UNTIL}{self.until}", *self.waits_for) if self.until else self.waits_for
        return " ".join((self.look, self.content, "|".join(waits))).rstrip(" ")

    @classmethod
    def read(cls, text: str) -> Fingerprint:
        """Return the fingerprint written as `text`; one that matches nothing when it was not written by us."""
        look, _, rest = text.partition(" ")
        content, _, pictures = rest.partition(" ")
        waits = tuple(pictures.split("|")) if pictures else ()
        if waits and waits[0].startswith(_UNTIL) and (until := waits[0].removeprefix(_UNTIL)).isdigit():
            return cls(look, content, waits[1:], int(until))
        return cls(look, content, waits)

    def is_of(self, look: str) -> bool:
        """Return whether a file that looks like `look` need not be read again."""
        return self.look == look and look != UNTRUSTED

    def has_what_it_waits_for(self, root: Path, is_whole: Callable[[str], bool]) -> bool:
        """Return whether a missing picture is there now, so that the same bytes deserve another reading."""
        return any((root / picture).exists() and is_whole(picture) for picture in self.waits_for)


def look_of(state: os.stat_result) -> str:
    """Return all that the file system says of a file's content without reading it."""
    return f"{state.st_size}-{state.st_mtime_ns}-{state.st_ctime_ns}-{state.st_ino}"


def trusted_look(state: os.stat_result, now_ns: int) -> str:
    """Return the look to remember of a file read at `now_ns`: none when it might still change within one tick."""
    newest = max(state.st_mtime_ns, state.st_ctime_ns)
    return look_of(state) if newest + _TICK_NS < now_ns else UNTRUSTED


def hash_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
