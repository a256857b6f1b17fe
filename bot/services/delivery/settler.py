"""
The settler: collects the outcomes of deliveries, and stores many of them in one transaction.

Notes are kept in memory while messages are being sent; the dispatcher's next turn writes all of them in its own
transaction. A note is dropped only once it is on disk: what could not be written is written with the next turn.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.correction import is_kept
from bot.domain.delivery import (
    Delivery,
    Migrated,
    Operation,
    Postponed,
    Restricted,
    Sent,
    Status,
    Unreachable,
    Unsure,
    settle,
)
from bot.services.delivery import restrictions
from bot.services.delivery.chat_holds import ChatHolds
from bot.services.delivery.closed_threads import note_threads
from bot.services.delivery.item import Item
from bot.services.delivery.triage import Triage, Unread
from bot.services.newsroom import campaign_control, copy_changes
from bot.store.delivery import campaigns, outbox, sent_lists, settlement
from bot.store.delivery.campaigns import CampaignState
from bot.store.delivery.settlement import Settled
from bot.store.engine.database import Connection
from bot.store.readers import chat_rows, chats, pushes
from bot.store.statistics import activity

READ_AGAIN_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Notes:
    """What is to be written in one transaction. `held` are campaigns, with Telegram's words when they are for them."""

    answered: Sequence[Item] = ()
    unread: Sequence[Unread] = ()
    held: tuple[tuple[int, str | None], ...] = ()

    @property
    def many(self) -> int:
        """How many claims end once it is written."""
        return len(self.answered) + len(self.unread)

    @property
    def campaigns(self) -> set[int]:
        """The campaigns of those deliveries."""
        return {item.delivery.campaign for item in self.answered} | {one.delivery.campaign for one in self.unread}


class Settler:
    """Keeps the notes of one dispatcher. `changed` is called with every note."""

    def __init__(self, triage: Triage, holds: ChatHolds, changed: Callable[[], None]) -> None:
        self._triage = triage
        self._holds = holds
        self._changed = changed
        self._answered: list[Item] = []
        self._unread: list[Unread] = []
        self._held: dict[int, str | None] = {}
        self._slot: int | None = None  # of the last deliveries that were counted
        self._counting_in: int | None = None  # of those that are being written

    def note(self, item: Item) -> None:
        """Take note of what became of a delivery."""
        self._answered.append(item)
        self._changed()

    def note_unread(self, unread: Iterable[Unread]) -> None:
        """Take note of deliveries that could not be put together."""
        before = len(self._unread)
        self._unread.extend(unread)
        if len(self._unread) > before:
            self._changed()

    def hold(self, campaign: int, words: str | None) -> None:
        """Take note that a campaign is to be held: for Telegram's `words`, or because nobody is there."""
        if words is None:
            self._held.setdefault(campaign, None)
        else:
            self._held[campaign] = words

    def is_holding(self, campaign: int) -> bool:
        """Return whether a campaign is to be held, so that nothing of it may leave."""
        return campaign in self._held

    @property
    def has_notes(self) -> bool:
        """Whether anything is to be written."""
        return bool(self._answered or self._unread)

    @property
    def must_pause(self) -> bool:
        """Whether the database could not be read just now: to ask it again at once is of no use."""
        return any(not one.is_broken for one in self._unread)

    def notes(self) -> Notes:
        """Return what there is to write now."""
        return Notes(list(self._answered), list(self._unread), tuple(self._held.items()))

    def written(self, notes: Notes) -> None:
        """Drop notes that are on disk."""
        self._slot = self._counting_in
        self._triage.written(notes.answered)
        del self._answered[: len(notes.answered)]
        del self._unread[: len(notes.unread)]
        for number, _ in notes.held:
            del self._held[number]

    async def write(self, conn: Connection, notes: Notes, now: datetime, owner: int) -> None:
        """Write down what became of deliveries that were in the hands of a term."""
        await self._write_answers(conn, notes.answered, now, owner)
        for number, words in notes.held:
            why = campaigns.UNREACHED if words is None else campaigns.REFUSED
            await campaign_control.break_off(conn, number, CampaignState.HELD, why, now=now, words=words)
        if notes.unread:
            await self._hand_back(conn, notes.unread, now, owner)

    async def _write_answers(self, conn: Connection, answered: Sequence[Item], now: datetime, owner: int) -> None:
        finished: list[Settled] = []
        again: list[Delivery] = []
        kept: dict[int, list[Item]] = {}
        for item in answered:
            if isinstance(item.outcome, Sent):
                sent = settle(item.delivery, item.outcome, now)
                is_list = bool(item.folded) or (item.stands is not None and item.stands.is_list)
                list_id = None if item.sent_list is None else item.sent_list.id
                finished.append(Settled(sent, item.composition.covers, item.has_photo, is_list, list_id))
                self._holds.release(sent.chat)
                continue
            stands = _stands(item, now)
            await _note_chat(conn, item, now)
            if stands.status is Status.WAITING:
                again.append(stands)
                if not (item.is_change or isinstance(item.outcome, Postponed)):
                    self._holds.hold_behind(stands, now)
            else:
                if item.delivery.operation is Operation.DELETE and is_kept(stands.reason):
                    kept.setdefault(item.campaign.id, []).append(item)
                    stands = stands._replace(status=Status.UNWANTED)
                finished.append(Settled(stands, item.composition.covers, item.has_photo))
                if item.outcome is not None:
                    self._holds.release(item.delivery.chat)
        in_threads = [item for item in answered if item.delivery.thread]
        if in_threads:
            await note_threads(conn, in_threads, now)
        if again:
            await outbox.postpone(conn, again, owner=owner)
        if answered:
            await self._begin_slot(conn, now)
        lists = {item.sent_list for item in answered if item.sent_list is not None}
        if lists:
            await sent_lists.remember(conn, lists)
        for item in answered:
            if item.folded:
                await _note_list(conn, item, now, owner)
        if finished:
            await settlement.settle(conn, finished, now, owner=owner)
        for same in kept.values():
            await copy_changes.notice_instead(conn, same[0].campaign, [one.delivery.chat for one in same], now)
        for item in answered:
            says_more = item.adopted is not None or item.calm_hour is not None or item.chat.restriction is not None
            if says_more and isinstance(item.outcome, Sent):
                await _note_sent(conn, item, now)
            if item.refused_by_some is not None:
                await campaign_control.note_refused_by_some(conn, item.campaign.id, *item.refused_by_some, now=now)

    async def _begin_slot(self, conn: Connection, now: datetime) -> None:
        """Before the first delivery of a quarter of an hour is counted, carry over what was counted in earlier ones."""
        self._counting_in = activity.slot_of(now)
        if self._counting_in != self._slot:
            await activity.carry_over(conn)

    async def _hand_back(self, conn: Connection, unread: Sequence[Unread], now: datetime, owner: int) -> None:
        """Hand back deliveries that could not be composed; stop their campaign when the cause is its subject."""
        broken = [one.delivery for one in unread if one.is_broken]
        others = [one.delivery for one in unread if not one.is_broken]
        await outbox.release(conn, broken, owner=owner)
        await outbox.release(conn, others, now + READ_AGAIN_AFTER, owner=owner)
        for number in {delivery.campaign for delivery in broken}:
            await campaign_control.break_off(conn, number, CampaignState.STOPPED, "broken", now=now)


def _stands(item: Item, now: datetime) -> Delivery:
    """Return an item's delivery as it stands after its attempt, or unsent for what its chat wants."""
    if item.outcome is not None:
        return settle(item.delivery, item.outcome, now, random.random())
    status = item.status_unsent or Status.UNWANTED
    return item.delivery._replace(status=status, attempts=item.delivery.attempts - 1, reason=item.reason_unsent)


async def _note_chat(conn: Connection, item: Item, now: datetime) -> None:
    """Write down what an answer says about the chat itself, before its delivery is settled."""
    match item.outcome:
        case Migrated(chat):
            await chat_rows.migrate(conn, item.delivery.chat, chat)
        case Unreachable():
            await chats.switch_off(conn, item.delivery.chat, now)
        case Restricted(reason):
            await restrictions.note_refused(conn, item.delivery.chat, item.chat.restriction, reason, now)


async def _note_list(conn: Connection, item: Item, now: datetime, owner: int) -> None:
    """Write down what became of everything that went in one list with an item, before that is settled."""
    match item.outcome:
        case (Sent() | Restricted()) as outcome:
            covers = {number: one.covers for number, one in item.folded.items()}
            stands = settle(item.delivery, outcome, now)
            list_id = None if item.sent_list is None else item.sent_list.id
            await settlement.take_along(conn, item.delivery, covers, stands, now, owner=owner, list_id=list_id)
            if item.has_more and isinstance(outcome, Sent):
                await outbox.ask_again(conn, item.delivery.chat, now)  # the rest follows in the next message
        case Unsure():
            await outbox.doubt(conn, item.delivery, item.folded)


async def _note_sent(conn: Connection, item: Item, now: datetime) -> None:
    """Write down what a message that got through says about its campaign and its chat, once it is settled."""
    if item.adopted is not None and item.composition.revision is not None:
        form, words = item.adopted
        await campaign_control.go_on_in(conn, item.campaign.id, form, item.composition.revision, words, now=now)
    if item.calm_hour is not None:
        await pushes.count(conn, item.delivery.chat, item.calm_hour, item.wished_by)
    if item.chat.restriction is not None and not item.is_change:
        await restrictions.note_open(conn, item.delivery.chat, now)
