"""A desk for stories about delivered copies: articles that people have, or that are on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from newsroom_samples import plain
from press_room import PressRoom, again, eventually, press_room
from story import EDITH, StoryHouse

from bot.domain.article import Article
from bot.domain.copies import ChangedCopies
from bot.sandbox.world.faults import Held
from bot.store.content import articles
from bot.store.delivery import copy_counts
from bot.telegram_edge.notifications.notifier import Notifier


class CopyDesk:
    """A running bot with an editor, and people who follow Energy."""

    def __init__(self, room: PressRoom) -> None:
        self.room = room
        self.house = room.house
        self.progress = Notifier(self.house.ctx)

    async def delivered(self, people: int = 3, **story: Any) -> tuple[Article, list[int]]:
        """Publish an article to so many people."""
        ids = await self.room.people(people)
        await self.room.follow(ids, "Energy")
        article = await self.room.draft("grid", "Energy", **story)
        await self.room.publish(article, by=EDITH)
        await self.room.run()
        return article, ids

    async def under_way(self) -> tuple[Article, list[int], asyncio.Event]:
        """Publish an article of which all copies are on the wire, and arrive when the event is set."""
        ids = await self.room.people(3)
        await self.room.follow(ids, "Energy")
        article = await self.room.draft("grid", "Energy", pictures=())
        arrive = asyncio.Event()
        self.house.world.faults.add(Held(arrive))
        await self.room.publish(article, by=EDITH)
        await self.room.spread()
        self.room.dispatcher.wake()
        await eventually(lambda: len(self.house.world.faults.happened) == len(ids))
        self.house.world.faults.clear()
        return article, ids, arrive

    async def changes(self, article: Article, **fields: Any) -> None:
        """Let the article's file say something else, and editors be asked about it."""
        async with self.house.db.reading() as conn:
            now = (await articles.article(conn, article.number)).story
        await self.room.take({"grid.md": again(now, **fields)})
        await self.turn()

    async def turn(self) -> None:
        """Let everything happen that is due, a few times: what is asked, sent and shown."""
        for _ in range(3):
            await self.room.run()
            await self.progress.turn()
            await self.progress.settled()
            self.house.clock.advance(timedelta(seconds=2))

    async def copies(self, article: Article) -> ChangedCopies:
        async with self.house.db.reading() as conn:
            return await copy_counts.changed(conn, article.number)

    def copy(self, chat: int) -> dict[str, Any]:
        """Return the last message in a chat."""
        return self.house.messages(chat)[-1]

    @property
    def screen(self) -> str:
        return plain(self.house.screen(EDITH))


@asynccontextmanager
async def copy_desk(house: StoryHouse, folder: Path) -> AsyncIterator[CopyDesk]:
    """Open the desk of an editor who has started the bot."""
    await house.starts(EDITH)
    async with press_room(house, folder) as room:
        yield CopyDesk(room)
