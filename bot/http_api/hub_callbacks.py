"""
Our addresses for WebSub hubs: one for each source, with a part that nobody can guess.

Source: https://www.w3.org/TR/websub/#content-distribution
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.services.sources import websub
from bot.store.engine.database import Database

LARGEST = 10 * 2**20
"""Bytes of what a hub sends: a feed."""
WITHIN = 20.0  # seconds for all of it to come

log = logging.getLogger(__name__)


def mount_hub_callbacks(
    app: web.Application, path: str, db: Database, clock: Callable[[], datetime], wake: Callable[[], None]
) -> None:
    """Take what hubs say below the webhook's path. `wake` is called when a source is to be asked."""

    async def verify(request: web.Request) -> web.Response:
        challenge = await websub.verified(db, request.match_info["token"], request.query, clock())
        return web.Response(status=404) if challenge is None else web.Response(text=challenge)

    async def tell(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(WITHIN):
                body = await _read(request)
        except TimeoutError:
            return web.Response(status=408)
        if body is None:
            return web.Response(status=413)
        if await websub.told(db, request.match_info["token"], body, request.headers.get("X-Hub-Signature"), clock()):
            wake()
        else:
            log.warning("what came for a hub was not signed by it and is passed over")
        return web.Response(status=202)  # also then: nobody learns whether an address or a signature is right

    place = f"{path.rstrip('/')}/{websub.PATH}/{{token}}"
    app.router.add_get(place, verify)
    app.router.add_post(place, tell)


async def _read(request: web.Request) -> bytes | None:
    """Return the body of a request; None when it is too large."""
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > LARGEST:
            return None
    return bytes(body)
