"""
The bytes of pictures, for when Telegram cannot fetch a picture itself.

A picture's link is an author's word: it is fetched as anything else is, and never past Telegram's own limit for photos.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.content.files.write_detection import QUIET_WITHOUT_END
from bot.content.formats.image_end import has_end
from bot.content.web.fetching import Fetcher, FetchError
from bot.domain.article import Picture
from bot.domain.limits import PHOTO_BYTES

_LOOK_AGAIN = 0.5  # seconds
_ACCEPT = "image/jpeg,image/png,image/webp,image/gif;q=0.8,image/*;q=0.5"
# https://en.wikipedia.org/wiki/List_of_file_signatures: what Telegram takes as a photo
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")


@dataclass(frozen=True, slots=True)
class PictureSource:
    """Where the bytes of pictures come from: local ones lie below `root`, those that were sent in chat are returned by
    `sent` for their file id, None when they cannot be had, and all others come through `fetcher`."""

    root: Path | None = None
    fetcher: Fetcher | None = None
    sent: Callable[[str], Awaitable[bytes | None]] | None = None

    async def bytes_of(
        self,
        picture: Picture,
        *,
        wall: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> bytes | None:
        """Return a picture's bytes, at most 10 MiB; None when it cannot be had or is not a picture.

        A local one that is being replaced is waited for with `pause`, as long as a picture without an end has to be
        the same; `wall` are seconds since 1970, as files bear them.
        """
        if picture.is_local:
            return None if self.root is None else await _local(self.root, picture.url, wall, pause)
        if picture.file_id is not None:
            data = None if self.sent is None else await self.sent(picture.file_id)
            return None if data is None else photo_bytes(data)
        return None if self.fetcher is None else await _fetched(self.fetcher, picture.url)


async def _fetched(fetcher: Fetcher, url: str) -> bytes | None:
    try:
        answer = await fetcher.get(url, accept=_ACCEPT, limit=PHOTO_BYTES, prompt=True)
    except FetchError:
        return None
    return photo_bytes(answer.body)


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
        data = photo_bytes(path.read_bytes())
        return None if data is None else (data, has_end(data), state.st_mtime)
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a loop of links, before Python 3.13
        return None


def photo_bytes(data: bytes) -> bytes | None:
    """Return `data` if it begins like a JPEG, PNG, GIF or WebP and is no larger than a photo may be; else None."""
    if len(data) > PHOTO_BYTES:
        return None
    is_webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    return data if is_webp or data.startswith(_SIGNATURES) else None
