"""
Connections to one server: kept while they are used, as many as are allowed, each for one call at a time.

The caller learns whether the request can have been sent: `NotConnected` means that nothing was, any other error that it
may have been. No request is sent twice.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable

from aiohappyeyeballs import AddrInfoType, start_connection

from bot.telegram_edge.botapi.http_call import Answer, Limits, NotConnected, Origin
from bot.telegram_edge.botapi.http_connection import HttpConnection

SECOND_ADDRESS_AFTER = 0.25
"""Seconds for which an address has not answered, before the next is tried beside it.

Source: https://www.rfc-editor.org/rfc/rfc8305#section-8"""
CLOSE_TIMEOUT = 1.0
"""Seconds for connections to be gone when the pool is closed."""


class Pool:
    """Connections to `origin`. Belongs to the running event loop."""

    def __init__(self, origin: Origin, limits: Limits) -> None:
        self._origin = origin
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._room = limits.connections  # for calls; an idle connection takes none, for it is used before a new one
        self._in_line: deque[asyncio.Future[None]] = deque()
        self._open: set[HttpConnection] = set()
        self._idle: deque[HttpConnection] = deque()  # the one unused for the longest time first
        self._watch: asyncio.TimerHandle | None = None  # over calls
        self._cleaning: asyncio.TimerHandle | None = None  # of unused connections
        self._is_closed = False
        self._all_gone = asyncio.Event()
        self._tls: ssl.SSLContext | None = None
        self._addresses: list[AddrInfoType] = []
        self._known_until = 0.0
        self._looking_up = asyncio.Lock()

    async def exchange(
        self, request: bytes, silence: float | None = None, may_leave: Callable[[], bool] | None = None
    ) -> Answer:
        """Send a whole request and return status and body of its answer.

        `silence` is for a call to which the server may say nothing for longer, or for less long, than to others; it
        has as much longer for its whole answer. `may_leave` is asked once more where the request has waited for room or
        for a new connection: the process may have been stopped meanwhile, and woken when it was no longer to send.
        Raises: NotConnected; and once it may have left OSError, TimeoutError, BadAnswer.
        """
        if self._is_closed:
            raise NotConnected
        connection: HttpConnection | None = None
        deadline, has_waited = 0.0, False
        if self._room:
            self._room -= 1
        else:
            has_waited = True
            deadline = self._loop.time() + self._limits.connect
            await self._turn(deadline)
        try:
            connection = self._unused()
            if connection is None:
                has_waited = True
                connection = await self._connected(deadline or self._loop.time() + self._limits.connect)
            if has_waited and may_leave is not None and not may_leave():
                raise NotConnected
            connection.patience = self._limits.silence if silence is None else silence
            if self._watch is None or silence is not None:
                self._look_within(connection.patience)
            return await connection.ask(request)
        finally:
            if connection is not None:
                self._put_back(connection)
            self._make_room()

    async def close(self) -> None:
        """Close every connection and end every call."""
        self._is_closed = True
        for timer in (self._watch, self._cleaning):
            if timer is not None:
                timer.cancel()
        for waiter in self._in_line:
            if not waiter.done():
                waiter.set_exception(NotConnected())
        for connection in list(self._open):
            connection.fail(ConnectionAbortedError())
        self._idle.clear()
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                while self._open:
                    self._all_gone.clear()
                    await self._all_gone.wait()
        except TimeoutError:
            pass

    # Room

    async def _turn(self, deadline: float) -> None:
        """Wait for room for one more call; it is taken then. Raises: NotConnected."""
        waiter = self._loop.create_future()
        self._in_line.append(waiter)
        try:
            async with asyncio.timeout_at(deadline):
                await waiter
        except BaseException as error:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._make_room()  # it was given just as this call was given up
            elif waiter in self._in_line:
                self._in_line.remove(waiter)
            if isinstance(error, TimeoutError):
                raise NotConnected(error) from None
            raise

    def _make_room(self) -> None:
        """Give a call's room to the one that has waited longest."""
        while self._in_line:
            waiter = self._in_line.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._room += 1

    # Connections

    def _unused(self) -> HttpConnection | None:
        """Return the connection that was used last and can be used again."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_open:
                continue
            if self._loop.time() - connection.idle_since < self._limits.idle:
                return connection
            connection.close()
        return None

    def _put_back(self, connection: HttpConnection) -> None:
        """Keep a connection for the next call, unless this one was given up or the server wants to end it."""
        if connection.is_waiting or not connection.is_open or self._is_closed:
            connection.close()
            return
        connection.idle_since = self._loop.time()
        self._idle.append(connection)
        if self._cleaning is None:
            self._cleaning = self._loop.call_later(self._limits.idle, self._clean)

    def _gone(self, connection: HttpConnection) -> None:
        self._open.discard(connection)
        if not self._open:
            self._all_gone.set()

    async def _connected(self, deadline: float) -> HttpConnection:
        """Return a new connection. Raises: NotConnected."""
        try:
            async with asyncio.timeout_at(deadline):
                sock = await self._socket()
                try:
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connection = await self._over(sock)
                except BaseException:
                    sock.close()
                    raise
        except (OSError, TimeoutError) as error:  # TLS errors are OSErrors
            raise NotConnected(error) from None
        if not connection.is_open:  # the server has hung up already
            raise NotConnected
        self._open.add(connection)
        if self._is_closed:
            connection.close()
            raise NotConnected
        return connection

    async def _over(self, sock: socket.socket) -> HttpConnection:
        is_secure = self._origin.scheme == "https"
        if is_secure and self._tls is None:
            self._tls = await asyncio.to_thread(_tls)  # reads some hundred certificates
        _, connection = await self._loop.create_connection(
            lambda: HttpConnection(self._loop, self._limits.answer, self._gone),
            sock=sock,
            ssl=self._tls,
            server_hostname=self._origin.host.rstrip(".") if is_secure else None,
        )
        return connection

    async def _socket(self) -> socket.socket:
        """Return a socket that is connected to the first address that answers. Raises: OSError."""
        try:
            return await start_connection(
                await self._looked_up(), happy_eyeballs_delay=SECOND_ADDRESS_AFTER, interleave=1
            )
        except OSError:
            self._known_until = 0.0  # the server may have moved
            raise

    async def _looked_up(self) -> list[AddrInfoType]:
        """Return the server's addresses. Raises: OSError."""
        async with self._looking_up:  # many connect at once
            if self._loop.time() >= self._known_until:
                host, port = self._origin.host, self._origin.port
                self._addresses = list(await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))
                self._known_until = self._loop.time() + self._limits.lookup
            return self._addresses

    # What takes too long: one timer for all calls, because one for each would cost a twentieth of a broadcast

    def _look_within(self, seconds: float) -> None:
        """See to it that calls are looked at by then. Of one that begins meanwhile nothing is due any sooner."""
        at = self._loop.time() + min(seconds, self._limits.silence)
        if self._watch is not None:
            if self._watch.when() <= at:
                return
            self._watch.cancel()
        self._watch = self._loop.call_at(at, self._look)

    def _look(self) -> None:
        """End the calls that take too long, and look again when the next could."""
        now, limits = self._loop.time(), self._limits
        answering = limits.call - limits.silence
        due: list[float] = []
        for connection in [one for one in self._open if one.is_waiting]:
            until = min(connection.heard_at, connection.asked_at + answering) + connection.patience
            if until > now:
                due.append(until)
            else:
                connection.fail(TimeoutError())
        self._watch = None
        if due:
            self._look_within(min(due) - now)

    def _clean(self) -> None:
        """Close the connections that were not used for long, and look again when the next has not been."""
        now, limits = self._loop.time(), self._limits
        while self._idle and (not self._idle[0].is_open or self._idle[0].idle_since + limits.idle <= now):
            self._idle.popleft().close()
        self._cleaning = self._loop.call_at(self._idle[0].idle_since + limits.idle, self._clean) if self._idle else None


def _tls() -> ssl.SSLContext:
    """Return what TLS is spoken with: the system's certificates, HTTP/1.1 and nothing else."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
