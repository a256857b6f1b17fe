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
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from sqlite3 import Error as SqliteError
from typing import Any

from bot.domain.chat import Chat, ChatKind
from bot.domain.circuit import Attendance, Circuit
from bot.domain.delivery import (
    Delivery,
    Failed,
    Halted,
    Lane,
    Migrated,
    Outcome,
    Rejected,
    Sent,
    Status,
    Throttled,
    Unreachable,
    settle,
)
from bot.domain.limits import PAID_PER_SECOND
from bot.domain.message import Message
from bot.render.catching_up import catching_up
from bot.render.look import Look
from bot.services.purse import Purse
from bot.services.sorting import Item, Sorter
from bot.store import chats, fanouts, meta, outbox
from bot.store.database import Connection, Database
from bot.store.fanouts import Fanout, FanoutState
from bot.store.outbox import Settled
from bot.store.reserve import Reserve, is_full

log = logging.getLogger(__name__)

IN_FLIGHT = 64
FULL_SPEED_AHEAD = 512  # rows claimed ahead when nothing paces
GATHER = 0.02  # seconds from one turn to the next, while messages are on their way
AHEAD = 0.5  # seconds of the pace claimed ahead: within a second of Stop nothing more leaves
LONGEST_SLEEP = 30.0  # seconds; the clock may have been set back meanwhile
SET_BACK = timedelta(seconds=2)  # more than that is no mere correction of the clock
AFTER_AN_ERROR = 1.0  # seconds
GRACE = 6.0  # seconds for what is on the wire when the process is asked to end


class Alarm(StrEnum):
    """What the dispatcher tells the owners about."""

    HALTED = "halted"
    NOBODY_THERE = "nobody"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Wire:
    """The far side, as functions: what the gateway and the pacer do for a broadcast.

    `prepare` serialises a message once, `send` makes one call (body, chat, thread, silent, paid) and never raises.
    `slot` waits for a turn (chat, lane, is_group, paid); `held` gives the seconds for which a chat must not be sent to;
    `throttled` is told of a 429 (chat, seconds, paid).
    """

    prepare: Callable[[Message], Any]
    send: Callable[[Any, int, int, bool, bool], Awaitable[Outcome]]
    slot: Callable[[int, Lane, bool, bool], Awaitable[None]]
    held: Callable[[int], float]
    throttled: Callable[[int, float, bool], None]


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
        purse: Purse | None = None,
    ) -> None:
        """`alarm` is told what owners must know, `count` the outcome of every attempt.

        While `reserve` is not held nothing is claimed; without one nobody watches the disk. Without a `purse` nothing
        is paid for.
        """
        self._db = db
        self._wire = wire
        self._sorter = Sorter(db, prepare=wire.prepare, held=wire.held, root=root, stale=stale)
        self._look_of = look_of
        self._clock = clock
        self._alarm = alarm
        self._tally = count
        self._in_flight = in_flight
        self._reserve = reserve
        self._purse = purse or Purse(0, rate)
        self._latest = clock()
        self._ahead = FULL_SPEED_AHEAD if rate is None else max(4, int(rate * AHEAD))
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._running: dict[int, Fanout] = {}
        self._circuit = Circuit()
        self._attendance: defaultdict[int, Attendance] = defaultdict(Attendance)  # by fan-out
        self._to_hold: set[int] = set()
        self._next_due: datetime | None = None
        self._next_turn = 0.0  # on the loop's clock
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Have nothing in hand, as at the start and after a fault that ended `run`."""
        self._queue: asyncio.Queue[Item] = asyncio.Queue()
        self._claimed = 0  # rows in this process' hands
        self._answered: list[Item] = []
        self._lines: dict[int, deque[Item]] = {}  # chats with a message on its way, and what waits behind it

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
        self._begin_anew()
        async with self._db.transaction() as conn:
            released = await outbox.release_all(conn)
        if released:
            log.warning(
                "%d deliveries were claimed when newsbot last ended; all go out, those on the wire again", released
            )
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
                    if is_full(error):
                        has_room = self._reserve is not None and self._reserve.give_up()
                        await self._alarm(Alarm.DISK, None, str(error))
                        if has_room:
                            continue
                    await self._pause()
                    continue
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
        times = [at for at in (self._next_due, self._circuit.next_look) if at is not None]
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
        self._circuit = self._circuit.at(now)
        in_hand = self._claimed - len(answered)
        claimed: list[Delivery] = []
        people: dict[int, Chat] = {}
        reserved = 0
        async with self._db.transaction() as conn:
            for number in to_hold:
                await fanouts.halt(conn, number, FanoutState.HELD, "unreachable")
            if answered:
                await self._write(conn, answered, now)
                for done in await fanouts.close_finished(conn, now):
                    self._sorter.close(done)
                    self._attendance.pop(done, None)
            is_paused = self._circuit.is_halted or await meta.is_paused(conn)
            running = {} if is_paused else {one.id: one for one in await fanouts.running(conn)}
            waiting = sum(one.total - one.settled for one in running.values()) - in_hand
            payable = await self._purse.payable(conn, waiting, now)
            room = self._room(in_hand, payable)
            if running and room > 0:
                claimed = await outbox.claim(conn, now, room)
                payable = min(payable, len(claimed))
                reserved = await self._purse.reserve(conn, payable)
                people = await chats.chats(conn, {delivery.chat for delivery in claimed})
            next_due = await outbox.next_due(conn) if running and not claimed else None
        # Only now is it on disk; had it failed, all of it would be tried again.
        del self._answered[: len(answered)]
        self._to_hold -= to_hold
        self._purse.fill(reserved)
        self._claimed += len(claimed) - len(answered)
        self._running, self._next_due = running, next_due if room > 0 else None
        items, broken = await self._sorter.sort(claimed, people, running, self._answered, now)
        self._purse.hand_out(items, payable)
        for item in items:
            self._hand_out(item)
        if broken:
            await self._put_aside(broken)
        for number in to_hold:
            await self._alarm(Alarm.NOBODY_THERE, number, None)
        return bool(claimed)

    async def _put_aside(self, broken: Sequence[Delivery]) -> None:
        """Hand back what cannot be put together, and stop its broadcast until an editor sends the rest."""
        async with self._db.transaction() as conn:
            await outbox.release(conn, broken)
            for number in {delivery.fanout for delivery in broken}:
                await fanouts.halt(conn, number, FanoutState.STOPPED, "broken")
        self._claimed -= len(broken)

    async def _follow_clock(self, now: datetime) -> None:
        """When the clock was set back, wait as long as before for what was to wait, not longer by the difference."""
        if self._latest - now > SET_BACK:
            log.warning("the clock was set back by %d s", (self._latest - now).total_seconds())
            async with self._db.transaction() as conn:
                await outbox.set_back(conn, now, self._latest - now)
            self._sorter.forget_holds()
            self._circuit = Circuit()
        self._latest = now

    def _room(self, in_hand: int, payable: int) -> int:
        """Return how many more rows may be taken in hand, `payable` of them at the paid pace; none on a full disk."""
        if self._reserve is not None and not self._reserve.is_held:
            return 0
        ahead = self._ahead + min(payable, int(PAID_PER_SECOND * AHEAD))
        return self._circuit.room(ahead + self._in_flight, in_hand)

    def _hand_out(self, item: Item) -> None:
        """Give a delivery to the workers, behind what is on its way to the same chat, or settle what is decided."""
        chat = item.delivery.chat
        if item.is_decided:
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
            self._purse.put_back(item)
            self._answered.append(item)
            line = self._lines[item.delivery.chat]
            if line:
                self._queue.put_nowait(line.popleft())
            else:
                del self._lines[item.delivery.chat]
            self._changed.set()

    async def _send(self, item: Item) -> None:
        delivery, chat = item.delivery, item.chat
        is_group = chat.kind is not ChatKind.PRIVATE

        async def send(body: Any) -> Outcome:
            # A second way to send the picture is a second message to Telegram, and waits for its own turn.
            is_paid = item.paid_on is not None
            await self._wire.slot(delivery.chat, item.fanout.lane, is_group, is_paid)
            if not self._may_leave(delivery.fanout):
                return Throttled(timedelta(0))
            if is_paid and not self._purse.pay(item, self._clock()):
                # Midnight has passed, or Telegram takes no Stars. Hundreds were taken up for the paid pace; kept in
                # hand at the free one they would stand in the way of what is more urgent.
                return Throttled(timedelta(0))
            outcome = await self._wire.send(body, delivery.chat, delivery.thread, chat.silent, is_paid)
            self._tally(outcome)
            if isinstance(outcome, Throttled):
                self._wire.throttled(delivery.chat, outcome.wait.total_seconds(), is_paid)
            if is_paid:
                self._purse.answered(outcome, self._clock())
                if isinstance(outcome, Rejected):
                    # It may be the Stars that were refused, and no delivery fails for want of them.
                    outcome = await send(body)
                    self._purse.answered_unpaid(outcome, self._clock())
            return outcome

        look = self._look_of(chat)
        if item.folded:
            item.outcome = await send(self._wire.prepare(catching_up(item.folded, look, self._clock())))
        else:
            item.outcome, item.has_photo = await item.edition.send(look, item.reason, send, self._db, self._clock())
        now = self._clock()
        was_halted = self._circuit.is_halted
        self._circuit = self._circuit.after(item.outcome, now, random.random())
        item.outcome = self._circuit.forgiven(item.outcome)
        match item.outcome:
            case Sent() | Unreachable():
                if self._attendance[item.fanout.id].saw(isinstance(item.outcome, Sent)):
                    self._to_hold.add(item.fanout.id)
            case Halted(reason) if not was_halted:
                await self._alarm(Alarm.HALTED, None, reason)

    def _may_leave(self, fanout: int) -> bool:
        """Return whether a message of a fan-out may leave now: much may have changed since it was claimed."""
        if self._stopping or self._circuit.is_halted or fanout not in self._running or fanout in self._to_hold:
            return False
        return not self._circuit.is_outage or self._claimed <= 1

    async def _write(self, conn: Connection, answered: list[Item], now: datetime) -> None:
        """Write what became of deliveries: into the ledger, or back into the outbox."""
        finished: list[Settled] = []
        again: list[Delivery] = []
        for item in answered:
            delivery = item.delivery
            if item.outcome is not None:
                stands = settle(delivery, item.outcome, now, random.random())
            else:
                status = item.status_unsent or Status.UNWANTED
                stands = replace(delivery, status=status, attempts=delivery.attempts - 1)
            match item.outcome:
                case Migrated(chat):
                    await chats.migrate(conn, delivery.chat, chat)
                case Unreachable():
                    await chats.switch_off(conn, delivery.chat, now)
            if stands.status is Status.WAITING:
                again.append(stands)
                self._sorter.hold(stands, now)
            else:
                article = item.edition.article
                finished.append(Settled(stands, article.number, article.revision, item.has_photo))
        if again:
            await outbox.postpone(conn, again)
        if finished:
            await outbox.settle(conn, finished, now)
        for item in answered:
            if item.folded and isinstance(item.outcome, Sent):
                numbers = [article.number for article in item.folded]
                await outbox.unfold(conn, item.chat.id, numbers, item.outcome.message_id, now)

    async def _finish(self, workers: Iterable[asyncio.Task[None]]) -> None:
        """Hand back what was not tried, wait a little for what was, and write both down."""
        waiting = [item for line in self._lines.values() for item in line]
        for line in self._lines.values():
            line.clear()
        while not self._queue.empty():
            item = self._queue.get_nowait()
            del self._lines[item.delivery.chat]
            waiting.append(item)
        for item in waiting:
            self._purse.put_back(item)
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
            await self._purse.give_back(conn)
