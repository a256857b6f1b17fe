"""The sandbox as its users meet it: over HTTP on a real port, with a clock that the test moves."""

import json
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from sandbox_clock import TOKEN, Clock

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.world import World


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    world = World(token=TOKEN, clock=clock)
    world.standard_cast()
    return world


@pytest.fixture
async def server(world: World) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(world) as server:
        yield server


Call = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


@pytest.fixture
async def call(server: SandboxServer) -> AsyncIterator[Call]:
    """Call a method with JSON parameters and return status and body."""
    async with aiohttp.ClientSession() as client:

        async def call(method: str, **params: Any) -> tuple[int, dict[str, Any]]:
            async with client.post(f"{server.url}/bot{TOKEN}/{method}", json=params) as answer:
                return answer.status, json.loads(await answer.read())

        yield call


@pytest.fixture
def anna(world: World) -> int:
    """A reader who has started the bot and whose update it has seen."""
    world.start(7001)
    world.updates.clear()
    return 7001


@pytest.fixture
def png() -> Callable[[int, int], bytes]:
    """Draw a grey picture of that many pixels."""

    def draw(width: int, height: int) -> bytes:
        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        rows = zlib.compress((b"\0" + b"\x80" * width) * height)
        head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")

    return draw
