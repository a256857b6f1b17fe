"""
Reading what a call brings and writing what it gets back: JSON, forms, query strings, files.

Source: https://core.telegram.org/bots/api#making-requests (the four ways to pass parameters)
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError

from bot.sandbox.bot_api.method_specs import Upload
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.people import Json

JSON_TYPE = {"Content-Type": "application/json"}
_UNREADABLE = (ValueError, LookupError, AssertionError, HttpProcessingError)
"""What aiohttp raises over forms with a bad encoding, boundary or header."""

# orjson is installed where it exists, which is on CPython.
if find_spec("orjson"):
    import orjson

    def dumps(value: Any) -> bytes:
        return orjson.dumps(value)

    def loads(text: bytes) -> Any:
        return orjson.loads(text)
else:

    def dumps(value: Any) -> bytes:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

    def loads(text: bytes) -> Any:
        return json.loads(text)


async def parameters(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Return what was given, in whichever of the four ways, and the files that came along. Raises: Refused."""
    given: Json = dict(request.query) if request.query_string else {}
    if request.method == "GET" or not request.body_exists:
        return given, {}
    kind = request.content_type
    if kind == "application/json":
        body = await request.read()
        try:
            read = loads(body) if body else {}
        except ValueError:
            raise bad_request("can't parse JSON body") from None
        if not isinstance(read, dict):
            raise bad_request("can't parse JSON body: an object expected")
        return (given | read if given else read), {}
    if not kind.startswith(("multipart/", "application/x-www-form-urlencoded")):
        return given, {}
    uploads: dict[str, Upload] = {}
    try:
        form = await request.post()
    except _UNREADABLE:
        raise bad_request("can't parse the request's body") from None
    for name, value in form.items():
        if isinstance(value, web.FileField):
            uploads[name] = Upload(value.filename, value.content_type, value.file.read())
            given[name] = uploads[name]
        else:
            given[name] = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
    return given, uploads
