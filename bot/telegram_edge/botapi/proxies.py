"""
Proxies from the environment variables: which one a call goes through, and whether we can use it.

Source: https://docs.python.org/3/library/urllib.request.html#urllib.request.getproxies
        https://docs.aiohttp.org/en/stable/client_advanced.html#proxy-support (HTTP and HTTPS proxies, no SOCKS)
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_USABLE = ("http", "https")


def proxies() -> dict[str, str]:
    """Return the proxies that the environment names, by the scheme of the calls that go through them, or `all`."""
    return {scheme: _with_scheme(proxy) for scheme, proxy in getproxies().items() if scheme != "no"}


def proxy_for(url: str, known: Mapping[str, str]) -> str | None:
    """Return the proxy for a call; None when it goes out directly."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return None if _is_here(host) or proxy_bypass(host) else known.get(parts.scheme, known.get("all"))


def proxy_fault(url: str) -> str | None:
    """Return why calls to `url` cannot leave through their proxy, as `VARIABLE: reason`; None when they can.

    The proxy itself is not named: its address may hold a password.
    """
    known = proxies()
    proxy = proxy_for(url, known)
    if proxy is None:
        return None
    try:
        parts = urlsplit(proxy)
        if parts.scheme.lower() in _USABLE and parts.hostname and parts.port != 0:
            return None
        scheme = parts.scheme
    except ValueError:
        scheme = ""
    reason = f"a {scheme} proxy cannot be used" if scheme not in ("", *_USABLE) else "is not the address of a proxy"
    called = urlsplit(url).scheme
    variable = f"{called if called in known else 'all'}_proxy"
    return f"{variable}: {reason}; give an http proxy such as http://host:3128, or unset it"


def _with_scheme(proxy: str) -> str:
    """Return a proxy's address as aiohttp wants it; `host:port` is what curl and many a system's settings write."""
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_here(host: str) -> bool:
    """Return whether a host is this machine, which no proxy can reach: the sandbox, a Bot API server of one's own."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
