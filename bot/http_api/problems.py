"""
Problems: every error under the addresses of the API and the feeds is one JSON object of the same shape.

Source: https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.errors import Complaint, StoreBusy, StoreError
from bot.services.api import requests
from bot.services.api.requests import Refusal, remarks

log = logging.getLogger(__name__)

OURS = ("/feed.xml", "/feed.json", "/api")
BEARER = 'Bearer realm="newsbot"'
_BUSY_AGAIN_AFTER = 5.0  # seconds

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Problem(Exception):
    """Something that is wrong with a request, or with us. `errors` are the fields that are wrong."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Complaint] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        self.errors = errors

    def response(self) -> web.Response:
        said: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": str(self),
        }
        if self.errors:
            said["errors"] = remarks(self.errors)
        return web.Response(
            status=self.status,
            body=json.dumps(said, ensure_ascii=False).encode(),
            content_type="application/problem+json",
            headers={"Cache-Control": "no-store", **self.headers},
        )


def not_yet(detail: str, seconds: float) -> Problem:
    """Return the problem of somebody who asks too often; the next try is worth it after so many seconds."""
    return Problem(429, detail, headers={"Retry-After": str(max(1, math.ceil(seconds)))})


@web.middleware
async def as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error under our addresses as a problem, also those that the server itself raises."""
    if not any(request.path == ours or request.path.startswith(f"{ours}/") for ours in OURS):
        return await handler(request)
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except Refusal as refusal:
        return _of_refusal(refusal).response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _of_server(request, error).response()
    except StoreBusy as error:
        log.warning("the HTTP API waits for the database: %s", error)
        return Problem(
            503, "the database is busy; ask again", headers={"Retry-After": f"{_BUSY_AGAIN_AFTER:.0f}"}
        ).response()
    except StoreError as error:
        log.error("the HTTP API cannot use the database: %s", error)
        return Problem(503, "the database cannot be used", headers={"Retry-After": "60"}).response()
    except Exception:
        log.exception("a request to the HTTP API failed")
        return Problem(500, "that is a fault of newsbot; its log says more").response()


async def expected(request: web.Request) -> web.StreamResponse | None:
    """Let who asks whether to send a body send it; whatever else is expected is a problem."""
    if request.headers.get("Expect", "").lower() != "100-continue":
        return Problem(417, "only 100-continue can be expected").response()
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return None


def _of_refusal(refusal: Refusal) -> Problem:
    match refusal:
        case requests.KeyIsGone():
            return Problem(401, str(refusal), headers={"WWW-Authenticate": f'{BEARER}, error="invalid_token"'})
        case requests.NotForThisKey():
            return Problem(403, str(refusal))
        case requests.NoSuchArticle():
            return Problem(404, str(refusal))
        case requests.GoneForGood():
            return Problem(410, str(refusal))
        case requests.WrongFields():
            return Problem(422, str(refusal), errors=refusal.complaints)
        case _:
            return Problem(409, str(refusal))


def _of_server(request: web.Request, error: web.HTTPException) -> Problem:
    """Return as a problem what aiohttp says in plain text."""
    match error:
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            detail = f"{request.method} does nothing here; what is understood: {allowed}"
            return Problem(405, detail, headers={"Allow": allowed})
        case web.HTTPNotFound():
            return Problem(404, "there is nothing here; /api/openapi.json says what there is")
        case _:
            return Problem(error.status, error.reason)
