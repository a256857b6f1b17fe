"""
One attempt to bring a delivery to its chat: when its turn has come, and the calls that it makes then.

Whatever a composition tries with one chat, a picture, a plainer form, the next one of a list, waits for its turn and
leaves through here: so each call is paced, and made only while the chat still wants it and its campaign still runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from bot.domain.chat import ChatKind
from bot.domain.delivery import Failed, Lane, Operation, Outcome, PictureRefused, Rejected, Restricted, Sent, Throttled
from bot.domain.message import Message
from bot.domain.rejections import is_about_reply
from bot.render.look import Look
from bot.services.delivery.composing import Attempt, Composition
from bot.services.delivery.item import Item
from bot.services.delivery.paid_budget import PaidBudget
from bot.store.engine.database import Database
from bot.store.readers import chats

# To find a member in its class takes longer than to compare it.
_SEND, _EDIT, _PRIVATE = Operation.SEND, Operation.EDIT, ChatKind.PRIVATE
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


@dataclass(slots=True, eq=False)
class Means:
    """What all attempts of one run have in common.

    `may_leave` is asked right before a message of a campaign leaves, `count` is told of every call. `waiting` are the
    items that wait for their turn and are not sent yet, by the task that sends them; `is_ending`: none leaves any more.
    """

    db: Database
    wire: SendPort
    paid_budget: PaidBudget
    clock: Callable[[], datetime]
    count: Callable[[Outcome], None]
    may_leave: Callable[[int], bool]
    waiting: dict[asyncio.Task[Any], Item] = field(default_factory=dict)
    is_ending: bool = False
    to_check: list[tuple[Item, asyncio.Future[bool]]] = field(default_factory=list)
    checking: asyncio.Task[None] | None = None

    async def is_as_claimed(self, item: Item) -> bool:
        """Return whether the chat is as it was when its delivery was claimed, and still wants all of it.

        What is asked while the database has a question already is asked together, with the next one.
        Raises: StoreError.
        """
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.to_check.append((item, answer))
        if self.checking is None:
            self.checking = asyncio.create_task(self._check(), name="chats as they were claimed")
        return await answer

    async def _check(self) -> None:
        try:
            while self.to_check:
                asked, self.to_check = self.to_check, []
                try:
                    wanted = await self._still_wanted([item for item, _ in asked])
                except Exception as error:
                    for _, answer in asked:
                        if not answer.done():
                            answer.set_exception(error)
                    continue
                for (_, answer), is_wanted in zip(asked, wanted, strict=True):
                    if not answer.done():
                        answer.set_result(is_wanted)
        finally:
            self.checking = None

    async def _still_wanted(self, items: Sequence[Item]) -> list[bool]:
        now = self.clock()
        about: dict[int, tuple[Composition[Any], list[int]]] = {}
        for item in items:
            for composition in item.folded.values() or (item.composition,):
                about.setdefault(id(composition), (composition, []))[1].append(item.chat.id)
        async with self.db.reading() as conn:
            people = await chats.chats(conn, {item.chat.id for item in items})
            wanting = {
                number: await composition.audience.wanting(conn, ids, now)
                for number, (composition, ids) in about.items()
            }
        return [
            people.get(item.chat.id) == item.chat
            and all(item.chat.id in wanting[id(one)] for one in item.folded.values() or (item.composition,))
            for item in items
        ]


class ItemAttempt(Attempt[Any]):
    """The attempt of an item in the hands of a sender."""

    __slots__ = ("_item", "_means", "_sender")

    def __init__(self, means: Means, item: Item, sender: asyncio.Task[Any], look: Look, now: datetime) -> None:
        self.look = look
        self.now = now
        self.db = means.db
        self.chat = item.delivery.chat
        self.reason = item.followed or 0
        stands = item.stands
        self.is_photo = stands is not None and stands.has_photo
        self._means = means
        self._item = item
        self._sender = sender

    async def turn(self, pace_only: bool = False) -> Outcome | None:
        means, item = self._means, self._item
        if means.is_ending:
            return RETRY_NOW
        means.waiting[self._sender] = item
        is_paid, is_group, is_change = item.paid_on is not None, item.chat.kind is not _PRIVATE, item.is_change
        chat = None if pace_only else self.chat
        while True:
            held = await means.wire.slot(chat, item.lane, is_group, is_paid, is_change)
            if held:
                return Throttled(timedelta(seconds=held))
            now = monotonic()
            if now - item.known_at <= RECHECK_AFTER:
                return None
            if not await means.is_as_claimed(item):
                return RETRY_NOW
            item.known_at = now
            # Dozens that waited for the database would be sent all at once. So each waits for one more slot of the
            # overall pace; a second slot of its chat would halve what a group may be sent.
            if chat is None or monotonic() - now <= RECHECK_WITHIN:
                return None
            chat = None

    async def leave(self, body: Any) -> Outcome:
        """Make one call in its turn. A second way to send a picture is a second message to Telegram."""
        means, item = self._means, self._item
        may_leave = means.may_leave
        if not (all(map(may_leave, item.folded)) if item.folded else may_leave(item.delivery.campaign)):
            return RETRY_NOW
        is_paid = item.paid_on is not None
        if is_paid and not means.paid_budget.pay(item, means.clock()):
            # Midnight has passed, or Telegram takes no Stars. Hundreds were claimed for the paid pace; at the free
            # pace they would delay what is more urgent, so they go back to the outbox.
            return RETRY_NOW
        means.waiting.pop(self._sender, None)
        delivery = item.delivery
        if delivery.operation is _SEND:
            reply_to = None if item.folded else item.reply_to
            is_silent = item.chat.silent or item.campaign.is_silent
            outcome = await means.wire.send(body, self.chat, delivery.thread, is_silent, is_paid, reply_to)
        elif item.stands is None or item.stands.message_id is None:
            return RETRY_NOW  # triage lets none of these through, and asks again
        elif delivery.operation is _EDIT:
            outcome = await means.wire.edit(body, self.chat, item.stands.message_id, self.is_photo)
        else:
            outcome = await means.wire.delete(self.chat, item.stands.message_id)
        means.count(outcome)
        if not isinstance(outcome, Sent):  # nearly all of them are
            outcome = await self._answered(outcome, body, is_paid)
        elif is_paid:
            means.paid_budget.answered(outcome, means.clock())
        return outcome

    async def _answered(self, outcome: Outcome, body: Any, is_paid: bool) -> Outcome:
        """Return what became of a call that was refused or throttled, after mending what can be mended at once."""
        means, item = self._means, self._item
        match outcome:
            case Throttled(wait):
                means.wire.throttled(self.chat, wait.total_seconds(), is_paid, item.is_change)
            case Restricted(reason) if item.is_change:
                # What is forbidden to be done with a message says nothing about writing, and nothing tries it again.
                return Rejected(reason)
            case PictureRefused():
                means.waiting[self._sender] = item  # for the next way to send it: nothing has arrived
        if isinstance(outcome, Rejected) and item.reply_to is not None and is_about_reply(outcome.reason):
            item.reply_to = None  # what it was to be a reply to is gone
            if not is_paid:
                return await self.turn() or await self.leave(body)
        if is_paid:
            means.paid_budget.answered(outcome, means.clock())
            if isinstance(outcome, Rejected):
                # Perhaps the Stars were refused and not the message: tried once more, unpaid.
                outcome = await self.turn() or await self.leave(body)
                means.paid_budget.answered_unpaid(outcome, means.clock())
        return outcome
