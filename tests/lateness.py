"""How long this process waited for a processor: what a bound in seconds is to be forgiven on a starved machine."""

from __future__ import annotations

import asyncio

TICK = 0.02  # seconds


class Lateness:
    """Counts from when it is made, in a running loop, until `stop`."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            self.seconds += loop.time() - due

    def stop(self) -> None:
        self._watching.cancel()
