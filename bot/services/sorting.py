"""
Sorting: what becomes of a claimed delivery before anybody sends it, by what its chat wants today.

Who has paused, unfollowed or muted since is left alone; what waited too long to be news is folded into one list; a
chat that must rest is put back. All else goes out, in its edition.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.article import Article
from bot.domain.chat import Chat, ChatState
from bot.domain.delivery import Delivery, Outcome, Status, Throttled
from bot.domain.message import Message
from bot.domain.publishing import is_stale
from bot.services.editions import Edition, edition_of
from bot.store import articles, audience, outbox
from bot.store.database import Connection, Database
from bot.store.fanouts import Fanout

log = logging.getLogger(__name__)

LONGEST_HOLD = timedelta(seconds=60)  # a delivery waiting for a retry holds later news of its chat no longer
SHORT_HOLD = timedelta(seconds=1)  # waited for on the spot
NO_HOLD = timedelta(0)
HELD_CHATS = 4096


@dataclass(slots=True, eq=False)
class Item:
    """A claimed delivery in this process' hands, and in the end what became of it.

    `folded` are the articles it takes along in a list because they, and its own, could not leave for too long;
    `is_folded` says that another delivery takes it along. `paid_on` is the UTC day whose allowance pays for its next
    message; None when nothing does.
    """

    delivery: Delivery
    fanout: Fanout
    edition: Edition[Any]
    chat: Chat
    reason: int
    folded: tuple[Article, ...] = ()
    is_folded: bool = False
    paid_on: date | None = None
    outcome: Outcome | None = None
    has_photo: bool = False

    @property
    def status_unsent(self) -> Status | None:
        """Why it is settled without being sent; None when it is to be sent."""
        if self.chat.state is ChatState.UNREACHABLE:
            return Status.UNREACHABLE
        if self.chat.state is ChatState.PAUSED or not self.reason:
            return Status.UNWANTED
        return Status.FOLDED if self.is_folded else None

    @property
    def is_decided(self) -> bool:
        """Whether nothing is to be sent, now or at all."""
        return self.outcome is not None or self.status_unsent is not None


class Sorter:
    """Keeps the editions of what is on its way. `held` gives the seconds for which a chat must not be sent to."""

    def __init__(
        self,
        db: Database,
        *,
        prepare: Callable[[Message], Any],
        held: Callable[[int], float],
        root: Path | None,
        stale: timedelta,
    ) -> None:
        self._db = db
        self._prepare = prepare
        self._held = held
        self._root = root
        self._stale = stale
        self._editions: dict[int, Edition[Any]] = {}  # by fan-out
        self._holds: OrderedDict[int, datetime] = OrderedDict()

    async def sort(
        self,
        claimed: Sequence[Delivery],
        people: Mapping[int, Chat],
        running: Mapping[int, Fanout],
        unwritten: Iterable[Item],
        now: datetime,
    ) -> tuple[list[Item], list[Delivery]]:
        """Return an item for each claimed delivery, those with an outcome or an unsent status decided already.

        `people` are the chats as they are now; `unwritten` are items whose end is not in the database yet. Beside
        the items: the deliveries of articles that cannot be put together, which must not stop the others.
        """
        items: list[Item] = []
        broken: list[Delivery] = []
        for number in dict.fromkeys(delivery.fanout for delivery in claimed):
            group = [delivery for delivery in claimed if delivery.fanout == number]
            fanout = running[number]
            try:
                async with self._db.reading() as conn:
                    edition = await self._edition(conn, fanout)
                    wanted = await audience.wanting(conn, edition.audience, [one.chat for one in group], now)
            except Exception:
                log.exception("article %d cannot be sent as it lies in the database", fanout.article)
                broken.extend(group)
                continue
            is_old = is_stale(fanout.start_at, now, self._stale)
            for delivery in group:
                chat = people.get(delivery.chat) or Chat(delivery.chat, state=ChatState.UNREACHABLE)
                item = Item(delivery, fanout, edition, chat, wanted.get(delivery.chat, 0))
                if is_old:
                    await self._fold(item, (*unwritten, *items), now)
                hold = self._hold(delivery.chat, now)
                if item.status_unsent is None and hold > SHORT_HOLD:
                    item.outcome = Throttled(hold)
                items.append(item)
        return items, broken

    def hold(self, delivery: Delivery, now: datetime) -> None:
        """Keep a chat's later news behind a delivery that waits for a retry, but not for long."""
        if delivery.due_at > now:
            self._holds[delivery.chat] = min(delivery.due_at, now + LONGEST_HOLD)
            self._holds.move_to_end(delivery.chat)
            if len(self._holds) > HELD_CHATS:
                self._holds.popitem(last=False)

    def forget_holds(self) -> None:
        """Hold no chat any longer: the clock was set, and the times mean nothing."""
        self._holds.clear()

    def close(self, fanout: int) -> None:
        """Let go of what a finished fan-out needed."""
        self._editions.pop(fanout, None)

    async def _edition(self, conn: Connection, fanout: Fanout) -> Edition[Any]:
        edition = self._editions.get(fanout.id)
        if edition is None or edition.article.revision != fanout.revision:
            edition = await edition_of(conn, fanout.article, fanout.fixed_at, self._root, self._prepare)
            self._editions[fanout.id] = edition
        return edition

    def _hold(self, chat: int, now: datetime) -> timedelta:
        until, held = self._holds.get(chat), self._held(chat)
        if until is None and not held:
            return NO_HOLD
        return max((until or now) - now, timedelta(seconds=held))

    async def _fold(self, item: Item, unwritten: Iterable[Item], now: datetime) -> None:
        """Fold what is no longer news into one list: the chat's last such delivery takes the others along."""
        async with self._db.reading() as conn:
            item.is_folded = await outbox.has_later(conn, item.delivery, now - self._stale)
            if not item.is_folded:
                earlier = await articles.articles(conn, await outbox.folded(conn, item.chat.id))
                others = [
                    one.edition.article
                    for one in unwritten
                    if one.chat.id == item.chat.id and one.status_unsent is Status.FOLDED
                ]
                item.folded = (*earlier, *others, item.edition.article)
