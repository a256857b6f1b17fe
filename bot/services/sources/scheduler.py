"""
Asking sources when they are due: many at once, one at a time of each host, and never so many that people wait.

What is due is read from the database, and a source stays due until what became of it is written: after a crash it is
asked again, conditionally. Requests that brought nothing new are written together, once a moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.content.web.fetching import Fetcher
from bot.errors import SourceFault, StoreError
from bot.services.content.imports import Policy
from bot.services.sources import reading, sources, websub
from bot.services.sources.feed_web import FeedAnswer, FeedWeb
from bot.services.sources.reading import Poll
from bot.store.content import sources as rows
from bot.store.content.sources import Answered
from bot.store.engine.database import Database

MAX_IN_HAND = 64
"""Sources that are being asked, or whose answers are being stored, at one time."""
LOOKED_AT = 2_000
"""Due sources among which those are chosen whose hosts are free."""
MAX_SLEEP = 3.0  # seconds; the clock may be set, and another process may have written
RESTED_AFTER_FAULT = 10.0  # seconds after the database could not take what a source gave
WRITTEN_EVERY = 0.5  # seconds between two writes of requests that brought nothing new
LOOK_AT_MOST_EVERY = 0.1  # seconds between two looks at what is due
MAX_STARTED = 6
"""Sources that one look starts to ask, so that after a long rest they do not come all at once."""

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class Scheduler:
    """Asks sources while it runs. `changed` is set by others when sources may have become due."""

    def __init__(
        self,
        db: Database,
        make_web: Callable[[], FeedWeb],
        policy: Policy,
        *,
        clock: Clock,
        wake: Callable[[], None],
        changed: asyncio.Event,
        may_write: Callable[[], bool] = lambda: True,
        webhook_url: str | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """`wake` is called when stories came; `may_write` says whether the disk has room. With a
        `webhook_url` hubs are followed."""
        self._db = db
        self._make_web = make_web
        self._policy = policy
        self._clock = clock
        self._wake = wake
        self._changed = changed
        self._may_write = may_write
        self._webhook_url = webhook_url
        self._draw = draw
        self._in_hand: dict[int, str] = {}  # hosts by sources
        self._tasks: set[asyncio.Task[None]] = set()
        self._unwritten: dict[int, Answered] = {}
        self._web: FeedWeb | None = None
        self._more = False  # whether there may be more to start at once
        self._leaving: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Ask what is due, for ever."""
        try:
            while True:
                self._changed.clear()
                await self._write()
                await self._start_due()
                self._leave_hubs()
                await asyncio.sleep(LOOK_AT_MOST_EVERY)
                await self._sleep()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._in_hand.clear()
            self._unwritten.clear()
            if self._web is not None:
                await self._web.close()
                self._web = None

    async def _sleep(self) -> None:
        """Sleep until something is to be done: a source is due, a place is free, or answers can be written."""
        seconds = WRITTEN_EVERY
        if self._more:
            return
        if not self._in_hand:
            async with self._db.reading() as conn:
                due = await rows.next_due(conn)
            seconds = MAX_SLEEP if due is None else (due - self._clock()).total_seconds()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(WRITTEN_EVERY, min(seconds, MAX_SLEEP))):
                await self._changed.wait()

    async def _start_due(self) -> None:
        self._more = False
        if not self._may_write():
            return
        now = self._clock()
        is_full = len(self._in_hand) >= MAX_IN_HAND  # then only those are asked for which somebody waits
        async with self._db.reading() as conn:
            due = await rows.due(conn, now, MAX_STARTED if is_full else LOOKED_AT)
            busy = set(self._in_hand.values())
            chosen: dict[int, str] = {}
            prompt = set()
            for number, url, is_waited_for in due:
                host = _host(url)
                is_full = len(self._in_hand) + len(chosen) >= MAX_IN_HAND
                if len(chosen) >= MAX_STARTED or (is_full and not is_waited_for):
                    break
                if is_waited_for:
                    prompt.add(number)
                if number not in self._in_hand and host not in busy:
                    busy.add(host)
                    chosen[number] = host
            self._more = len(chosen) == MAX_STARTED
            if not chosen:
                return
            polls = [await reading.poll_of(conn, number, now, self._draw()) for number in chosen]
        if self._web is None:
            self._web = self._make_web()
        for one in polls:
            if one is not None:
                number = one.source.number
                self._in_hand[number] = chosen[number]
                task = asyncio.create_task(self._ask(one, self._web, number in prompt), name=f"source {number}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _ask(self, poll: Poll, web: FeedWeb, prompt: bool) -> None:
        """Ask a source and store what came of it; a failure of ours is logged, and the source is asked again later.

        `prompt` when somebody waits for it.
        """
        number = poll.source.number
        try:
            if not await self._is_unchanged(poll, web, prompt):
                self._done(number)
        except StoreError as error:
            log.error("source %d could not be stored: %s", number, error)
            await asyncio.sleep(RESTED_AFTER_FAULT)
            self._done(number)
        except Exception:
            log.exception("source %d could not be read", number)
            self._unwritten[number], _ = reading.failed(
                poll, SourceFault("newsbot could not read it; its log says why")
            )

    async def _is_unchanged(self, poll: Poll, web: FeedWeb, prompt: bool) -> bool:
        """Ask a source. Return whether what came of it is yet to be written."""
        try:
            found = await self._answer(poll, web, prompt)
        except SourceFault as fault:
            answered, notice = reading.failed(poll, fault)
            if poll.source.failing_since is None:
                log.info("source %d gave no feed: %s", poll.source.number, fault)
            if notice is None:
                self._unwritten[poll.source.number] = answered
                return True
            await reading.store_fault(self._db, poll, fault)
            self._wake()
            return False
        if found is None:
            return False
        poll, answer = found
        number = poll.source.number
        if answer.feed is None:
            answered = reading.unchanged(poll, answer)
            if not reading.is_moving(answered):
                await self._follow_hub(number, web)
                self._unwritten[number] = answered
                return True
            async with self._db.transaction() as conn:
                await reading.move_if_seen_twice(conn, poll, answered)
                await rows.answered(conn, {number: answered})
            return False
        report = await reading.take_feed(self._db, poll, answer, answer.feed, policy=self._policy)
        if not report.is_empty:
            self._wake()
        await self._follow_hub(number, web)
        return False

    async def _follow_hub(self, number: int, web: FeedWeb) -> None:
        if self._webhook_url is not None:
            await websub.follow(self._db, web.fetcher, self._webhook_url, number, self._clock())

    def _leave_hubs(self) -> None:
        """Let the hubs of sources that are asked no more be told so, beside all else."""
        if self._webhook_url is None or (self._leaving is not None and not self._leaving.done()):
            return
        if self._web is None:
            self._web = self._make_web()
        self._leaving = asyncio.create_task(self._leave(self._web.fetcher, self._webhook_url), name="leaving hubs")
        self._tasks.add(self._leaving)
        self._leaving.add_done_callback(self._tasks.discard)

    async def _leave(self, fetcher: Fetcher, webhook_url: str) -> None:
        try:
            await websub.leave(self._db, fetcher, webhook_url)
        except StoreError as error:
            log.error("subscriptions at hubs could not be ended: %s", error)
        except Exception:
            log.exception("subscriptions at hubs could not be ended")

    async def _answer(self, poll: Poll, web: FeedWeb, prompt: bool) -> tuple[Poll, FeedAnswer] | None:
        """Return what a source's address gives. One that was never read may be a page's address; None when the feed
        that the page names is another source's.

        Raises: SourceFault.
        """
        source = poll.source
        if source.read_at is not None:
            return poll, await web.ask(source.url, poll.polling, prompt=prompt)
        url, answer = await web.find(source.url, prompt=prompt)
        if url != source.url:
            if not await sources.replace_address(self._db, source, url, self._clock()):
                return None
            poll = replace(poll, source=replace(source, url=url))
        return poll, answer

    def _done(self, number: int) -> None:
        self._in_hand.pop(number, None)
        self._changed.set()

    async def _write(self) -> None:
        """Store what became of the requests that brought nothing new."""
        written, self._unwritten = self._unwritten, {}
        if written:
            async with self._db.transaction() as conn:
                await rows.answered(conn, written)
            for number in written:
                self._in_hand.pop(number, None)


def _host(url: str) -> str:
    """Return whose turn a source is; the rest of its address is not looked at."""
    return urlsplit(url).netloc.lower().removeprefix("www.")
