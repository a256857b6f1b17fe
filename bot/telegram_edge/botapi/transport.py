"""
The transport: the HTTP side of every call to the Bot API.

python-telegram-bot's own client spends nine tenths of a send on itself, and does not say whether a call that failed
can have arrived. Here a call goes out on a connection of ours (`http_pool`), unless it moves a file or goes through a
proxy, or there is no `httptools`: then over aiohttp (`http_client`). Every failure says how far it came:

    telegram.error.NetworkError
    ├─ NeverSent        nothing of the request left this machine: safe to send again
    ├─ MayHaveArrived   it left, and no whole answer came back
    │  ├─ NoAnswer      ... in time; also a telegram.error.TimedOut
    │  └─ Unreadable    ... that could be read
    └─ Refused          an answer that python-telegram-bot has no error for: 5xx, 413, 429 without a time, a mere page

Nothing is sent twice by itself. URLs hold the token, so no exception of a library's is shown or kept as a cause.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.domain.limits import UPLOAD_BYTES
from bot.telegram_edge.botapi.call_watchdog import CallWatchdog
from bot.telegram_edge.botapi.http_call import Answer, BadAnswer, Limits, NotConnected, Origin, Target, target_of
from bot.telegram_edge.botapi.prepared import Prepared, Reply, Upload, dumps, parsed, read_reply
from bot.telegram_edge.botapi.proxies import proxies, proxy_for

try:
    from bot.telegram_edge.botapi import http_pool
except ImportError:  # there is no httptools for PyPy
    http_pool = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from bot.telegram_edge.botapi.http_client import Client

KEEP_ALIVE = 60.0
"""Seconds: less than the 75 after which servers commonly close, so that we are the ones who do."""
DNS_TTL = 300
CONNECTIONS = 256
MAX_RETRY_AFTER = 10**7
"""Seconds: a third of a year. A `retry_after` beyond that, or one that is no number, is ignored."""

_RESULT = b'{"ok":true,"result":'  # how Telegram begins; else the answer is looked through
_HAS_OWN_ERROR = frozenset({400, 401, 403, 404, 409})


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


class HttpTransport(BaseRequest):
    """A BaseRequest for all of python-telegram-bot's calls, and prepared sends beside it.

    Keep-alive connections, proxies as the environment names them. The same object may be given for polling and for
    all else: it starts and stops once.
    Source: https://docs.python-telegram-bot.org/en/stable/telegram.request.baserequest.html
    """

    def __init__(
        self, timeouts: Timeouts = Timeouts(), connections: int = CONNECTIONS, answer_bytes: int = UPLOAD_BYTES
    ) -> None:
        """An answer of more than `answer_bytes` is not read."""
        self._timeouts = timeouts
        self._limits = Limits(
            connect=timeouts.connect,
            silence=timeouts.answer,
            call=timeouts.connect + timeouts.answer + timeouts.transfer,
            idle=KEEP_ALIVE,
            lookup=DNS_TTL,
            connections=connections,
            answer=answer_bytes,
        )
        self._is_open = False
        self._aiohttp: Client | None = None
        self._proxies: dict[str, str] = {}
        self._pools: dict[Origin, http_pool.Pool | None] = {}  # None: what is for that server goes through a proxy
        self._watch = CallWatchdog(self._limits.call)

    @property
    def read_timeout(self) -> float:
        """Seconds; python-telegram-bot adds it to the time a poll may take."""
        return self._timeouts.answer

    async def initialize(self) -> None:
        """Take calls from here on."""
        if not self._is_open:
            self._is_open = True
            self._proxies = proxies()

    async def shutdown(self) -> None:
        """Close every connection; what is on the wire ends in MayHaveArrived."""
        self._is_open = False
        pools, self._pools = self._pools, {}
        client, self._aiohttp = self._aiohttp, None
        self._watch.stop()
        for pool in pools.values():
            if pool is not None:
                await pool.close()
        if client is not None:
            await client.close()

    async def call(
        self, prepared: Prepared | Upload, varying: Mapping[str, Any], may_leave: Callable[[], bool] | None = None
    ) -> Reply:
        """Make a prepared call with the parameters that vary and return what Telegram answered, errors included.

        `may_leave` is asked once more if the call has waited, for room or for a new connection of ours.
        Raises: NeverSent, MayHaveArrived.
        """
        if isinstance(prepared, Upload):
            fields = {name: _form_value(value) for name, value in (*prepared.params.items(), *varying.items())}
            files = {"photo": ("picture", prepared.photo, "application/octet-stream")}
            status, payload = await _told(self._client().upload(prepared.url, fields, files, self._timeouts.transfer))
        elif (pool := self._pool(prepared.url, prepared.target)) is not None:
            status, payload = await _told(pool.exchange(prepared.request(varying), may_leave=may_leave))
        else:
            task = self._watch.begin()
            try:
                status, payload = await _told(self._client().exchange(prepared.url, prepared.body(varying)))
            except asyncio.CancelledError:
                if self._watch.was_overdue(task):
                    raise NoAnswer("the answer does not end") from None
                raise
            finally:
                self._watch.end(task)
        return read_reply(status, payload, prepared.wants_file_id or "message_thread_id" in varying)

    def _pool(self, url: URL, target: Target | None) -> http_pool.Pool | None:
        """Return our connections to where a call goes; None when it goes over aiohttp. Raises: NeverSent."""
        if not self._is_open:
            raise NeverSent("the transport is not running")
        if target is None or http_pool is None:
            return None
        origin = target.origin
        if origin not in self._pools:
            is_direct = proxy_for(str(url), self._proxies) is None
            self._pools[origin] = http_pool.Pool(origin, self._limits) if is_direct else None
        return self._pools[origin]

    def _client(self) -> Client:
        """Return what makes the other calls. Raises: NeverSent."""
        if not self._is_open:
            raise NeverSent("the transport is not running")
        if self._aiohttp is None:
            from bot.telegram_edge.botapi.http_client import Client

            self._aiohttp = Client(self._limits, self._proxies)
        return self._aiohttp

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
        where = URL(url, encoded=True)
        if method == "GET":
            return await _told(self._client().download(where, self._timeouts.transfer))
        if request_data is not None and request_data.contains_files:
            fields, files = request_data.json_parameters, request_data.multipart_data
            status, payload = await _told(self._client().upload(where, fields, files, self._timeouts.transfer))
        else:
            body = dumps(request_data.parameters) if request_data is not None else b"{}"
            silence = read_timeout if isinstance(read_timeout, int | float) else self._timeouts.answer
            status, payload = await self._post(where, body, silence)
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

    async def _post(self, url: URL, body: bytes, silence: float) -> Answer:
        target = target_of(url)
        if target is not None and (pool := self._pool(url, target)) is not None:
            return await _told(pool.exchange(target.request(body), silence))
        total = self._timeouts.connect + silence + self._timeouts.transfer
        return await _told(self._client().exchange(url, body, silence=silence, total=total))


async def _told(exchange: Awaitable[Answer]) -> Answer:
    """Return the status and body that an exchange ends in. Raises: NeverSent, MayHaveArrived."""
    try:
        return await exchange
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


def _form_value(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value).decode()


def _name(error: BaseException) -> str:
    """Return what went wrong without the texts of aiohttp, which quote URLs, and URLs hold the token.

    The system's words are kept. aiohttp puts its own in their place when a connection breaks under a request.
    """
    reason = (error.strerror if isinstance(error, OSError) else None) or ""
    return type(error).__name__ if not reason or "://" in reason else f"{type(error).__name__}: {reason}"
