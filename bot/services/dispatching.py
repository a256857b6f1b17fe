"""
The dispatcher: takes what is due from the outbox, sends it, and settles it.

One loop writes and claims, a number of workers send. Whatever was answered while the last batch was being written
becomes the next batch, and nothing new is claimed before what is known has been written down. Batches do not follow
each other faster than fifty a second, because at a thousand messages a second a commit for every one or two costs
three times as much as sending them.
After a crash, rows that were being sent are released and sent again: at least once, never lost.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from sqlite3 import Error as SqliteError
from typing import Any

from bot.domain.article import Article
from bot.domain.chat import Chat, ChatKind, ChatState
from bot.domain.delivery import (
    Delivery,
    Failed,
    Halted,
    Lane,
    Migrated,
    Outcome,
    Sent,
    Status,
    Throttled,
    Unreachable,
    Unsure,
    backoff,
    settle,
)
from bot.domain.message import Message
from bot.domain.publishing import is_stale
from bot.render.catching_up import catching_up
from bot.render.look import Look
from bot.services.editions import Edition, edition_of
from bot.store import articles, audience, chats, fanouts, meta, outbox
from bot.store.database import Connection, Database
from bot.store.fanouts import Fanout, FanoutState
from bot.store.outbox import Settled
from bot.store.reserve import Reserve, is_full

log = logging.getLogger(__name__)

IN_FLIGHT = 64
FULL_SPEED_AHEAD = 512  # rows claimed ahead when nothing paces
GATHER = 0.02  # seconds from one turn to the next, while messages are on their way
AHEAD = 0.5  # seconds of the pace claimed ahead: within a second of Stop nothing more leaves
NOBODY_WINDOW = 200  # sends
NOBODY_SHARE = 0.2
HALT_PAUSE = timedelta(seconds=60)
OUTAGE_FROM = 5  # calls in a row that did not come through
OUTAGE_PAUSE = timedelta(seconds=30)
LONGEST_HOLD = timedelta(seconds=60)  # a delivery waiting for a retry holds later news of its chat no longer
HELD_CHATS = 4096
LONGEST_SLEEP = 30.0  # seconds; the clock may have been set back meanwhile
SET_BACK = timedelta(seconds=2)  # more than that is no mere correction of the clock
AFTER_AN_ERROR = 1.0  # seconds
GRACE = 8.0  # seconds for what is on the wire when the process is asked to end


class Alarm(StrEnum):
    """What the dispatcher tells the owners about."""

    HALTED = "halted"
    NOBODY_THERE = "nobody"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Wire:
    """The far side, as functions: what the gateway and the pacer do for a broadcast.

    `prepare` serialises a message once, `send` makes one call (body, chat, thread, silent) and never raises.
    `slot` waits for a turn (chat, lane, is_group); `held` gives the seconds for which a chat must not be sent to.
    """

    prepare: Callable[[Message], Any]
    send: Callable[[Any, int, int, bool], Awaitable[Outcome]]
    slot: Callable[[int, Lane, bool], Awaitable[None]]
    held: Callable[[int], float]
    throttled: Callable[[int, float], None]


@dataclass(slots=True, eq=False)
class _Item:
    """A claimed delivery on its way to a worker, or back from one.

    `folded` are the articles it takes along in a list because they, and its own, could not leave for too long;
    `is_folded` says that another delivery takes it along.
    """

    delivery: Delivery
    fanout: Fanout
    edition: Edition[Any]
    chat: Chat
    reason: int
    folded: tuple[Article, ...] = ()
    is_folded: bool = False
    outcome: Outcome | None = None
    has_photo: bool = False


class Dispatcher:
    """Sends what the outbox promises until told to stop. `rate` is messages per second; None means no pace."""

    def __init__(
        self,
        db: Database,
        wire: Wire,
        *,
        look_of: Callable[[Chat], Look],
        root: Path | None,
        clock: Callable[[], datetime],
        rate: float | None,
        stale: timedelta,
        alarm: Callable[[Alarm, int | None, str | None], Awaitable[None]],
        count: Callable[[Outcome], None] = lambda outcome: None,
        in_flight: int = IN_FLIGHT,
        reserve: Reserve | None = None,
    ) -> None:
        """`alarm` is told what owners must know, `count` the outcome of every attempt.

        While `reserve` is not held nothing is claimed; without one nobody watches the disk.
        """
        self._db = db
        self._wire = wire
        self._look_of = look_of
        self._root = root
        self._clock = clock
        self._stale = stale
        self._alarm = alarm
        self._tally = count
        self._in_flight = in_flight
        self._reserve = reserve
        self._latest = clock()
        self._ahead = FULL_SPEED_AHEAD if rate is None else max(4, int(rate * AHEAD))
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._queue: asyncio.Queue[_Item] = asyncio.Queue()
        self._claimed = 0  # rows in this process' hands
        self._answered: list[_Item] = []
        self._lines: dict[int, deque[_Item]] = {}  # chats with a message on its way, and what waits behind it
        self._holds: OrderedDict[int, datetime] = OrderedDict()
        self._running: dict[int, Fanout] = {}
        self._editions: dict[int, Edition[Any]] = {}  # by fan-out
        self._nobody: dict[int, deque[bool]] = {}
        self._halted_until: datetime | None = None
        self._next_due: datetime | None = None
        self._to_hold: set[int] = set()
        self._next_turn = 0.0  # on the loop's clock
        self._failures = 0  # calls in a row that did not come through
        self._quiet_until: datetime | None = None

    def wake(self) -> None:
        """Look at the outbox again: something was promised, stopped or released."""
        self._idle.clear()
        self._changed.set()

    async def idle(self) -> None:
        """Wait until nothing is due and nothing is on its way."""
        await self._idle.wait()

    def stop(self) -> None:
        """Send nothing more. `run` returns once what is on the wire has been answered and written down."""
        self._stopping = True
        self._changed.set()

    async def run(self) -> None:
        """Dispatch until `stop`."""
        async with self._db.transaction() as conn:
            released = await outbox.release_all(conn)
        if released:
            log.warning("%d deliveries were on their way when newsbot last ended; they go out again", released)
        workers = [asyncio.create_task(self._work(), name=f"sender-{n}") for n in range(self._in_flight)]
        try:
            while not self._stopping:
                await self._gather()
                self._changed.clear()
                try:
                    claimed = await self._turn()
                except SqliteError as error:
                    # Locked or full. What was answered stays in memory and is written with the next turn.
                    log.error("the outbox could not be written: %s", error)
                    claimed = False
                    if is_full(error):
                        has_room = self._reserve is not None and self._reserve.give_up()
                        await self._alarm(Alarm.DISK, None, str(error))
                        if has_room:
                            continue
                    await self._pause()
                if not (claimed or self._answered or self._changed.is_set() or self._stopping):
                    if not self._claimed:
                        self._idle.set()
                    await self._wait()
                    self._idle.clear()
        finally:
            await self._finish(workers)

    async def _gather(self) -> None:
        """Let answers come in until the next turn may begin; all of them share its commit."""
        now = asyncio.get_running_loop().time()
        if self._claimed and now < self._next_turn:
            await asyncio.sleep(self._next_turn - now)
        self._next_turn = max(now, self._next_turn) + GATHER

    async def _wait(self) -> None:
        """Sleep until something changes, the next retry is due, or a halt is over."""
        times = [at for at in (self._next_due, self._halted_until, self._quiet_until) if at is not None]
        pause = min(((at - self._clock()).total_seconds() for at in times), default=LONGEST_SLEEP)
        try:
            async with asyncio.timeout(max(0.005, min(pause, LONGEST_SLEEP))):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _pause(self) -> None:
        """Let a moment pass before the next try, unless it is time to end."""
        end = asyncio.get_running_loop().time() + AFTER_AN_ERROR
        while not self._stopping and asyncio.get_running_loop().time() < end:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(end):
                    await self._changed.wait()

    async def _turn(self) -> bool:
        """Write down what was answered, claim what is due, hand it to the workers; return whether any was claimed."""
        answered, to_hold = list(self._answered), set(self._to_hold)
        now = self._clock()
        await self._follow_clock(now)
        self._halted_until = _unless_over(self._halted_until, now)
        self._quiet_until = _unless_over(self._quiet_until, now)
        room = self._room(self._claimed - len(answered))
        claimed: list[Delivery] = []
        people: dict[int, Chat] = {}
        async with self._db.transaction() as conn:
            for number in to_hold:
                await fanouts.halt(conn, number, FanoutState.HELD, "unreachable")
            if answered:
                await self._write(conn, answered, now)
                for done in await fanouts.close_finished(conn, now):
                    self._editions.pop(done, None)
                    self._nobody.pop(done, None)
            is_paused = self._halted_until is not None or await meta.is_paused(conn)
            running = {} if is_paused else {one.id: one for one in await fanouts.running(conn)}
            if running and room > 0:
                claimed = await outbox.claim(conn, now, room)
                people = await chats.chats(conn, {delivery.chat for delivery in claimed})
            next_due = await outbox.next_due(conn) if running and not claimed else None
        # Only now is it on disk; had it failed, all of it would be tried again.
        del self._answered[: len(answered)]
        self._to_hold -= to_hold
        self._claimed += len(claimed) - len(answered)
        self._running, self._next_due = running, next_due if room > 0 else None
        await self._hand_out(claimed, people, now)
        for number in to_hold:
            await self._alarm(Alarm.NOBODY_THERE, number, None)
        return bool(claimed)

    async def _follow_clock(self, now: datetime) -> None:
        """When the clock was set back, wait as long as before for what was to wait, not longer by the difference."""
        if self._latest - now > SET_BACK:
            log.warning("the clock was set back by %d s", (self._latest - now).total_seconds())
            async with self._db.transaction() as conn:
                await outbox.set_back(conn, now, self._latest - now)
            self._holds.clear()
            self._halted_until = self._quiet_until = None
        self._latest = now

    def _room(self, in_hand: int) -> int:
        """Return how many more rows may be taken in hand. In an outage it is one at a time, and not at once."""
        if self._reserve is not None and not self._reserve.is_held:
            return 0
        if self._failures < OUTAGE_FROM:
            return self._ahead + self._in_flight - in_hand
        return 0 if self._quiet_until is not None else max(0, 1 - in_hand)

    async def _hand_out(self, claimed: list[Delivery], people: dict[int, Chat], now: datetime) -> None:
        """Decide about each claimed delivery with today's settings of its chat, and queue those that go out."""
        for number in dict.fromkeys(delivery.fanout for delivery in claimed):
            group = [delivery for delivery in claimed if delivery.fanout == number]
            fanout = self._running[number]
            async with self._db.reading() as conn:
                edition = self._editions.get(number)
                if edition is None or edition.article.revision != fanout.revision:
                    edition = await edition_of(conn, fanout.article, fanout.fixed_at, self._root, self._wire.prepare)
                    self._editions[number] = edition
                wanted = await audience.wanting(conn, edition.audience, [one.chat for one in group], now)
            for delivery in group:
                chat = people.get(delivery.chat, Chat(delivery.chat, state=ChatState.UNREACHABLE))
                item = _Item(delivery, fanout, edition, chat, wanted.get(delivery.chat, 0))
                if is_stale(fanout.start_at, now, self._stale):
                    await self._fold(item, now)
                self._decide(item, now)

    async def _fold(self, item: _Item, now: datetime) -> None:
        """Fold what is no longer news into one list: the chat's last such delivery takes the others along."""
        async with self._db.reading() as conn:
            item.is_folded = await outbox.has_later(conn, item.delivery, now - self._stale)
            if not item.is_folded:
                earlier = await articles.articles(conn, await outbox.folded(conn, item.chat.id))
                unwritten = [
                    one.edition.article
                    for one in self._answered
                    if one.chat.id == item.chat.id and one.outcome is None and _unsent(one) is Status.FOLDED
                ]
                item.folded = (*earlier, *unwritten, item.edition.article)

    def _decide(self, item: _Item, now: datetime) -> None:
        """Queue a delivery, or settle it unsent: its chat has paused, unfollowed or muted, or must be left alone."""
        if item.chat.state is not ChatState.ACTIVE or not item.reason or item.is_folded:
            self._answered.append(item)
            self._changed.set()
            return
        chat = item.delivery.chat
        hold = max(self._holds.get(chat, now) - now, timedelta(seconds=self._wire.held(chat)))
        if hold > timedelta(seconds=1):
            item.outcome = Throttled(hold)
            self._answered.append(item)
            self._changed.set()
        elif chat in self._lines:
            self._lines[chat].append(item)
        else:
            self._lines[chat] = deque()
            self._queue.put_nowait(item)

    async def _work(self) -> None:
        """Send one delivery after the other."""
        while True:
            item = await self._queue.get()
            try:
                await self._send(item)
            except Exception:
                # A bug of ours with this article or chat must not stop the others; it is retried, then given up.
                log.exception("a delivery of article %d could not be sent", item.edition.article.number)
                item.outcome = Failed("newsbot could not build this message; its log says why")
            self._answered.append(item)
            line = self._lines[item.delivery.chat]
            if line:
                self._queue.put_nowait(line.popleft())
            else:
                del self._lines[item.delivery.chat]
            self._changed.set()

    async def _send(self, item: _Item) -> None:
        delivery, chat = item.delivery, item.chat
        is_group = chat.kind is not ChatKind.PRIVATE

        async def send(body: Any) -> Outcome:
            # A second way to send the picture is a second message to Telegram, and waits for its own turn.
            await self._wire.slot(delivery.chat, item.fanout.lane, is_group)
            is_stopped = self._stopping or self._halted_until is not None or not self._is_going(delivery.fanout)
            if is_stopped or (self._failures >= OUTAGE_FROM and self._claimed > 1):
                return Throttled(timedelta(0))
            outcome = await self._wire.send(body, delivery.chat, delivery.thread, chat.silent)
            self._tally(outcome)
            return outcome

        look = self._look_of(chat)
        if item.folded:
            item.outcome = await send(self._wire.prepare(catching_up(item.folded, look, self._clock())))
        else:
            item.outcome, item.has_photo = await item.edition.send(look, item.reason, send, self._db, self._clock())
        self._judge_network(item)
        match item.outcome:
            case Sent() | Unreachable():
                self._count(item)
            case Throttled(wait) if wait > timedelta(0):
                self._wire.throttled(delivery.chat, wait.total_seconds())
            case Halted(reason):
                if self._halted_until is None:
                    self._halted_until = self._clock() + HALT_PAUSE
                    await self._alarm(Alarm.HALTED, None, reason)

    async def _write(self, conn: Connection, answered: list[_Item], now: datetime) -> None:
        """Write what became of deliveries: into the ledger, or back into the outbox."""
        finished: list[Settled] = []
        again: list[Delivery] = []
        for item in answered:
            delivery = item.delivery
            if item.outcome is None:
                stands = replace(delivery, status=_unsent(item), attempts=delivery.attempts - 1)
            else:
                stands = settle(delivery, item.outcome, now, random.random())
            match item.outcome:
                case Migrated(chat):
                    await chats.migrate(conn, delivery.chat, chat)
                case Unreachable():
                    await chats.switch_off(conn, delivery.chat, now)
            if stands.status is Status.WAITING:
                again.append(stands)
                self._hold_chat(stands, now)
            else:
                finished.append(
                    Settled(stands, item.edition.article.number, item.edition.article.revision, item.has_photo, now)
                )
        if again:
            await outbox.postpone(conn, again)
        if finished:
            await outbox.settle(conn, finished)
        for item in answered:
            if item.folded and isinstance(item.outcome, Sent):
                numbers = [article.number for article in item.folded]
                await outbox.unfold(conn, item.chat.id, numbers, item.outcome.message_id, now)

    def _judge_network(self, item: _Item) -> None:
        """Tell an outage from one chat's bad luck. An outage costs no attempts, and one message at a time asks."""
        if not isinstance(item.outcome, Failed | Unsure):
            if not isinstance(item.outcome, Throttled):
                self._failures, self._quiet_until = 0, None
            return
        self._failures += 1
        if self._failures >= OUTAGE_FROM:
            pause = min(backoff(self._failures - OUTAGE_FROM + 1, random.random()), OUTAGE_PAUSE)
            self._quiet_until = self._clock() + pause
            if isinstance(item.outcome, Failed):
                item.outcome = Throttled(timedelta(0))

    def _is_going(self, fanout: int) -> bool:
        return fanout in self._running and fanout not in self._to_hold

    def _count(self, item: _Item) -> None:
        """Watch for a wave of chats that cannot be reached: more likely our mistake than theirs."""
        last = self._nobody.setdefault(item.fanout.id, deque(maxlen=NOBODY_WINDOW))
        last.append(isinstance(item.outcome, Unreachable))
        if len(last) == NOBODY_WINDOW and sum(last) > NOBODY_WINDOW * NOBODY_SHARE:
            last.clear()
            self._to_hold.add(item.fanout.id)

    def _hold_chat(self, delivery: Delivery, now: datetime) -> None:
        """Keep a chat's later news behind what waits for a retry, but not for long."""
        if delivery.due_at > now:
            self._holds[delivery.chat] = min(delivery.due_at, now + LONGEST_HOLD)
            self._holds.move_to_end(delivery.chat)
            if len(self._holds) > HELD_CHATS:
                self._holds.popitem(last=False)

    async def _finish(self, workers: Iterable[asyncio.Task[None]]) -> None:
        """Hand back what was not tried, wait a little for what was, and write both down."""
        waiting = [item for line in self._lines.values() for item in line]
        for line in self._lines.values():
            line.clear()
        while not self._queue.empty():
            item = self._queue.get_nowait()
            del self._lines[item.delivery.chat]
            waiting.append(item)
        try:
            async with asyncio.timeout(GRACE):
                while self._lines:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            log.warning("%d messages were not answered in time; they may come twice", len(self._lines))
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        async with self._db.transaction() as conn:
            await self._write(conn, self._answered, self._clock())
            await outbox.release(conn, [item.delivery for item in waiting])
            await fanouts.close_finished(conn, self._clock())


def _unless_over(until: datetime | None, now: datetime) -> datetime | None:
    return None if until is None or now >= until else until


def _unsent(item: _Item) -> Status:
    """Return why a delivery was settled without being sent."""
    if item.chat.state is ChatState.UNREACHABLE:
        return Status.UNREACHABLE
    if item.chat.state is ChatState.ACTIVE and item.reason and item.is_folded:
        return Status.FOLDED
    return Status.UNWANTED
