"""
The calls that our own connections are not made for, over aiohttp: files up and down, what goes through a proxy, and
everything where there is no `httptools`.

A bot that sends texts makes none of them. Whoever makes the first loads this module, and aiohttp with it, which takes
a seventh of a second and 10 MiB. It fails as `http_pool` does: until `NotConnected` nothing has left.

Nothing is sent twice by itself: aiohttp repeats only idempotent methods on a dropped connection, and no redirect is
followed. URLs hold the token, so no exception of aiohttp's is shown or kept as a cause.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

from bot.telegram_edge.botapi.http_call import HEADERS, Answer, BadAnswer, Limits, NotConnected
from bot.telegram_edge.botapi.proxies import proxy_for

File = tuple[str, Any, str]
"""A file's name, its content (bytes or something to read from), and its type."""

_NEVER_SENT = (
    aiohttp.ClientConnectorError,  # refused, unreachable, no such name, TLS: before the request is written
    aiohttp.ConnectionTimeoutError,  # connecting, or waiting for one of our connections to be free
    aiohttp.ClientHttpProxyError,  # the proxy would not connect us
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)


class Client:
    """Keep-alive connections to any server, through the proxies given. Belongs to the running event loop."""

    def __init__(self, limits: Limits, proxies: Mapping[str, str]) -> None:
        """Of `limits.call` nothing is known here: what takes long altogether says so itself."""
        self._limits = limits
        self._proxies = proxies  # `trust_env` would ask the environment in a thread at every call
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=limits.connections, keepalive_timeout=limits.idle, ttl_dns_cache=int(limits.lookup)
            ),
            headers=HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        await self._session.close()

    async def exchange(
        self, url: URL, body: bytes, *, silence: float | None = None, total: float | None = None
    ) -> Answer:
        """Send a POST and return status and body of its answer. Raises: as `http_pool.Pool.exchange`."""
        return await self._request("POST", url, self._limits.silence if silence is None else silence, total, data=body)

    async def download(self, url: URL, seconds: float) -> Answer:
        """Return what is at `url`. Raises: as `exchange`."""
        return await self._request("GET", url, seconds, self._limits.connect + seconds)

    async def upload(self, url: URL, fields: Mapping[str, str], files: Mapping[str, File], seconds: float) -> Answer:
        """Send a form with files and return status and body of the answer. Raises: as `exchange`."""
        body = _form(fields, files)()
        total = self._limits.connect + seconds
        return await self._request("POST", url, seconds, total, data=body, headers={"Content-Type": body.content_type})

    async def _request(self, method: str, url: URL, silence: float, total: float | None, **options: Any) -> Answer:
        timeout = aiohttp.ClientTimeout(total=total, connect=self._limits.connect, sock_read=silence)
        if self._proxies:
            options["proxy"] = proxy_for(str(url), self._proxies)
        try:
            response = await self._session.request(method, url, timeout=timeout, allow_redirects=False, **options)
            if (length := response.content_length) is not None and length <= self._limits.answer:
                # Reading to the end gives the connection back, and failing at it closes it:
                # https://docs.aiohttp.org/en/stable/client_reference.html#aiohttp.ClientResponse.read
                return response.status, await response.read()
            async with response:
                return response.status, await _at_most(response, self._limits.answer)
        except _NEVER_SENT as error:
            raise NotConnected(error) from None
        except (TimeoutError, OSError):
            raise
        except aiohttp.ClientError as error:
            raise BadAnswer(type(error).__name__) from None


async def _at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read a body of at most `limit` bytes. Raises: BadAnswer when there is more."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise BadAnswer(f"the answer is larger than {limit:,} bytes")
    return bytes(body)


def _form(fields: Mapping[str, str], files: Mapping[str, File]) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in files.items():
        # As a stream: aiohttp writes bytes at one go and stops the loop meanwhile.
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=content_type)
    return form
