"""
Fetching from the web: the one place for everything that leaves the machine (feeds, pages, pictures).

An address is a stranger's word. It is followed only by http and https, to ports of web servers, to public addresses
and those the operator named (`FetchRules`), at each redirect anew; for a bounded time, for a bounded number of bytes.
A server that is slow or means harm costs one place among many, and never the event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ssl import SSLContext
from typing import TYPE_CHECKING

from bot.content.web import response_headers
from bot.content.web.addresses import Resolve, resolve
from bot.content.web.fetch_error import FetchError, FetchFault
from bot.content.web.turns import Turns
from bot.domain.fetch_rules import PUBLIC_ONLY, FetchRules
from bot.domain.link import MAX_LENGTH

if TYPE_CHECKING:
    from yarl import URL

    from bot.content.web.http_get import HttpClient, Response

__all__ = ["PUBLIC_ONLY", "Answer", "FetchError", "FetchFault", "FetchRules", "Fetcher", "Validators"]

MAX_REDIRECTS = 5
WITHIN = 20.0
"""Seconds for one fetch: all of its redirects, and none of its waiting for others."""
LIMIT = 10 * 2**20
"""Bytes of a body, as it comes and unpacked."""
AT_ONCE = 32
FOR_PEOPLE = 8
ANYTHING = "*/*"
_PERMANENT = (301, 308)
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Validators:
    """What to send back so that an unchanged body is not sent again."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a fetch. The body is empty unless the status is 200; redirects have been followed.

    `url` is the final address. `moved_to` is where 301 and 308 alone lead from the address that was asked for, None
    when the first step was none of them. `content_type` is the header as it came. `retry_after` and `max_age` are
    None where the server says nothing of them. `links` are relation and absolute address of the Link header.
    """

    status: int
    url: str
    moved_to: str | None
    body: bytes
    content_type: str | None
    validators: Validators
    retry_after: timedelta | None
    max_age: timedelta | None
    links: tuple[tuple[str, str], ...]


class Fetcher:
    """Fetches within limits, one request at a time from each host. Belongs to the running event loop."""

    def __init__(
        self,
        *,
        allow: FetchRules = PUBLIC_ONLY,
        contact: str | None = None,
        at_once: int = AT_ONCE,
        resolve: Resolve = resolve,
        tls: SSLContext | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Name the bot by `contact` too, so that whoever runs a server can write to somebody.

        `tls` are the authorities whose certificates count, None for those this machine trusts. `wall` are seconds
        since 1970, for servers that name a date.
        """
        self.rules = allow
        self._contact = contact
        self._resolve = resolve
        self._tls = tls
        self._wall = wall
        self._turns = Turns(at_once, for_people=FOR_PEOPLE)
        self._client: HttpClient | None = None

    @property
    def waiting(self) -> int:
        """How many hosts are being asked, or waited for."""
        return self._turns.hosts

    async def close(self) -> None:
        """Close all connections. What is still being fetched fails."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        accept: str = ANYTHING,
        limit: int = LIMIT,
        within: float = WITHIN,
        prompt: bool = False,
    ) -> Answer:
        """Fetch an address. `limit` is in bytes, `within` in seconds; `prompt` when a person waits for it.

        Raises: FetchError.
        """
        headers = {"Accept": accept}
        if validators is not None and validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators is not None and validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        here, moved_to, is_permanent, left = _checked(url), None, True, within
        been = {here}
        for _ in range(MAX_REDIRECTS + 1):
            async with self._turns.turn(_place(here), prompt=prompt):
                began = time.monotonic()
                response = await self._step(here, headers, limit, left, within)
                left -= time.monotonic() - began
            if response.status not in _REDIRECTS:
                return self._answer(response, here, moved_to)
            is_permanent = is_permanent and response.status in _PERMANENT
            here = _next(here, response)
            if is_permanent:
                moved_to = str(here)
            if here in been:
                raise FetchError(FetchFault.TOO_MANY_REDIRECTS, f"{here.host} redirects in a circle")
            been.add(here)
        raise FetchError(
            FetchFault.TOO_MANY_REDIRECTS, f"{_checked(url).host} redirects more than {MAX_REDIRECTS} times"
        )

    async def post(self, url: str, form: Mapping[str, str], *, within: float = WITHIN) -> int:
        """Send a form to an address and return the status of its answer. Redirects are not followed.

        Raises: FetchError.
        """
        here = _checked(url)
        async with self._turns.turn(_place(here), prompt=False):
            client = self._opened()
            try:
                async with asyncio.timeout(within):
                    return await client.post(here, form)
            except TimeoutError:
                raise FetchError(FetchFault.TIMEOUT, f"{here.host} gave no answer within {within:g} seconds") from None

    async def _step(self, url: URL, headers: dict[str, str], limit: int, left: float, within: float) -> Response:
        client = self._opened()
        try:
            async with asyncio.timeout(left):
                return await client.get(url, headers, limit)
        except TimeoutError:
            raise FetchError(FetchFault.TIMEOUT, f"{url.host} gave no whole answer within {within:g} seconds") from None

    def _opened(self) -> HttpClient:
        if self._client is None:
            from bot.content.web.http_get import HttpClient

            self._client = HttpClient(self.rules, user_agent(self._contact), self._resolve, self._tls)
        return self._client

    def _answer(self, response: Response, url: URL, moved_to: str | None) -> Answer:
        headers = response.headers
        return Answer(
            status=response.status,
            url=str(url),
            moved_to=moved_to,
            body=response.body,
            content_type=headers.get("Content-Type"),
            validators=Validators(headers.get("ETag"), headers.get("Last-Modified")),
            retry_after=response_headers.retry_after(
                headers.get("Retry-After"), datetime.fromtimestamp(self._wall(), UTC)
            ),
            max_age=response_headers.max_age(headers.get("Cache-Control")),
            links=response_headers.links(response.links, str(url)),
        )


def user_agent(contact: str | None) -> str:
    """Return how the bot names itself to servers, with whom to write to.

    Source: https://www.rfc-editor.org/rfc/rfc9110#field.user-agent (what a comment may hold)
    """
    from importlib.metadata import version

    said = "".join(
        char if char.isascii() and char.isprintable() and char not in "()\\" else " " for char in contact or ""
    )
    said = " ".join(said.split())
    return f"newsbot/{version('newsbot')} ({said or 'feeds and pages for a Telegram bot'})"


def _checked(url: str, base: URL | None = None) -> URL:
    """Return an address that may be asked for, as far as its text tells; relative to `base` if there is one.

    Raises: FetchError.
    """
    from yarl import URL

    if len(url) > MAX_LENGTH:
        raise FetchError(FetchFault.REFUSED, f"that is a link of more than {MAX_LENGTH:,} characters")
    try:
        found = URL(url.strip())
        found = (found if base is None else base.join(found)).with_fragment(None)
        scheme, host, port = found.scheme, found.raw_host, found.port
    except ValueError:
        raise FetchError(FetchFault.REFUSED, "that is not a link") from None
    if scheme not in ("http", "https"):
        raise FetchError(FetchFault.REFUSED, "that is not an http or https link")
    if not host:
        raise FetchError(FetchFault.REFUSED, "that is not a link: it names no host")
    if found.raw_user is not None or found.raw_password is not None:
        raise FetchError(FetchFault.REFUSED, f"the link to {host} has a user name or a password in it")
    if port not in (80, 443) and (port is None or port <= 1023):
        raise FetchError(
            FetchFault.REFUSED, f"port {port} of {host} is not asked: web servers use 80, 443 and those above 1023"
        )
    return found


def _next(here: URL, response: Response) -> URL:
    """Return where a redirect leads. Raises: FetchError."""
    location = response.headers.get("Location")
    if not location:
        raise FetchError(FetchFault.BROKEN, f"{here.host} redirects without saying where")
    try:
        return _checked(location, here)
    except FetchError as error:
        raise FetchError(error.kind, f"{here.host} redirects elsewhere: {error}") from None


def _place(url: URL) -> str:
    """Return whose turn a request takes: a host's, each unusual port being another server."""
    host = (url.raw_host or "").lower().rstrip(".")
    return host if url.port in (80, 443) else f"{host}:{url.port}"
