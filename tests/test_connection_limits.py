"""Connections that say nothing, little by little, or too much: closed in time, bounded, and nobody else's trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from socket import socket

import pytest
from aiohttp import web

from bot.connection_limits import Connections

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GET = b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n"


class Server:
    """A server with one quick and one slow answer."""

    def __init__(self, port: int, connections: Connections) -> None:
        self.port, self.connections = port, connections
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()
        self.opened: list[asyncio.StreamWriter] = []

    async def healthz(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def fail(self, _: web.Request) -> web.Response:
        raise RuntimeError("a fault of ours")

    async def slow(self, request: web.Request) -> web.Response:
        self.begun.set()
        await self.gate.wait()
        return web.Response(text="done\n")

    async def connect(self, sent: bytes = b"") -> Pair:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.opened.append(writer)
        if sent:
            writer.write(sent)
        return reader, writer

    async def is_healthy(self) -> bool:
        reader, _ = await self.connect(GET)
        async with asyncio.timeout(30):
            return await reader.readline() == b"HTTP/1.1 200 OK\r\n"


@asynccontextmanager
async def served(**limits: float) -> AsyncIterator[Server]:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    connections = Connections(**limits)  # type: ignore[arg-type]
    server = Server(port, connections)
    app = web.Application()
    app.router.add_get("/healthz", server.healthz)
    app.router.add_get("/fail", server.fail)
    app.router.add_route("*", "/slow", server.slow)
    async with connections.serving(app, "127.0.0.1", port, 1.0):
        try:
            yield server
        finally:
            server.gate.set()
            for writer in server.opened:
                writer.close()


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the server closes the connection."""
    async with asyncio.timeout(30):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: b"])
async def test_a_connection_without_a_whole_head_is_closed(sent: bytes) -> None:
    async with served(head_within=0.2) as server:
        reader, _ = await server.connect(sent)
        assert await ended(reader) == b""
        assert len(server.connections) == 0


async def test_a_head_that_comes_byte_by_byte_has_no_more_time_than_another() -> None:
    async with served(head_within=0.2) as server:
        reader, writer = await server.connect()
        closed = asyncio.ensure_future(ended(reader))
        for byte in GET * 100:
            writer.write(bytes([byte]))
            done, _ = await asyncio.wait([closed], timeout=0.02)
            if done:
                break
        assert await closed == b""


async def test_a_second_head_on_a_kept_connection_has_its_time_too() -> None:
    async with served(head_within=0.2) as server:
        reader, writer = await server.connect(GET)
        assert await reader.readuntil(b"ok\n")
        writer.write(GET)
        assert await reader.readuntil(b"ok\n")
        writer.write(GET[:-2])
        assert await ended(reader) == b""


async def test_an_answer_that_takes_too_long_gives_its_connection_back() -> None:
    async with served(answer_within=0.2) as server:
        reader, _ = await server.connect(b"GET /slow HTTP/1.1\r\nHost: bot\r\n\r\n")
        assert await ended(reader) == b""


async def test_however_many_say_nothing_somebody_who_asks_is_answered() -> None:
    async with served(at_most=20) as server:
        silent = [await server.connect() for _ in range(100)]
        assert len(server.connections) == 20
        assert await server.is_healthy()
        for reader, _ in silent[:70]:
            assert await ended(reader) == b""  # the longest quiet first
        assert not silent[-1][0].at_eof()


async def test_a_request_that_is_worked_on_does_not_give_way_to_connections_that_say_nothing() -> None:
    async with served(at_most=5) as server:
        reader, _ = await server.connect(b"GET /slow HTTP/1.1\r\nHost: bot\r\n\r\n")
        await server.begun.wait()
        for _ in range(20):
            await server.connect()
        server.gate.set()
        assert (await reader.readline()).endswith(b"200 OK\r\n")


async def test_requests_that_never_end_do_not_shut_out_somebody_who_asks() -> None:
    async with served(at_most=5) as server:
        for _ in range(20):
            await server.connect(b"GET /slow HTTP/1.1\r\nHost: bot\r\n\r\n")
        assert await server.is_healthy()


@pytest.mark.parametrize("head", [b"X: " + b"y" * 100_000, b"\r\n".join(b"X%d: y" % n for n in range(1000))])
async def test_a_head_without_measure_is_refused_and_not_written_into_the_log(
    head: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with served() as server:
        reader, _ = await server.connect(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n" + head + b"\r\n\r\n")
        assert b" 400 " in await reader.readline()
    [record] = caplog.records
    assert record.levelname == "WARNING" and record.exc_info is None
    assert record.getMessage().startswith("what came to the server is no request: ")


async def test_a_failure_of_ours_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as server:
        reader, _ = await server.connect(b"GET /fail HTTP/1.1\r\nHost: bot\r\n\r\n")
        assert b" 500 " in await reader.readline()
    assert [record.levelname for record in caplog.records] == ["ERROR"] and "Traceback" in caplog.text


async def test_a_client_that_asks_twice_on_one_connection_is_answered_twice() -> None:
    async with served() as server:
        reader, writer = await server.connect(GET)
        for _ in range(3):
            assert await reader.readuntil(b"ok\n")
            writer.write(GET)
        assert await reader.readuntil(b"ok\n")
        assert len(server.connections) == 1
