"""
Taking turns: one request at a time for each host, and a bounded number in all.

Whoever has to wait for a host holds nothing that others need; so no slow server keeps the rest from going on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Who may ask a server now. What people wait for has places of its own, which no number of slow feeds takes."""

    def __init__(self, at_once: int, *, for_people: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._places_for_people = asyncio.Semaphore(for_people)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str, *, prompt: bool) -> AsyncIterator[None]:
        """Wait until it is this host's turn and there is a place. Never held while waiting for another turn."""
        one = self._hosts.setdefault(host, _Host())
        one.wanted += 1
        try:
            async with one.lock, self._places_for_people if prompt else self._places:
                yield
        finally:
            one.wanted -= 1
            if not one.wanted:
                del self._hosts[host]

    @property
    def hosts(self) -> int:
        """How many hosts are being asked or waited for."""
        return len(self._hosts)


class _Host:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.wanted = 0
