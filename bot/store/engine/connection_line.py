"""
Whose turn it is at a connection: whoever asked first, but people who wait for an answer before what goes on by itself.

On a file a block takes a millisecond and the order shows nowhere. On a server that is far away a block takes seconds,
and a broadcast has always one more that waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar
from typing import Generic, TypeVar

IN_A_ROW = 8  # turns of people's, while something else waits

is_awaited: ContextVar[bool] = ContextVar("is_awaited", default=False)
"""Whether a person waits for what the running task does, and for what it has begun in tasks of their own."""

T = TypeVar("T")


class ConnectionLine(Generic[T]):
    """Connections that one task at a time may use, and two lines in front of them."""

    def __init__(self, connections: Iterable[T]) -> None:
        self._free = list(connections)
        self._people: deque[asyncio.Future[T]] = deque()
        self._others: deque[asyncio.Future[T]] = deque()
        self._in_a_row = 0

    @property
    def none_is_free(self) -> bool:
        return not self._free

    async def take(self) -> T:
        """Wait for a connection, to be put back: the one that was used last, if there is a choice."""
        if self._free:
            return self._free.pop()
        line = self._people if is_awaited.get() else self._others
        turn: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with suppress(ValueError):  # the turn was to be given to it, and went to the next one
                    line.remove(turn)
            else:
                self.put_back(turn.result())  # the turn came in the same moment
            raise

    def put_back(self, connection: T) -> None:
        """Give a connection to the next one."""
        while line := self._next():
            turn = line.popleft()
            if not turn.cancelled():
                self._in_a_row = self._in_a_row + 1 if line is self._people else 0
                turn.set_result(connection)
                return
        self._free.append(connection)

    def _next(self) -> deque[asyncio.Future[T]]:
        if self._others and (not self._people or self._in_a_row >= IN_A_ROW):
            return self._others
        return self._people
