"""
How updates come in: each once, in order within a chat, concurrently between chats, and never more than we can hold.

A person's second press must not overtake the first, and one chat that waits for its pace must not hold up the others:
each chat has its own line, and only who stands first in a line takes up room among those being worked on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import telegram
from telegram.ext import BaseUpdateProcessor

log = logging.getLogger(__name__)

AT_ONCE = 256
PATIENT = 200
"""Updates of one chat in its line: more than two fetches bring, so that nothing is dropped that waited for us. Behind
more, at a message a second, nobody waits for an answer, and they would fill the room of all the others. Who blocked
the bot or added it is never dropped."""
WAITING = 4096
"""Updates fetched and not yet worked through. When full, nothing more is fetched: Telegram keeps them for a day."""

REMEMBERED = 10_000
"""Update ids; Telegram repeats an update within seconds, after a lost answer."""


arrived_at: ContextVar[float] = ContextVar("arrived_at")
"""When the update came in that is being worked on, in loop time; not set where no update is."""


class Inbox(asyncio.Queue[object]):
    """The application's queue of updates, bounded by what is not yet worked through rather than by what is queued.

    The application empties its queue at once into tasks of its own, so a queue's ordinary bound would never hold.
    """

    def __init__(self, waiting: int = WAITING) -> None:
        super().__init__()
        self._room = asyncio.Semaphore(waiting)

    async def put(self, item: object) -> None:
        await self._room.acquire()
        await super().put(item)

    def task_done(self) -> None:
        super().task_done()
        self._room.release()


@dataclass(slots=True)
class _Line:
    """The updates of one chat: who is first is at work."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class Intake(BaseUpdateProcessor):
    """Lets each update in when its turn has come.

    `backlog_until` is the last update id that waited at Telegram when this process started; it may be of any age.
    """

    def __init__(self, at_once: int = AT_ONCE, time: Callable[[float], None] = lambda seconds: None) -> None:
        """`time` is told the seconds from each update's arrival to the end of its work."""
        super().__init__(WAITING)
        self._time = time
        self._at_work = asyncio.Semaphore(at_once)
        self._lines: dict[int, _Line] = {}
        self._seen: dict[int, None] = {}
        self._unfinished: dict[int, asyncio.Event] = {}
        self.backlog_until = 0

    def read(self, raw: Mapping[str, Any], bot: telegram.Bot) -> telegram.Update:
        """Return an update as python-telegram-bot knows it; one that it cannot read says nothing.

        Telegram's objects change, and what comes again until it is taken must not keep all others from being read.
        Raises: ValueError when it is no update.
        """
        number = raw.get("update_id")
        if type(number) is not int:
            raise ValueError("an update has a number")
        try:
            return telegram.Update.de_json(dict(raw), bot)
        except Exception as error:  # whatever making one of its objects raises
            if not self._knows(number):
                log.warning("update %d cannot be read (%s) and is passed over", number, type(error).__name__)
            return telegram.Update(number)

    def expect(self, update_id: int) -> asyncio.Event | None:
        """Count on an update that is about to be handed over; None when it is known already.

        The event is set when its work is done.
        """
        if self._knows(update_id):
            return None
        done = self._unfinished[update_id] = asyncio.Event()
        return done

    def _knows(self, update_id: int) -> bool:
        return update_id in self._unfinished or update_id in self._seen

    def unfinished(self) -> dict[int, asyncio.Event]:
        """Return the updates counted on and not worked through, in the order in which they came."""
        return dict(self._unfinished)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        if not isinstance(update, telegram.Update) or self._is_repeated(update.update_id):
            coroutine.close()  # type: ignore[attr-defined]  # the application passes a coroutine
            return
        try:
            await self._in_line(update, coroutine)
        except Exception:
            self._finished(update.update_id)
            raise
        self._finished(update.update_id)  # not when cancelled: it is to come again at the next start

    def _finished(self, update_id: int) -> None:
        if (done := self._unfinished.pop(update_id, None)) is not None:
            done.set()

    async def _in_line(self, update: telegram.Update, coroutine: Awaitable[Any]) -> None:
        key = line_of(update)
        line = self._lines.setdefault(key, _Line())
        if line.length >= PATIENT and update.my_chat_member is None:
            log.warning("a chat says more than can be answered; what it said last is dropped")
            coroutine.close()  # type: ignore[attr-defined]
            return
        line.length += 1
        arrived = asyncio.get_running_loop().time()
        arrived_at.set(arrived)
        try:
            async with line.turn, self._at_work:
                await coroutine
        finally:
            self._time(asyncio.get_running_loop().time() - arrived)
            coroutine.close()  # type: ignore[attr-defined]  # nothing to do unless its turn never came
            line.length -= 1
            if not line.length:
                del self._lines[key]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to end: the application has waited for every update."""

    def _is_repeated(self, update_id: int) -> bool:
        if update_id in self._seen:
            return True
        self._seen[update_id] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return False


def line_of(update: telegram.Update) -> int:
    """Return the chat whose line an update joins; without one, the person; without either, 0."""
    if update.effective_chat is not None:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user is not None else 0
