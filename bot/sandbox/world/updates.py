"""
Updates on their way to the bot: queued when something happens, gone when the bot confirms them.

Sources: https://core.telegram.org/bots/api#getupdates and #setwebhook
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from bot.sandbox.world.people import Json

NOT_UNLESS_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_UPDATE = 100_000_000


@dataclass(slots=True)
class Query:
    """A press or an inline query waiting for the bot's answer."""

    person: int
    chat: int
    asked_at: float
    answer: Json | None = None


class PendingUpdates:
    """Updates in order, numbered from a base as large as Telegram's, so that nobody takes them for small counts."""

    def __init__(self) -> None:
        self._waiting: deque[Json] = deque()
        self._last = FIRST_UPDATE
        self._arrived = asyncio.Event()
        self.allowed: frozenset[str] | None = None
        self.poll: asyncio.Future[str] | None = None
        """The long poll that waits; its result ends it, as a conflict with that reason, or with nothing when empty."""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, kind: str, payload: Json) -> Json | None:
        """Queue one update and return it; None when the bot has not asked for its kind."""
        wanted = kind in self.allowed if self.allowed else kind not in NOT_UNLESS_ASKED
        if not wanted:
            return None
        self._last += 1
        update = {"update_id": self._last, kind: payload}
        self._waiting.append(update)
        self._arrived.set()
        return update

    def confirm(self, offset: int) -> None:
        """Forget what is older than `offset`; a negative one keeps that many of the newest."""
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popleft()
        while self._waiting and self._waiting[0]["update_id"] < offset:
            self._waiting.popleft()

    def first(self, limit: int) -> list[Json]:
        return [self._waiting[index] for index in range(min(limit, len(self._waiting)))]

    def clear(self) -> None:
        self._waiting.clear()

    async def arrival(self) -> None:
        """Wait until something is queued."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()

    def end_poll(self, conflict: str = "") -> None:
        """End the long poll that waits, if one does."""
        if self.poll is not None and not self.poll.done():
            self.poll.set_result(conflict)

    def allow(self, kinds: Any) -> None:
        """Remember which kinds the bot wants from now on; an empty list means the usual ones."""
        self.allowed = frozenset(kinds) or None
