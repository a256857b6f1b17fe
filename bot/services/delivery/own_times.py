"""
Each chat's own times, asked at every claim: whether a delivery leaves now, alone or in a list, or waits.

What waits is a row of the outbox whose time is to come. What is kept here is only which stories are on their way alone,
so that none of them goes into a list as well, and calm chats get no more than they asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from bot.domain import publishing
from bot.domain.chat import Chat
from bot.domain.delivery import Delivery
from bot.domain.delivery_time import AT_ONCE, Mode, Wait, Waits, Way, decide, has_come, leaves_at, start_of_hour
from bot.domain.topic_wishes import Wished, as_wished
from bot.services.delivery.item import Item
from bot.services.delivery.kinds import Wishes
from bot.store.delivery import outbox
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.outbox import Waiting
from bot.store.engine.database import Connection
from bot.store.readers import pushes

_NONE: Mapping[tuple[int, int], Wished] = {}


class OwnTimes:
    """Keeps what leaves alone. `zone_of` gives a chat's zone; `stale` is how late news is no news any more."""

    def __init__(self, zone_of: Callable[[Chat], tzinfo], stale: timedelta) -> None:
        self.zone_of = zone_of
        self.claimed: set[int] = set()
        """The deliveries that are being sorted."""
        self._stale = stale
        # Deliveries on their way, each with its chat and the topic that wished for its times; of those that may wait.
        self._alone: dict[int, tuple[int, int]] = {}

    async def of(
        self,
        conn: Connection,
        campaign: Campaign,
        group: Sequence[Delivery],
        people: Mapping[int, Chat],
        foldable: Mapping[int, Campaign],
        now: datetime,
        ask: Callable[[int, Sequence[int]], Awaitable[Wishes]],
    ) -> ChatTimes:
        """Return what has to be known of a campaign's deliveries; `foldable` may go into a list with it.

        `people` are their chats as they have set themselves; `ask` returns the wishes of chats for what a campaign
        brings, as its kind does.
        """
        wishes = await ask(campaign.id, [one.chat for one in group if one.chat in people])
        wished = self._wished(campaign, wishes, people)

        is_old = self.is_stale(campaign.start_at, now)
        at_once: set[int] = set()
        chats: list[int] = []
        for one in group:
            chat = people.get(one.chat)
            if is_old or one.waits:
                chats.append(one.chat)
            elif chat is not None and chat.timing is AT_ONCE and (campaign.id, one.chat) not in wished:
                at_once.add(one.chat)  # nearly all of them
            elif chat is not None and not _as_for(campaign, chat, wished).chat.timing.is_at_once:
                chats.append(one.chat)
        rows: dict[int, list[Waiting]] = {}
        for row in await outbox.of_chats(conn, dict.fromkeys(chats), foldable) if chats else ():
            rows.setdefault(row.chat, []).append(row)
        others: dict[int, list[int]] = {}
        for wishing in wishes:
            for row in rows.get(wishing, ()):
                if row.campaign != campaign.id:
                    others.setdefault(row.campaign, []).append(wishing)
        for number, wishing_for_it in others.items():
            wished |= self._wished(foldable[number], await ask(number, wishing_for_it), people)
        calm = [id for id in rows if id in people and (id in wishes or people[id].timing.mode is Mode.CALM)]
        counted = await pushes.latest(conn, calm) if calm else {}
        return ChatTimes(self, at_once, people, wished, foldable, rows, counted, now)

    def _wished(self, campaign: Campaign, wishes: Wishes, people: Mapping[int, Chat]) -> dict[tuple[int, int], Wished]:
        """Return chats with the times that they wish for what a campaign brings, by campaign and chat."""
        return {
            (campaign.id, number): as_wished(
                people[number], says, its, self.zone_of(people[number]), _since(campaign, people[number])
            )
            for number, (says, its) in wishes.items()
        }

    def is_stale(self, due_at: datetime, now: datetime) -> bool:
        return publishing.is_stale(due_at, now, self._stale)

    def leaves_alone(self, item: Item, times: ChatTimes) -> None:
        """Take note that an item is sent by itself."""
        if item.chat.timing.is_at_once and not item.delivery.waits:
            return
        self._alone[item.delivery.id] = item.chat.id, item.wished_by
        if item.chat.timing.mode is Mode.CALM:
            item.calm_hour = start_of_hour(times.zone(item), times.now)

    def is_free(self, row: Waiting) -> bool:
        """Return whether a row may go into a list that is made now: it is in nobody's hand but this turn's."""
        return row.id not in self._alone and (not row.is_in_hand or row.id in self.claimed)

    def alone_in(self, chat: int, topic: int) -> int:
        """Return how many stories are on their way to a chat alone, by the wish of a topic or the chat's own times."""
        return Counter(self._alone.values())[chat, topic]

    def has_left(self, delivery: Delivery) -> None:
        """Take note that what became of a delivery is on disk."""
        self._alone.pop(delivery.id, None)

    @property
    def has_any_alone(self) -> bool:
        """Whether any that may wait is on its way alone."""
        return bool(self._alone)

    def begin_anew(self) -> None:
        self._alone.clear()


@dataclass(frozen=True, slots=True)
class ChatTimes:
    """What is known of the chats of one campaign's claimed deliveries: what they wish for single campaigns, all that
    waits for each, `foldable` by campaign, and how many stories came alone to calm ones in which hour.

    Of those `at_once` nothing waits or is to wait: theirs leave now, alone, and nothing more need be asked.
    """

    own_times: OwnTimes
    at_once: Set[int]
    people: Mapping[int, Chat]
    wished: Mapping[tuple[int, int], Wished]
    foldable: Mapping[int, Campaign]
    rows: Mapping[int, Sequence[Waiting]]
    counted: Mapping[tuple[int, int], tuple[datetime, int]]
    now: datetime

    def zone(self, item: Item) -> tzinfo:
        return self.own_times.zone_of(item.chat)

    def found_by(self, campaign: Campaign, chat: Chat) -> Wished:
        """Return a chat with the times that count for a campaign."""
        return _as_for(campaign, chat, self.wished)

    def way(self, item: Item) -> Way | Wait:
        """Return how an item leaves now, or until when it waits."""
        chat, delivery = item.chat, item.delivery
        if chat.timing.is_at_once and not delivery.waits:
            return Way.IN_LIST if self.own_times.is_stale(item.campaign.start_at, self.now) else Way.ALONE
        zone = self.zone(item)
        waiting = 1
        if not chat.timing.is_digest and delivery.waits:
            waiting += sum(self._waits_too(row, item) for row in self.rows.get(chat.id, ()))
        way = decide(
            chat.timing,
            zone,
            _since(item.campaign, chat),
            self.now,
            waited=delivery.waits,
            waiting=waiting,
            pushed=self._pushed(item, zone),
            was_due=_was_due(delivery.waits, delivery.not_before, chat),
        )
        return Way.IN_LIST if way is Way.ALONE and self._is_late(item.campaign, chat, zone) else way

    def is_own(self, item: Item) -> bool:
        """Return whether an item's list is one that its chat has asked for."""
        return item.chat.timing.is_digest or bool(item.delivery.waits)

    def beside(self, item: Item) -> list[int]:
        """Return the other campaigns that go into a list with an item, in the order in which they came.

        What would go in a list by itself goes into this one, and nothing that would leave alone.
        """
        is_own = self.is_own(item)
        found = []
        for row in self.rows.get(item.chat.id, ()):
            if row.id == item.delivery.id or row.thread != item.delivery.thread or not self.own_times.is_free(row):
                continue
            chat = self._as_for(row)
            zone = self.own_times.zone_of(chat) if is_own or not chat.timing.is_at_once else UTC
            if self._is_late(self.foldable[row.campaign], chat, zone) or (
                is_own and self._is_alike(row, chat, item.chat) and self._has_come(row, chat, zone)
            ):
                found.append(row.campaign)
        return found

    def is_incomplete(self, item: Item) -> bool:
        """Return whether what belongs into an item's list may still be without its row."""
        whole, zone = self.people[item.chat.id], self.zone(item)
        has_wishes = (item.campaign.id, item.chat.id) in self.wished
        for one in self.foldable.values():
            if one.is_complete or one.start_at > self.now:
                continue
            # What it wishes for one that has no row yet is not known; it may be the same as for this one.
            chat = item.chat if has_wishes else _as_for(one, whole).chat
            since = _since(one, chat)
            may_wait = chat.timing.is_digest or leaves_at(chat.timing, zone, since, since) > since
            if may_wait and has_come(chat.timing, zone, since, self.now, waited=Waits.NOT):
                return True
        return False

    def _waits_too(self, row: Waiting, item: Item) -> bool:
        if row.id == item.delivery.id or not row.waits or not self.own_times.is_free(row):
            return False
        chat = self._as_for(row)
        return self._is_alike(row, chat, item.chat) and self._has_come(row, chat, self.zone(item))

    def _as_for(self, row: Waiting) -> Chat:
        """Return the chat of a row as it is for the row's campaign."""
        return _as_for(self.foldable[row.campaign], self.people[row.chat], self.wished).chat

    @staticmethod
    def _is_alike(row: Waiting, chat: Chat, other: Chat) -> bool:
        """Return whether a row leaves in the same lists as another delivery of its chat, when the time of both has
        come: in a digest, or with what waited in the same way. Each chat is as it is for the campaign."""
        if chat.timing.is_digest or other.timing.is_digest:
            return chat.timing.is_digest and other.timing.is_digest
        return bool(row.waits) and chat.timing == other.timing

    def _has_come(self, row: Waiting, chat: Chat, zone: tzinfo) -> bool:
        was_due = _was_due(row.waits, row.not_before, chat)
        since = _since(self.foldable[row.campaign], chat)
        return has_come(chat.timing, zone, since, self.now, waited=row.waits, was_due=was_due)

    def _pushed(self, item: Item, zone: tzinfo) -> int:
        key = item.chat.id, item.wished_by
        hour, many = self.counted.get(key, (None, 0))
        in_hand = self.own_times.alone_in(*key) if item.chat.timing.mode is Mode.CALM else 0
        return in_hand + (many if hour == start_of_hour(zone, self.now).replace(microsecond=0) else 0)

    def _is_late(self, campaign: Campaign, chat: Chat, zone: tzinfo) -> bool:
        """Return whether what should have left is no longer news; what waits for its chat's own time should not."""
        if not self.own_times.is_stale(campaign.start_at, self.now):
            return False
        if chat.timing.is_at_once:
            return True
        since = _since(campaign, chat)
        return self.own_times.is_stale(leaves_at(chat.timing, zone, since, since), self.now)


def _as_for(campaign: Campaign, chat: Chat, wished: Mapping[tuple[int, int], Wished] = _NONE) -> Wished:
    """Return a chat with the times that count for a campaign: none for breaking news, where the chat allows that."""
    if campaign.is_breaking and chat.breaking:
        return Wished(chat.for_breaking_news())
    return wished.get((campaign.id, chat.id)) or Wished(chat)


def _since(campaign: Campaign, chat: Chat) -> datetime:
    """Return from when on a chat's own times count for a campaign: when it began, or when they were changed last."""
    return campaign.start_at if chat.timed_at is None else max(campaign.start_at, chat.timed_at)


def _was_due(waits: Waits, not_before: datetime, chat: Chat) -> bool:
    """Return whether the time of a delivery had come before its chat's own times were changed."""
    return bool(waits) and chat.timed_at is not None and not_before < chat.timed_at
