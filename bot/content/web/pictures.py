"""
Fetching a picture's bytes, for when Telegram cannot fetch the picture itself.

A picture's link is an author's word: it is followed only to public addresses, also after a redirect, for a short
time, and never past Telegram's own limit for photos.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aiohappyeyeballs import AddrInfoType
from yarl import URL

from bot.content.files.write_detection import QUIET_WITHOUT_END
from bot.content.formats.image_end import has_end
from bot.content.web.response_body import TooLarge, Unreadable, body_of
from bot.domain.article import Picture
from bot.domain.ip_addresses import is_public_address
from bot.domain.limits import PHOTO_BYTES

if TYPE_CHECKING:
    import aiohttp

DEADLINE = 20.0
"""Seconds for one picture, all of its redirects included."""
CONNECT_WITHIN = 5.0  # seconds
MAX_REDIRECTS = 4
_LOOK_AGAIN = 0.5  # seconds
# https://en.wikipedia.org/wiki/List_of_file_signatures: what Telegram takes as a photo
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")


async def picture_bytes(
    picture: Picture,
    root: Path | None,
    *,
    admits: Callable[[str], bool] = is_public_address,
    wall: Callable[[], float] = time.time,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    deadline: float = DEADLINE,
) -> bytes | None:
    """Return a picture's bytes, at most 10 MiB; None when it cannot be had or is not a picture.

    A local picture is read from below `root` only. `admits` judges every address that would be connected to. One that
    is being replaced is waited for with `pause`, as long as a picture without an end has to be the same; `wall` are
    seconds since 1970, as files bear them. `deadline` is in seconds, for what is fetched.
    """
    if picture.is_local:
        return None if root is None else await _local(root, picture.url, wall, pause)
    try:
        async with asyncio.timeout(deadline):
            return await _fetch(picture.url, admits)
    except (TimeoutError, OSError, ValueError):
        return None


async def _local(
    root: Path, relative: str, wall: Callable[[], float], pause: Callable[[float], Awaitable[None]]
) -> bytes | None:
    """Return a local picture, whole if it is whole within `QUIET_WITHOUT_END` seconds."""
    data: bytes | None = None
    for _ in range(int(QUIET_WITHOUT_END / _LOOK_AGAIN)):
        found = await asyncio.to_thread(_read_local, root, relative)
        if found is None:
            return None
        data, is_whole, written_at = found
        # What nobody has written to for that long will not grow any more, whether it has an end or not.
        if is_whole or wall() - written_at >= QUIET_WITHOUT_END:
            return data
        await pause(_LOOK_AGAIN)
    return data


def _read_local(root: Path, relative: str) -> tuple[bytes, bool, float] | None:
    """Return a picture's bytes, whether its end is among them, and when it was last written (seconds since 1970)."""
    try:
        path = (root / relative).resolve(strict=True)
        state = path.stat()
        if not path.is_relative_to(root.resolve()) or not path.is_file() or state.st_size > PHOTO_BYTES:
            return None
        data = _photo(path.read_bytes())
        return None if data is None else (data, has_end(data), state.st_mtime)
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a loop of links, before Python 3.13
        return None


async def _fetch(url: str, admits: Callable[[str], bool]) -> bytes | None:
    import aiohttp

    def open_socket(address: AddrInfoType) -> socket.socket:
        # Where a connection is opened, whatever name, redirect or spelling of a number led there.
        family, kind, protocol, _, place = address
        if not admits(str(place[0])):
            raise OSError(f"{place[0]} is not on the public internet")
        return socket.socket(family=family, type=kind, proto=protocol)

    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=open_socket, use_dns_cache=False),
        timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_WITHIN),
        headers={"Accept-Encoding": "identity"},
        auto_decompress=False,  # it would use whatever decompressor is installed, asked for or not
        cookie_jar=aiohttp.DummyCookieJar(),
    )
    try:
        async with session:
            return await _followed(session, url)
    except (aiohttp.ClientError, TooLarge, Unreadable):
        return None


async def _followed(session: aiohttp.ClientSession, url: str) -> bytes | None:
    for _ in range(MAX_REDIRECTS + 1):
        async with session.get(url, allow_redirects=False) as answer:
            if answer.status in (301, 302, 303, 307, 308) and "Location" in answer.headers:
                url = str(answer.url.join(URL(answer.headers["Location"])))
                continue
            if answer.status != 200:
                return None
            return _photo(await body_of(answer, PHOTO_BYTES))
    return None


def _photo(data: bytes) -> bytes | None:
    is_webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    return data if is_webp or data.startswith(_SIGNATURES) else None
