"""A web site with feeds, on loopback. What it answers is written by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from aiohttp import web

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The time at which items are an hour old that are given none."""


@dataclass
class Site:
    """A web server. What it answers is in `answers`, by path; what it was asked in `asked`."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    def feed(self, *items: str, path: str = "/feed", **headers: str) -> None:
        """Let the site have these items, with an ETag that changes with them."""
        body = rss(*items)
        self.answers[path] = Answer(body=body, headers={"ETag": f'"{hash(body)}"', **headers})

    def answer(self, status: int, body: str = "", path: str = "/feed", **headers: str) -> None:
        self.answers[path] = Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def times(self, path: str = "/feed") -> int:
        """Return how often the site was asked for a path."""
        return sum(one == path for one, _ in self.asked)

    async def until(self, times: int, path: str = "/feed") -> None:
        """Return once the site has been asked for a path so many times."""
        while self.times(path) < times:
            self._asked.clear()
            await self._asked.wait()

    async def handle(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        self.asked.append((request.path, dict(request.headers)))
        self._asked.set()
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
