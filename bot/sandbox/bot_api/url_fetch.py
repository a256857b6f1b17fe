"""
Fetching files by URL, as Telegram would: from this machine only, and no more bytes than Telegram takes.

The sandbox does not go out: public addresses are in `World.web` or trusted. A page of this machine is fetched for bots
that serve their own pictures in a test; a redirect is not followed, because it could lead anywhere.
Source: https://core.telegram.org/bots/api#sending-files
"""

from __future__ import annotations

import aiohttp

from bot.domain.limits import DOWNLOAD_BYTES
from bot.sandbox.bot_api.local_only import port_here

FAILED = "failed to get HTTP URL content"
_WITHIN = aiohttp.ClientTimeout(total=10)
_AT_ONCE = 64 * 1024


def may_fetch(url: str, own_port: int) -> bool:
    """Return whether a URL is on this machine, and not the sandbox's own, which would be carried out as a call."""
    return port_here(url) not in (None, own_port)


async def fetched(client: aiohttp.ClientSession, url: str) -> bytes | str:
    """Return what the address holds, or why Telegram cannot have it."""
    try:
        async with client.get(url, timeout=_WITHIN, allow_redirects=False) as answer:
            if answer.status != 200:
                return FAILED
            data = bytearray()
            async for piece in answer.content.iter_chunked(_AT_ONCE):
                data += piece
                if len(data) > DOWNLOAD_BYTES:
                    return FAILED
            return bytes(data)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return FAILED
