"""
Restricts the sandbox to this machine: which requests it accepts, and which addresses it may call.

Listening on 127.0.0.1 does not keep other web sites out. A page that is open in the same browser can post there
blindly, or point a name of its own at 127.0.0.1 and read what comes back (DNS rebinding). So on every route the request
must name this machine itself, and one that a browser sends for a page must be sent for a page of ours. Programs such as
curl and python-telegram-bot name the address they connect to and send no Origin: nothing changes for them.

Sources: https://www.rfc-editor.org/rfc/rfc9110#name-host-and-authority, https://www.rfc-editor.org/rfc/rfc6454,
https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.sandbox.world.api_error import Refused

_AUTHORITY = re.compile(r"(localhost|[0-9.]{7,15}|\[[0-9a-f:.]{2,45}\])(?::([0-9]{1,5}))?", re.IGNORECASE)
_FROM_HERE = frozenset({"same-origin", "none"})  # `none`: typed into the address bar
_KEPT_APART = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # addresses of the Bot API hold the token
    "X-Content-Type-Options": "nosniff",
}


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Let in what comes from this machine, whatever the route, and answer 403 to the rest."""
    if (fault := fault_of(request)) is not None:
        refused = Refused(403, fault)
        return web.json_response(refused.answer() | {"error": fault}, status=refused.status, headers=_KEPT_APART)
    response = await handler(request)
    if not response.prepared:
        for name, value in _KEPT_APART.items():
            response.headers.setdefault(name, value)
    return response


def fault_of(request: web.Request) -> str | None:
    """Return why a request is turned away, as a sentence; None when it comes from this machine."""
    hosts, origins = request.headers.getall(hdrs.HOST, []), request.headers.getall(hdrs.ORIGIN, [])
    socket = request.transport.get_extra_info("sockname") if request.transport else None
    if socket is None or len(hosts) != 1 or not _names(hosts[0], socket[0], socket[1]):
        return "The sandbox answers to 127.0.0.1 and localhost only."
    if origins and [one.lower() for one in origins] != [f"http://{hosts[0].lower()}"]:
        return "The sandbox takes nothing from pages of other sites."
    if not _is_fetched_from_here(request):
        return "The sandbox takes nothing from pages of other sites."
    return None


def _is_fetched_from_here(request: web.Request) -> bool:
    """Judge by what the browser says of the page that asks. Following a link to the chat page is fine."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is None or site in _FROM_HERE:
        return True
    mode, goal = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return request.method == hdrs.METH_GET and request.path == "/" and (mode, goal) == ("navigate", "document")


def _names(host: str, address: str, port: int) -> bool:
    """Return whether a Host header names the very socket that the request came to."""
    found = _AUTHORITY.fullmatch(host)
    if found is None or int(found[2] or 80) != port:
        return False
    own = _address(address.partition("%")[0])
    if found[1].lower() == "localhost":
        return own is not None and own.is_loopback
    named = _address(found[1].strip("[]"))
    return named is not None and own is not None and (named == own or (named.is_loopback and own.is_loopback))


def port_here(url: str) -> int | None:
    """Return the port of this machine that an http or https address leads to; None when it leads anywhere else.

    The host must be written as an address or as `localhost`: other names lead wherever somebody says.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in parts.netloc:
        return None
    address = _address(host)
    if host != "localhost" and (address is None or not address.is_loopback):
        return None
    return port if port is not None else 443 if parts.scheme == "https" else 80


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
