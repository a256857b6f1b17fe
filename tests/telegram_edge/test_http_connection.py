"""An answer's bytes, however they come: cut anywhere, cut off, too many, or no HTTP at all."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram_edge.botapi.http_call import BadAnswer
from bot.telegram_edge.botapi.http_connection import MAX_FRAME_BYTES, HttpConnection

REQUEST = b"POST /bot1:a/x HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}"


def http(payload: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(payload)}\r\n\r\n".encode() + payload


class Wire(asyncio.Transport):
    """Where a connection writes to when there is no socket below it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_cut = False

    def write(self, data: object) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.is_cut = True


def connected(limit: int = 1_000_000) -> tuple[HttpConnection, Wire]:
    connection, wire = HttpConnection(asyncio.get_running_loop(), limit, lambda _: None), Wire()
    connection.connection_made(wire)
    return connection, wire


@st.composite
def framed(draw: st.DrawFn, *, is_last: bool = False) -> tuple[int, bytes, bytes]:
    """A status, a body, and the bytes with which a server may say both."""
    status = draw(st.sampled_from([200, 400, 403, 429, 500, 502]))
    body = draw(st.binary(max_size=300))
    head = f"HTTP/1.1 {status} {draw(st.sampled_from(['OK', '', 'Too Many']))}\r\n".encode()
    for name in draw(st.lists(st.sampled_from(["Server", "Date", "X-Empty", "Strict-Transport-Security"]), max_size=3)):
        value = draw(st.text('abc;=" ,', max_size=20))
        head += f"{name}: {value}\r\n".encode()
    match draw(st.sampled_from(["length", "chunks", "gzip", *(["close"] if is_last else [])])):
        case "length":
            raw = head + b"content-LENGTH: %d\r\n\r\n" % len(body) + body
        case "gzip":
            packed = draw(st.sampled_from([gzip.compress, zlib.compress]))(body)
            raw = head + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed
        case "close":
            raw = head + b"\r\n" + body
        case _:
            raw, rest = head + b"Transfer-Encoding: chunked\r\n\r\n", body
            while rest:
                size = draw(st.integers(1, len(rest)))
                raw += b"%x\r\n%b\r\n" % (size, rest[:size])
                rest = rest[size:]
            raw += b"0\r\n" + draw(st.sampled_from([b"", b"X-After: 1\r\n"])) + b"\r\n"
    if draw(st.booleans()):
        raw = b"HTTP/1.1 100 Continue\r\n\r\n" + raw
    return status, body, raw


def cut(data: st.DataObject, raw: bytes) -> list[bytes]:
    places = sorted(data.draw(st.sets(st.integers(1, max(1, len(raw) - 1)), max_size=12)))
    return [raw[one:other] for one, other in zip([0, *places], [*places, len(raw)], strict=True) if raw[one:other]]


@given(st.data())
def test_answers_on_one_connection_are_read_alike_however_they_are_cut(data):
    async def read() -> None:
        connection, wire = connected()
        for number in range(many := data.draw(st.integers(1, 3))):
            status, body, raw = data.draw(framed(is_last=number == many - 1))
            waiting = connection.ask(REQUEST)
            for piece in cut(data, raw):
                connection.data_received(piece)
            if waiting.done():
                assert connection.is_open and not wire.is_cut
            else:  # its end is the connection's
                connection.eof_received()
                connection.connection_lost(None)
            assert await waiting == (status, body)

    asyncio.run(read())


@given(st.data())
def test_an_answer_that_is_cut_off_is_no_answer(data):
    async def read() -> None:
        connection, _ = connected()
        _, _, raw = data.draw(framed())
        waiting = connection.ask(REQUEST)
        for piece in cut(data, raw[: data.draw(st.integers(0, len(raw) - 1))]):
            connection.data_received(piece)
        connection.connection_lost(None)
        with pytest.raises((OSError, BadAnswer)):
            await waiting

    asyncio.run(read())


@given(st.lists(st.binary(min_size=1, max_size=80) | st.sampled_from([b"HTTP/1.1 ", b"200 OK\r\n", b"\r\n", b"5\r\n"])))
def test_whatever_comes_is_an_answer_or_an_error_and_never_breaks_the_loop(pieces):
    async def read() -> None:
        connection, _ = connected(limit=500)
        waiting = connection.ask(REQUEST)
        for piece in pieces:
            connection.data_received(piece)
        connection.connection_lost(None)
        with contextlib.suppress(OSError, BadAnswer):
            status, body = await waiting
            assert 200 <= status <= 999 and len(body) <= 500
        assert not connection.is_open

    asyncio.run(read())


@pytest.mark.parametrize(
    "raw",
    [
        http(b"x" * 1001),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n",
        http(gzip.compress(b"x" * 100_000), more="Content-Encoding: gzip\r\n"),
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * (MAX_FRAME_BYTES + 1),
        b"HTTP/1.1 200 OK\r\n" + b"X-Many: 1\r\n" * MAX_FRAME_BYTES,
    ],
    ids=["length", "chunks", "packed", "a long header", "many headers"],
)
async def test_an_answer_larger_than_the_limit_is_given_up_at_once(raw):
    connection, wire = connected(limit=1000)
    waiting = connection.ask(REQUEST)
    for start in range(0, len(raw), 1000):
        connection.data_received(raw[start : start + 1000])
    with pytest.raises(BadAnswer, match=r"larger than 1,000 bytes|around the answer"):
        await waiting
    assert wire.is_cut


@pytest.mark.parametrize(
    "raw", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nabc", b"\0" * 40]
)
async def test_what_is_no_answer_of_http_is_given_up_at_once(raw):
    connection, _ = connected()
    waiting = connection.ask(REQUEST)
    connection.data_received(raw)
    if not waiting.done():
        connection.connection_lost(None)
    with pytest.raises((BadAnswer, OSError)):
        await waiting


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!", b"!"])
@pytest.mark.parametrize("is_late", [False, True])
async def test_what_nobody_asked_for_is_never_taken_for_the_next_answer(more, is_late):
    connection, wire = connected()
    waiting = connection.ask(REQUEST)
    connection.data_received(http(b"mine") if is_late else http(b"mine") + more)
    if is_late:
        connection.data_received(more)
    assert await waiting == (200, b"mine")
    assert wire.is_cut and not connection.is_open
