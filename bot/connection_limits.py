"""
Who may hold a connection to our HTTP server, and for how long.

Whoever connects and sends nothing, sends a byte a minute, or never reads an answer costs a connection, and a process
has about a thousand of them for everything. So each has deadlines, and when all places are taken the one that has been
quiet for longest gives way: a probe of `/healthz` that has just connected is the last to be that one.
Source: https://datatracker.ietf.org/doc/html/rfc9112#section-9.5 (a server may close a connection that is idle)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

MAX_CONNECTIONS = 256
"""Connections to one address. Telegram opens up to a hundred (https://core.telegram.org/bots/api#setwebhook)."""
HEAD_WITHIN = 10.0
"""Seconds from connecting, or from the first byte of a later request, to the end of its head."""
ANSWER_WITHIN = 30.0
"""Seconds from there to the answer. All answers of ours come within a few."""
IDLE_TIMEOUT = 75.0
"""Seconds between two requests: more than the 60 for which common proxies keep theirs open."""
CHECK_INTERVAL = 0.5
LINGER_TIMEOUT = 1.0
"""Seconds in which what is left of a refused body is read, so that its sender sees the answer."""
MAX_HEADERS = 64
"""Lines of a head, some 8 KB each at the most: half a megabyte a connection at worst."""

log = logging.getLogger(__name__)


def _is_said(record: logging.LogRecord) -> bool:
    """Log a malformed request in one line without its contents; failures of our own keep their traceback."""
    kind = record.exc_info[0] if record.exc_info else None
    if kind is not None and issubclass(kind, HttpProcessingError):
        record.msg, record.args, record.exc_info = "what came to the server is no request: %s", (kind.__name__,), None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


_requests = logging.getLogger(f"{__name__}.requests")
_requests.addFilter(_is_said)


class _State(Enum):
    HEAD = auto()  # no complete head has come yet
    WORK = auto()  # a request is being answered
    IDLE = auto()


@dataclass(slots=True, eq=False)
class _Connection(asyncio.Protocol):
    """One connection: wraps aiohttp's protocol, and knows what is to come next and by when."""

    all: Connections = field(repr=False)
    inner: asyncio.Protocol = field(repr=False)
    transport: asyncio.Transport | None = None
    state: _State = _State.HEAD
    since: float = 0.0
    deadline: float = 0.0

    def enters(self, state: _State, within: float) -> None:
        self.state, self.since = state, asyncio.get_running_loop().time()
        self.deadline = self.since + within

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.all.opened(self)
        self.inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self.state is _State.IDLE:
            self.enters(_State.HEAD, self.all.head_within)
        self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self.inner.eof_received()

    def pause_writing(self) -> None:
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        self.inner.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        self.all.closed(self)
        self.inner.connection_lost(error)


class Connections:
    """The connections to one address: never more than `at_most`. Times are seconds."""

    def __init__(
        self, at_most: int = MAX_CONNECTIONS, head_within: float = HEAD_WITHIN, answer_within: float = ANSWER_WITHIN
    ) -> None:
        self._at_most = at_most
        self.head_within = head_within
        self._answer_within = answer_within
        self._open: dict[asyncio.BaseTransport, _Connection] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    @asynccontextmanager
    async def serving(self, app: web.Application, host: str, port: int, last_answers: float) -> AsyncIterator[None]:
        """Serve `app` at an address until the block ends; then answers have `last_answers` seconds. Raises: OSError."""
        app.middlewares.insert(0, self._watched)
        runner = web.AppRunner(
            app,
            access_log=None,
            logger=_requests,
            shutdown_timeout=last_answers,
            keepalive_timeout=IDLE_TIMEOUT,
            lingering_time=LINGER_TIMEOUT,
            max_headers=MAX_HEADERS,
        )
        await runner.setup()
        try:
            inner = runner.server
            assert inner is not None
            server = await asyncio.get_running_loop().create_server(lambda: _Connection(self, inner()), host, port)
            try:
                yield
            finally:
                server.close()
        finally:
            await runner.cleanup()

    @web.middleware
    async def _watched(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        connection = self._open.get(request.transport) if request.transport is not None else None
        if connection is None:
            return await handler(request)
        connection.enters(_State.WORK, self._answer_within)
        try:
            return await handler(request)
        finally:
            connection.enters(_State.IDLE, IDLE_TIMEOUT)

    def opened(self, connection: _Connection) -> None:
        """Take in a new connection; one that has been quiet for long makes room for it."""
        if len(self._open) >= self._at_most:
            log.warning("there are %d connections; the longest quiet is closed for each new one", len(self._open))
            self._close(min(self._open.values(), key=lambda one: (one.state is _State.WORK, one.since)))
        assert connection.transport is not None
        self._open[connection.transport] = connection
        connection.enters(_State.HEAD, self.head_within)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(CHECK_INTERVAL, self._look)

    def closed(self, connection: _Connection) -> None:
        if connection.transport is not None:
            self._open.pop(connection.transport, None)

    def _look(self) -> None:
        """Close the connections whose deadline is over."""
        now = asyncio.get_running_loop().time()
        for connection in [one for one in self._open.values() if one.deadline <= now]:
            self._close(connection)
        self._timer = asyncio.get_running_loop().call_later(CHECK_INTERVAL, self._look) if self._open else None

    def _close(self, connection: _Connection) -> None:
        self.closed(connection)
        if connection.transport is not None:
            connection.transport.abort()
