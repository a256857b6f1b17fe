"""
The dispatcher: claims what is due in the outbox, decides what becomes of it, and hands it out to be sent.

One loop writes and claims, the senders send. Whatever was answered while the last batch was being written becomes the
next batch, and nothing new is claimed before what is known has been written down. While messages are on their way, no
more than thirty-three batches are written a second: at a thousand messages a second, a commit for every one or two
costs three times as much as sending them.
After a crash, claimed deliveries are taken back and sent again: at least once, never lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain import lease
from bot.errors import StoreError, StoreFull, TermOver
from bot.services.delivery.attempt import COULD_NOT_COMPOSE
from bot.services.delivery.chat_holds import ChatHolds
from bot.services.delivery.claiming import Claimed, Claimer, SendingLimits
from bot.services.delivery.compositions import Compositions
from bot.services.delivery.health import Health
from bot.services.delivery.item import Item
from bot.services.delivery.kinds import KINDS, Kind
from bot.services.delivery.own_times import OwnTimes
from bot.services.delivery.restrictions import Retries
from bot.services.delivery.senders import Senders, SendingTools
from bot.services.delivery.settler import Notes, Settler
from bot.services.delivery.term import Term
from bot.services.delivery.triage import Triage
from bot.store.delivery import campaign_changes, campaigns, outbox
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Database

log = logging.getLogger(__name__)

FLUSH_INTERVAL = 0.03  # seconds from one turn to the next, while messages are on their way
SLOW_TURN = 0.5  # seconds, as where the database is far away: what others have to write goes before the next one then
LONGEST_REST = 2.0  # seconds after such a turn; it may be as long as the turn
MAX_SLEEP = 30.0  # seconds; the clock may have been set back meanwhile
CLOCK_JUMP = timedelta(seconds=2)  # more than that is no mere correction of the clock
ERROR_PAUSE = 1.0  # seconds
SHUTDOWN_GRACE = 6.0  # seconds for messages that are being sent when the process is asked to end


class Alarm(StrEnum):
    """What the dispatcher tells the owners about."""

    HALTED = "halted"
    NOBODY_THERE = "nobody"
    REFUSED = "refused"
    DISK = "disk"


class Dispatcher:
    """Sends what the outbox promises until told to stop."""

    def __init__(
        self,
        db: Database,
        tools: SendingTools,
        limits: SendingLimits,
        *,
        clock: Callable[[], datetime],
        alarm: Callable[[Alarm, int | None, str | None], Awaitable[None]],
        kinds: Mapping[str, Kind] = KINDS,
        is_alone: bool = True,
        leads: Callable[[int], bool] = lambda term: True,
    ) -> None:
        """`alarm` is told what owners must know: what it is, the campaign it is about, and words of Telegram's.

        `is_alone` when a lock makes sure that no other process sends from this database. `leads` is asked
        right before each message whether this process still sends, in the term that `run` was given.
        """
        self._db = db
        self._tools = tools
        self._limits = limits
        self._kinds = kinds
        wire = tools.wire
        self._holds = ChatHolds(wire.held)
        self._compositions = Compositions(
            kinds, prepare=wire.prepare, prepare_edit=wire.prepare_edit, pictures=tools.pictures
        )
        own_times = OwnTimes(lambda chat: tools.look_of(chat).zone, limits.stale)
        self._triage = Triage(db, kinds, self._compositions, own_times, self._holds)
        self._changed = asyncio.Event()
        self._settler = Settler(self._triage, self._holds, changed=self._changed.set)
        self._clock = clock
        self._alarm = alarm
        self._paid_budget = limits.paid_budget
        self._retries = Retries(limits.stale)
        self._latest = clock()
        self._idle = asyncio.Event()
        self._stopping = False
        self._term = Term(is_alone)
        self._leads = leads
        self._running: Mapping[int, Campaign] = {}
        self._health = Health()
        self._claimer = Claimer(kinds, self._triage, self._health, limits)
        self._next_due: datetime | None = None
        self._next_turn = 0.0  # on the loop's clock
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Have nothing claimed, as at the start and after an exception that ended `run`."""
        self._in_hand = 0  # claimed, and not written down yet
        self._health.forget_suspects()
        self._senders = Senders(
            self._db,
            self._tools,
            self._paid_budget,
            self._kinds,
            clock=self._clock,
            may_leave=self._may_leave,
            answered=self._answered,
        )

    def wake(self) -> None:
        """Look at the outbox again: something was promised, stopped or released."""
        self._retries.look_now()
        self._idle.clear()
        self._changed.set()

    async def idle(self) -> None:
        """Wait until nothing is due and nothing is on its way."""
        await self._idle.wait()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping

    def stop(self) -> None:
        """Send nothing more. `run` returns once messages being sent have been answered and written down."""
        self._stopping = True
        self._changed.set()

    def refused(self, reason: str) -> None:
        """Send nothing for a while: another call was told that this bot's token is no good or is used elsewhere."""
        self._health.refused(reason, self._clock())

    async def run(self, term: int | None = None) -> None:
        """Dispatch until `stop`, in a term that was begun for this process, if any; it is not run twice in one.

        Raises: TermOver, when another process sends meanwhile.
        """
        await self._begin(term)
        try:
            while not self._stopping:
                await self._until_next_turn()
                self._changed.clear()
                began = asyncio.get_running_loop().time()
                try:
                    claimed = await self._turn()
                except TermOver:
                    raise
                except StoreError as error:
                    if not await self._can_go_on(error):
                        await self._pause()
                    continue
                self._rest_after(asyncio.get_running_loop().time() - began)
                if self._settler.must_pause:
                    await self._pause()
                if not (claimed or self._settler.has_notes or self._changed.is_set() or self._stopping):
                    if not self._in_hand:
                        self._idle.set()
                    await self._wait()
                    self._idle.clear()
        finally:
            await self._end()

    async def _turn(self) -> bool:
        """Write down what was answered, claim what is due, hand it out; return whether anything was claimed."""
        now, notes = self._clock(), self._settler.notes()
        await self._tell_of_refusal()
        await self._follow_clock(now)
        self._health.pass_time(now)
        self._health.suspects.end_trial(notes.campaigns, self._health.is_outage)
        async with self._db.transaction() as conn:
            await self._settler.write(conn, notes, now, self._term.owner)
            await self._retries.try_due(conn, now)
            await campaign_changes.close_finished(conn, now)
            if self._is_leading():
                claimed = await self._claimer.claim(conn, self._term, self._in_hand - notes.many, now)
            else:  # what is in hand comes back by itself
                claimed = Claimed(self._term, self._running, is_paused=True)
        # Only now is it on disk; had it failed, all of it would be tried again.
        self._take_over(claimed, notes)
        items, unread = await self._triage.sort(claimed.deliveries, claimed.people, claimed.running, now)
        self._paid_budget.give_to(items, claimed.payable)
        for item in items:
            if item.is_decided:
                self._settler.note(item)
            else:
                self._senders.hand_out(item)
        self._settler.note_unread(unread)
        for number, words in notes.held:
            await self._alarm(Alarm.NOBODY_THERE if words is None else Alarm.REFUSED, number, words)
        return bool(claimed.deliveries)

    def _take_over(self, claimed: Claimed, notes: Notes) -> None:
        """Go on from what a turn has written."""
        self._settler.written(notes)
        self._term, self._running, self._next_due = claimed.term, claimed.running, claimed.next_due
        self._health.suspects.put_on_trial(delivery.campaign for delivery in claimed.deliveries)
        self._paid_budget.fill(claimed.reserved)
        self._in_hand += len(claimed.deliveries) - notes.many
        if not claimed.is_paused:
            self._compositions.keep(claimed.running)
            self._health.keep(claimed.running)

    def _answered(self, item: Item) -> None:
        """Judge what became of an item that was handed out; the next turn writes it down."""
        made = item.composition
        if item.outcome is not None and item.outcome is not COULD_NOT_COMPOSE:
            item.outcome, is_nobody_there = self._health.saw(item.campaign, item.outcome, self._clock)
            if is_nobody_there:
                self._settler.hold(item.campaign.id, None)
        if made.refused is not None and not made.is_reported:
            made.is_reported = True  # once: messages being sent now may be refused after an editor's "Try again"
            self._settler.hold(item.campaign.id, made.refused)
        self._settler.note(item)

    def _may_leave(self, campaign: int) -> bool:
        """Return whether a message of a campaign may leave now: much may have changed since it was claimed."""
        if self._stopping or campaign not in self._running or self._settler.is_holding(campaign):
            return False
        if not self._health.may_leave(self._in_hand):
            return False
        term = self._term
        if term.is_given and not self._leads(term.owner):
            return False
        return lease.may_leave(term.renewed_at, self._clock())

    def _is_leading(self) -> bool:
        return not self._term.is_given or self._leads(self._term.owner)

    # Start, end and pauses between turns

    async def _begin(self, given: int | None) -> None:
        """Write what the last run could not, and take back claims whose term is over."""
        self._begin_anew()
        notes, now = self._settler.notes(), self._clock()
        async with self._db.transaction() as conn:
            await self._settler.write(conn, notes, now, self._term.owner)
            term, taken_back = (Term.given(given), 0) if given else await self._term.begin(conn, now)
            # The clock may have been set back since somebody last wrote: then all of it would wait until then.
            self._latest = max(self._latest, await campaigns.last_heard_of(conn) or self._latest)
        self._settler.written(notes)
        self._triage.begin_anew()
        self._term = term
        if taken_back:
            log.warning(
                "%d deliveries were claimed when newsbot last ended; all go out, those on the wire again", taken_back
            )
        self._senders.start(self._limits.in_flight)

    async def _end(self) -> None:
        """Hand back what was not tried, wait a little for what was, and write both down."""
        untried = await self._senders.end(SHUTDOWN_GRACE)
        notes, now, owner = self._settler.notes(), self._clock(), self._term.owner
        async with self._db.transaction() as conn:
            await self._settler.write(conn, notes, now, owner)
            await outbox.release(conn, [item.delivery for item in untried], owner=owner)
            await campaign_changes.close_finished(conn, now)
            await self._paid_budget.give_back(conn)
            await self._term.end(conn)
        self._settler.written(notes)

    async def _until_next_turn(self) -> None:
        """Let answers come in until the next turn may begin; all of them share its commit."""
        now = asyncio.get_running_loop().time()
        if self._in_hand and now < self._next_turn:
            await asyncio.sleep(self._next_turn - now)
        self._next_turn = max(now, self._next_turn) + FLUSH_INTERVAL

    def _rest_after(self, seconds: float) -> None:
        """Let the writer be free for a while after a turn that took long; messages leave meanwhile."""
        if seconds > SLOW_TURN:
            rest = min(seconds, LONGEST_REST)
            self._next_turn = max(self._next_turn, asyncio.get_running_loop().time() + rest)

    async def _wait(self) -> None:
        """Sleep until something changes, the next retry is due, or a halt is over."""
        times = [at for at in (self._next_due, self._health.next_look) if at is not None]
        pause = min(((at - self._clock()).total_seconds() for at in times), default=MAX_SLEEP)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.005, min(pause, MAX_SLEEP))):
                await self._changed.wait()

    async def _pause(self) -> None:
        """Let a moment pass before the next try, unless it is time to end."""
        end = asyncio.get_running_loop().time() + ERROR_PAUSE
        while not self._stopping and asyncio.get_running_loop().time() < end:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(end):
                    await self._changed.wait()

    async def _can_go_on(self, error: StoreError) -> bool:
        """Say that a turn could not be written; return whether there is room now. What was answered stays noted."""
        log.error("the outbox could not be written: %s", error)
        if not isinstance(error, StoreFull):
            return False
        reserve = self._limits.reserve
        has_room = reserve is not None and reserve.give_up()
        await self._alarm(Alarm.DISK, None, str(error))
        return has_room

    async def _tell_of_refusal(self) -> None:
        reason = self._health.take_refusal()
        if reason is not None:
            log.error("Telegram refuses the bot: %s; no news leaves before it takes it again", reason)
            await self._alarm(Alarm.HALTED, None, reason)

    async def _follow_clock(self, now: datetime) -> None:
        """When the clock was set back, wait as long as before for what was to wait, not longer by the difference."""
        if self._latest - now > CLOCK_JUMP:
            log.warning("the clock was set back by %d s", (self._latest - now).total_seconds())
            async with self._db.transaction() as conn:
                await outbox.set_back(conn, now, self._latest - now)
            self._holds.clear()
            self._health.forget_times()
            self._term = self._term.renew_soon()
        self._latest = now
