"""
A desk with sources: a real database, real HTTP servers on loopback whose answers the test writes, and a clock that the
test moves. Feeds are parsed in this process.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin
from xml.sax.saxutils import escape

from aiohttp import web
from import_desk import NOON, POLICY, Desk

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


@dataclass
class Site:
    """A web server. What it answers is in `answers`, by path; what it was asked in `asked`."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def feed(self, *items: str, path: str = "/feed", **headers: str) -> None:
        """Let the site have these items, with an ETag that changes with them."""
        body = rss(*items)
        self.answers[path] = Answer(body=body, headers={"ETag": f'"{hash(body)}"', **headers})

    def answer(self, status: int, body: str = "", path: str = "/feed", **headers: str) -> None:
        self.answers[path] = Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, dict(request.headers)))
        answer = self.answers.get(request.path, Answer(404))
        if answer.headers.get("ETag") and request.headers.get("If-None-Match") == answer.headers["ETag"]:
            return web.Response(status=304, headers=answer.headers)
        return web.Response(status=answer.status, body=answer.body.encode(), headers=answer.headers)


@dataclass
class Answer:
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    """Serve a site on loopback until the block ends."""
    one = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", one.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    server = web.TCPSite(runner, "127.0.0.1", 0)
    await server.start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield one
    finally:
        await runner.cleanup()


def rss(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>The Blog</title><link>https://blog.example/</link>{"".join(items)}</channel></rss>'


def item(
    name: str,
    *,
    title: str | None = None,
    id: str | None = None,
    link: str | None = "",
    at: datetime | None = NOON - timedelta(hours=1),
    text: str | None = None,
    categories: Iterable[str] = (),
    picture: str | None = None,
) -> str:
    """Return an item of an RSS feed; a `link` of None leaves it without one."""
    parts = [f"<title>{escape(title or name.capitalize())}</title>"]
    if link is not None:
        parts.append(f"<link>{escape(link or f'https://blog.example/{name}')}</link>")
    parts.append(f'<guid isPermaLink="false">{escape(id or name)}</guid>')
    if at is not None:
        parts.append(f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>")
    parts.append(
        f"<description>{escape(text or f'What there is to say about {name}, in a sentence of its own.')}</description>"
    )
    parts.extend(f"<category>{escape(category)}</category>" for category in categories)
    if picture is not None:
        parts.append(f'<enclosure url="{escape(picture)}" type="image/png" length="1"/>')
    return f"<item>{''.join(parts)}</item>"


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
            asked = await reading.about(conn, number, self.now, 0.0)
        assert asked is not None
        try:
            answer = await self.web.ask(asked.source.url, asked.polling)
        except SourceFault as fault:
            await reading.store_fault(self.db, asked, fault)
            return Report()
        if answer.feed is None:
            answered = reading.unchanged(asked, answer)
            async with self.db.transaction() as conn:
                await reading.move_if_seen_twice(conn, asked, answered)
                await rows.answered(conn, {number: answered})
            return Report()
        return await reading.take_feed(self.db, asked, answer, answer.feed, policy=policy)

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
