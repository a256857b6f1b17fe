"""
The press room: a dispatcher beside a story's house, for tests of what leaves and what becomes of it.

`run` works until nothing is due at the clock's time; what waits for later stays. Nothing sleeps.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from story import StoryHouse
from what_became import statuses

from bot.domain.article import Article, Picture, Provider, Story
from bot.domain.chat import ChatKind
from bot.domain.delivery import Lane, Outcome, Status
from bot.domain.publishing import PushWindow
from bot.services.content.imports import Policy, Report, Seen, take
from bot.services.delivery.dispatcher import Alarm, Dispatcher
from bot.services.delivery.fanout import fan_out_next
from bot.services.delivery.kinds import KINDS, Kind
from bot.services.delivery.paid_budget import PaidBudget
from bot.services.newsroom import newsroom
from bot.store.content import articles, topics
from bot.store.delivery import campaigns
from bot.store.engine.database import Database
from bot.store.engine.disk_reserve import Reserve
from bot.store.readers import chats
from bot.telegram_edge.botapi.dispatch_port import send_port
from bot.telegram_edge.botapi.pacer import Pacer

POLICY = Policy(PushWindow(timedelta(hours=48)), burst=10, undo=timedelta(0))
PATIENCE = 60.0  # seconds
PICTURE = Picture("https://pictures.example/cell.jpg", 1200, 675)


class PressRoom:
    """`house` is the story's; `alarms` what the owners would be told. With a `db` of its own it is another process."""

    def __init__(
        self,
        house: StoryHouse,
        folder: Path,
        *,
        rate: float | None = None,
        in_flight: int = 8,
        reserve: Reserve | None = None,
        paid_per_day: int = 0,
        count: Callable[[Outcome], None] = lambda outcome: None,
        kinds: Mapping[str, Kind] = KINDS,
        is_alone: bool = True,
        leads: Callable[[int], bool] = lambda term: True,
        db: Database | None = None,
    ) -> None:
        self.house = house
        self.db = db or house.db
        self.world = house.world
        self.alarms: list[tuple[Alarm, int | None, str | None]] = []
        self.kinds = kinds
        self.is_alone = is_alone
        self.leads = leads
        self.dispatcher = self._dispatcher(folder, rate, in_flight, reserve, paid_per_day, count)

    def _dispatcher(
        self,
        folder: Path,
        rate: float | None,
        in_flight: int,
        reserve: Reserve | None,
        paid_per_day: int,
        count: Callable[[Outcome], None],
    ) -> Dispatcher:
        async def alarm(kind: Alarm, campaign: int | None, reason: str | None) -> None:
            self.alarms.append((kind, campaign, reason))

        ctx = self.house.equip(paid_budget=PaidBudget(paid_per_day, rate))
        return Dispatcher(
            self.db,
            send_port(ctx.gateway, ctx.pacer),
            look_of=ctx.look,
            pictures=replace(ctx.picture_source, root=folder),
            clock=self.house.clock,
            rate=rate,
            stale=ctx.settings.stale,
            alarm=alarm,
            count=count,
            in_flight=in_flight,
            reserve=reserve,
            paid_budget=ctx.paid_budget,
            kinds=self.kinds,
            is_alone=self.is_alone,
            leads=self.leads,
        )

    async def people(self, many: int, first: int = 20_000) -> list[int]:
        """Let so many people start the bot; return their ids. They follow nothing yet."""
        ids = list(range(first, first + many))
        for id in ids:
            self.world.add_person(f"Reader {id}", id=id, has_started=True)
        async with self.db.transaction() as conn:
            for id in ids:
                await chats.get_or_create(conn, id, ChatKind.PRIVATE, "en", self.house.clock())
        return ids

    async def follow(self, ids: list[int], name: str, thread: int = 0) -> int:
        """Let chats follow a topic by name; return its number."""
        async with self.db.transaction() as conn:
            number = (await topics.resolve(conn, [name]))[name]
            await conn.executemany(
                "INSERT OR IGNORE INTO subscriptions (topic, chat, thread, since) VALUES (?, ?, ?, ?)",
                [(number, id, thread, int(self.house.clock().timestamp())) for id in ids],
            )
        return number

    async def draft(self, slug: str, *names: str, **fields: Any) -> Article:
        """Import a draft about topics and return it."""
        story = Story(
            title=fields.pop("title", slug.replace("-", " ").capitalize()),
            link=fields.pop("link", f"https://news.example/{slug}"),
            published_at=fields.pop("published_at", self.house.clock() - timedelta(hours=1)),
            topics=names,
            **{
                "excerpt": "An excerpt of some words.",
                "provider": Provider("Northgate News", "news.example"),
                "pictures": (PICTURE,),
                **fields,
            },
        )
        await self.take({f"{slug}.md": story})
        async with self.db.reading() as conn:
            return await articles.find(conn, slug)

    async def take(self, files: dict[str, Story], policy: Policy = POLICY, gone: tuple[str, ...] = ()) -> Report:
        """Import files by their paths."""
        seen = [
            Seen(path, str(hash(repr(story))), story, (path.rpartition("/")[2].removesuffix(".md"),))
            for path, story in files.items()
        ]
        return await take(self.db, seen, gone=gone, now=self.house.clock(), policy=policy)

    async def publish(self, article: Article, by: int | None = None) -> int:
        """Publish at once and return the campaign."""
        done = await newsroom.publish(self.db, article.number, by=by, now=self.house.clock(), undo=timedelta(0))
        return done.campaign

    async def run(self) -> None:
        """Spread and send until nothing is due."""
        await self.spread()
        self.dispatcher.wake()
        await self.dispatcher.idle()

    async def until(self, question: Callable[[], bool]) -> None:
        """Wait for a yes; the question is asked again whenever something happens in the world."""
        async with asyncio.timeout(PATIENCE), self.world.subscribe() as events:
            while not question():
                await anext(events)

    async def spread(self) -> None:
        while await fan_out_next(self.db, now=self.house.clock(), draw=0.5, kinds=self.kinds):
            pass

    async def statuses(self, article: Article) -> dict[Status, int]:
        async with self.db.reading() as conn:
            return await statuses(conn, article.number)

    async def campaign(self, number: int) -> campaigns.Campaign:
        async with self.db.reading() as conn:
            found = await campaigns.campaign(conn, number)
        assert found is not None
        return found

    def got(self, chat: int) -> list[str]:
        """Return the first lines of what was sent to a chat."""
        return [screen.partition("\n")[0].strip("\u2068\u2069") for screen in self.house.screens(chat)]


async def limit_everybody(pacer: Pacer, seconds: float, paid: bool = False) -> None:
    """Let people who were within their own limits be told to wait, as when Telegram means the whole bot."""
    for chat in (1, 2, 3):
        await pacer.slot(chat, Lane.REPLY, False, paid)
        pacer.throttled(chat, seconds, paid)


async def eventually(question: Callable[[], Any]) -> None:
    """Wait for a yes to what nothing in the world tells of: it happens on the wire or in another thread."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = question()
            if await answer if inspect.isawaitable(answer) else answer:
                return
            await asyncio.sleep(0.005)


def again(story: Story, **changes: Any) -> Story:
    """Return the story as a changed file tells it."""
    return replace(story, **changes)


@asynccontextmanager
async def press_room(
    house: StoryHouse, folder: Path, *, term: int | None = None, **options: Any
) -> AsyncIterator[PressRoom]:
    """Run a dispatcher beside a house until the block ends, in a `term` that was begun for it, if any."""
    room = PressRoom(house, folder, **options)
    running = asyncio.create_task(room.dispatcher.run(term))
    try:
        yield room
    finally:
        room.dispatcher.stop()
        await running
