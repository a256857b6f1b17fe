"""
The senders: send many messages at once, and never two to the same chat.

Their queue is in memory, which is safe because each delivery is still in the outbox. A message is sent when the pacer
gives it a slot and the chat still wants it; the outcome goes back to the dispatcher, which stores it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.content.web.pictures import PictureSource
from bot.domain.chat import Chat
from bot.domain.delivery import Outcome, Rejected, Sent
from bot.errors import StoreError
from bot.render.look import Look
from bot.services.delivery.attempt import COULD_NOT_COMPOSE, RETRY_NOW, ItemAttempt, Means, SendPort
from bot.services.delivery.item import Item
from bot.services.delivery.kinds import Fold, Kind
from bot.services.delivery.lists import Lists
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.delivery.sent_lists import SentLists
from bot.store.engine.database import Database

log = logging.getLogger(__name__)


def _ignore(outcome: Outcome) -> None:
    """Count nothing."""


@dataclass(frozen=True, slots=True)
class SendingTools:
    """With what messages are made and sent.

    `look_of` tells how a chat sees newsbot, `pictures` where an article's pictures come from. `count` is told the
    outcome of every attempt.
    """

    wire: SendPort
    look_of: Callable[[Chat], Look]
    pictures: PictureSource
    count: Callable[[Outcome], None] = _ignore


class Senders:
    """A fixed number of sender tasks, from `start` to `end`."""

    def __init__(
        self,
        db: Database,
        tools: SendingTools,
        paid_budget: PaidBudget,
        kinds: Mapping[str, Kind],
        *,
        clock: Callable[[], datetime],
        may_leave: Callable[[int], bool],
        answered: Callable[[Item], None],
    ) -> None:
        """`may_leave` is that of `Means`. `answered` is given each item back, with its outcome."""
        self._means = Means(db, tools.wire, paid_budget, clock, tools.count, may_leave)
        self._paid_budget = paid_budget
        self._kinds = kinds
        self._lists = Lists(tools.wire.prepare, clock)
        self._sent_lists = SentLists(db, tools.pictures, tools.wire.prepare_edit)
        self._look_of = tools.look_of
        self._answered = answered
        self._queue: deque[Item] = deque()
        self._without_work: deque[asyncio.Future[None]] = deque()  # senders that wait for an item
        self._lines: dict[int, deque[Item] | None] = {}  # chats with a message on its way, and what waits behind it
        self._at_work: list[asyncio.Task[None]] = []
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
        self._means.is_ending = True
        for sender, item in self._means.waiting.items():
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
        means = self._means
        now = means.clock()
        attempt = ItemAttempt(means, item, sender, self._look_of(item.chat), now)
        means.waiting[sender] = item
        one = item.composition
        try:
            if item.folded and (fold := self._kinds[item.campaign.kind].fold) is not None:
                await self._send_list(item, fold, attempt)
            elif item.stands is not None and item.stands.list is not None:
                item.outcome = await self._sent_lists.edit(item.stands.list, attempt)
            else:
                item.outcome, item.has_photo = await one.send(attempt)
                if one.adopted is not None:
                    item.adopted, one.adopted = one.adopted, None
            if one.refused_by_some is not None:
                item.refused_by_some, one.refused_by_some = one.refused_by_some, None
        finally:
            means.waiting.pop(sender, None)

    async def _send_list(self, item: Item, fold: Fold, attempt: ItemAttempt) -> None:
        """Send a list in the fullest form that its chat takes."""
        made = self._lists.of(item, fold, attempt.look, attempt.now)
        shown = {number: one for number, one in item.folded.items() if number in made.campaigns}
        item.has_more = len(shown) < len(item.folded)
        item.folded = shown
        form: int | None = made.fullest
        while form is not None:
            sent_in = form
            outcome = await attempt.turn() or await attempt.leave(made.body(form))
            form = made.answered(form, outcome, self._means.clock())
            if form is not None:
                log.info("a list was refused and goes out plainer: %s", getattr(outcome, "reason", ""))
        match outcome:
            case Sent():
                item.sent_list = made.sent(sent_in)
            case Rejected(words) if item.composition.list_refused(item.delivery.chat, words):
                outcome = RETRY_NOW
        item.outcome = outcome
