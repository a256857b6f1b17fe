"""The paid budget, shaken: in whatever order things happen, no day's messages exceed what was written down."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from databases import empty_database
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.chat import Chat
from bot.domain.delivery import Delivery
from bot.domain.paid_broadcast import day_of
from bot.services.delivery.item import Item
from bot.services.delivery.paid_budget import PaidBudget
from bot.store.delivery import paid_messages
from bot.store.engine.database import Database

PER_DAY = 100
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACTS = st.one_of(
    st.tuples(st.just("claim"), st.integers(0, 60)),
    st.tuples(st.just("disturbed claim"), st.integers(0, 60)),
    st.tuples(st.just("lost claim"), st.integers(0, 60)),
    st.tuples(st.sampled_from(["send", "reply"]), st.integers(1, 100)),
    st.tuples(st.sampled_from(["put back", "give back", "crash", "tomorrow", "yesterday"]), st.just(0)),
)


class Shaken:
    """A paid budget, what was claimed with it, and how many messages left paid for on each day."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = NOON
        self.left: Counter[date] = Counter()
        self.crash()

    def crash(self) -> None:
        self.paid_budget = PaidBudget(PER_DAY, 2)
        self.items: list[Item] = []

    async def claim(self, many: int, *, replies: int = 0, is_lost: bool = False) -> None:
        try:
            async with self.db.transaction() as conn:
                most = min(many, await self.paid_budget.payable(conn, 1_000_000, self.now))
                self.reply(replies)
                reserved = await self.paid_budget.reserve(conn, most)
                self.reply(replies)
                if is_lost:
                    raise RuntimeError
        except RuntimeError:
            return
        self.paid_budget.fill(reserved)
        items = [Item(Delivery(1, 1, 1, 0, self.now), _ANY, _ANY, Chat(1), followed=1) for _ in range(many)]
        self.paid_budget.give_to(items, most)
        self.items += items

    def send(self, many: int) -> None:
        for _ in range(min(many, len(self.items))):
            item = self.items.pop(0)
            self.left[day_of(self.now)] += self.paid_budget.pay(item, self.now)

    def reply(self, many: int) -> None:
        for _ in range(many):
            self.left[day_of(self.now)] += self.paid_budget.pay_for_reply(self.now) == day_of(self.now)

    async def act(self, act: str, many: int) -> None:
        match act:
            case "claim":
                await self.claim(many)
            case "disturbed claim":
                await self.claim(many, replies=2)
            case "lost claim":
                await self.claim(many, replies=1, is_lost=True)
            case "send":
                self.send(many)
            case "reply":
                self.reply(many)
            case "put back":
                for item in self.items:
                    self.paid_budget.put_back(item)
                self.items.clear()
            case "give back":
                async with self.db.transaction() as conn:
                    await self.paid_budget.give_back(conn)
            case "crash":
                self.crash()
            case "tomorrow":
                self.now += timedelta(days=1)
            case "yesterday":
                self.now -= timedelta(days=1)


_ANY: Any = None  # campaign and edition: the paid budget does not look at them


@given(acts=st.lists(ACTS, max_size=40))
@example(acts=[("claim", 60), ("tomorrow", 0), ("send", 60)])
@example(acts=[("claim", 60), ("claim", 60), ("send", 100), ("send", 100)])
def test_no_day_ever_exceeds_what_was_written_down_nor_that_the_allowance(acts: list[tuple[str, int]]) -> None:
    async def story(path: Path) -> None:
        empty_database(path)
        db = await Database.open(path)
        try:
            shaken = Shaken(db)
            for act, many in acts:
                await shaken.act(act, many)
                async with db.reading() as conn:
                    for day, left in shaken.left.items():
                        assert left <= await paid_messages.reserved(conn, day) <= PER_DAY
        finally:
            await db.close()

    with TemporaryDirectory() as folder:
        asyncio.run(story(Path(folder) / "paid_budget.db"))
