"""
Ghost's webhooks: `POST /api/v1/hooks/ghost/NAME`, signed with the secret that `newsbot keys add NAME --ghost` printed.

Ghost tries once. Whatever it is answered, it must not be 410: then it deletes the webhook for good.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from datetime import timedelta

from aiohttp import web

from bot.content.sent_articles.ghost_post import Unreadable, read_call
from bot.domain.api_key import ApiKey
from bot.errors import ContentError
from bot.http_api.access import API, Api, body_of
from bot.http_api.articles import answered, wrong
from bot.http_api.problems import Problem
from bot.services.api import ghost

GHOST = "/api/v1/hooks/ghost/{name}"
OLDEST = timedelta(minutes=15)
"""How far a call's time may be from ours. There is no second try, so clocks may differ by minutes; and a call that
somebody sends again does nothing: the change in it is known."""
_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})\s*,\s*t=([0-9]{1,15})", re.ASCII)


async def from_ghost(request: web.Request) -> web.Response:
    """Take in what a Ghost site says."""
    api = request.app[API]
    name = request.match_info["name"]
    key = next((one for one in await api.keys() if one.name == name and one.is_ghost), None)
    if key is None:
        raise Problem(404, "no Ghost site has this address; `newsbot keys add NAME --ghost` makes one")
    body = await body_of(request)
    signed_at = _signed_at(api, request, key, body)
    api.count_use(key)
    await api.note_use(key)
    try:
        call = await asyncio.to_thread(read_call, body, signed_at)
    except (Unreadable, ContentError) as error:
        raise wrong(error) from error
    rules, policy = api.rules.reading, api.policy
    return answered(api, await ghost.take_call(api.db, key, call, now=api.clock(), rules=rules, policy=policy))


def _signed_at(api: Api, request: web.Request, key: ApiKey, body: bytes) -> int:
    """Return when a call was signed, in milliseconds since the epoch. Raises: Problem, unless it is this site's."""
    assert key.secret is not None
    found = _SIGNATURE.fullmatch(request.headers.get("X-Ghost-Signature", ""))
    given, at = found.groups() if found is not None else ("", "0")
    # Over the bytes as they came, then the digits of t: checked against Ghost 6.65.
    expected = hmac.new(key.secret.encode(), body + at.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given, expected):
        api.count_wrong(request)
        raise _unsigned("this call is not signed with the secret of this site")
    if abs(api.clock().timestamp() - int(at) / 1000) > OLDEST.total_seconds():
        raise _unsigned(f"this call was signed more than {OLDEST.total_seconds() / 60:.0f} min from now; set the clock")
    return int(at)


def _unsigned(detail: str) -> Problem:
    return Problem(401, detail, headers={"WWW-Authenticate": 'Signature realm="newsbot", header="X-Ghost-Signature"'})
