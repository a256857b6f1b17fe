"""
One request over aiohttp, to addresses that the rules admit.

What a name resolves to is judged and then connected to, without asking again: between two questions the answer could
change. A connection that is used again goes where it went. Nothing is remembered for a server: no cookies.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ssl import SSLCertVerificationError, SSLContext

import aiohttp
from aiohappyeyeballs import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.content.web.addresses import Resolve
from bot.content.web.fetch_error import FetchError, FetchFault
from bot.content.web.response_body import CODINGS, TooLarge, Unreadable, body_of
from bot.domain.fetch_rules import FetchRules

CONNECT_WITHIN = 10.0
"""Seconds for one connection to be made, TLS not counted."""
IDLE = 15.0
"""Seconds that a connection is kept for the next request to the same host."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered. The body is empty unless the status is 200."""

    status: int
    headers: Mapping[str, str]
    links: tuple[str, ...]
    body: bytes


class HttpClient:
    """Connections to servers of the web. Belongs to the running event loop."""

    def __init__(self, rules: FetchRules, user_agent: str, resolve: Resolve, tls: SSLContext | None) -> None:
        """`tls` are the authorities whose certificates count; None for those this machine trusts."""
        self._rules = rules
        self._of_named_hosts: set[str] = set()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_Resolver(rules, resolve, self._of_named_hosts),
                use_dns_cache=False,
                socket_factory=self._open_socket,
                limit=0,  # who may ask at all is decided before
                keepalive_timeout=IDLE,
                ssl=True if tls is None else tls,
            ),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_WITHIN),
            headers={"User-Agent": user_agent, "Accept-Encoding": CODINGS},
            auto_decompress=False,  # it would use whatever decompressor is installed, asked for or not
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        await self._session.close()

    async def get(self, url: URL, headers: Mapping[str, str], limit: int) -> Response:
        """Ask for `url`, follow nothing, and read at most `limit` bytes of body. Raises: FetchError, TimeoutError."""
        return await self._request("GET", url, headers, limit)

    async def post(self, url: URL, form: Mapping[str, str]) -> int:
        """Send a form to `url`, follow nothing, and return the status. Raises: FetchError, TimeoutError."""
        return (await self._request("POST", url, {}, 0, form)).status

    async def _request(
        self, method: str, url: URL, headers: Mapping[str, str], limit: int, form: Mapping[str, str] | None = None
    ) -> Response:
        host = url.host or ""
        try:
            _judge_literal(url.raw_host or "", self._rules)
            async with self._session.request(method, url, headers=headers, data=form, allow_redirects=False) as answer:
                body = await body_of(answer, limit) if answer.status == 200 and form is None else b""
                return Response(answer.status, answer.headers, tuple(answer.headers.getall("Link", ())), body)
        except FetchError:
            raise
        except TimeoutError:
            raise
        except TooLarge:
            raise FetchError(FetchFault.TOO_LARGE, f"{host} sends more than {_mib(limit)}") from None
        except Unreadable:
            raise FetchError(FetchFault.BROKEN, f"{host} sends what cannot be unpacked, or only a part of it") from None
        # What aiohttp raises names the whole address, so it is not kept as a cause.
        except aiohttp.ClientConnectorCertificateError as error:
            raise FetchError(FetchFault.TLS, f"{host} {_of_certificate(error.certificate_error)}") from None
        except aiohttp.ClientSSLError:
            raise FetchError(FetchFault.TLS, f"{host} makes no secure connection") from None
        except aiohttp.ClientConnectorError as error:
            # The words are the system's own: asyncio's have the address in them.
            number = error.os_error.errno if isinstance(error.os_error, OSError) else None
            reason = f"{host} cannot be reached" + (f": {os.strerror(number).lower()}" if number and number > 0 else "")
            raise FetchError(FetchFault.UNREACHABLE, reason) from None
        except aiohttp.InvalidURL:
            raise FetchError(FetchFault.REFUSED, "that is not a link") from None
        except (aiohttp.ClientResponseError, ValueError):
            raise FetchError(FetchFault.BROKEN, f"{host} answers what is not HTTP") from None
        except (aiohttp.ClientError, OSError):
            raise FetchError(FetchFault.BROKEN, f"{host} closed the connection before its answer ended") from None

    def _open_socket(self, address: AddrInfoType) -> socket.socket:
        # Where every connection begins, whatever led there. The host is not known here; it was judged before.
        family, kind, protocol, _, place = address
        if not self._rules.admits("", str(place[0])) and str(place[0]) not in self._of_named_hosts:
            raise OSError(f"{place[0]} may not be connected to")
        return socket.socket(family=family, type=kind, proto=protocol)


class _Resolver(AbstractResolver):
    """Names to addresses, those left out that may not be connected to. aiohttp asks it for no literal address."""

    def __init__(self, rules: FetchRules, resolve: Resolve, of_named_hosts: set[str]) -> None:
        """`of_named_hosts` is told the addresses that may be connected to only because of their host's name."""
        self._rules = rules
        self._resolve = resolve
        self._of_named_hosts = of_named_hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host that may be connected to. Raises: FetchError."""
        try:
            addresses = await self._resolve(host, port)
        except TimeoutError:
            raise
        except OSError:
            raise FetchError(FetchFault.UNREACHABLE, f"there is no host {host}, or it cannot be found now") from None
        admitted = [address for address in addresses if self._rules.admits(host, address)]
        if not admitted:
            raise private(host) if addresses else FetchError(FetchFault.UNREACHABLE, f"{host} has no address")
        self._of_named_hosts.update(address for address in admitted if not self._rules.admits("", address))
        return [_result(host, address, port) for address in admitted]

    async def close(self) -> None:
        """There is nothing to close."""


def private(host: str) -> FetchError:
    """Return the refusal of a host that leads into somebody's network."""
    return FetchError(
        FetchFault.REFUSED, f"{host} is or leads to a private address, which NEWSBOT_FETCH_ALLOW does not name"
    )


def _judge_literal(host: str, rules: FetchRules) -> None:
    """Check a host that is an address itself. Raises: FetchError.

    aiohttp takes each host with a colon, and each of digits and dots alone, for an address.
    """
    if not (":" in host or host.replace(".", "").isdigit()):
        return
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:  # `127.1` or `2130706433`, as old programs write addresses
        raise FetchError(FetchFault.REFUSED, f"{host} is no address as links have them") from None
    if not rules.admits(host, address):
        raise private(host)


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": flags}


def _of_certificate(error: Exception) -> str:
    """Say what is wrong with a certificate, behind the host's name.

    Source: https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/#error-codes
    """
    why = error.verify_message if isinstance(error, SSLCertVerificationError) else ""
    if "expired" in why:
        return "has a certificate that has expired"
    if "not yet valid" in why:
        return "has a certificate that is not valid yet"
    if "mismatch" in why or "not valid for" in why:
        return "has another host's certificate"
    return "has a certificate that nobody known here has signed"


def _mib(size: int) -> str:
    return f"{size // 2**20} MiB" if size >= 2**20 else f"{size:,} bytes"
