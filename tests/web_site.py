"""A web server on 127.0.0.1 for tests that fetch: pages that are functions, and a record of who asked for what."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], object]
"""Gives the answer to a request, or something to wait for that does."""


class Site:
    """A web server on 127.0.0.1; `asked` are the requests that came to it."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.port = 0
        self.pages: dict[str, Handler] = {}

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        result = self.pages[request.path](request)
        found = await result if asyncio.iscoroutine(result) else result
        assert isinstance(found, web.StreamResponse)
        return found


@asynccontextmanager
async def serving(site: Site, **options: Any) -> AsyncIterator[Site]:
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    where = web.TCPSite(runner, "127.0.0.1", 0, **options)
    await where.start()
    site.port = runner.addresses[0][1]
    try:
        yield site
    finally:
        await runner.cleanup()


def png(width: int = 4, height: int = 4) -> bytes:
    """Return a picture of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    rows = zlib.compress(bytes((width + 1) * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
