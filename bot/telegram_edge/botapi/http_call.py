"""
An HTTP call of ours: where it goes, the head of its request, and how it can fail.

The head is the same for every chat, so it is written once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from yarl import URL

HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": "newsbot",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
"""The headers of every call. No compression is asked for: answers are small, and unpacking costs more than it saves."""

_PLAIN = re.compile(r"[!-~]+")
"""What may be in a request's first lines: nothing that could end a line."""


Answer = tuple[int, bytes]
"""Status and body."""


class NotConnected(Exception):
    """Nothing of the request has left this machine. `reason` is the system's error, if there was one."""

    def __init__(self, reason: BaseException | None = None) -> None:
        super().__init__()
        self.reason = reason


class BadAnswer(Exception):
    """The answer is no HTTP, too large, or cut off. The request was sent, and may have been carried out."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, but for the last two. `connect` includes the wait for room, `silence` is the longest one of the
    server's, `call` the longest wait for a whole answer. `idle` is how long an unused connection is kept, `lookup` how
    long a name's addresses are."""

    connect: float
    silence: float
    call: float
    idle: float
    lookup: float
    connections: int
    answer: int
    """Bytes of the largest answer."""


class Origin(NamedTuple):
    """A server, as far as connections to it can be shared. Source: https://www.rfc-editor.org/rfc/rfc6454"""

    scheme: str
    host: str
    port: int


class Target(NamedTuple):
    """A server, and a POST to one of its paths up to the length of its body. The path holds the token."""

    origin: Origin
    head: bytes

    def request(self, body: bytes) -> bytes:
        """Return the whole request that takes `body` there."""
        return b"%b%d\r\n\r\n%b" % (self.head, len(body), body)


def target_of(url: URL) -> Target | None:
    """Return what a POST to `url` begins with; None for what is no plain address of an HTTP server.

    A user and a password in it would have to become a header, which is left to aiohttp.
    """
    host, port = url.raw_host, url.port
    if url.scheme not in ("http", "https") or not host or not port or url.raw_user is not None:
        return None
    path, named = url.raw_path_qs, url.host_port_subcomponent
    if named is None or not _PLAIN.fullmatch(path) or not _PLAIN.fullmatch(named):
        return None
    headers = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    head = f"POST {path} HTTP/1.1\r\nHost: {named}\r\n{headers}Content-Length: "
    return Target(Origin(url.scheme, host, port), head.encode("ascii"))
