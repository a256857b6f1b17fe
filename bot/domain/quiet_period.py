"""
When a file that may still be written is acted on: once it has been the same for a quiet time.

No file system says that a writer is done. Editors, rclone, scp and FTP servers write under the final name, so what a
look finds may be half of a story. Two looks that agree, far enough apart, are what there is; how far apart depends on
how long the file has been in the making. Times are seconds of a clock that never goes back, except where said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

QUIET_PERIOD = 2.0  # seconds
MAX_QUIET_PERIOD = 30.0
QUIET_GROWS_AFTER = 8.0  # from here on the quiet time grows
BURST_WINDOW = 3.0  # a finished file waits at most so long for those that arrive beside it: a burst is judged whole
ARRIVAL_WINDOW = 3.0  # after its first sight; what is still written then is waited for by nobody


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

    A time to come says nothing: clocks differ, and such a file is looked at twice like a fresh one.
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
