"""
`/feed.xml` and `/feed.json`: what is published, so that newsbot can feed a site, a reader or another newsbot.

Most who ask have the answer already. They are told so by its ETag, or by when it was first seen here: nothing in an
article says when it was corrected or taken back.
Source: https://www.rfc-editor.org/rfc/rfc9110#section-13
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic

from aiohttp import web
from yarl import URL

from bot.errors import UnknownTopic
from bot.http_api.access import API, Api
from bot.http_api.feed_documents import FORMATS, FeedAddress
from bot.http_api.problems import Problem
from bot.services.api.published import published

FRESH_FOR = 0.1  # seconds for which a document is not made anew, however many ask; what has changed is there at once
MAX_DOCUMENTS = 64
MAX_TOPICS = 20
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")


@dataclass(slots=True)
class _Document:
    body: bytes
    etag: str
    changed_at: datetime
    made_at: float


class Documents:
    """The feeds that were asked for last, each with when it was first seen as it is.

    They are made one at a time: however many ask, people who are answered from the same database do not wait for it.
    """

    def __init__(self) -> None:
        self._making = asyncio.Lock()
        self._known: OrderedDict[tuple[str, ...], _Document] = OrderedDict()

    async def document(self, api: Api, path: str, url: str, topics: tuple[str, ...]) -> _Document:
        """Return a feed as it is now. Raises: UnknownTopic."""
        async with self._making:
            return await self._document(api, path, url, topics)

    async def _document(self, api: Api, path: str, url: str, topics: tuple[str, ...]) -> _Document:
        key = (path, url, *topics)
        known = self._known.get(key)
        if known is not None and monotonic() - known.made_at < FRESH_FOR:
            return known
        what = await published(api.db, topics)
        body = FORMATS[path].render(FeedAddress(url, api.bot_id, api.title), what)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        now = api.clock().replace(microsecond=0)
        if known is not None and known.etag != etag:
            now = max(now, known.changed_at + timedelta(seconds=1))  # the dates of two documents are never the same
        changed_at = known.changed_at if known is not None and known.etag == etag else now
        made = self._known[key] = _Document(body, etag, changed_at, monotonic())
        self._known.move_to_end(key)
        if len(self._known) > MAX_DOCUMENTS:
            self._known.popitem(last=False)
        return made


DOCUMENTS = web.AppKey("documents", Documents)


async def feed(request: web.Request) -> web.Response:
    """`GET /feed.xml` and `GET /feed.json`, with any number of `?topic=NAME`."""
    topics = tuple(dict.fromkeys(request.query.getall("topic", [])))
    if len(topics) > MAX_TOPICS:
        raise Problem(400, f"a feed is of at most {MAX_TOPICS} topics")
    try:
        document = await request.app[DOCUMENTS].document(request.app[API], request.path, _address(request), topics)
    except UnknownTopic as error:
        raise Problem(404, f"no topic is called “{str(error)[:100]}”") from error
    headers = {
        "ETag": document.etag,
        "Last-Modified": format_datetime(document.changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": "public, max-age=60",
        "Access-Control-Allow-Origin": "*",  # it is public, and pages may show it
    }
    if _is_known(request, document):
        return web.Response(status=304, headers=headers)
    return web.Response(
        body=document.body, content_type=FORMATS[request.path].content_type, charset="utf-8", headers=headers
    )


def _is_known(request: web.Request, document: _Document) -> bool:
    """Return whether who asks has this document. The ETag goes before the date."""
    if "If-None-Match" in request.headers:
        given = [one.strip().removeprefix("W/") for one in request.headers["If-None-Match"].split(",")]
        return "*" in given or document.etag in given
    try:
        since = request.if_modified_since
    except (ValueError, OverflowError):
        return False
    return since is not None and document.changed_at <= since


def _address(request: web.Request) -> str:
    """Return the address that was asked, as who asked knows it; a proxy in front of us may speak https."""
    host = request.headers.get("Host", "")
    if not _HOST.fullmatch(host):
        raise Problem(400, "the Host header names no host")
    is_https = request.headers.get("X-Forwarded-Proto", request.scheme).partition(",")[0].strip().lower() == "https"
    query = {"topic": request.query.getall("topic")} if "topic" in request.query else {}
    return str(URL.build(scheme="https" if is_https else "http", authority=host, path=request.path).with_query(query))
