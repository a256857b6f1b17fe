"""Tasks that are told apart by a key: one of a kind is never started again before it has ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.errors import StoreError

log = logging.getLogger(__name__)

Key = tuple[object, ...]


class NamedTasks:
    """The tasks of a key each that are running. A failure is logged, and ends nothing else."""

    def __init__(self) -> None:
        self._busy: dict[Key, asyncio.Task[None]] = {}

    def is_at(self, *key: object) -> bool:
        """Return whether the task of that key is running."""
        return key in self._busy

    def start(self, key: Key, work: Callable[[], Awaitable[None]]) -> None:
        """Start the task of that key, unless it is running."""
        if key not in self._busy:
            task = asyncio.create_task(_guarded(key, work), name=f"notifications: {key[0]}")
            self._busy[key] = task
            task.add_done_callback(lambda _: self._busy.pop(key, None))

    async def settled(self) -> None:
        """Wait until everything that was started has ended."""
        while self._busy:
            await asyncio.gather(*self._busy.values())

    def cancel(self) -> None:
        """Cancel everything that is running."""
        for task in self._busy.values():
            task.cancel()


async def _guarded(key: Key, work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except StoreError as error:
        log.error("notifications failed at %s: %s", key[0], error)
    except Exception:
        log.exception("notifications failed at %s", key[0])
