"""
The dispatcher: takes what is due from the outbox, sends it, and settles it.

One loop writes and claims, the senders send. Whatever was answered while the last batch was being written becomes the
next batch, and nothing new is claimed before what is known has been written down. While messages are on their way, no
more than thirty-three batches are written a second: at a thousand messages a second, a commit for every one or two
costs three times as much as sending them.
After a crash, rows that were being sent are released and sent again: at least once, never lost.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from bot.domain.chat import Chat
from bot.domain.circuit import Attendance, Circuit, Suspects
from bot.domain.delivery import (
    Delivery,
    Halted,
    Migrated,
    Outcome,
    Restricted,
    Sent,
    Status,
    Unreachable,
    Unsure,
    settle,
)
from bot.domain.limits import PAID_PER_SECOND
from bot.errors import StoreError, StoreFull
from bot.render.look import Look
from bot.services import newsroom, restrictions
from bot.services.purse import Purse
from bot.services.restrictions import Retries
from bot.services.sending import UNBUILT, Senders, Wire
from bot.services.sorting import IN_A_LIST, Item, Sorter, Unread
from bot.services.taking_up import due_next, take_up
from bot.services.threads import note_threads
from bot.store import chats, fanouts, meta, outbox
from bot.store.database import Connection, Database
from bot.store.fanouts import Fanout, FanoutState
from bot.store.outbox import Settled
from bot.store.reserve import Reserve

log = logging.getLogger(__name__)

IN_FLIGHT = 64
FULL_SPEED_AHEAD = 512  # rows claimed ahead when nothing paces
GATHER = 0.03  # seconds from one turn to the next, while messages are on their way
AHEAD = 0.5  # seconds of the pace claimed ahead: within a second of Stop nothing more leaves
LONGEST_SLEEP = 30.0  # seconds; the clock may have been set back meanwhile
SET_BACK = timedelta(seconds=2)  # more than that is no mere correction of the clock
AFTER_AN_ERROR = 1.0  # seconds
GRACE = 6.0  # seconds for what is on the wire when the process is asked to end


class Alarm(StrEnum):
    """What the dispatcher tells the owners about."""

    HALTED = "halted"
    NOBODY_THERE = "nobody"
    REFUSED = "refused"
    DISK = "disk"


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
        self._count = count
        self._in_flight = in_flight
        self._reserve = reserve
        self._purse = purse or Purse(0, rate)
        self._retries = Retries(stale)
        self._latest = clock()
        self._ahead = FULL_SPEED_AHEAD if rate is None else max(4, int(rate * AHEAD))
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._running: dict[int, Fanout] = {}
        self._circuit = Circuit()
        self._halted_by: str | None = None  # what the owners are to be told
        self._attendance: defaultdict[int, Attendance] = defaultdict(Attendance)  # by fan-out
        self._to_hold: dict[int, str | None] = {}  # Telegram's words, when it is for them
        self._next_due: datetime | None = None
        self._next_turn = 0.0  # on the loop's clock
        self._answered: list[Item] = []
        self._aside: list[Unread] = []
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Have nothing in hand, as at the start and after a fault that ended `run`."""
        self._claimed = 0  # rows in this process' hands
        self._suspects = Suspects()
        self._senders = Senders(
            self._db,
            self._wire,
            self._purse,
            look_of=self._look_of,
            clock=self._clock,
            count=self._count,
            may_leave=self._may_leave,
            answered=self._note,
        )

    def wake(self) -> None:
        """Look at the outbox again: something was promised, stopped or released."""
        self._retries.look_now()
        self._idle.clear()
        self._changed.set()

    async def idle(self) -> None:
        """Wait until nothing is due and nothing is on its way."""
        await self._idle.wait()

    def stop(self) -> None:
        """Send nothing more. `run` returns once what is on the wire has been answered and written down."""
        self._stopping = True
        self._changed.set()

    def refused(self, reason: str) -> None:
        """Send nothing for a while: another call was told that this bot's token is no good or is used elsewhere."""
        self._circuit = self._circuit.after(Halted(reason), self._clock())

    async def run(self) -> None:
        """Dispatch until `stop`."""
        self._begin_anew()
        async with self._db.transaction() as conn:
            await self._write(conn, self._answered, self._clock())  # what the last run could not
            released = await outbox.release_all(conn)
            # The clock may have been set back since somebody last wrote: then all of it would wait until then.
            self._latest = max(self._latest, await fanouts.last_heard_of(conn) or self._latest)
        self._answered.clear()
        self._aside.clear()
        self._sorter.begin_anew()
        if released:
            log.warning(
                "%d deliveries were claimed when newsbot last ended; all go out, those on the wire again", released
            )
        self._senders.start(self._in_flight)
        try:
            while not self._stopping:
                await self._gather()
                self._changed.clear()
                try:
                    claimed = await self._turn()
                except StoreError as error:
                    # Locked or full. What was answered stays in memory and is written with the next turn.
                    log.error("the outbox could not be written: %s", error)
                    if isinstance(error, StoreFull):
                        has_room = self._reserve is not None and self._reserve.give_up()
                        await self._alarm(Alarm.DISK, None, str(error))
                        if has_room:
                            continue
                    await self._pause()
                    continue
                if any(not one.is_broken for one in self._aside):
                    await self._pause()  # the database cannot be read, and asking it at once again is of no use
                if not (claimed or self._answered or self._aside or self._changed.is_set() or self._stopping):
                    if not self._claimed:
                        self._idle.set()
                    await self._wait()
                    self._idle.clear()
        finally:
            await self._finish()

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
        answered, aside, to_hold = list(self._answered), list(self._aside), dict(self._to_hold)
        now = self._clock()
        if self._halted_by is not None:
            reason, self._halted_by = self._halted_by, None
            log.error("Telegram refuses the bot: %s; no news leaves before it takes it again", reason)
            await self._alarm(Alarm.HALTED, None, reason)
        await self._follow_clock(now)
        self._circuit = self._circuit.at(now)
        in_hand = self._claimed - len(answered) - len(aside)
        back = {item.delivery.fanout for item in answered} | {one.delivery.fanout for one in aside}
        self._suspects.end_trial(back, self._circuit.is_outage)
        claimed: list[Delivery] = []
        next_due: datetime | None = None
        people: dict[int, Chat] = {}
        reserved = 0
        async with self._db.transaction() as conn:
            await self._write(conn, answered, now)
            for number, words in to_hold.items():
                why = fanouts.UNREACHED if words is None else fanouts.REFUSED
                await newsroom.break_off(conn, number, FanoutState.HELD, why, now=now, words=words)
            if aside:
                await self._put_aside(conn, aside, now)
            await self._retries.try_due(conn, now)
            await fanouts.close_finished(conn, now)
            is_paused = self._circuit.is_halted or await meta.is_paused(conn)
            running = {} if is_paused else {one.id: one for one in await fanouts.running(conn)}
            waiting = sum(one.total - one.settled for one in running.values()) - in_hand
            payable = await self._purse.payable(conn, waiting, now)
            room = self._room(in_hand, payable)
            ready = self._sorter.ready(running, now)
            if ready and room > 0:
                claimed = await take_up(conn, self._suspects, now, room, ready, is_outage=self._circuit.is_outage)
                payable = min(payable, len(claimed))
                reserved = await self._purse.reserve(conn, payable)
                people = await chats.chats(conn, {delivery.chat for delivery in claimed})
            if ready and not claimed:
                next_due = await due_next(conn, self._suspects, now, ready, is_outage=self._circuit.is_outage)
        # Only now is it on disk; had it failed, all of it would be tried again.
        self._sorter.written(answered)
        del self._answered[: len(answered)]
        del self._aside[: len(aside)]
        for number in to_hold:
            del self._to_hold[number]
        self._suspects.put_on_trial(delivery.fanout for delivery in claimed)
        self._purse.fill(reserved)
        self._claimed += len(claimed) - len(answered) - len(aside)
        self._running, self._next_due = running, next_due if room > 0 else None
        if not is_paused:
            self._sorter.keep(running)
            self._suspects.keep(running)
            for number in self._attendance.keys() - running.keys():
                del self._attendance[number]
        items, unread = await self._sorter.sort(claimed, people, running, now)
        self._purse.give_to(items, payable)
        for item in items:
            if item.is_decided:
                self._answered.append(item)
                self._changed.set()
            else:
                self._senders.hand_out(item)
        if unread:
            self._aside.extend(unread)
            self._changed.set()
        for number, words in to_hold.items():
            await self._alarm(Alarm.NOBODY_THERE if words is None else Alarm.REFUSED, number, words)
        return bool(claimed)

    async def _put_aside(self, conn: Connection, unread: Sequence[Unread], now: datetime) -> None:
        """Hand back what could not be put together; stop its broadcast when that lies in the article."""
        again_at = now + timedelta(seconds=AFTER_AN_ERROR)
        await outbox.release(conn, [one.delivery for one in unread if one.is_broken])
        await outbox.release(conn, [one.delivery for one in unread if not one.is_broken], again_at)
        for number in {one.delivery.fanout for one in unread if one.is_broken}:
            await newsroom.break_off(conn, number, FanoutState.STOPPED, "broken", now=now)

    async def _follow_clock(self, now: datetime) -> None:
        """When the clock was set back, wait as long as before for what was to wait, not longer by the difference."""
        if self._latest - now > SET_BACK:
            log.warning("the clock was set back by %d s", (self._latest - now).total_seconds())
            async with self._db.transaction() as conn:
                await outbox.set_back(conn, now, self._latest - now)
            self._sorter.forget_holds()
            self._circuit, self._suspects = Circuit(), Suspects()
        self._latest = now

    def _room(self, in_hand: int, payable: int) -> int:
        """Return how many more rows may be taken in hand, `payable` of them at the paid pace; none on a full disk."""
        if self._reserve is not None and not self._reserve.is_held:
            return 0
        ahead = self._ahead + min(payable, int(PAID_PER_SECOND * AHEAD))
        return self._circuit.room(ahead + self._in_flight, in_hand)

    def _note(self, item: Item) -> None:
        """Take note of what became of an item; the next turn writes it down."""
        if item.outcome is not None and item.outcome is not UNBUILT:
            was_halted, now = self._circuit.is_halted, self._clock()
            self._circuit = self._circuit.after(item.outcome, now, random.random())
            if self._suspects or self._circuit.is_outage:
                self._suspects.saw(item.fanout.id, item.outcome, self._circuit.is_outage, now)
            item.outcome = self._circuit.forgiven(item.outcome)
            match item.outcome:
                case Sent() | Unreachable() if not item.fanout.is_confirmed:
                    if self._attendance[item.fanout.id].saw(isinstance(item.outcome, Sent)):
                        self._to_hold.setdefault(item.fanout.id, None)
                case Halted(reason) if not was_halted:
                    self._halted_by = reason
        if item.edition.refused is not None and not item.edition.is_reported:
            item.edition.is_reported = True  # once: what is on the wire now may come back after an editor's "Try again"
            self._to_hold[item.fanout.id] = item.edition.refused
        self._answered.append(item)
        self._changed.set()

    def _may_leave(self, fanout: int) -> bool:
        """Return whether a message of a fan-out may leave now: much may have changed since it was claimed."""
        if self._stopping or self._circuit.is_halted or fanout not in self._running or fanout in self._to_hold:
            return False
        return not self._circuit.is_outage or self._claimed <= 1

    async def _write(self, conn: Connection, answered: list[Item], now: datetime) -> None:
        """Write what became of deliveries: into the ledger, or back into the outbox."""
        finished: list[Settled] = []
        again: list[Delivery] = []
        in_threads: list[Item] = []
        telling: list[Item] = []  # what was sent, and says something about its chat or its broadcast
        for item in answered:
            delivery = item.delivery
            if delivery.thread:
                in_threads.append(item)
            if item.outcome is not None:
                stands = settle(delivery, item.outcome, now, random.random())
            else:
                status = item.status_unsent or Status.UNWANTED
                stands = delivery._replace(status=status, attempts=delivery.attempts - 1, reason=item.reason_unsent)
            match item.outcome:
                case Migrated(chat):
                    await chats.migrate(conn, delivery.chat, chat)
                case Unreachable():
                    await chats.switch_off(conn, delivery.chat, now)
                case Restricted(reason):
                    await restrictions.note_refused(conn, delivery.chat, item.chat.restriction, reason, now)
                case Sent() if item.adopted is not None or item.chat.restriction is not None:
                    telling.append(item)
            if stands.status is Status.WAITING:
                again.append(stands)
                if item.outcome is not IN_A_LIST:
                    self._sorter.hold(stands, now)
            else:
                article = item.edition.article
                finished.append(Settled(stands, article.number, article.revision, item.has_photo))
                if item.outcome is not None:
                    self._sorter.let_go(delivery.chat)
        if in_threads:
            await note_threads(conn, in_threads, now)
        if again:
            await outbox.postpone(conn, again)
        for item in answered:
            match item.outcome:
                case (Sent() | Restricted()) as outcome if item.folded:
                    articles = {number: edition.article for number, edition in item.folded.items()}
                    await outbox.take_along(conn, item.delivery, articles, settle(item.delivery, outcome, now), now)
                case Unsure() if item.folded:
                    await outbox.doubt(conn, item.delivery, item.folded)
        if finished:
            await outbox.settle(conn, finished, now)
        for item in telling:
            if item.adopted is not None:
                form, words = item.adopted
                revision = item.edition.article.revision
                await newsroom.go_on_in(conn, item.fanout.id, form, revision, words, now=now)
            if item.chat.restriction is not None:
                await restrictions.note_open(conn, item.delivery.chat, now)
        for item in answered:
            if item.refused_by_some is not None:
                await newsroom.note_refused_by_some(conn, item.fanout.id, *item.refused_by_some, now=now)

    async def _finish(self) -> None:
        """Hand back what was not tried, wait a little for what was, and write both down."""
        untried = await self._senders.end(GRACE)
        async with self._db.transaction() as conn:
            await self._write(conn, self._answered, self._clock())
            await outbox.release(conn, [item.delivery for item in untried])
            await self._put_aside(conn, self._aside, self._clock())
            await fanouts.close_finished(conn, self._clock())
            await self._purse.give_back(conn)
        self._answered.clear()
