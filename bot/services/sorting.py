"""
Sorting: what becomes of a claimed delivery before anybody sends it, by what its chat wants today.

Who has paused, unfollowed or muted since is left alone; what waited too long to be news goes out in one list; a
chat that must rest is put back. All else goes out, in its edition.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from bot.domain.chat import Chat, ChatState
from bot.domain.delivery import Delivery, Outcome, Status, Throttled
from bot.domain.message import Message
from bot.domain.publishing import is_stale
from bot.domain.refusals import FEW, Form
from bot.errors import StoreError
from bot.services.editions import Edition, edition_of
from bot.store import audience, outbox
from bot.store.database import Connection, Database
from bot.store.fanouts import Fanout

log = logging.getLogger(__name__)

LONGEST_HOLD = timedelta(seconds=60)  # a delivery waiting for a retry holds later news of its chat no longer
SHORT_HOLD = timedelta(seconds=1)  # waited for on the spot
NO_HOLD = timedelta(0)
IN_A_LIST = Throttled(timedelta(seconds=60))
"""Another delivery in hand takes it along; should that come to nothing, it goes out after all."""
HELD_CHATS = 4096


@dataclass(slots=True, eq=False)
class Item:
    """A claimed delivery in this process' hands, and in the end what became of it.

    `followed` is the topic for which the chat gets it; 0 when it no longer wants it. `folded` are the editions, by
    fan-out and its own among them, that go out in one list because they could not leave for too long. `paid_on` is the
    UTC day whose allowance pays for its next message; None when nothing does. `known_at` is when the chat was last
    asked what it wants, on the monotonic clock. `is_kept` when its chat forbids writing and is not tried now.
    `adopted` is the form in which it was taken and all others go on, with the words that refused a fuller one;
    `refused_by_some` the same for the chats that share these words, while the others get it as it is.
    """

    delivery: Delivery
    fanout: Fanout
    edition: Edition[Any]
    chat: Chat
    followed: int
    folded: Mapping[int, Edition[Any]] = field(default_factory=dict)
    paid_on: date | None = None
    outcome: Outcome | None = None
    has_photo: bool = False
    is_kept: bool = False
    adopted: tuple[Form, str] | None = None
    refused_by_some: tuple[Form | None, str] | None = None
    known_at: float = field(default_factory=monotonic)

    @property
    def status_unsent(self) -> Status | None:
        """Why it is settled without being sent; None when it is to be sent."""
        if self.chat.state is ChatState.UNREACHABLE:
            return Status.UNREACHABLE
        if self.chat.state is ChatState.PAUSED or not self.followed:
            return Status.UNWANTED
        return Status.RESTRICTED if self.is_kept else None

    @property
    def reason_unsent(self) -> str | None:
        """What its chat said to the last try, when it is kept for it; else None."""
        spell = self.chat.restriction if self.status_unsent is Status.RESTRICTED else None
        return None if spell is None else spell.reason

    @property
    def is_decided(self) -> bool:
        """Whether nothing is to be sent, now or at all."""
        return self.outcome is not None or self.status_unsent is not None


@dataclass(frozen=True, slots=True)
class Unread:
    """A claimed delivery that could not be put together: for good, or because the database could not be read now."""

    delivery: Delivery
    is_broken: bool


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
        self._holds: OrderedDict[int, tuple[datetime, datetime]] = OrderedDict()  # until when, and the latest time
        self._listed: set[int] = set()  # chats with a list in hand

    async def sort(
        self,
        claimed: Sequence[Delivery],
        people: Mapping[int, Chat],
        running: Mapping[int, Fanout],
        now: datetime,
    ) -> tuple[list[Item], list[Unread]]:
        """Return an item for each claimed delivery, those with an outcome or an unsent status decided already.

        `people` are the chats as they are now. Beside the items: the deliveries that cannot be put together,
        which must not stop the others.
        """
        items: list[Item] = []
        unread: list[Unread] = []
        for number in dict.fromkeys(delivery.fanout for delivery in claimed):
            group = [delivery for delivery in claimed if delivery.fanout == number]
            try:
                items.extend(await self._sorted(running[number], group, people, running, now))
            except StoreError as error:
                log.error("article %d cannot be read now: %s", running[number].article, error)
                unread.extend(Unread(one, is_broken=False) for one in group)
            except Exception:
                log.exception("article %d cannot be sent as it lies in the database", running[number].article)
                unread.extend(Unread(one, is_broken=True) for one in group)
        return items, unread

    async def _sorted(
        self,
        fanout: Fanout,
        group: Sequence[Delivery],
        people: Mapping[int, Chat],
        running: Mapping[int, Fanout],
        now: datetime,
    ) -> list[Item]:
        """Return the items of one fan-out's deliveries."""
        items: list[Item] = []
        async with self._db.reading() as conn:
            edition = await self._edition(conn, fanout)
            wanted = await audience.wanting(conn, edition.audience, [one.chat for one in group], now)
        is_old = is_stale(fanout.start_at, now, self._stale)
        for delivery in group:
            chat = people.get(delivery.chat) or Chat(delivery.chat, state=ChatState.UNREACHABLE)
            item = Item(delivery, fanout, edition, chat, wanted.get(delivery.chat, 0))
            item.is_kept = chat.restriction is not None and not chat.restriction.may_try(now)
            if is_old:
                await self._fold(item, running, now)
            hold = self._hold(delivery.chat, now)
            if hold and not item.is_decided:
                item.outcome = Throttled(hold)
            items.append(item)
        # Only now: had one of them failed, none of them would be in hand.
        self._listed.update(item.chat.id for item in items if item.folded)
        return items

    def ready(self, running: Mapping[int, Fanout], now: datetime) -> Mapping[int, Fanout]:
        """Return the fan-outs that may go on now.

        What is no longer news waits while any of it has not all of its rows yet: there would be a list for each.
        """
        late = {number for number, one in running.items() if is_stale(one.start_at, now, self._stale)}
        if all(running[number].is_complete for number in late):
            return running
        return {number: one for number, one in running.items() if number not in late}

    def written(self, items: Iterable[Item]) -> None:
        """Take note that what became of items is on disk."""
        for item in items:
            if item.folded:
                self._listed.discard(item.chat.id)

    def begin_anew(self) -> None:
        """Have no list in hand, as at the start."""
        self._listed.clear()

    def hold(self, delivery: Delivery, now: datetime) -> None:
        """Keep a chat's later news behind a delivery that waits for a retry; not for long, however often it does."""
        if delivery.due_at > now:
            _, latest = self._holds.get(delivery.chat, (now, now + LONGEST_HOLD))
            self._holds[delivery.chat] = min(delivery.due_at, latest), latest
            self._holds.move_to_end(delivery.chat)
            if len(self._holds) > HELD_CHATS:
                self._holds.popitem(last=False)

    def let_go(self, chat: int) -> None:
        """Hold a chat no longer: something of its own has come to an end."""
        self._holds.pop(chat, None)

    def forget_holds(self) -> None:
        """Hold no chat any longer: the clock was set, and the times mean nothing."""
        self._holds.clear()

    def keep(self, running: Mapping[int, Fanout]) -> None:
        """Let go of what only other fan-outs needed."""
        self._editions = {number: edition for number, edition in self._editions.items() if number in running}

    async def _edition(self, conn: Connection, fanout: Fanout) -> Edition[Any]:
        edition = self._editions.get(fanout.id)
        if edition is None or edition.article.revision != fanout.revision:
            few = min(FEW, max(2, fanout.total)) if fanout.is_complete else FEW
            edition = await edition_of(
                conn, fanout.article, fanout.fixed_at, self._root, self._prepare, form=fanout.form, few=few
            )
            self._editions[fanout.id] = edition
        return edition

    def _hold(self, chat: int, now: datetime) -> timedelta:
        """Return how long a chat's news must stay in the outbox. What is behind a retry must, be it for a moment."""
        behind, held = self._holds.get(chat), self._held(chat)
        if behind is None and not held:
            return NO_HOLD
        pace = timedelta(seconds=held)
        return max(NO_HOLD if behind is None else behind[0] - now, pace if pace > SHORT_HOLD else NO_HOLD)

    async def _fold(self, item: Item, running: Mapping[int, Fanout], now: datetime) -> None:
        """Let what is no longer news go out in one list with all else that has waited for its chat as long.

        Nothing is settled before the list is out: should it come to nothing, the others go out without this one.
        """
        if item.is_decided:
            return
        chat = item.chat.id
        if chat in self._listed:
            item.outcome = IN_A_LIST
            return
        folded = {item.fanout.id: item.edition}
        async with self._db.reading() as conn:
            for number in await outbox.beside(conn, item.delivery, now - self._stale):
                edition = await self._wanted(conn, running[number], chat, now) if number in running else None
                if edition is not None:
                    folded[number] = edition
        item.folded = dict(sorted(folded.items()))

    async def _wanted(self, conn: Connection, fanout: Fanout, chat: int, now: datetime) -> Edition[Any] | None:
        """Return a fan-out's edition for a list; None when the chat no longer wants it, or it cannot be read.

        What cannot be read is found out again when its own turn comes, and stops only its own broadcast.
        """
        try:
            edition = await self._edition(conn, fanout)
            wanted = await audience.wanting(conn, edition.audience, [chat], now)
        except StoreError:
            raise
        except Exception:
            return None
        return edition if chat in wanted else None
