"""
Leadership: which of the processes on one database sends.

The one whose direct session holds a lock. It says so to the server each second; the server frees the lock of a process
that was killed at once, and of one that is stopped or cut off after three seconds (`store.postgres.direct_session`).
Whoever gets the lock ends all other terms in one transaction and begins its own, whose number every claim and settle
compares (`store.delivery.leases`): who still thinks that it leads can write nothing of it.

What the server says comes too late for a message that is already made. So `is_leader` also looks at the clock, and is
to be asked right before each one leaves: a process that was stopped finds that the server's last answer is too old.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.errors import StoreBusy, StoreError
from bot.store.postgres.direct_session import SILENCE, DirectSession, direct_session

log = logging.getLogger(__name__)

BEAT = 1.0  # seconds between two statements to the server, and between two tries to get the lock
# Less than SILENCE: the server counts from when a statement arrives, which is later than when we sent it.
TRUSTED_FOR = (SILENCE - timedelta(milliseconds=500)).total_seconds()
GIVEN_UP_AFTER = 5.0  # seconds without an answer: the server has ended the session by then, or cannot be reached
TERM_TIME = 15.0  # seconds to begin a term: whoever writes goes first, and one that is stopped may take five
RELEASE_WITHIN = 1.0  # seconds for giving the lock back at the end
SETTLED_AFTER = 10.0  # seconds; when a session lasted longer, its loss is the first failure of a new series
PAUSES = (0.1, 0.5, 1.0)  # seconds before the next try to connect, and after a term that could not be begun


def since_boot() -> float:
    """Return seconds that are never set back, and go on while the machine sleeps where the system counts that."""
    # https://man7.org/linux/man-pages/man2/clock_gettime.2.html: CLOCK_MONOTONIC stands still in a suspended system
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Leadership:
    """One process's part in being one bot with others. `run` takes part; the rest may be asked at any time."""

    def __init__(
        self,
        url: str,
        instance: str,
        *,
        heard: Callable[[str], None] = lambda what: None,
        clock: Callable[[], float] = since_boot,
    ) -> None:
        """`url` leads to the server itself. `instance` names this process, for people.

        `heard` is given what wake-ups say (NOTIFY, on the channel of `store.postgres.direct_session`); "" when any may
        have been missed, or a message that may leave again.
        """
        self._url = url
        self._instance = instance
        self._heard = heard
        self._clock = clock
        self._session: DirectSession | None = None
        self._term: int | None = None
        self._trusted_at = 0.0
        self.gained, self.lost = asyncio.Event(), asyncio.Event()
        self.lost.set()

    @property
    def term(self) -> int | None:
        """The number of the term in which this process sends; None while another one does, or none."""
        return self._term

    @property
    def is_leader(self) -> bool:
        """Whether this process is the one that sends, at this moment.

        False also while the server's last word is too old to say, though the term may go on.
        """
        return self._term is not None and self._clock() - self._trusted_at < TRUSTED_FOR

    def leads(self, term: int) -> bool:
        """Return whether a message of a term may leave at this moment: it may have been lost, and another gained."""
        return self._term == term and self.is_leader

    async def run(self) -> None:
        """Take part until cancelled; then let another one lead at once."""
        failures = 0
        while True:
            began = self._clock()
            try:
                async with direct_session(self._url) as session:
                    self._session = session
                    self._heard("")
                    await self._take_part(session)
            except StoreError as error:
                if self._clock() - began > SETTLED_AFTER:
                    failures = 0
                if self._term is not None:
                    self._lose(str(error))
                elif not failures:
                    log.warning("%s; trying again until it goes on", error)
            finally:
                self._lose("it takes no part any more")
                self._session = None
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    def resign(self, why: str) -> None:
        """Give up at once, and take part anew."""
        self._lose(why)
        if self._session is not None:
            self._session.cut()

    async def while_leading(self, work: Callable[[int], Awaitable[None]]) -> None:
        """Run `work(term)` whenever this process leads, and cancel it when it does no more; until cancelled.

        Work that ends by itself begins again with the next term. Work that raises has lost its term, and what it raises
        comes through: what it leaves behind is taken back by whoever begins the next one.
        """
        while True:
            await self.gained.wait()
            term = self._term
            if term is None:
                await asyncio.sleep(0)  # lost before this task ran
                continue
            working = asyncio.ensure_future(work(term))
            over = asyncio.ensure_future(self.lost.wait())
            try:
                await asyncio.wait({working, over}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
                    await over
            finally:
                over.cancel()
                working.cancel()
                await asyncio.wait({working, over})
                if self._term == term and not working.cancelled() and working.exception() is not None:
                    self.resign("what it had to do failed")
            if not working.cancelled():
                working.result()

    async def _take_part(self, session: DirectSession) -> None:
        """Keep the lock, or try to get it, once in a beat. Raises: StoreError when the session is lost."""
        try:
            while True:
                asked = self._clock()
                if self._term is None:
                    await self._try_to_lead(session)
                else:
                    await self._keep(session)
                await self._listen(session, asked + BEAT)
        except asyncio.CancelledError:
            await self._hand_over(session)
            raise

    async def _keep(self, session: DirectSession) -> None:
        """Ask the server whether this session still has the lock; the answer counts from the moment of asking."""
        asked = self._clock()
        with session.patience(GIVEN_UP_AFTER):
            if not await session.holds_lock():
                raise StoreBusy("the database does not know that this process has the lock of the one that sends")
        was_leader, self._trusted_at = self.is_leader, asked
        if self._term is not None and not was_leader:
            self._heard("")  # messages that were held back meanwhile may leave

    async def _try_to_lead(self, session: DirectSession) -> None:
        with session.patience(GIVEN_UP_AFTER):
            if not await session.try_lock():
                return
        with session.patience(TERM_TIME):
            term, back = await session.begin_term(self._instance)
        await self._keep(session)
        self._term = term
        log.info("this process sends from now on, in term %d", term)
        if back:
            log.warning("%d deliveries were in the hands of the one that sent before; they go out again", back)
        self.lost.clear()
        self.gained.set()

    async def _listen(self, session: DirectSession, until: float) -> None:
        while (left := until - self._clock()) > 0:
            for what in await session.hear(left):
                self._heard(what)
                if not what and self._term is None:
                    return  # the lock may be free

    async def _hand_over(self, session: DirectSession) -> None:
        if self._term is None:
            return
        self._lose("the process ends")
        try:
            with session.patience(RELEASE_WITHIN):
                await session.unlock()
        except StoreError:
            pass  # the lock ends with the session

    def _lose(self, why: str) -> None:
        if self._term is not None:
            log.warning("this process sends nothing more (term %d): %s", self._term, why)
        self._term = None
        self.gained.clear()
        self.lost.set()
