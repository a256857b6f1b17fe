"""
One connection to a server: a request goes out whole, and its answer comes back as a status and a body.

aiohttp's client takes more than half of a broadcast's processor time for what a prepared call does not use: URLs,
headers, cookies, redirects and streams of its own for each call. This is the rest, on the parser that Node.js uses.
One request at a time; a connection whose state is unclear is closed.
Source: https://github.com/MagicStack/httptools, https://github.com/nodejs/llhttp
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from bot.telegram_edge.botapi.http_call import Answer, BadAnswer

MAX_FRAME_BYTES = 65_536
"""Bytes beside an answer's body: its head, the sizes of chunks, and what may follow the last."""
_PACKED = (b"gzip", b"x-gzip", b"deflate")


class HttpConnection(asyncio.Protocol):
    """`limit` is the largest answer in bytes; `lost` is told when the connection is no more.

    `heard_at` and `asked_at` are loop times of the running call: of the last byte from the server, and of the request.
    `patience` is how many seconds the server may be silent meanwhile, for whoever looks at the time.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limit: int, lost: Callable[[HttpConnection], None]) -> None:
        self._loop = loop
        self._limit = limit
        self._lost = lost
        self._transport: Any = None  # uvloop's is no asyncio.Transport
        self._parser: HttpResponseParser | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self.is_open = False
        self.heard_at = self.asked_at = self.idle_since = self.patience = 0.0
        self._forget()

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is to come."""
        return self._waiting is not None

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Send a request and return where its answer will be. From here on it may have arrived.

        The answer is a status and a body, or OSError, TimeoutError, BadAnswer.
        """
        assert self._waiting is None and self.is_open
        self._forget()
        self.asked_at = self.heard_at = self._loop.time()
        self._waiting = self._loop.create_future()
        self._transport.write(request)
        return self._waiting

    def fail(self, error: Exception) -> None:
        """End the running call so, if there is one, and the connection with it."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(error)
        self.close()

    def close(self) -> None:
        """Close the connection at once; an answer that is to come is not waited for."""
        self.is_open, self._waiting = False, None
        if self._transport is not None:
            self._transport.abort()

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._parser = HttpResponseParser(self)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        if self._waiting is None or self._parser is None:
            self.close()  # data without a request: it would be taken for the answer to the next one
            return
        self.heard_at = self._loop.time()
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.fail(BadAnswer(type(error).__name__))
        if self._waiting is not None and self._received - self._size > MAX_FRAME_BYTES:
            self.fail(BadAnswer(f"more than {MAX_FRAME_BYTES:,} bytes around the answer"))

    def eof_received(self) -> None:
        self.is_open = False  # it is closed by the event loop, but not before somebody else may want to use it

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None:
            if error is None and self._has_head and not self._is_framed:
                self._finish()  # its end is the connection's: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
            else:
                self.fail(error if isinstance(error, OSError) else ConnectionResetError())
        self.is_open, self._parser, self._transport = False, None, None
        self._lost(self)

    # Called by the parser

    def on_message_begin(self) -> None:
        if self._waiting is None:
            self.close()  # more than was asked for

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"content-length" | b"transfer-encoding":
                self._is_framed = True
            case b"content-encoding":
                self._is_packed = value.strip().lower() in _PACKED

    def on_headers_complete(self) -> None:
        self._has_head = True

    def on_body(self, data: bytes) -> None:
        self._body.append(data)
        self._size += len(data)
        if self._size > self._limit:
            self.fail(self._too_large())

    def on_message_complete(self) -> None:
        parser = self._parser
        if parser is None or self._waiting is None:
            return
        if parser.get_status_code() < 200:  # "go on", "wait": the answer itself is still to come
            self._forget()
            return
        if not parser.should_keep_alive() or self._transport.get_write_buffer_size():
            self.is_open = False
        self._finish()

    # Helpers

    def _forget(self) -> None:
        self._body: list[bytes] = []
        self._received = self._size = 0
        self._has_head = self._is_framed = self._is_packed = False

    def _finish(self) -> None:
        """Hand over the answer that is complete."""
        waiting, parser, body = self._waiting, self._parser, self._body
        assert waiting is not None and parser is not None
        self._body = []
        payload = body[0] if len(body) == 1 else b"".join(body)
        if self._is_packed:
            try:
                payload = self._unpacked(payload)
            except BadAnswer as error:
                self.fail(error)
                return
        self._waiting = None
        if not waiting.done():
            waiting.set_result((parser.get_status_code(), payload))
        if not self.is_open:
            self.close()

    def _unpacked(self, payload: bytes) -> bytes:
        """Unpack what nobody asked to be packed, at most `limit` bytes. Raises: BadAnswer."""
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as the data says
        try:
            unpacked = unpacker.decompress(payload, self._limit)
        except zlib.error:
            raise BadAnswer("it cannot be unpacked") from None
        if unpacker.unconsumed_tail:
            raise self._too_large()
        if not unpacker.eof:
            raise BadAnswer("it is cut off")
        return unpacked

    def _too_large(self) -> BadAnswer:
        return BadAnswer(f"the answer is larger than {self._limit:,} bytes")
