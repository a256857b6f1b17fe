"""
A desk with sources: a real database, real HTTP servers on loopback whose answers the test writes, and a clock that the
test moves. Feeds are parsed in this process.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

from feed_site import Site, site
from import_desk import POLICY, Desk

from bot.content.feeds.reading import read_feed
from bot.content.web.fetching import Fetcher, FetchRules
from bot.domain.feed import Feed
from bot.domain.source import Origin, Source, SourceChoices
from bot.errors import SourceFault
from bot.services.content.imports import Policy, Report
from bot.services.sources import reading, sources
from bot.services.sources.feed_web import FeedWeb
from bot.services.sources.sources import Added
from bot.store.content import sources as rows

LOOPBACK = FetchRules.parse("127.0.0.1")


class InThisProcess:
    """Parses as the parsing process does, without one."""

    async def feed(self, body: bytes, content_type: str | None, url: str) -> Feed:
        return read_feed(body, content_type, url)

    async def page(self, body: bytes, content_type: str | None, url: str) -> Any:
        found = re.findall(r'<link rel="alternate" [^>]*href="([^"]+)"', body.decode())
        return SimpleNamespace(feeds=[SimpleNamespace(url=urljoin(url, href)) for href in found])

    async def close(self) -> None:
        pass


class SourceDesk(Desk):
    """Sources are asked when the test says so, at the desk's time."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.web: FeedWeb

    async def open(self) -> None:
        await super().open()
        self.web = FeedWeb(Fetcher(allow=LOOPBACK), InThisProcess())  # type: ignore[arg-type]

    async def add(self, url: str, *, policy: Policy = POLICY, **choices: Any) -> Added:
        chosen = SourceChoices(**{"topics": ("Energy",), **choices})
        return await sources.add(
            self.db, self.web, url, chosen, origin=Origin.SHELL, by=None, now=self.now, policy=policy
        )

    async def read(self, number: int = 1, *, policy: Policy = POLICY, after: timedelta = timedelta(hours=1)) -> Report:
        """Ask a source once, some time later, and store what came of it; return what became of its stories."""
        self.now += after
        async with self.db.reading() as conn:
            poll = await reading.poll_of(conn, number, self.now, 0.0)
        assert poll is not None
        try:
            answer = await self.web.ask(poll.source.url, poll.polling)
        except SourceFault as fault:
            await reading.store_fault(self.db, poll, fault)
            return Report()
        if answer.feed is None:
            answered = reading.unchanged(poll, answer)
            async with self.db.transaction() as conn:
                await reading.move_if_seen_twice(conn, poll, answered)
                await rows.answered(conn, {number: answered})
            return Report()
        return await reading.take_feed(self.db, poll, answer, answer.feed, policy=policy)

    async def source(self, number: int = 1) -> Source:
        async with self.db.reading() as conn:
            found = await rows.source(conn, number)
        assert found is not None
        return found

    async def states(self) -> dict[str, str]:
        """Return the states of all articles, by slug."""
        return dict(await self.rows("SELECT slug, state FROM articles ORDER BY number"))

    async def pushed(self) -> list[str]:
        """Return the slugs of the articles that were ever promised to anybody, once for each campaign."""
        return [
            slug
            for (slug,) in await self.rows(
                "SELECT a.slug FROM campaigns AS c JOIN articles AS a ON a.number = c.subject ORDER BY c.id"
            )
        ]


@asynccontextmanager
async def source_desk(tmp_path: Path) -> AsyncIterator[tuple[SourceDesk, Site]]:
    """A desk with a site, whose topic Energy is known and followed."""
    from bot.domain.topic import TopicFile
    from bot.store.content import topics

    desk = SourceDesk(tmp_path / "news.db")
    await desk.open()
    async with desk.db.transaction() as conn:
        await topics.define(conn, TopicFile("energy", "Energy", hashtags=("#power",), keywords=("solar",)))
        await topics.define(conn, TopicFile("robotics", "Robotics"))
    await desk.follow()
    try:
        async with site() as one:
            yield desk, one
    finally:
        await desk.web.close()
        await desk.db.close()
