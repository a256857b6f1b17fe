"""Our own connections to a server, against real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trustme
from aiohttp import web
from press_room import eventually
from yarl import URL

from bot.telegram_edge.botapi.http_call import Limits, NotConnected, Origin, target_of
from bot.telegram_edge.botapi.http_pool import Pool

HASTY = Limits(connect=2.0, silence=0.3, call=0.6, idle=60.0, lookup=300.0, connections=3, answer=1000)
PATIENT = Limits(connect=10.0, silence=10.0, call=10.0, idle=60.0, lookup=300.0, connections=3, answer=1000)
NAME = "api.example"
REQUEST = b"POST /bot1:a/x HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}"


def http(payload: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(payload)}\r\n\r\n".encode() + payload


class Server:
    """A server of bare bytes that counts its connections and keeps what came in on them."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.requests: list[bytes] = []
        self.ended = 0  # connections that the client closed
        self.writers: list[asyncio.StreamWriter] = []

    async def request(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head + await reader.readexactly(2))
        return self.requests[-1]

    async def end(self, reader: asyncio.StreamReader) -> None:
        """Wait until the client closes the connection."""
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        self.ended += 1


@asynccontextmanager
async def served(answer: Callable[[Server, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], **more):
    """Serve every connection with `answer`, and close it then."""
    server = Server()

    async def serve(reader, writer):
        server.connections += 1
        server.writers.append(writer)
        try:
            await answer(server, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, **more)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


@asynccontextmanager
async def pool_to(server: Server, limits: Limits = PATIENT, scheme: str = "http", host: str = "127.0.0.1"):
    pool = Pool(Origin(scheme, host, server.port), limits)
    try:
        yield pool
    finally:
        await pool.close()


async def obliging(server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request until the client hangs up."""
    while True:
        await server.request(reader)
        writer.write(http(b"%d" % len(server.requests)))


# Which connection a call goes out on


async def test_calls_share_a_connection_and_never_at_the_same_time():
    async with served(obliging) as server, pool_to(server) as pool:
        assert [await pool.exchange(REQUEST) for _ in range(3)] == [(200, b"1"), (200, b"2"), (200, b"3")]
        assert server.connections == 1
        await asyncio.gather(*(pool.exchange(REQUEST) for _ in range(20)))
        assert server.connections <= 3
        assert server.requests == [REQUEST] * 23


async def test_a_request_that_had_to_wait_leaves_only_if_it_still_may_and_its_connection_stays():
    async with served(obliging) as server, pool_to(server) as pool:
        asked: list[int] = []

        def may_leave() -> bool:
            asked.append(server.connections)
            return len(asked) > 1

        with pytest.raises(NotConnected):
            await pool.exchange(REQUEST, may_leave=may_leave)
        assert (asked, server.requests) == ([1], []), "asked once it was connected, and nothing was sent"
        assert await pool.exchange(REQUEST, may_leave=may_leave) == (200, b"1")
        assert (asked, server.connections) == ([1], 1), "who waits for nothing was asked before"


async def test_who_waits_for_room_is_asked_once_there_is_some():
    may_answer = asyncio.Event()

    async def slow(server, reader, writer):
        while True:
            await server.request(reader)
            await may_answer.wait()
            writer.write(http(b"done"))

    async with served(slow) as server, pool_to(server) as pool:
        first = [asyncio.create_task(pool.exchange(REQUEST)) for _ in range(PATIENT.connections)]
        await eventually(lambda: len(server.requests) == PATIENT.connections)
        last = asyncio.create_task(pool.exchange(REQUEST, may_leave=lambda: False))
        await asyncio.sleep(0)
        may_answer.set()
        with pytest.raises(NotConnected):
            await last
        assert [await one for one in first] == [(200, b"done")] * PATIENT.connections
        assert len(server.requests) == PATIENT.connections


async def test_a_connection_that_the_server_closed_while_it_was_unused_is_not_used_again():
    async def once(server, reader, writer):
        await server.request(reader)
        writer.write(http(b"done"))

    async with served(once) as server, pool_to(server) as pool:
        for number in range(1, 4):
            assert await pool.exchange(REQUEST) == (200, b"done")
            await eventually(lambda: not pool._open)  # the event loop has heard of it
            assert server.connections == number


@pytest.mark.parametrize("head", ["HTTP/1.1 200 OK\r\nConnection: close", "HTTP/1.0 200 OK"])
async def test_a_connection_that_the_server_wants_to_end_is_not_used_again(head):
    async def farewell(server, reader, writer):
        await server.request(reader)
        writer.write(f"{head}\r\nContent-Length: 4\r\n\r\ndone".encode())
        await server.end(reader)

    async with served(farewell) as server, pool_to(server) as pool:
        assert [await pool.exchange(REQUEST) for _ in range(3)] == [(200, b"done")] * 3
        await eventually(lambda: server.ended == 3)


async def test_an_unused_connection_is_closed_by_us_before_the_server_does():
    async def answer(server, reader, writer):
        await server.request(reader)
        writer.write(http(b"done"))
        await server.end(reader)

    limits = Limits(connect=10, silence=10, call=10, idle=0.05, lookup=300, connections=3, answer=1000)
    async with served(answer) as server, pool_to(server, limits) as pool:
        await asyncio.gather(*(pool.exchange(REQUEST) for _ in range(3)))
        await eventually(lambda: server.ended == 3)
        assert server.connections == 3


async def test_a_request_that_breaks_on_a_used_connection_is_not_sent_again():
    """The server may have carried it out: https://www.rfc-editor.org/rfc/rfc9110.html#section-9.2.2"""

    async def once(server, reader, writer):
        await server.request(reader)
        writer.write(http(b"done"))
        await server.request(reader)

    async with served(once) as server, pool_to(server) as pool:
        assert await pool.exchange(REQUEST) == (200, b"done")
        with pytest.raises(ConnectionResetError):
            await pool.exchange(REQUEST)
        assert len(server.requests) == 2


async def test_room_is_for_so_many_calls_and_whoever_waits_gets_it_in_turn():
    gate = asyncio.Event()

    async def slow(server, reader, writer):
        while True:
            await server.request(reader)
            await gate.wait()
            writer.write(http(b"done"))

    async with served(slow) as server, pool_to(server) as pool:
        ended: list[int] = []

        async def call(number: int) -> None:
            await pool.exchange(REQUEST)
            ended.append(number)

        calls = [asyncio.create_task(call(number)) for number in range(9)]
        await eventually(lambda: len(server.requests) == 3)
        assert server.connections == 3
        gate.set()
        await asyncio.gather(*calls)
        assert sorted(ended[:3]) == [0, 1, 2] and sorted(ended[6:]) == [6, 7, 8]
        assert server.connections == 3


async def test_whoever_waits_in_vain_for_room_has_sent_nothing():
    async def never(server, reader, writer):
        await server.request(reader)
        await server.end(reader)

    limits = Limits(connect=0.1, silence=5, call=5, idle=60, lookup=300, connections=1, answer=1000)
    async with served(never) as server, pool_to(server, limits) as pool:
        first = asyncio.create_task(pool.exchange(REQUEST))
        await eventually(lambda: len(server.requests) == 1)
        with pytest.raises(NotConnected):
            await pool.exchange(REQUEST)
        first.cancel()
        await asyncio.wait([first])
        assert len(server.requests) == 1


@pytest.mark.parametrize("seed", range(5))
async def test_calls_given_up_at_any_moment_leave_room_for_others_and_no_stray_answers(seed):
    chance = random.Random(seed)

    async def answer(server, reader, writer):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            name = await reader.readexactly(int(head.split(b"Length: ")[1].split(b"\r\n")[0]))
            await asyncio.sleep(chance.random() * 0.004)
            writer.write(http(name))

    def request(number: int) -> bytes:
        name = b"%d" % number
        return b"POST /x HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n%b" % (len(name), name)

    async with served(answer) as server, pool_to(server) as pool:
        calls = {number: asyncio.create_task(pool.exchange(request(number))) for number in range(150)}
        for _ in range(60):
            await asyncio.sleep(chance.random() * 0.003)
            chance.choice(list(calls.values())).cancel()
        await asyncio.wait(calls.values())
        for number, call in calls.items():
            if not call.cancelled():
                assert call.result() == (200, b"%d" % number)
        async with asyncio.timeout(5):
            again = await asyncio.gather(*(pool.exchange(request(number)) for number in range(3)))
        assert again == [(200, b"0"), (200, b"1"), (200, b"2")]
        assert pool._room == 3


# How long it may take


async def test_silence_and_an_answer_that_never_ends_are_given_up():
    async def drip(server, reader, writer):
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
        while len(server.requests) > 1 and not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)
        await server.end(reader)

    async with served(drip) as server, pool_to(server, HASTY) as pool:
        loop = asyncio.get_running_loop()
        for least, most in ((HASTY.silence, HASTY.call), (HASTY.call, 5)):
            began = loop.time()
            with pytest.raises(TimeoutError):
                await pool.exchange(REQUEST)
            assert least <= loop.time() - began + 0.01 < most + 0.01
        await eventually(lambda: server.ended + sum(one.is_closing() for one in server.writers) >= 2)


async def test_an_answer_in_pieces_may_take_longer_than_the_longest_silence():
    async def halves(server, reader, writer):
        await server.request(reader)
        for piece in (b"HTTP/1.1 200 OK\r\n", b"Content-Length: 4\r\n\r\n", b"do", b"ne"):
            writer.write(piece)
            await asyncio.sleep(0.2)
        await server.end(reader)

    limits = Limits(connect=5, silence=0.5, call=5, idle=60, lookup=300, connections=3, answer=1000)
    async with served(halves) as server, pool_to(server, limits) as pool:
        assert await pool.exchange(REQUEST) == (200, b"done")


async def test_a_call_that_waits_for_news_may_be_silent_for_longer_and_no_other_call_is():
    """A long poll: Telegram says nothing until there is an update, and a send beside it is over long before."""
    news = asyncio.Event()

    async def holding(server, reader, writer):
        await server.request(reader)
        if server.connections == 1:
            await news.wait()
            writer.write(http(b"news"))
        await server.end(reader)

    async with served(holding) as server, pool_to(server, HASTY) as pool:
        loop = asyncio.get_running_loop()
        poll = asyncio.create_task(pool.exchange(REQUEST, silence=30.0))
        await eventually(lambda: len(server.requests) == 1)
        for _ in range(3):
            began = loop.time()
            with pytest.raises(TimeoutError):
                await pool.exchange(REQUEST)
            assert HASTY.silence <= loop.time() - began + 0.01 < 5
        assert not poll.done()
        news.set()
        assert await poll == (200, b"news")


async def test_a_call_that_is_given_less_time_ends_sooner_than_one_that_began_before():
    async def never(server, reader, writer):
        await server.request(reader)
        await server.end(reader)

    async with served(never) as server, pool_to(server) as pool:
        patient = asyncio.create_task(pool.exchange(REQUEST))
        await eventually(lambda: len(server.requests) == 1)
        async with asyncio.timeout(PATIENT.silence / 2):
            with pytest.raises(TimeoutError):
                await pool.exchange(REQUEST, silence=0.1)
        assert not patient.done()
        patient.cancel()


async def test_closing_ends_every_call_and_every_connection():
    async def never(server, reader, writer):
        await server.request(reader)
        await server.end(reader)

    async with served(never) as server, pool_to(server) as pool:
        calls = [asyncio.create_task(pool.exchange(REQUEST)) for _ in range(5)]
        await eventually(lambda: len(server.requests) == 3)
        await pool.close()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(one) for one in ended[:3]] == [ConnectionAbortedError] * 3
        assert [type(one) for one in ended[3:]] == [NotConnected] * 2
        with pytest.raises(NotConnected):
            await pool.exchange(REQUEST)
        await eventually(lambda: server.ended == 3)


# Names and addresses


@asynccontextmanager
async def resolving(monkeypatch, *answers: list[str]) -> AsyncIterator[list[str]]:
    """Let the name have these addresses: the first time the first, and so on; the last for ever."""
    loop = asyncio.get_running_loop()
    look_up, asked = loop.getaddrinfo, []

    async def getaddrinfo(host, port, **options):
        if host != NAME:  # uvloop asks for addresses too
            return await look_up(host, port, **options)
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [one for address in found for one in await look_up(address, port, **options)]

    with monkeypatch.context() as patch:
        patch.setattr(loop, "getaddrinfo", getaddrinfo)
        yield asked


async def test_the_next_address_is_tried_when_the_first_does_not_answer(monkeypatch):
    async with (
        served(obliging) as server,
        pool_to(server, host=NAME) as pool,
        resolving(monkeypatch, ["127.0.0.9", "127.0.0.1"]) as asked,
    ):
        assert await pool.exchange(REQUEST) == (200, b"1")
        assert asked == [NAME]


async def test_many_first_calls_ask_for_the_name_once(monkeypatch):
    async with (
        served(obliging) as server,
        pool_to(server, host=NAME) as pool,
        resolving(monkeypatch, ["127.0.0.1"]) as asked,
    ):
        await asyncio.gather(*(pool.exchange(REQUEST) for _ in range(3)))
        assert (len(asked), server.connections) == (1, 3)


async def test_a_server_that_moved_is_found_at_the_next_call(monkeypatch):
    async with (
        served(obliging) as server,
        pool_to(server, host=NAME) as pool,
        resolving(monkeypatch, ["127.0.0.9"], ["127.0.0.1"]) as asked,
    ):
        with pytest.raises(NotConnected):
            await pool.exchange(REQUEST)
        assert await pool.exchange(REQUEST) == (200, b"1")
        assert len(asked) == 2


@pytest.mark.parametrize(
    ("url", "origin", "line", "host"),
    [
        ("https://api.telegram.org/bot1:a/x", ("https", "api.telegram.org", 443), "/bot1:a/x", "api.telegram.org"),
        ("http://[::1]:8081/bot1:a/x", ("http", "::1", 8081), "/bot1:a/x", "[::1]:8081"),
        ("http://here:80/bot1:a/test/x?y=1", ("http", "here", 80), "/bot1:a/test/x?y=1", "here"),
    ],
)
def test_a_request_names_its_server(url, origin, line, host):
    target = target_of(URL(url, encoded=True))
    assert target is not None
    assert target.origin == origin
    assert target.head.startswith(f"POST {line} HTTP/1.1\r\nHost: {host}\r\n".encode())
    assert target.head.endswith(b"\r\nContent-Length: ")


@pytest.mark.parametrize(
    "url",
    [
        "http://user:word@here/x",
        "http://here/x\r\nX-Evil: 1",
        "http://here/a b",
        "http://hier.straße/x",
        "ftp://here/x",
        "http:///x",
        "/x",
    ],
)
def test_what_is_no_plain_address_is_left_to_aiohttp(url):
    assert target_of(URL(url, encoded=True)) is None


# TLS


@pytest.fixture
def authority(tmp_path, monkeypatch) -> trustme.CA:
    """An authority that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


def tls_of(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_a_server_that_shows_who_it_is_is_spoken_to(authority):
    tls = tls_of(authority, "localhost")
    async with served(obliging, ssl=tls) as server, pool_to(server, scheme="https", host="localhost") as pool:
        assert [await pool.exchange(REQUEST) for _ in range(2)] == [(200, b"1"), (200, b"2")]
        assert server.connections == 1


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_server_that_may_be_another_is_told_nothing(authority, is_known):
    by = authority if is_known else trustme.CA()
    tls = tls_of(by, "api.example" if is_known else "localhost")
    async with served(obliging, ssl=tls) as server, pool_to(server, scheme="https", host="localhost") as pool:
        with pytest.raises(NotConnected) as raised:
            await pool.exchange(REQUEST)
        assert isinstance(raised.value.reason, ssl.SSLCertVerificationError)
        assert server.requests == []


async def test_a_secure_connection_that_breaks_may_have_carried_the_request(authority):
    async def half(server, reader, writer):
        await server.request(reader)
        writer.write(http(b"done")[:-1])

    async with served(half, ssl=tls_of(authority, "localhost")) as server:
        async with pool_to(server, scheme="https", host="localhost") as pool:
            with pytest.raises(OSError):
                await pool.exchange(REQUEST)
        assert len(server.requests) == 1


async def test_a_server_that_never_finishes_the_handshake_is_given_up(authority):
    async def silent(server, reader, writer):
        await reader.read(1)
        await asyncio.sleep(5)

    limits = Limits(connect=0.3, silence=5, call=5, idle=60, lookup=300, connections=3, answer=1000)
    async with served(silent) as server, pool_to(server, limits, scheme="https") as pool:
        with pytest.raises(NotConnected):
            await pool.exchange(REQUEST)


# A server that others wrote, and a machine without the parser


async def test_an_ordinary_web_server_is_understood(unused_tcp_port):
    async def echo(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if request.path == "/pieces":
            response = web.StreamResponse()
            await response.prepare(request)
            for start in range(0, len(body), 7):
                await response.write(body[start : start + 7])
            return response
        return web.Response(status=int(request.path[1:]), body=body)

    app = web.Application()
    app.router.add_post("/{what}", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
    server = Server()
    server.port = unused_tcp_port
    try:
        async with pool_to(server) as pool:
            for path, status in (("200", 200), ("429", 429), ("pieces", 200), ("502", 502)):
                target = target_of(URL(f"http://127.0.0.1:{unused_tcp_port}/{path}"))
                assert target is not None
                body = f"the answer to {path} ".encode() * 20
                assert await pool.exchange(target.head + b"%d\r\n\r\n" % len(body) + body) == (status, body)
    finally:
        await runner.cleanup()


def test_without_the_parser_everything_goes_over_aiohttp():
    program = """
import asyncio, sys
sys.modules["httptools"] = None
from aiohttp import web
from bot.telegram_edge.botapi import transport
from bot.telegram_edge.botapi.prepared import prepare, tail

async def answer(request):
    return web.json_response({"ok": True, "result": {"message_id": (await request.json())["chat_id"]}})

async def main():
    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with transport.HttpTransport() as wire:
        reply = await wire.call(prepare(f"http://127.0.0.1:{port}/x", {"a": 1}), tail(7))
        print(transport.http_pool, reply.message_id)
    await runner.cleanup()

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ("None 7\n", 0), done.stderr
