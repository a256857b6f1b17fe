"""A web server of a tour's own, on 127.0.0.1: pages, a feed and a picture, which change as the tour goes on."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

PICTURE = "/bridge.png"


@dataclass(slots=True)
class SmallWeb:
    """What the server answers: a content type and a body for each path, or a status alone."""

    pages: dict[str, tuple[str, str] | int] = field(default_factory=dict)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == PICTURE:
            return web.Response(body=png(640, 360), content_type="image/png")
        match self.pages.get(request.path, 404):
            case int(status):
                return web.Response(status=status)
            case (kind, body):
                return web.Response(text=body, content_type=kind, charset="utf-8")


@asynccontextmanager
async def small_web() -> AsyncIterator[SmallWeb]:
    """Serve until the block ends."""
    served = SmallWeb()
    app = web.Application()
    app.router.add_get("/{path:.*}", served.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.port = runner.addresses[0][1]
    try:
        yield served
    finally:
        await runner.cleanup()


def png(width: int, height: int) -> bytes:
    """Return a grey picture. Source: https://www.w3.org/TR/png-3/#5DataRep (signature and chunks)"""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    rows = zlib.compress((b"\0" + b"\x90" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
