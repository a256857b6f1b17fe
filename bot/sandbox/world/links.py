"""
Links that Telegram accepts behind words and buttons.

Source: check_link in https://github.com/tdlib/td/blob/master/td/telegram/LinkManager.cpp and parse_url in
https://github.com/tdlib/td/blob/master/tdutils/td/utils/HttpUrl.cpp
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

MAX_LENGTH = 2048
_APP = re.compile(r"(tg|tonsite|ton):(?://)?", re.IGNORECASE)
_PROTOCOL = re.compile(r"([^:/?#@\[\]]*)://")
_PLACE = re.compile(r"[^/?#]*")
_PORT = re.compile(r"(?<=.):([^:@\]]*)$", re.DOTALL)
_PART = re.compile(r"(?:[A-Za-z0-9.\-_!$,~*'();&+=:\x80-\U0010ffff]|%[0-9A-Fa-f]{2})*")


class BadLink(Exception):
    """Why Telegram takes something for no link, in its words."""


@lru_cache(maxsize=4096)
def checked_link(url: str) -> str | None:
    """Return the link as the server keeps it (with a scheme, and a path); None for what it takes for no link."""
    try:
        return read_link(url) if len(url) <= MAX_LENGTH else None
    except BadLink:
        return None


def read_link(url: str) -> str:
    """Return the link as the server keeps it. Raises: BadLink."""
    app = _APP.match(url)
    rest = url[app.end() :] if app else url
    protocol = _PROTOCOL.match(rest)
    scheme = protocol[1].lower() if protocol else "http"
    if scheme not in ("http", "https"):
        raise BadLink("Unsupported URL protocol")
    rest = rest[protocol.end() :] if protocol else rest
    place = _PLACE.match(rest)
    assert place is not None  # it matches nothing as well
    user, host, port = _placed(place[0])
    path = _path(rest[place.end() :])
    if app:
        if protocol or user or port or not re.fullmatch(r"[a-z0-9_-]+", host.replace(".", "_"), re.ASCII):
            raise BadLink("Wrong tg URL" if app[1].lower() == "tg" else "Wrong ton URL")
        return f"{app[1].lower()}://{host}{path.removeprefix('/') if path.startswith('/?') else path}"
    if "." not in host and not host.startswith("["):
        raise BadLink("Wrong HTTP URL")
    return f"{scheme}://{user}{'@' if user else ''}{host}{f':{port}' if port else ''}{path}"


def _placed(place: str) -> tuple[str, str, int]:
    """Return user name, host and port (0 when none is given). Raises: BadLink."""
    port = 0
    if found := _PORT.search(place):
        digits = found[1].lstrip("0")
        port = int(digits) if re.fullmatch(r"[0-9]{1,5}", digits) else -1
        place = place[: found.start()]
    if not 0 <= port <= 65535 or (found and not port):
        raise BadLink("Wrong port number specified in the URL")
    user, _, host = place.rpartition("@")
    host = host.lower()
    if host.startswith("[") and host.endswith("]"):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise BadLink("Wrong IPv6 address specified in the URL") from None
    elif not host:
        raise BadLink("URL host is empty")
    elif host == ".":
        raise BadLink("Host is invalid")
    else:
        _check_part(host.replace(":", "/"), "host")
    _check_part(user, "userinfo")
    return user, host, port


def _check_part(part: str, name: str) -> None:
    end = re.match(_PART, part)
    if end is None or end.end() < len(part):
        wrong = part[end.end() if end else 0]
        raise BadLink(f"{'Wrong percent-encoded symbol' if wrong == '%' else 'Disallowed character'} in URL {name}")


def _path(tail: str) -> str:
    """Return what follows the host, beginning with a slash, its blanks and control characters escaped."""
    tail = tail.rstrip(" \t\r\n\0\v")
    path = tail if tail.startswith("/") else f"/{tail}"
    return re.sub(r"[\x00-\x20]", lambda char: f"%{ord(char[0]):02X}", path)
