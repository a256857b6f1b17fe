"""
Which time zone rules count: the system's or the packaged ones, whichever are newer, and the same for everything.

`zoneinfo` takes the system's files wherever there are any, however old: on a Debian of last year the clock of
Vancouver would be an hour off, although newer rules are installed beside newsbot.
Source: https://docs.python.org/3/library/zoneinfo.html#data-sources
        https://data.iana.org/time-zones/tz-link.html (`tzdata.zi` begins with the version)
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_RELEASE = re.compile(r"\d{4}[a-z]+")
UNKNOWN = ""
"""Older than every release: files that do not say how old they are."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A release of the zone rules (`2026f`) and where it lies; `folder` is None for the packaged ones."""

    release: str
    folder: Path | None

    def __str__(self) -> str:
        return f"{self.release or 'of unknown age'} ({self.folder or 'packaged'})"


def use_newest(folders: Sequence[str] | None = None) -> Rules:
    """Let `zoneinfo` read the newest rules there are, and return them. Call it before the first zone is made.

    `folders` are where a system keeps its own; None for the usual places, or those that `PYTHONTZPATH` names.
    A zone that the chosen folder lacks comes from the packaged ones, as before.
    """
    newest = _packaged()
    for folder in zoneinfo.TZPATH if folders is None else folders:
        release = _release_in(Path(folder))
        if _age(release) > _age(newest.release):
            newest = Rules(release, Path(folder))
    zoneinfo.reset_tzpath(() if newest.folder is None else (str(newest.folder),))
    return newest


def _packaged() -> Rules:
    import tzdata  # type: ignore[import-untyped]

    return Rules(tzdata.IANA_VERSION, None)


def _release_in(folder: Path) -> str:
    """Return the release that a folder of zone files says it is: Linux in one file, macOS and the BSDs in another."""
    for name in ("tzdata.zi", "+VERSION"):
        try:
            with (folder / name).open("rb") as file:
                found = _RELEASE.search(file.read(64).decode("ascii", "replace"))
        except OSError:
            continue
        if found:
            return found[0]
    return UNKNOWN


def _age(release: str) -> tuple[str, int, str]:
    """Return what orders releases: 2026z comes before 2026za."""
    return release[:4], len(release), release
