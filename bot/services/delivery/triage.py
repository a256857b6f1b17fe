"""
Triage: decides what becomes of a claimed delivery before it is sent, by what its chat wants today.

A chat that has paused, unfollowed or muted since gets nothing; a delivery whose time has not come is put back until
then (`own_times`); digests, and several that waited too long to be news, go out as one list; those of a chat that
Telegram holds are put back. All others are sent as their campaign's kind composes them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from bot.domain.chat import Chat, ChatState
from bot.domain.correction import GONE, LEFT_BEHIND
from bot.domain.delivery import Delivery, Operation, Outcome, Postponed, Rejected, Throttled
from bot.domain.delivery_time import Wait, Waits, Way, listing, quiet_until
from bot.domain.linked_groups import CAME_BY_CHANNEL
from bot.errors import StoreError
from bot.services.delivery.chat_holds import ChatHolds
from bot.services.delivery.composing import Composition
from bot.services.delivery.compositions import Compositions
from bot.services.delivery.item import Item
from bot.services.delivery.kinds import Kind, Wishes, at_once
from bot.services.delivery.linked_groups import LeftToChannels, left_to_channels
from bot.services.delivery.own_times import ChatTimes, OwnTimes
from bot.store.delivery import receipts
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.receipts import Receipt
from bot.store.engine.database import Connection, Database

log = logging.getLogger(__name__)

_SEND = Operation.SEND
ROWS_PAUSE = timedelta(seconds=1)
"""How long a list waits for campaigns that have not all of their rows yet."""
LIST_PAUSE = timedelta(seconds=60)
"""How long a delivery waits that goes out in the list of another one; if that list fails, it is sent after all."""
IN_A_LIST = "it stands in a list with others"
"""Why a copy is not changed: that would change what the list says of others."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A claimed delivery that could not be put together: for good, or because the database could not be read now."""

    delivery: Delivery
    is_broken: bool


class Triage:
    """Decides for one dispatcher, by each chat's own times and holds, and remembers which lists are claimed."""

    def __init__(
        self, db: Database, kinds: Mapping[str, Kind], compositions: Compositions, own_times: OwnTimes, holds: ChatHolds
    ) -> None:
        self._db = db
        self._kinds = kinds
        self._compositions = compositions
        self._own_times = own_times
        self._holds = holds
        self._listed: set[tuple[int, int]] = set()  # chats and threads with a claimed list

    async def sort(
        self,
        claimed: Sequence[Delivery],
        people: Mapping[int, Chat],
        running: Mapping[int, Campaign],
        now: datetime,
    ) -> tuple[list[Item], list[Unread]]:
        """Return an item for each claimed delivery, those with an outcome or an unsent status decided already.

        `people` are the chats as they are now. Beside the items: the deliveries that cannot be put together,
        which must not stop the others.
        """
        items: list[Item] = []
        unread: list[Unread] = []
        self._own_times.claimed = {delivery.id for delivery in claimed}
        for number in dict.fromkeys(delivery.campaign for delivery in claimed):
            group = [delivery for delivery in claimed if delivery.campaign == number]
            try:
                items.extend(await self._sorted(running[number], group, people, running, now))
            except StoreError as error:
                log.error("%s cannot be read now: %s", _name(running[number]), error)
                unread.extend(Unread(one, is_broken=False) for one in group)
            except Exception:
                log.exception("%s cannot be sent as it lies in the database", _name(running[number]))
                unread.extend(Unread(one, is_broken=True) for one in group)
        return items, unread

    async def _sorted(
        self,
        campaign: Campaign,
        group: Sequence[Delivery],
        people: Mapping[int, Chat],
        running: Mapping[int, Campaign],
        now: datetime,
    ) -> list[Item]:
        """Return the items of one campaign's deliveries."""
        items: list[Item] = []
        lists: dict[int, list[Item]] = {}  # by the other campaigns that may go into them
        kind = self._kinds[campaign.kind]
        changing = [one.chat for one in group if one.operation is not _SEND]
        async with self._db.reading() as conn:
            composition = await self._compositions.of(conn, campaign)
            wanted = await composition.audience.wanting(conn, [one.chat for one in group], now)
            standing = await receipts.held(conn, campaign.subject, changing) if changing else {}
            replied = await self._replied(conn, composition, group)
            foldable = self._foldable(kind, running)
            times = None
            if kind.fold:
                ask = partial(self._wishes, conn, foldable, {campaign.id: composition}, now)
                times = await self._own_times.of(conn, campaign, group, people, foldable, now, ask)
            sent_to = [people[one.chat] for one in group if one.operation is _SEND and one.chat in people]
            by_channel = await left_to_channels(conn, campaign, composition, sent_to, now)
        known_at, is_timed = monotonic(), kind.when is not at_once
        for delivery in group:
            number = delivery.chat
            chat = people.get(number) or Chat(number, state=ChatState.UNREACHABLE)
            item = Item(delivery, campaign, composition, chat, wanted.get(number), known_at)
            its_times = times if times is not None and number not in times.at_once else None
            if its_times is not None:
                item.chat, item.wished_by = its_times.found_by(campaign, chat)
            if changing:
                item.stands = standing.get(delivery.chat)
                item.outcome = _lost(item.stands)
            if replied:
                item.reply_to = replied.get(delivery.chat)
            if chat.restriction is not None and not item.is_change:
                item.is_kept = not chat.restriction.may_try(now)
            items.append(item)
            if chat.linked_channel is not None:
                self._leave_to_channel(item, by_channel)
            if item.is_decided:
                continue
            if is_timed or delivery.operation is not _SEND:
                self._time(item, kind, now)
            if kind.waits_for_quiet and not item.is_decided:
                self._wait_for_quiet(item, now)
            if its_times is not None and not item.is_decided:
                for other in self._place(item, its_times, now):
                    lists.setdefault(other, []).append(item)
            hold = self._holds.of(number, now)
            if hold and not item.is_decided:
                item.outcome = Throttled(hold)
        if lists:
            await self._fill(lists, foldable, now)
        # Only now: if one had raised, none of them would count as claimed.
        self._listed.update((item.chat.id, item.delivery.thread) for item in items if item.folded)
        return items

    async def _wishes(
        self,
        conn: Connection,
        foldable: Mapping[int, Campaign],
        composed: Mapping[int, Composition[Any]],
        now: datetime,
        number: int,
        chats: Sequence[int],
    ) -> Wishes:
        """Return what chats wish for what a campaign brings; of one that cannot be composed, nothing.

        What is `composed` in this turn is not asked again whether it was revised.
        """
        wishes = self._kinds[foldable[number].kind].wishes
        if wishes is None:
            return {}
        try:
            composition = composed.get(number) or await self._compositions.of(conn, foldable[number])
            return await wishes(conn, composition, chats, now)
        except StoreError:
            raise
        except Exception:
            log.debug("nobody is asked when to get %s", _name(foldable[number]))
            return {}

    async def _replied(
        self, conn: Connection, composition: Composition[Any], group: Sequence[Delivery]
    ) -> Mapping[int, int]:
        """Return the messages to which those of a composition are replies, by chat: they are of the same story."""
        places = {one.chat: one.thread for one in group if one.operation is Operation.SEND}
        if not composition.continues or not places:
            return {}
        return await receipts.newest_of(conn, composition.continues, places)

    def ready(self, running: Mapping[int, Campaign], now: datetime) -> Mapping[int, Campaign]:
        """Return the campaigns that may go on now.

        What is no longer news waits while any of it has not all of its rows yet: there would be a list for each.
        """
        late = {
            number
            for number, one in running.items()
            if self._kinds[one.kind].fold is not None and self._own_times.is_stale(one.start_at, now)
        }
        if all(running[number].is_complete for number in late):
            return running
        return {number: one for number, one in running.items() if number not in late}

    def written(self, items: Iterable[Item]) -> None:
        """Note that the outcomes of items are on disk."""
        if not (self._listed or self._own_times.has_any_alone):
            return  # as with most of them
        for item in items:
            self._own_times.has_left(item.delivery)
            if item.folded:
                self._listed.discard((item.chat.id, item.delivery.thread))

    def begin_anew(self) -> None:
        """Forget all claimed lists, as at the start."""
        self._listed.clear()
        self._own_times.begin_anew()

    def _leave_to_channel(self, item: Item, by_channel: LeftToChannels) -> None:
        """Send nothing to a group that has the post of its channel, and wait for one that is on its way."""
        if item.delivery.operation is not _SEND or item.followed is None:
            return
        if item.chat.id in by_channel.posted:
            item.followed, item.unwanted_because = None, CAME_BY_CHANNEL
        elif (at := by_channel.wait.get(item.chat.id)) is not None:
            item.outcome = Postponed(at)

    def _time(self, item: Item, kind: Kind, now: datetime) -> None:
        """Put an item back for later, or for good, when its kind says so of its chat."""
        at = kind.when(item.campaign, item.chat, now)
        is_change = item.delivery.operation is not _SEND
        if at is None or (is_change and (item.stands is None or item.stands.message_id is None)):
            item.followed = None  # nothing for this chat, or no message is left there to be changed
        elif item.stands is not None and item.stands.is_list:
            is_unknown = item.stands.list is None and not item.composition.changes_lists
            if is_unknown or item.delivery.operation is Operation.DELETE:
                item.outcome = Rejected(IN_A_LIST)
        elif at > now:
            item.outcome = Postponed(at, Waits.FOR_ITS_TIME)

    def _wait_for_quiet(self, item: Item, now: datetime) -> None:
        """Put an item back that would come in its chat's quiet hours, until they are over."""
        until = quiet_until(item.chat.timing, self._own_times.zone_of(item.chat), now)
        if until is not None:
            item.outcome = Postponed(until, Waits.FOR_ITS_TIME)

    def _foldable(self, kind: Kind, running: Mapping[int, Campaign]) -> dict[int, Campaign]:
        """Return the running campaigns that can go into a list with one of a kind."""
        kinds = {name for name, one in self._kinds.items() if one.fold is kind.fold}
        return {number: one for number, one in running.items() if one.kind in kinds}

    def _place(self, item: Item, times: ChatTimes, now: datetime) -> Sequence[int]:
        """Let an item leave alone, or carry a list of all of its chat whose time has come, or later.

        Return the other campaigns that may go into its list. Nothing of a list is settled before that is sent: if it
        fails, the others go out without this one.
        """
        key = item.chat.id, item.delivery.thread
        try:
            way = times.way(item)
        except Exception:
            return ()  # whoever sends it finds that out, and says so
        if isinstance(way, Wait):
            item.outcome = Postponed(way.until, way.why)
        elif way is Way.ALONE:
            self._own_times.leaves_alone(item, times)
        elif times.is_own(item) and times.is_incomplete(item):
            item.outcome = Postponed(now + ROWS_PAUSE)  # there would be a list for each
        elif key in self._listed:
            item.outcome = Postponed(now + LIST_PAUSE)
        else:
            item.folded = {item.campaign.id: item.composition}
            item.listing = listing(item.chat.timing, times.zone(item), now) if times.is_own(item) else None
            return times.beside(item)
        return ()

    async def _fill(self, lists: Mapping[int, Sequence[Item]], foldable: Mapping[int, Campaign], now: datetime) -> None:
        """Put other campaigns into the lists of items, each where its chat still wants it.

        What cannot be read is found out again when its own turn comes, and stops only its own broadcast.
        """
        async with self._db.reading() as conn:
            for number, carriers in sorted(lists.items()):
                try:
                    composition = await self._compositions.of(conn, foldable[number])
                    wanted = await composition.audience.wanting(conn, [one.chat.id for one in carriers], now)
                    people = [one.chat for one in carriers]
                    by_channel = await left_to_channels(conn, foldable[number], composition, people, now)
                except StoreError:
                    raise
                except Exception:
                    log.debug("%s is left out of lists", _name(foldable[number]))
                    continue
                for item in carriers:
                    is_left = item.chat.id in by_channel.posted or item.chat.id in by_channel.wait
                    if item.chat.id in wanted and not is_left:
                        item.folded = {**item.folded, number: composition}


def _lost(stands: Receipt | None) -> Outcome | None:
    """Return the outcome of changing a message of which it was found out meanwhile that it is out of reach."""
    if stands is None or not (stands.is_gone or stands.is_left_behind):
        return None
    return Rejected(GONE[0] if stands.is_gone else LEFT_BEHIND)


def _name(campaign: Campaign) -> str:
    """Return what a campaign is called in the log when it cannot be composed."""
    return f"campaign {campaign.id}" if campaign.article is None else f"article {campaign.article}"
