"""
The time zone of a location that somebody shares once. The location is looked up on this machine, in a process of its
own (`bot.location_lookup`), and neither kept nor logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence

from bot.services.readers.places import MAX_WAITING
from bot.services.readers.preferences import zones

LOOKUP_TIMEOUT = 10.0  # seconds; an answer takes one, on a slow and busy machine some more

# -P: what lies in the folder that the bot runs in is not imported in place of what is installed.
_COMMAND = (sys.executable, "-P", "-m", "bot.location_lookup")

log = logging.getLogger(__name__)


class LocationSearch:
    """The zones of the world, asked in a process of its own. `command` is what it runs, `timeout` is in seconds."""

    def __init__(self, command: Sequence[str] = _COMMAND, timeout: float = LOOKUP_TIMEOUT) -> None:
        self._command = tuple(command)
        self._timeout = timeout
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0

    async def zones_at(self, latitude: float, longitude: float) -> tuple[str, ...] | None:
        """Return the zones of a place that a chat can choose; None when it cannot be said at the moment.

        There are several where people of one place live by different clocks, and none at sea.
        """
        if self._waiting >= MAX_WAITING:
            return None
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                found = await self._ask(latitude, longitude)
        finally:
            self._waiting -= 1
        return None if found is None else tuple(zone for zone in found if zone in zones())

    async def _ask(self, latitude: float, longitude: float) -> list[str] | None:
        try:
            child = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        except OSError as error:
            log.warning("locations cannot be looked up: %s", error.strerror)
            return None
        try:
            async with asyncio.timeout(self._timeout):
                answer, _ = await child.communicate(json.dumps([latitude, longitude]).encode())
            return [str(zone) for zone in json.loads(answer)]
        except TimeoutError:
            log.warning("locations cannot be looked up: no answer within %g s", self._timeout)
        except (ValueError, TypeError):
            log.warning("locations cannot be looked up: tzfpy is missing or damaged")
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return None
