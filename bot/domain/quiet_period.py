"""
The quiet period: a file that may still be written is imported once it has not changed for a while.

No file system reports that a writer is done. Editors, rclone, scp and FTP servers write under the final name, so a scan
may find half of a story. The only evidence is two scans that agree, far enough apart; how far depends on for how long
the file has been changing. Times are seconds of a monotonic clock, except where said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

QUIET_PERIOD = 2.0  # seconds
MAX_QUIET_PERIOD = 30.0
QUIET_GROWS_AFTER = 8.0  # from here on the quiet time grows
BURST_WINDOW = 3.0  # a finished file waits at most so long for those that arrive beside it: a burst is judged whole
ARRIVAL_WINDOW = 3.0  # after it was first seen; a file that is still being written then delays no other


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was at the last look: the same `since` then, first seen different from what is known `first_at`."""

    state: str
    first_at: float
    since: float

    def again(self, state: str, at: float) -> FileState:
        """Return the state after another look."""
        return self if state == self.state else replace(self, state=state, since=at)

    @property
    def written_for(self) -> float:
        return self.since - self.first_at

    @property
    def quiet_at(self) -> float:
        """When the file may be acted on if it stays as it is."""
        return self.since + quiet_time(self.written_for)


def quiet_time(written_for: float) -> float:
    """Return for how many seconds a file must stay the same that was seen changing over `written_for` seconds.

    2 s for what took up to 8 s, 5 s after 20 s, 15 s after a minute, 30 s from two minutes on.
    """
    return min(max(QUIET_PERIOD, written_for / 4), MAX_QUIET_PERIOD)


def is_quiet_already(modified: float, now: float) -> bool:
    """Return whether a file last written at `modified` needs no second look at `now`, both seconds of the wall clock.

    A time in the future proves nothing, because clocks differ: such a file is scanned twice like a fresh one.
    """
    return now - modified >= QUIET_PERIOD


def ready(states: Mapping[str, FileState], at: float) -> tuple[frozenset[str], float | None]:
    """Return which files may be acted on at a look, and when to look again; None when nothing waits.

    Files that arrive together are acted on together. One that goes on being written holds nobody up.
    """
    quiet = {path: one for path, one in states.items() if one.quiet_at <= at}
    waiting = [one for path, one in states.items() if path not in quiet]
    arriving = [one.quiet_at for one in waiting if at - one.first_at < ARRIVAL_WINDOW]
    if quiet and arriving:
        gathered_at = min(min(one.quiet_at for one in quiet.values()) + BURST_WINDOW, max(arriving))
        if at < gathered_at:
            return frozenset(), gathered_at
    again = [one.quiet_at for one in waiting if at - one.first_at >= ARRIVAL_WINDOW]
    if arriving:
        again.append(min(min(arriving) + BURST_WINDOW, max(arriving)))
    return frozenset(quiet), min(again, default=None)
