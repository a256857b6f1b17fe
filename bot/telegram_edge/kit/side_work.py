"""
Work that goes on after an update has been answered, so that its chat's next commands need not wait for it.

What must not be lost with the process is written down by who starts it; here it is only kept alive, and ended in time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
"""More would be somebody's flood; each waits for a server."""


class SideWork:
    """Tasks of the running bot. Belongs to the running event loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_full(self) -> bool:
        return len(self._tasks) >= MOST_AT_ONCE

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Let work go on by itself. A failure that it does not handle is logged once, with its traceback."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def idle(self) -> None:
        """Wait until everything that was started has ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Cancel what is not done, and wait for its end."""
        for task in self._tasks:
            task.cancel()
        await self.idle()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s ended badly", task.get_name(), exc_info=error)
