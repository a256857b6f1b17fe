"""
Errors of the Bot API: an HTTP status, a description, and sometimes parameters.

Source: https://core.telegram.org/bots/api#making-requests and #responseparameters; the sentences are the server's
own, from https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp
"""

from __future__ import annotations

from typing import Any

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class Refused(Exception):
    """A call that is answered `ok: false`. `reason` goes behind the status's title, as in `Bad Request: …`."""

    def __init__(self, status: int, reason: str = "", parameters: dict[str, Any] | None = None) -> None:
        title = _TITLES.get(status, "Bad Request")
        super().__init__(f"{title}: {reason}" if reason else title)
        self.status = status
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """Return the body that Telegram would send."""
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": str(self)}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> Refused:
    return Refused(400, reason)


def forbidden(reason: str) -> Refused:
    return Refused(403, reason)


def too_many_requests(wait: int) -> Refused:
    """`wait` in whole seconds."""
    return Refused(429, f"retry after {wait}", {"retry_after": wait})
