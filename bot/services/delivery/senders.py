"""
The senders: send many messages at once, and never two to the same chat.

Their queue is in memory, which is safe because each delivery is still in the outbox. A message is sent when the pacer
gives it a slot and the chat still wants it; the outcome goes back to the dispatcher, which stores it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from bot.content.web.pictures import PictureSource
from bot.domain.chat import Chat, ChatKind
from bot.domain.delivery import Failed, Lane, Operation, Outcome, PictureRefused, Rejected, Restricted, Sent, Throttled
from bot.domain.message import Message
from bot.domain.rejections import is_about_reply
from bot.errors import StoreError
from bot.render.look import Look
from bot.services.delivery.item import Item
from bot.services.delivery.kinds import Kind
from bot.services.delivery.lists import Lists, PreparedList
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.delivery.sent_lists import SentLists
from bot.store.engine.database import Database
from bot.store.readers import chats

log = logging.getLogger(__name__)

_SEND, _PRIVATE = Operation.SEND, ChatKind.PRIVATE  # to find a member in its class takes longer than to compare it
RECHECK_AFTER = 1.0  # seconds since the claim, after which it is read again what the chat wants
RECHECK_WITHIN = 0.03  # seconds; a message that is later than that may be sent together with the next one
RETRY_NOW = Throttled(timedelta(0))
"""Not sent: goes back to the outbox unchanged."""
COULD_NOT_COMPOSE = Failed("newsbot could not build this message; its log says why")
"""Not sent, for a reason that says nothing about the network."""


@dataclass(frozen=True, slots=True)
class SendPort:
    """The functions through which the dispatcher sends: what the gateway and the pacer do for a broadcast.

    `prepare` serialises a message once, `send` makes one call (body, chat, thread, silent, paid, the message to which
    it is a reply if there is one) and never raises; neither do `edit` (body of `prepare_edit`, chat, message id,
    whether it is a photo) and `delete` (chat, message id). `slot` waits for a turn (chat, or None for the pace alone,
    lane, is_group, paid, whether it changes a message) and returns 0, or the seconds for which the chat is held, or all
    such changes are, when that is too long to wait here; `held` gives the seconds for which a chat must not be sent to;
    `throttled` is told of a 429 (chat, seconds, paid, whether it was for a change).
    """

    prepare: Callable[[Message], Any]
    send: Callable[[Any, int, int, bool, bool, int | None], Awaitable[Outcome]]
    prepare_edit: Callable[[Message], Any]
    edit: Callable[[Any, int, int, bool], Awaitable[Outcome]]
    delete: Callable[[int, int], Awaitable[Outcome]]
    slot: Callable[[int | None, Lane, bool, bool, bool], Awaitable[float]]
    held: Callable[[int], float]
    throttled: Callable[[int, float, bool, bool], None]


class Senders:
    """A fixed number of sender tasks, from `start` to `end`."""

    def __init__(
        self,
        db: Database,
        wire: SendPort,
        paid_budget: PaidBudget,
        kinds: Mapping[str, Kind],
        pictures: PictureSource,
        *,
        look_of: Callable[[Chat], Look],
        clock: Callable[[], datetime],
        count: Callable[[Outcome], None],
        may_leave: Callable[[int], bool],
        answered: Callable[[Item], None],
    ) -> None:
        """`may_leave` is asked right before a message of a campaign leaves, `count` is told of every attempt.

        `answered` is given each item back, with its outcome.
        """
        self._db = db
        self._wire = wire
        self._paid_budget = paid_budget
        self._kinds = kinds
        self._lists = Lists(wire.prepare, clock)
        self._sent_lists = SentLists(db, pictures, wire.prepare_edit)
        self._look_of = look_of
        self._clock = clock
        self._count = count
        self._may_leave = may_leave
        self._answered = answered
        self._queue: deque[Item] = deque()
        self._without_work: deque[asyncio.Future[None]] = deque()  # senders that wait for an item
        self._lines: dict[int, deque[Item] | None] = {}  # chats with a message on its way, and what waits behind it
        self._at_work: list[asyncio.Task[None]] = []
        self._waiting: dict[asyncio.Task[Any], Item] = {}  # for their turn; not sent yet
        self._is_ending = False
        self._quiet = asyncio.Event()

    def start(self, many: int) -> None:
        """Start so many sender tasks."""
        self._at_work = [asyncio.create_task(self._work(), name=f"sender-{n}") for n in range(many)]

    def hand_out(self, item: Item) -> None:
        """Send an item, after what is on its way to the same chat."""
        chat = item.delivery.chat
        if chat not in self._lines:
            self._lines[chat] = None
            self._put(item)
        elif (line := self._lines[chat]) is None:
            self._lines[chat] = deque((item,))
        else:
            line.append(item)

    def _put(self, item: Item) -> None:
        """Have the next free sender send an item. An `asyncio.Queue` takes four times as long for it."""
        self._queue.append(item)
        while self._without_work:
            waiter = self._without_work.popleft()
            if not waiter.done():
                waiter.set_result(None)
                break

    async def end(self, grace: float) -> list[Item]:
        """Send nothing more, wait at most `grace` seconds for answers, and return the items that were not tried."""
        untried = [item for line in self._lines.values() for item in line or ()]
        for line in filter(None, self._lines.values()):
            line.clear()
        while self._queue:
            item = self._queue.popleft()
            del self._lines[item.delivery.chat]
            untried.append(item)
        self._is_ending = True
        for sender, item in self._waiting.items():
            sender.cancel()
            del self._lines[item.delivery.chat]
            untried.append(item)
        for item in untried:
            self._paid_budget.put_back(item)
        try:
            async with asyncio.timeout(grace):
                while self._lines:
                    self._quiet.clear()
                    await self._quiet.wait()
        except TimeoutError:
            log.warning("%d messages were not answered in time; they may come twice", len(self._lines))
        for sender in self._at_work:
            sender.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
        return untried

    async def _work(self) -> None:
        """Send one delivery after the other."""
        me, queue, loop = asyncio.current_task(), self._queue, asyncio.get_running_loop()
        assert me is not None
        while True:
            while not queue:
                waiter = loop.create_future()
                self._without_work.append(waiter)
                await waiter
            item = queue.popleft()
            try:
                await self._send(item, me)
            except StoreError as error:
                log.error("%s cannot be read now: %s", item.composition.name, error)
                item.outcome = RETRY_NOW
            except Exception:
                # A bug of ours with one article or chat must not stop the others: it is retried, then fails.
                log.exception("a delivery of %s could not be sent", item.composition.name)
                item.outcome = COULD_NOT_COMPOSE
            if item.paid_on is not None:
                self._paid_budget.put_back(item)
            self._answered(item)
            line = self._lines[item.delivery.chat]
            if line:
                if not isinstance(item.outcome, Sent):
                    self._hand_back(line)
                else:
                    self._put(line.popleft())
                    continue
            del self._lines[item.delivery.chat]
            if not self._lines:
                self._quiet.set()

    def _hand_back(self, line: deque[Item]) -> None:
        """Give back the items behind a message that was not sent: they may have to wait for it, or change chat."""
        for item in line:
            item.outcome = RETRY_NOW
            self._paid_budget.put_back(item)
            self._answered(item)
        line.clear()

    async def _send(self, item: Item, sender: asyncio.Task[Any]) -> None:
        look, now = self._look_of(item.chat), self._clock()
        turn, leave = partial(self._turn, item, sender), partial(self._leave, item, sender)
        self._waiting[sender] = item
        try:
            if item.folded and (fold := self._kinds[item.campaign.kind].fold) is not None:
                made = self._lists.of(item, fold, look, now)
                shown = {number: one for number, one in item.folded.items() if number in made.campaigns}
                item.has_more = len(shown) < len(item.folded)
                item.folded = shown
                item.outcome, form = await self._send_list(made, turn, leave)
                if isinstance(item.outcome, Sent):
                    item.sent_list = made.sent(form)
                if isinstance(item.outcome, Rejected) and item.composition.list_refused(
                    item.delivery.chat, item.outcome.reason
                ):
                    item.outcome = RETRY_NOW
            elif item.stands is not None and item.stands.list is not None:
                item.outcome = await self._sent_lists.edit(item.stands.list, look, turn, leave)
            else:
                one = item.composition
                is_photo = item.stands is not None and item.stands.has_photo
                item.outcome, item.has_photo = await one.send(
                    look, item.followed or 0, turn, leave, self._db, now, chat=item.delivery.chat, is_photo=is_photo
                )
                if item.delivery.operation is Operation.EDIT:
                    item.has_photo = is_photo
                if one.adopted is not None:
                    item.adopted, one.adopted = one.adopted, None
            if item.composition.refused_by_some is not None:
                item.refused_by_some, item.composition.refused_by_some = item.composition.refused_by_some, None
        finally:
            self._waiting.pop(sender, None)

    async def _send_list(
        self,
        made: PreparedList,
        turn: Callable[[], Awaitable[Outcome | None]],
        leave: Callable[[Any], Awaitable[Outcome]],
    ) -> tuple[Outcome, int]:
        """Send a list in the fullest form that this chat takes; return which one that is."""
        form = made.fullest
        while True:
            outcome = await turn() or await leave(made.body(form))
            plainer = made.answered(form, outcome, self._clock())
            if plainer is None:
                return outcome, form
            form = plainer
            log.info("a list was refused and goes out plainer: %s", getattr(outcome, "reason", ""))

    async def _is_as_claimed(self, item: Item) -> bool:
        """Return whether the chat is as it was when its delivery was claimed, and still wants all of it."""
        chat, now = item.chat, self._clock()
        async with self._db.reading() as conn:
            if await chats.chat(conn, chat.id) != chat:
                return False
            for composition in item.folded.values() or (item.composition,):
                if chat.id not in await composition.audience.wanting(conn, [chat.id], now):
                    return False
        return True

    async def _turn(self, item: Item, sender: asyncio.Task[Any], pace_only: bool = False) -> Outcome | None:
        """Wait for an item's turn; return an outcome when it is not to leave after all.

        With `pace_only` the chat's own turn came before, and nothing left in it.
        """
        if self._is_ending:
            return RETRY_NOW
        self._waiting[sender] = item
        is_paid, is_group = item.paid_on is not None, item.chat.kind is not _PRIVATE
        for chat_in_turn in (None,) if pace_only else (item.delivery.chat, None):
            held = await self._wire.slot(chat_in_turn, item.lane, is_group, is_paid, item.is_change)
            if held:
                return Throttled(timedelta(seconds=held))
            now = monotonic()
            if now - item.known_at <= RECHECK_AFTER:
                break
            if not await self._is_as_claimed(item):
                return RETRY_NOW
            item.known_at = now
            # Dozens that waited for the database would be sent all at once. So each waits for one more slot of the
            # overall pace; a second slot of its chat would halve what a group may be sent.
            if monotonic() - now <= RECHECK_WITHIN:
                break
        return None

    async def _leave(self, item: Item, sender: asyncio.Task[Any], body: Any) -> Outcome:
        """Make one call in its turn. A second way to send a picture is a second message to Telegram."""
        if not (all(map(self._may_leave, item.folded)) if item.folded else self._may_leave(item.campaign.id)):
            return RETRY_NOW
        chat, is_paid = item.delivery.chat, item.paid_on is not None
        if is_paid and not self._paid_budget.pay(item, self._clock()):
            # Midnight has passed, or Telegram takes no Stars. Hundreds were claimed for the paid pace; at the free
            # pace they would delay what is more urgent, so they go back to the outbox.
            return RETRY_NOW
        self._waiting.pop(sender, None)
        if item.delivery.operation is _SEND:
            reply_to = None if item.folded else item.reply_to
            is_silent = item.chat.silent or item.campaign.is_silent
            outcome = await self._wire.send(body, chat, item.delivery.thread, is_silent, is_paid, reply_to)
        else:
            outcome = await self._change(item, body)
        self._count(outcome)
        match outcome:
            case Sent():
                pass  # nearly all of them
            case Throttled(wait):
                self._wire.throttled(chat, wait.total_seconds(), is_paid, item.is_change)
            case PictureRefused():
                self._waiting[sender] = item  # for the next way to send it: nothing has arrived
        if isinstance(outcome, Rejected) and item.reply_to is not None and is_about_reply(outcome.reason):
            item.reply_to = None  # what it was to be a reply to is gone
            if not is_paid:
                return await self._turn(item, sender) or await self._leave(item, sender, body)
        if is_paid:
            self._paid_budget.answered(outcome, self._clock())
            if isinstance(outcome, Rejected):
                # Perhaps the Stars were refused and not the message: tried once more, unpaid.
                outcome = await self._turn(item, sender) or await self._leave(item, sender, body)
                self._paid_budget.answered_unpaid(outcome, self._clock())
        return outcome

    async def _change(self, item: Item, body: Any) -> Outcome:
        """Make the one call of a delivery that changes a message."""
        chat, stands = item.delivery.chat, item.stands
        if stands is None or stands.message_id is None:
            return RETRY_NOW  # triage lets none of these through, and asks again
        if item.delivery.operation is Operation.EDIT:
            outcome = await self._wire.edit(body, chat, stands.message_id, stands.has_photo)
        else:
            outcome = await self._wire.delete(chat, stands.message_id)
        # What is forbidden to be done with this message says nothing about writing, and nothing tries it again.
        return Rejected(outcome.reason) if isinstance(outcome, Restricted) else outcome
