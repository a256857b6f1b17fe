"""The articles of the API: what each request asks of the services, and how it is answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web

from bot.content.sent_articles.sent_article import Unreadable, read_article, read_audience, read_change, read_schedule
from bot.domain.api_key import KeyRole
from bot.errors import ContentError, UnknownArticle
from bot.http_api.access import API, Api, asked, body_of
from bot.http_api.problems import Problem
from bot.services.api import articles
from bot.services.api.requests import Answer, Asked, answer_given
from bot.services.delivery import delivery_reports
from bot.services.delivery.report_json import report_json

ARTICLES = "/api/v1/articles"
ONE = ARTICLES + "/{number:[0-9]{1,18}}"


async def tell(request: web.Request) -> web.Response:
    """`POST /api/v1/articles`"""

    async def act(api: Api, what: Asked, body: bytes, now: datetime) -> Answer:
        sent = await asyncio.to_thread(read_article, body, api.rules.reading)
        return await articles.tell(api.db, what, sent, now=now, rules=api.rules)

    return await _done(request, act)


async def one(request: web.Request) -> web.Response:
    """`GET /api/v1/articles/NUMBER`"""
    api = request.app[API]
    key = await api.key_of(request)
    return _json(await articles.one(api.db, key, _number(request)))


async def change(request: web.Request) -> web.Response:
    """`PATCH /api/v1/articles/NUMBER`"""

    async def act(api: Api, what: Asked, body: bytes, now: datetime) -> Answer:
        wanted = await asyncio.to_thread(read_change, body)
        return await articles.change(api.db, what, _number(request), wanted, now=now, rules=api.rules)

    return await _done(request, act)


async def publish(request: web.Request) -> web.Response:
    """`POST /api/v1/articles/NUMBER/publish`"""

    async def act(api: Api, what: Asked, body: bytes, now: datetime) -> Answer:
        # Who may not publish is told so, whatever the body.
        only = read_audience(body) if what.key.role is KeyRole.EDITOR else None
        return await articles.publish(api.db, what, _number(request), only=only, now=now, rules=api.rules)

    return await _done(request, act)


async def schedule(request: web.Request) -> web.Response:
    """`POST /api/v1/articles/NUMBER/schedule`"""

    async def act(api: Api, what: Asked, body: bytes, now: datetime) -> Answer:
        # Who may not schedule is told so, whatever the time.
        at, only = read_schedule(body, api.rules.reading, now) if what.key.role is KeyRole.EDITOR else (now, None)
        return await articles.schedule(api.db, what, _number(request), at, only=only, now=now, rules=api.rules)

    return await _done(request, act)


async def retract(request: web.Request) -> web.Response:
    """`POST /api/v1/articles/NUMBER/retract`"""

    async def act(api: Api, what: Asked, _: bytes, now: datetime) -> Answer:
        return await articles.retract(api.db, what, _number(request), now=now, rules=api.rules)

    return await _done(request, act)


async def delivery(request: web.Request) -> web.Response:
    """`GET /api/v1/articles/NUMBER/delivery`: what `newsbot delivery --json` prints."""
    api = request.app[API]
    key = await api.key_of(request)
    number = _number(request)
    if key.role is not KeyRole.EDITOR:
        raise Problem(403, "a contributor's key does not see who got an article")
    try:
        report = await delivery_reports.report_of(api.db, number, api.clock(), api.rate)
    except UnknownArticle as error:
        raise Problem(404, f"there is no article {number}") from error
    failed, kept = await delivery_reports.chats_without(api.db, number)
    return _json(report_json(report, failed, kept))


async def _done(request: web.Request, act: Callable[[Api, Asked, bytes, datetime], Awaitable[Answer]]) -> web.Response:
    """Let a key's request be done, unless it was done before. Raises: Problem, Refusal."""
    api = request.app[API]
    key = await api.key_of(request)
    body = await body_of(request)
    what, now = asked(request, key, body), api.clock()
    if (before := await answer_given(api.db, what, now)) is not None:
        return answered(api, before)
    try:
        return answered(api, await act(api, what, body, now))
    except (Unreadable, ContentError) as error:
        raise wrong(error) from error


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def wrong(error: Unreadable | ContentError) -> Problem:
    if isinstance(error, Unreadable):
        return Problem(400, f"the body cannot be read: {error}")
    said = "; ".join(f"{one.field}: {one.reason}" for one in error.complaints)
    return Problem(422, said, errors=error.complaints)


def answered(api: Api, answer: Answer) -> web.Response:
    """Return an answer as HTTP has it; what was promised leaves at once."""
    headers = {"Cache-Control": "no-store"}
    if answer.is_replay:
        headers["Idempotency-Replayed"] = "true"
    else:
        api.wake()
    if answer.status == 201:
        headers["Location"] = f"{ARTICLES}/{json.loads(answer.body)['number']}"
    return web.Response(
        status=answer.status, body=answer.body.encode(), content_type="application/json", headers=headers
    )


def _json(value: object) -> web.Response:
    return web.Response(
        body=json.dumps(value, ensure_ascii=False).encode(),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
