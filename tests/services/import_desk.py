"""
A desk without a bot: a real database, files as an inlet reads them, and a clock that the test moves.

What an import made news shows as campaigns; `spread` turns them into one outbox row for each chat.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from databases import empty_database

from bot.domain.article import Article, ArticleState, Provider, Story
from bot.domain.ingestion import SourceItem
from bot.domain.publishing import PushWindow
from bot.domain.topic import TopicFile
from bot.errors import Complaint, ContentError
from bot.services.content import imports
from bot.services.content.imports import Policy, Report, Seen
from bot.services.delivery.fanout import fan_out_next
from bot.services.newsroom import arriving_news
from bot.store.content import articles, topics
from bot.store.content.imports import files
from bot.store.delivery import campaigns
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Database

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
POLICY = Policy(PushWindow(timedelta(hours=48)), burst=10, undo=timedelta(0))
READERS = range(501, 504)
EDITOR = 9001


def story(slug: str = "grid", **fields: Any) -> Story:
    """Return a story about energy that its file says is published."""
    given: dict[str, Any] = {
        "title": slug.capitalize(),
        "link": f"https://news.example/{slug}",
        "published_at": NOON - timedelta(hours=1),
        "published": True,
        "provider": Provider("Northgate", "northgate.example"),
        "topics": ("Energy",),
    }
    return Story(**{**given, **fields})


def refusal(path: str) -> ContentError:
    return ContentError(Complaint(path, 2, "title", "is missing"))


class Desk:
    """`now` is the time that everything is told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = NOON
        self.db: Database

    async def open(self) -> None:
        empty_database(self.path)
        self.db = await Database.open(self.path)

    async def reopen(self) -> None:
        """End and start, as a restart does."""
        await self.db.close()
        await self.open()

    async def take(
        self, given: dict[str, Story | TopicFile | ContentError], *, gone: tuple[str, ...] = (), policy: Policy = POLICY
    ) -> Report:
        return await imports.take(self.db, seen(given), gone=gone, now=self.now, policy=policy)

    async def embargoes(self, policy: Policy = POLICY) -> list[int]:
        return await arriving_news.end_embargoes(
            self.db, now=self.now, burst=policy.burst, undo=policy.undo, push=not policy.window.files_never_push
        )

    async def follow(self, chats: range = READERS, name: str = "Energy") -> None:
        async with self.db.transaction() as conn:
            number = (await topics.resolve(conn, [name]))[name]
            await conn.executemany(
                "INSERT OR IGNORE INTO chats (id, kind, since, state_at) VALUES (?, 'private', 0, 0)",
                [(chat,) for chat in chats],
            )
            await conn.executemany(
                "INSERT INTO subscriptions (topic, chat, since) VALUES (?, ?, 0)", [(number, chat) for chat in chats]
            )

    async def spread(self) -> None:
        while await fan_out_next(self.db, now=self.now, draw=0.5):
            pass

    async def article(self, words: str) -> Article:
        async with self.db.reading() as conn:
            return await articles.find(conn, words)

    async def state(self, words: str) -> ArticleState:
        return (await self.article(words)).state

    async def pushes(self, words: str) -> list[Campaign]:
        """Return the campaigns an article ever had."""
        number = (await self.article(words)).number
        async with self.db.reading() as conn:
            return await campaigns.of_article(conn, number)

    async def promised(self, words: str) -> list[int]:
        """Return the chats that an article is promised to."""
        await self.spread()
        number = (await self.article(words)).number
        rows = await self.rows(
            "SELECT chat FROM deliveries AS d JOIN campaigns AS c ON c.id = d.campaign WHERE subject = ? ORDER BY chat",
            number,
        )
        return [row[0] for row in rows]

    async def held(self) -> list[int]:
        async with self.db.reading() as conn:
            return await articles.in_state(conn, ArticleState.HELD)

    async def file(self, path: str) -> SourceItem:
        async with self.db.reading() as conn:
            return (await files(conn, [path]))[path]

    async def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        async with self.db.reading() as conn:
            return [tuple(row) for row in await conn.execute_fetchall(query, values)]


def seen(given: dict[str, Story | TopicFile | ContentError]) -> list[Seen]:
    """Return files as an inlet hands them over; a slug is the name, on a clash the folder's before it."""
    found = []
    for path, content in given.items():
        folder, _, name = path.removesuffix(".md").rpartition("/")
        slugs = (name, f"{folder.rpartition('/')[2]}-{name}") if folder else (name,)
        # A refusal is compared by what it says, everything else by its value.
        print_of = hashlib.sha256(repr(str(content) if isinstance(content, ContentError) else content).encode())
        found.append(Seen(path, print_of.hexdigest(), content, slugs))
    return found


@asynccontextmanager
async def open_desk(folder: Path) -> AsyncIterator[Desk]:
    desk = Desk(folder / "desk.db")
    await desk.open()
    try:
        yield desk
    finally:
        await desk.db.close()
