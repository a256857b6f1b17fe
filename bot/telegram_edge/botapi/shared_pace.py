"""
One process's part in keeping each chat's limits together with the others that are the same bot.

What left for a chat is told to the others a moment later, and what they tell is spent from that chat's allowance here.
Nobody waits for that: an answer leaves as soon as this process's own books allow it. Two that send to a chat in the
same moment are one message ahead of what they know, and a group's allowance has room for it (`SHARED_GROUP`). News to
people is not told: one message beside the five that they may be answered at once.
Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection

from bot.domain.pacing import shared_rate
from bot.domain.shared_pace import is_note, notes, told
from bot.telegram_edge.botapi.pacer import Pacer

TOLD_EVERY = 0.05  # seconds from one note to the next, at least; the first of them leaves at once


class SharedPace:
    """Sees to what this process's pacer tells, and hears."""

    def __init__(self, pacer: Pacer, rate: float | None, tell: Callable[[Collection[str]], Awaitable[None]]) -> None:
        """`rate` is the ceiling for all processes together; `tell` lets them hear something."""
        self._pacer, self._rate, self._tell = pacer, rate, tell
        self._own = secrets.token_hex(4)
        self._sent: dict[int, int] = {}
        self._held: dict[int, float] = {}
        self._is_told = asyncio.Event()

    def share(self, processes: int, leads: bool) -> None:
        """Keep to this process's part of the rate and of chats' allowances, where so many processes are the bot."""
        if self._rate is not None:
            self._pacer.keep_within(shared_rate(self._rate, processes, leads=leads))
        are_others = processes > 1
        self._pacer.share_chats(self._left if are_others else None, self._was_held if are_others else None)

    def heard(self, what: str) -> bool:
        """Take in what a process says; return False when it is about something else."""
        if not is_note(what):
            return False
        for one in told(what, self._own):
            if one.messages:
                self._pacer.left_elsewhere(one.chat, one.messages)
            if one.held_for:
                self._pacer.held_elsewhere(one.chat, one.held_for)
        return True

    async def run(self) -> None:
        """Tell the others, until cancelled. Raises: StoreError; what was not told then is forgotten."""
        while True:
            await self._is_told.wait()
            self._is_told.clear()
            sent, held, self._sent, self._held = self._sent, self._held, {}, {}
            await self._tell(list(notes(self._own, sent, held)))
            await asyncio.sleep(TOLD_EVERY)

    def _left(self, chat: int) -> None:
        self._sent[chat] = self._sent.get(chat, 0) + 1
        self._is_told.set()

    def _was_held(self, chat: int, seconds: float) -> None:
        self._held[chat] = max(self._held.get(chat, 0.0), seconds)
        self._is_told.set()
