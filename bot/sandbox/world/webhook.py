"""
The webhook as the bot has set it. What posts updates there is `webhook_delivery`.

Source: https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Webhook:
    """Where updates go; an empty `url` means nowhere. `last_error` is a UNIX time and a sentence."""

    url: str = ""
    secret: str | None = None
    max_connections: int = 40
    last_error: tuple[int, str] | None = None
    is_set: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self, url: str, secret: str | None, max_connections: int) -> None:
        self.url, self.secret, self.max_connections, self.last_error = url, secret, max_connections, None
        self.is_set.set()

    def unset(self) -> None:
        self.url, self.secret, self.last_error = "", None, None
        self.is_set.clear()
