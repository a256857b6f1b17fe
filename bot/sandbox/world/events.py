"""
Events of the sandbox for its subscribers: the chat page, the tour, a test that waits for a message.

A subscriber never slows the bot down: one that is too slow loses the oldest events.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

BACKLOG = 10_000
EventKind = Literal["message", "edited", "deleted", "toast", "inline", "reaction", "people"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something to redraw. `chat_id` is 0 when it concerns no chat in particular.

    `payload` by kind: `message` and `edited` a Bot API Message; `deleted` `{"message_id"}`;
    `toast` `{"callback_query_id", "person_id", "text", "show_alert", "url"}`; `inline` `{"inline_query_id"}` of a
    question that is answered; `reaction` `{"message_id", "reactions"}`, people by emoji; `people` a description of
    what changed.
    """

    kind: EventKind
    chat_id: int
    payload: dict[str, Any]


class Watch:
    """One watcher's events from the moment it entered: `async with world.subscribe() as events: async for …`."""

    def __init__(self, watchers: set[Watch]) -> None:
        self._watchers = watchers
        self._events: asyncio.Queue[Event] = asyncio.Queue(BACKLOG)

    async def __aenter__(self) -> Self:
        self._watchers.add(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watchers.discard(self)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        return await self._events.get()

    def forget(self) -> None:
        """Leave out what has happened so far."""
        while not self._events.empty():
            self._events.get_nowait()

    def tell(self, event: Event) -> None:
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)
