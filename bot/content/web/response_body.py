"""
Reading the body of an HTTP response, limited in size both as received and decompressed.

Servers compress what nobody asked them to. Only deflate and gzip are unpacked, because zlib can be told how much to
give at most; an answer in any other coding cannot be read.
Source: https://www.rfc-editor.org/rfc/rfc9110#name-content-codings
        https://docs.python.org/3/library/zlib.html#zlib.Decompress.decompress (max_length)
"""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp

CHUNK = 65_536
AT_ONCE = 2**18
"""Bytes unpacked before others have their turn: a gzip of zeros becomes a thousand times as large."""
CODINGS = "gzip, deflate"
"""What may be asked for, as in Accept-Encoding."""
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS  # the header tells which
_RAW = -zlib.MAX_WBITS


class TooLarge(Exception):
    """A body that is longer than wanted, as it came or unpacked."""


class Unreadable(Exception):
    """A body that is packed in a way that cannot be bounded, or that ends before its packing does."""


async def body_of(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the body, of `limit` bytes at most, of an answer whose session does not unpack (`auto_decompress=False`).

    Raises: TooLarge, Unreadable, aiohttp.ClientError, TimeoutError.
    """
    if (announced := answer.content_length) is not None and announced > limit:
        raise TooLarge
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        return await _plain(answer, limit)
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise Unreadable
    try:
        return await _unpacked(answer, limit, is_deflate=coding == "deflate")
    except zlib.error as error:
        raise Unreadable from error


async def _plain(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    pieces: list[bytes] = []
    came = 0
    async for chunk in answer.content.iter_chunked(CHUNK):
        came += len(chunk)
        if came > limit:
            raise TooLarge
        pieces.append(chunk)
    return b"".join(pieces)


async def _unpacked(answer: aiohttp.ClientResponse, limit: int, *, is_deflate: bool) -> bytes:
    body = bytearray()
    came = 0
    unpacker: zlib._Decompress | None = None
    async for chunk in answer.content.iter_chunked(CHUNK):
        came += len(chunk)
        if came > limit:
            raise TooLarge
        if unpacker is None:
            # Some servers mean by "deflate" what has no zlib header: https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1.2
            unpacker = zlib.decompressobj(_RAW if is_deflate and chunk[0] & 0x0F != 8 else _GZIP_OR_ZLIB)
        while chunk and not unpacker.eof:
            body += unpacker.decompress(chunk, AT_ONCE)
            if len(body) > limit:
                raise TooLarge
            chunk = unpacker.unconsumed_tail
            await asyncio.sleep(0)
    if unpacker is None:
        return b""
    while not unpacker.eof:  # what it has read and not yet given
        more = unpacker.decompress(b"", AT_ONCE)
        body += more
        if len(body) > limit:
            raise TooLarge
        if not more and not unpacker.eof:
            raise Unreadable
        await asyncio.sleep(0)
    return bytes(body)
