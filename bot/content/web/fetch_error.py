"""Why something could not be fetched, in words for the people who asked for it."""

from __future__ import annotations

from enum import StrEnum

from bot.errors import BotError


class FetchFault(StrEnum):
    """What kept an address from being fetched."""

    REFUSED = "refused"
    """It may not be fetched: its scheme, its port, or a private address that it or a redirect leads to."""
    UNREACHABLE = "unreachable"
    """No such name, no connection."""
    TIMEOUT = "timeout"
    TLS = "tls"
    """No secure connection: an expired certificate, another host's, one that nobody known has signed."""
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BROKEN = "broken"
    """An answer that ends early or cannot be read."""


class FetchError(BotError):
    """An address that could not be fetched. Its text names the host, and nothing else of the address.

    What stands behind the host may be a secret: private feeds have their key in it.
    """

    def __init__(self, kind: FetchFault, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
