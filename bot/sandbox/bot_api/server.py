"""
The sandbox's HTTP server: serves the Bot API on a port of this machine, on the state in a `World`.

Routes are Telegram's: `/bot<token>/METHOD` and `/file/bot<token>/PATH`. Nothing is logged, neither tokens nor texts.
Whatever the route, only this machine is served: see `local_only`.
Source: https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import asyncio
import hmac
import inspect
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.domain.limits import UPLOAD_BYTES
from bot.sandbox.bot_api.encoding import JSON_TYPE, dumps, parameters
from bot.sandbox.bot_api.local_only import guard
from bot.sandbox.bot_api.method_specs import Method, Upload, method
from bot.sandbox.bot_api.methods import METHODS
from bot.sandbox.bot_api.url_fetch import fetched, may_fetch
from bot.sandbox.bot_api.webhook_delivery import deliver
from bot.sandbox.world.api_error import Refused, too_many_requests
from bot.sandbox.world.call_log import Call
from bot.sandbox.world.faults import CutAfter, CutBefore, Fault, Held, Page, Refuse, Slow, Stall, Throttle
from bot.sandbox.world.people import Json
from bot.sandbox.world.world import World

_BODY_BYTES = UPLOAD_BYTES + 1024 * 1024
_METHODS = {name.lower(): (known, handler) for name, handler in METHODS.items() if (known := method(name)) is not None}
_NOT_RECORDED = frozenset({"getUpdates"})


class SandboxServer:
    """`async with SandboxServer(world) as server:` serves the world at `server.url` until the block ends.

    `mount` may add routes to the application before it starts, such as the chat page's. Port 0 takes any free one.
    """

    def __init__(
        self,
        world: World,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        mount: Callable[[web.Application, World], None] | None = None,
    ) -> None:
        self.world = world
        self.url = ""
        self._own_port = 0
        self._host, self._port = host, port
        self._app = web.Application(client_max_size=_BODY_BYTES, middlewares=[guard])
        self._app.router.add_route("*", "/bot{token:[^/]*}/{method}", self._call)
        self._app.router.add_get("/file/bot{token:[^/]*}/{path:.+}", self._download)
        if mount is not None:
            mount(self._app, world)
        self._runner = web.AppRunner(self._app, access_log=None, keepalive_timeout=75, shutdown_timeout=1)
        self._client: aiohttp.ClientSession | None = None
        self._postman: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        await site.start()
        self._own_port = self._runner.addresses[0][1]
        self.url = f"http://{self._host}:{self._own_port}"
        self._client = aiohttp.ClientSession()
        self._postman = asyncio.create_task(deliver(self.world, self._client))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._postman is not None:
            self._postman.cancel()
            await asyncio.wait([self._postman])
        self.world.updates.end_poll()
        await self._runner.cleanup()
        if self._client is not None:
            await self._client.close()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        match = request.match_info
        if not self._is_token(match["token"]):
            return _answer(Refused(401))
        known = _METHODS.get(match["method"].lower())
        if known is None:
            return _answer(Refused(404, f"method {match['method']} is not built into the sandbox"))
        called, handler = known
        try:
            given, uploads = await parameters(request)
        except web.HTTPRequestEntityTooLarge:
            return _answer(Refused(413))
        except Refused as refused:
            return _answer(refused)
        if self.world.faults:
            is_paid = bool(given.get("allow_paid_broadcast"))
            fault = self.world.faults.pick(called.name, _number(given.get("chat_id")), is_paid, given)
            if fault is not None:
                return await self._faulty(request, fault, called, handler, given, uploads)
        return _json(*await self._handled(called, handler, given, uploads))

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(errors="replace"), self.world.token.encode())

    async def _handled(
        self, called: Method, handler: Callable[..., Any], given: Json, uploads: dict[str, Upload]
    ) -> tuple[int, Json]:
        """Carry out the call, record it, and return status and body."""
        world, params = self.world, given
        result: Any = None
        refused: Refused | None = None
        try:
            params = called.read(given)
            await self._fetch(params)
            result = handler(world, params, uploads)
            if inspect.isawaitable(result):
                result = await result
        except Refused as error:
            refused = error
        if called.name not in _NOT_RECORDED:
            status = refused.status if refused else 200
            world.ledger.record(
                Call(called.name, _number(params.get("chat_id")), params, status, _message_id(result), world.clock())
            )
        return (refused.status, refused.answer()) if refused else (200, {"ok": True, "result": result})

    async def _fetch(self, params: Json) -> None:
        """Fetch what the call names on this machine into `World.web`, once, as Telegram would fetch public URLs."""
        media = params.get("media", ())
        named = [part.get("media") for part in (media if isinstance(media, list) else [media])] if media else []
        for url in (params.get("photo"), params.get("document"), params.get("video"), *named):
            if not isinstance(url, str) or url in self.world.web or self._client is None:
                continue
            if self.world.fetches and may_fetch(url, self._own_port):
                self.world.web[url] = await fetched(self._client, url)

    async def _faulty(
        self,
        request: web.Request,
        fault: Fault,
        called: Method,
        handler: Callable[..., Any],
        given: Json,
        uploads: dict[str, Upload],
    ) -> web.StreamResponse:
        match fault:
            case Refuse(status, description, parameters):
                answer: Json = {"ok": False, "error_code": status, "description": description}
                return self._refused(called, given, status, answer | ({"parameters": parameters} if parameters else {}))
            case Throttle(seconds, tells):
                answer = too_many_requests(seconds).answer()
                if not tells:
                    del answer["parameters"]
                return self._refused(called, given, 429, answer)
            case Page(status, body, accepted):
                if accepted:
                    await self._handled(called, handler, given, uploads)
                whole = body if isinstance(body, bytes) else body.encode()
                return web.Response(status=status, body=whole, content_type="text/html")
            case Slow(seconds):
                await asyncio.sleep(seconds)
                return _json(*await self._handled(called, handler, given, uploads))
            case Held(until, then):
                await until.wait()
                if then is not None:
                    return await self._faulty(request, then, called, handler, given, uploads)
                return _json(*await self._handled(called, handler, given, uploads))
            case CutAfter():
                await self._handled(called, handler, given, uploads)
            case Stall(seconds, accepted):
                if accepted:
                    await self._handled(called, handler, given, uploads)
                await asyncio.sleep(seconds)
            case CutBefore():
                pass
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _refused(self, called: Method, given: Json, status: int, answer: Json) -> web.Response:
        call = Call(called.name, _number(given.get("chat_id")), given, status, None, self.world.clock())
        self.world.ledger.record(call)
        return _json(status, answer)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if not self._is_token(request.match_info["token"]):
            return _answer(Refused(401))
        file = self.world.files.at(request.match_info["path"])
        if file is None or file.data is None:
            return _answer(Refused(404))
        return web.Response(body=file.data, content_type="application/octet-stream")


def _answer(refused: Refused) -> web.Response:
    return _json(refused.status, refused.answer())


def _json(status: int, body: Json) -> web.Response:
    headers = JSON_TYPE
    if status == 429 and "parameters" in body:
        headers = headers | {"Retry-After": str(body["parameters"]["retry_after"])}
    return web.Response(status=status, body=dumps(body), headers=headers)


def _number(chat_id: Any) -> int | None:
    try:
        return int(chat_id)
    except (TypeError, ValueError):
        return None


def _message_id(result: Any) -> int | None:
    if isinstance(result, list) and result:
        result = result[-1]
    if isinstance(result, dict):
        number = result.get("message_id")
        return number if isinstance(number, int) else None
    return None
