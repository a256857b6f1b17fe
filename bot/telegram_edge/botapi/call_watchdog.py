"""
A deadline for whole calls: the read timeout ends a call without data, but not one that gets a byte now and then.

One timer checks all running calls. A timer for each call would cost a twentieth of a broadcast's processor time.
"""

from __future__ import annotations

import asyncio
from time import monotonic


class CallWatchdog:
    """Cancels tasks whose call takes longer than `longest` seconds, at most half as long again."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._began: dict[asyncio.Task[object], float] = {}
        self._overdue: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> asyncio.Task[object]:
        """Note that the running task makes a call; return the task, for `end`."""
        task = asyncio.current_task()
        assert task is not None
        self._began[task] = monotonic()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._longest / 2, self._look)
        return task

    def end(self, task: asyncio.Task[object]) -> None:
        """Note that the call is over, however it went."""
        del self._began[task]

    def was_overdue(self, task: asyncio.Task[object]) -> bool:
        """Return whether this watchdog, and nobody else, cancelled a task; if so, undo the cancellation."""
        if task not in self._overdue:
            return False
        self._overdue.discard(task)
        return task.uncancel() == 0

    def stop(self) -> None:
        """Stop checking."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        now = monotonic()
        for task, began in self._began.items():
            if now - began > self._longest and task not in self._overdue:
                self._overdue.add(task)
                task.cancel()
        self._timer = None
        if self._began:
            self._timer = asyncio.get_running_loop().call_later(self._longest / 2, self._look)
