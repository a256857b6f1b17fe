"""
Reading the body of an HTTP response, limited in size both as received and decompressed.

Servers compress what nobody asked them to. Only deflate and gzip are unpacked, because zlib can be told how much to
give at most; an answer in any other coding is as good as none.
Source: https://www.rfc-editor.org/rfc/rfc9110#name-content-codings
        https://docs.python.org/3/library/zlib.html#zlib.Decompress.decompress (max_length)
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp

CHUNK = 65_536
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS  # the header tells which
_CODINGS = {"gzip": _GZIP_OR_ZLIB, "x-gzip": _GZIP_OR_ZLIB, "deflate": _GZIP_OR_ZLIB}


async def body_of(answer: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """Return the body of an answer whose session does not unpack by itself (`auto_decompress=False`).

    None when it has more than `limit` bytes, packed or unpacked, when it is packed in a way that cannot be bounded,
    or when it ends before its packing does.
    Raises: aiohttp.ClientError, TimeoutError.
    """
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        return await _plain(answer, limit)
    if coding not in _CODINGS:
        return None
    return await _unpacked(answer, limit, zlib.decompressobj(_CODINGS[coding]))


async def _plain(answer: aiohttp.ClientResponse, limit: int) -> bytes | None:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


async def _unpacked(answer: aiohttp.ClientResponse, limit: int, unpacker: zlib._Decompress) -> bytes | None:
    body = bytearray()
    came = 0
    try:
        async for chunk in answer.content.iter_chunked(CHUNK):
            came += len(chunk)
            body += unpacker.decompress(chunk, limit + 1 - len(body))
            if came > limit or len(body) > limit:
                return None
    except zlib.error:
        return None
    return bytes(body) if unpacker.eof else None
