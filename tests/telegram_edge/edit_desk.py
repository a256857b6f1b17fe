"""A running bot with editors who change articles in chat, and what it takes to look at them from behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from newsroom_samples import plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, story_house

from bot.domain.article import Article, Story
from bot.domain.audit import Entry
from bot.store.content import articles, topics
from bot.store.desk import audit_log
from bot.telegram_edge.notifications.notifier import Notifier


class Desk:
    """A running bot with Edith, an editor who owns it, Ben, and a draft about Energy."""

    def __init__(self, room: PressRoom) -> None:
        self.room = room
        self.house = room.house
        self.progress = Notifier(self.house.ctx)
        self.files: dict[str, Story] = {}

    async def says(self, text: str, person: int = EDITH, **how: int) -> str:
        await self.house.says(person, text, **how)
        return plain(self.house.screen(person))

    async def article(self, number: int = 1) -> Article:
        async with self.house.db.reading() as conn:
            return await articles.article(conn, number)

    async def topics(self, number: int = 1) -> list[str]:
        async with self.house.db.reading() as conn:
            article = await articles.article(conn, number)
            names = await topics.names(conn, article.topics)
        return [names[topic] for topic in article.topics]

    async def edits(self) -> list[Entry]:
        async with self.house.db.reading() as conn:
            return [entry for entry in await audit_log.latest(conn) if entry.act == "edit"]

    async def told(self, slug: str = "grid", **fields: Any) -> None:
        """Let an article's file say something else, and whatever is due because of it happen."""
        if slug not in self.files:
            async with self.house.db.reading() as conn:
                self.files[slug] = (await articles.find(conn, slug)).story
        self.files[slug] = replace(self.files[slug], **fields)
        await self.room.take({f"{slug}.md": self.files[slug]})
        await self.turn()

    async def turn(self) -> None:
        for _ in range(2):
            await self.room.run()
            await self.progress.turn()
            await self.progress.settled()
            self.house.clock.advance(timedelta(seconds=2))

    async def chooses(self, field: str = "Title", person: int = EDITH, number: int = 1) -> str:
        """Open an article and choose a field of it; return what is asked for."""
        await self.says(f"/preview {number}", person)
        await self.house.presses(person, "Edit")
        assert plain(self.house.screen(person)).startswith(f"What of #{number} ")
        await self.house.presses(person, field)
        return plain(self.house.screen(person))

    async def deliver(self) -> int:
        """Publish the draft to one reader, who is returned."""
        [reader] = await self.room.people(1)
        await self.room.follow([reader], "Energy")
        await self.room.publish(await self.article(), by=EDITH)
        await self.room.run()
        return reader


@asynccontextmanager
async def edit_desk(folder: Path, **settings: Any) -> AsyncIterator[Desk]:
    """Open the desk; `settings` are those of the house."""
    async with story_house(folder, **{"undo": "0", **settings}) as house, press_room(house, folder) as room:
        for person in (EDITH, BEN, ANNA):
            await house.starts(person)
        await room.follow([ANNA], "Robotics")
        await room.draft("grid", "Energy")
        yield Desk(room)
