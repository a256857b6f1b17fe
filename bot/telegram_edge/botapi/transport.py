"""
The transport: the HTTP side of every call to the Bot API.

python-telegram-bot's own client takes nine tenths of a call's processor time, and does not report whether a call that
failed can have arrived. Here a prepared call goes out on a connection of ours (`http_pool`); all else, what goes
through a proxy, and everything where there is no `httptools` goes over aiohttp. Every failure says how far it came:

    telegram.error.NetworkError
    ├─ NeverSent        nothing of the request left this machine: safe to send again
    ├─ MayHaveArrived   it left, and no whole answer came back
    │  ├─ NoAnswer      ... in time; also a telegram.error.TimedOut
    │  └─ Unreadable    ... that could be read
    └─ Refused          an answer that python-telegram-bot has no error for: 5xx, 413, 429 without a time, a mere page

Nothing is sent twice by itself: aiohttp repeats only idempotent methods on a dropped connection, and no redirect is
followed. URLs hold the token, so no exception of aiohttp's is shown or kept as a cause.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.domain.limits import UPLOAD_BYTES
from bot.telegram_edge.botapi.call_watchdog import CallWatchdog
from bot.telegram_edge.botapi.http_call import HEADERS, Answer, BadAnswer, NotConnected, Origin
from bot.telegram_edge.botapi.prepared import Prepared, Reply, Upload, dumps, parsed, read_reply
from bot.telegram_edge.botapi.proxies import proxies, proxy_for

try:
    from bot.telegram_edge.botapi import http_pool
except ImportError:  # there is no httptools for PyPy
    http_pool = None  # type: ignore[assignment]

KEEP_ALIVE = 60.0
"""Seconds: less than the 75 after which servers commonly close, so that we are the ones who do."""
DNS_TTL = 300
CONNECTIONS = 256
MAX_RETRY_AFTER = 10**7
"""Seconds: a third of a year. A `retry_after` beyond that, or one that is no number, is ignored."""

_RESULT = b'{"ok":true,"result":'  # how Telegram begins; else the answer is looked through
_HAS_OWN_ERROR = frozenset({400, 401, 403, 404, 409})
_NEVER_SENT = (
    aiohttp.ClientConnectorError,  # refused, unreachable, no such name, TLS: before the request is written
    aiohttp.ConnectionTimeoutError,  # connecting, or waiting for one of our connections to be free
    aiohttp.ClientHttpProxyError,  # the proxy would not connect us
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)


class NeverSent(NetworkError):
    """Nothing of the request left this machine."""


class MayHaveArrived(NetworkError):
    """The request left, at least in part, and no whole answer came back."""


class NoAnswer(MayHaveArrived, TimedOut):
    """The request left and the answer did not come in time."""


class Unreadable(MayHaveArrived):
    """A whole answer came and is none that can be read; `payload` is what came, and never shown."""

    def __init__(self, payload: bytes) -> None:
        super().__init__("not an answer of the Bot API")
        self.payload = payload


class Refused(NetworkError):
    """An answer for which python-telegram-bot has no error of its own, or which is not the Bot API's at all."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.description or f"status {reply.status}")
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `connect` includes the wait for a free connection; `answer` is the longest silence of the server;
    `transfer` is for a whole upload or download."""

    connect: float = 5.0
    answer: float = 15.0
    transfer: float = 120.0


class AiohttpTransport(BaseRequest):
    """A BaseRequest for all of python-telegram-bot's calls, and prepared sends beside it.

    Keep-alive connections, proxies as the environment names them. The same object may be given for polling and for
    all else: it starts and stops once.
    Source: https://docs.python-telegram-bot.org/en/stable/telegram.request.baserequest.html
    """

    def __init__(
        self, timeouts: Timeouts = Timeouts(), connections: int = CONNECTIONS, answer_bytes: int = UPLOAD_BYTES
    ) -> None:
        """An answer of more than `answer_bytes` is not read."""
        self._answer_bytes = answer_bytes
        self._timeouts = timeouts
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[str, str] = {}
        self._pools: dict[Origin, http_pool.Pool | None] = {}  # None: what is for that server goes through a proxy
        self._watch = CallWatchdog(timeouts.connect + timeouts.answer + timeouts.transfer)

    @property
    def read_timeout(self) -> float:
        """Seconds; python-telegram-bot adds it to the time a poll may take."""
        return self._timeouts.answer

    async def initialize(self) -> None:
        """Open the session. Does nothing when it is open."""
        if self._session is not None:
            return
        # `trust_env` would ask the environment in a thread at every call.
        self._proxies = proxies()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=KEEP_ALIVE, ttl_dns_cache=DNS_TTL
            ),
            timeout=self._patience(self._timeouts.answer),
            headers=HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def shutdown(self) -> None:
        """Close every connection; running calls end in MayHaveArrived."""
        if self._session is not None:
            session, self._session = self._session, None
            pools, self._pools = self._pools, {}
            self._watch.stop()
            for pool in pools.values():
                if pool is not None:
                    await pool.close()
            await session.close()

    async def call(self, prepared: Prepared | Upload, varying: Mapping[str, Any]) -> Reply:
        """Make a prepared call with the parameters that vary and return what Telegram answered, errors included.

        Raises: NeverSent, MayHaveArrived.
        """
        if isinstance(prepared, Upload):
            fields = {name: _form_value(value) for name, value in (*prepared.params.items(), *varying.items())}
            form = _form(fields, {"photo": ("picture", prepared.photo, "application/octet-stream")})
            status, payload = await self._exchange("POST", prepared.url, **self._transfer(form))
        elif (pool := self._pool(prepared)) is not None:
            status, payload = await _directly(pool, prepared.request(varying))
        else:
            task = self._watch.begin()
            try:
                status, payload = await self._exchange("POST", prepared.url, data=prepared.body(varying))
            except asyncio.CancelledError:
                if self._watch.was_overdue(task):
                    raise NoAnswer("the answer does not end") from None
                raise
            finally:
                self._watch.end(task)
        return read_reply(status, payload, prepared.wants_file_id)

    def _pool(self, prepared: Prepared) -> http_pool.Pool | None:
        """Return our connections to where a prepared call goes; None when it goes over aiohttp."""
        target = prepared.target
        if target is None or self._session is None or http_pool is None:
            return None
        origin = target.origin
        if origin not in self._pools:
            is_direct = proxy_for(str(prepared.url), self._proxies) is None
            self._pools[origin] = http_pool.Pool(origin, self._limits()) if is_direct else None
        return self._pools[origin]

    def _limits(self) -> http_pool.Limits:
        timeouts = self._timeouts
        return http_pool.Limits(
            connect=timeouts.connect,
            silence=timeouts.answer,
            call=timeouts.connect + timeouts.answer + timeouts.transfer,
            idle=KEEP_ALIVE,
            lookup=DNS_TTL,
            connections=self._connections,
            answer=self._answer_bytes,
        )

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call for python-telegram-bot and return status and payload.

        Of its timeouts only the one for reading is used; connecting and transfers have their own.
        Raises: NeverSent, MayHaveArrived, Unreadable, Refused.
        """
        target = URL(url, encoded=True)
        if method == "GET":
            return await self._exchange("GET", target, **self._transfer(None))
        if request_data is not None and request_data.contains_files:
            form = _form(request_data.json_parameters, request_data.multipart_data)
            status, payload = await self._exchange("POST", target, **self._transfer(form))
        else:
            more: dict[str, Any] = {}
            answer = read_timeout if isinstance(read_timeout, int | float) else self._timeouts.answer
            more["timeout"] = self._patience(answer, self._timeouts.connect + answer + self._timeouts.transfer)
            body = dumps(request_data.parameters) if request_data is not None else b"{}"
            status, payload = await self._exchange(method, target, data=body, **more)
        if 200 <= status < 300:
            if not payload.startswith(_RESULT) and "result" not in self.parse_json_payload(payload):
                raise Unreadable(payload)
            return status, payload
        reply = read_reply(status, payload)
        if reply.description and (status in _HAS_OWN_ERROR or _is_telling(reply.parameters)):
            return status, payload
        raise Refused(reply)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the answer as a mapping. Raises: Unreadable when it is none: something else answered."""
        try:
            answer = parsed(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Unreadable(payload)
        return answer

    async def _exchange(self, method: str, url: URL, **options: Any) -> tuple[int, bytes]:
        """Send one request and return status and payload. Raises: NeverSent, MayHaveArrived."""
        if self._session is None:
            raise NeverSent("the transport is not running")
        if self._proxies:
            options["proxy"] = proxy_for(str(url), self._proxies)
        try:
            response = await self._session.request(method, url, allow_redirects=False, **options)
            if (length := response.content_length) is not None and length <= self._answer_bytes:
                # Reading to the end gives the connection back, and failing at it closes it:
                # https://docs.aiohttp.org/en/stable/client_reference.html#aiohttp.ClientResponse.read
                return response.status, await response.read()
            async with response:
                return response.status, await _at_most(response, self._answer_bytes)
        except _NEVER_SENT as error:
            raise NeverSent(_name(error)) from None
        except TimeoutError as error:
            raise NoAnswer(_name(error)) from None
        except (aiohttp.ClientError, OSError) as error:
            raise MayHaveArrived(_name(error)) from None

    def _patience(self, answer: float, total: float | None = None) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=total, connect=self._timeouts.connect, sock_read=answer)

    def _transfer(self, form: aiohttp.FormData | None) -> dict[str, Any]:
        """Return how to make a call that moves a file, up when there is a form and else down."""
        timeout = aiohttp.ClientTimeout(
            total=self._timeouts.connect + self._timeouts.transfer,
            connect=self._timeouts.connect,
            sock_read=self._timeouts.transfer,
        )
        if form is None:
            return {"timeout": timeout}
        body = form()
        return {"timeout": timeout, "data": body, "headers": {"Content-Type": body.content_type}}


async def _directly(pool: http_pool.Pool, request: bytes) -> Answer:
    """Send a whole request and return status and body. Raises: NeverSent, MayHaveArrived."""
    try:
        return await pool.exchange(request)
    except NotConnected as error:
        raise NeverSent(_name(error.reason or error)) from None
    except BadAnswer as error:
        raise MayHaveArrived(str(error)) from None
    except TimeoutError as error:
        raise NoAnswer(_name(error)) from None
    except OSError as error:
        raise MayHaveArrived(_name(error)) from None


def _is_telling(parameters: Mapping[str, Any]) -> bool:
    """Return whether python-telegram-bot can read them: of what is no number it makes errors that nobody expects."""
    wait, chat = parameters.get("retry_after"), parameters.get("migrate_to_chat_id")
    return (type(wait) is int and 0 <= wait < MAX_RETRY_AFTER) or type(chat) is int


async def _at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read a body of at most `limit` bytes. Raises: MayHaveArrived when there is more."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise MayHaveArrived(f"the answer is larger than {limit:,} bytes")
    return bytes(body)


def _form(fields: Mapping[str, str], files: Mapping[str, tuple[str, Any, str]]) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in files.items():
        # As a stream: aiohttp writes bytes in one go and blocks the event loop meanwhile.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=content_type)
    return form


def _form_value(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value).decode()


def _name(error: BaseException) -> str:
    """Return what went wrong without the texts of aiohttp, which quote URLs, and URLs hold the token.

    The system's words are kept. aiohttp puts its own in their place when a connection breaks under a request.
    """
    reason = (error.strerror if isinstance(error, OSError) else None) or ""
    return type(error).__name__ if not reason or "://" in reason else f"{type(error).__name__}: {reason}"
