"""The wire, against the sandbox's Bot API and, where bytes matter, against bare sockets."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st
from press_room import eventually
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import Application, ApplicationBuilder, MessageHandler

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.faults import CutAfter, CutBefore, Held, Page, Refuse, Slow, Stall, Throttle
from bot.sandbox.world.world import World
from bot.telegram_edge.botapi.prepared import Upload, dumps, prepare, read_reply, tail
from bot.telegram_edge.botapi.proxies import proxies, proxy_for
from bot.telegram_edge.botapi.transport import (
    KEEP_ALIVE,
    HttpTransport,
    MayHaveArrived,
    NeverSent,
    NoAnswer,
    Refused,
    Timeouts,
)

TOKEN = "1234567:transport-secret-token"
ANNA = 7001
HASTY = Timeouts(connect=0.3, answer=0.2, transfer=0.3)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000280000001e0802000000"
    + "00000000"  # enough of a picture for its size to be read
)


@pytest.fixture
def world() -> World:
    world = World(token=TOKEN)
    world.add_person("Anna", id=ANNA, has_started=True)
    return world


@pytest.fixture
async def server(world) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(world) as server:
        yield server


@pytest.fixture(params=["on our connections", "over aiohttp"])
def way(request, monkeypatch) -> str:
    """How prepared calls go out; over aiohttp where there is no httptools."""
    if request.param == "over aiohttp":
        monkeypatch.setattr("bot.telegram_edge.botapi.transport.http_pool", None)
    return str(request.param)


@pytest.fixture
async def transport(way) -> AsyncIterator[HttpTransport]:
    async with HttpTransport(HASTY) as transport:
        yield transport


@pytest.fixture
async def bot(server) -> AsyncIterator[telegram.Bot]:
    async with HttpTransport(HASTY) as wire:
        yield telegram.Bot(TOKEN, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot", request=wire)


def method(server: SandboxServer, name: str) -> str:
    return f"{server.url}/bot{TOKEN}/{name}"


def saying(server: SandboxServer, text: str):
    return prepare(method(server, "sendMessage"), {"text": text})


@asynccontextmanager
async def bare_server(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """Serve every connection with `answer`, and close it then."""

    async def serve(reader, writer):
        try:
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/bot{TOKEN}/sendMessage"
    finally:
        listener.close()


async def request_of(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return head + await reader.readexactly(length)


def http(payload: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(payload), payload)


# The library's calls


async def test_the_librarys_own_calls_go_through(bot, world):
    sent = await bot.send_message(ANNA, "Grüße <b>🌍", reply_markup=telegram.ForceReply())
    assert sent.text == "Grüße <b>🌍"
    assert (await bot.get_me()).username == "newsbot_sandbox_bot"
    assert [message["text"] for message in world.messages(ANNA)] == ["Grüße <b>🌍"]


async def test_files_go_up_and_come_down(bot, world):
    content = bytes(range(256)) * 300
    sent = await bot.send_document(ANNA, io.BytesIO(content), filename="names.txt", caption="all of it")
    assert (sent.document.file_name, sent.document.file_size, sent.caption) == ("names.txt", len(content), "all of it")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == content


async def test_an_application_polls_and_answers(server, world):
    transport = HttpTransport()
    application: Application = (
        ApplicationBuilder()
        .token(TOKEN)
        .base_url(f"{server.url}/bot")
        .request(transport)
        .get_updates_request(transport)
        .build()
    )
    answered = asyncio.Event()

    async def echo(update, context):
        await update.effective_message.reply_text(f"You said {update.effective_message.text}")
        answered.set()

    application.add_handler(MessageHandler(None, echo))
    async with application:
        await application.start()
        await application.updater.start_polling(timeout=5)
        world.say(ANNA, ANNA, "hello")
        await asyncio.wait_for(answered.wait(), 30)
        await application.updater.stop()
        await application.stop()
    assert world.messages(ANNA)[-1]["text"] == "You said hello"


async def test_a_long_poll_waits_longer_than_any_other_answer(bot, world):
    patience = HASTY.answer * 2
    assert await bot.get_updates(timeout=0) == ()
    world.faults.add(Slow(patience), method="getUpdates", times=1)
    assert await bot.get_updates(timeout=1) == ()
    world.faults.add(Slow(patience), method="getMe", times=1)
    with pytest.raises(TimedOut):
        await bot.get_me()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Refuse(403, "Forbidden: bot was blocked by the user"), Forbidden),
        (Refuse(400, "Bad Request: chat not found"), BadRequest),
        (Refuse(400, "Bad Request: upgraded", {"migrate_to_chat_id": -1001}), ChatMigrated),
        (Refuse(401, "Unauthorized"), InvalidToken),
        (Throttle(3), RetryAfter),
        (Throttle(3, tells=False), Refused),
        (Refuse(413, "Request Entity Too Large"), Refused),
        (Refuse(500, "Internal Server Error"), Refused),
        (Page(), Refused),
        (Page(403, "<h1>blocked by your provider</h1>"), Refused),
        (Page(200, "<h1>please log in</h1>"), MayHaveArrived),
        (Page(200, "[]"), MayHaveArrived),
        (Page(200, '{"status": "please log in"}'), MayHaveArrived),
        (Page(200, '{"ok": false, "description": "Bad Request: something"}'), MayHaveArrived),
        (Page(200, '{"ok":true,"result":'), MayHaveArrived),
        (CutBefore(), MayHaveArrived),
        (CutAfter(), MayHaveArrived),
        (Stall(0.4), NoAnswer),
    ],
)
async def test_every_trouble_is_an_error_of_the_librarys_kind(bot, world, fault, error):
    world.faults.add(fault, times=1)
    with pytest.raises(error) as raised:
        await bot.send_message(ANNA, "hello")
    assert isinstance(raised.value, TelegramError)


# Never sent, or perhaps arrived


async def test_a_refused_connection_was_never_sent(transport, unused_tcp_port):
    with pytest.raises(NeverSent, match=r"refused|failed"):
        await transport.call(prepare(f"http://127.0.0.1:{unused_tcp_port}/bot{TOKEN}/x", {"text": "a"}), tail(ANNA))


async def test_a_name_that_does_not_resolve_was_never_sent(transport):
    with pytest.raises(NeverSent):
        await transport.call(prepare(f"http://nowhere.invalid/bot{TOKEN}/x", {"text": "a"}), tail(ANNA))


async def test_a_server_that_does_not_speak_tls_was_never_sent_anything(transport):
    async def hang_up(reader, writer):
        await reader.read(1)

    async with bare_server(hang_up) as url:
        with pytest.raises(NeverSent):
            await transport.call(prepare(url.replace("http:", "https:"), {"text": "a"}), tail(ANNA))


async def test_waiting_in_vain_for_a_free_connection_was_never_sent(server, world, way):
    async with HttpTransport(Timeouts(connect=0.3, answer=30), connections=1) as transport:
        given_up = asyncio.Event()
        world.faults.add(Held(given_up), times=1)
        first = asyncio.ensure_future(transport.call(saying(server, "first"), tail(ANNA)))
        await eventually(lambda: world.faults.happened)
        with pytest.raises(NeverSent):
            await transport.call(saying(server, "second"), tail(ANNA))
        given_up.set()
        assert (await first).ok
    assert [message["text"] for message in world.messages(ANNA)] == ["first"]


async def test_a_connection_cut_before_acceptance_may_have_arrived_for_all_we_know(server, world, transport):
    world.faults.add(CutBefore(), times=1)
    with pytest.raises(MayHaveArrived):
        await transport.call(saying(server, "hello"), tail(ANNA))
    assert world.messages(ANNA) == []


@pytest.mark.parametrize("fault", [CutAfter(), Stall(0.4, accepted=True)])
async def test_an_answer_lost_after_acceptance_is_never_repeated_by_itself(server, world, transport, fault):
    assert (await transport.call(saying(server, "warm"), tail(ANNA))).ok
    world.faults.add(fault, times=1)
    with pytest.raises(MayHaveArrived):
        await transport.call(saying(server, "hello"), tail(ANNA))
    assert [message["text"] for message in world.messages(ANNA)] == ["warm", "hello"]


async def test_calls_share_a_connection_as_long_as_the_server_keeps_it(transport):
    connections = 0

    async def patient(reader, writer):
        nonlocal connections
        connections += 1
        for answer in range(1, 4):
            await request_of(reader)
            writer.write(http(b'{"ok":true,"result":{"message_id":%d}}' % answer))

    async with bare_server(patient) as url:
        prepared = prepare(url, {"text": "hello"})
        assert [(await transport.call(prepared, tail(ANNA))).message_id for _ in range(3)] == [1, 2, 3]
    assert connections == 1


async def test_a_name_is_not_looked_up_anew_for_every_connection(transport, monkeypatch):
    looked_up: list[str] = []
    loop = asyncio.get_running_loop()
    look_up = loop.getaddrinfo

    async def noted(host, *args, **kwargs):
        looked_up.append(host)
        return await look_up(host, *args, **kwargs)

    async def once(reader, writer):
        await request_of(reader)
        writer.write(http(b'{"ok":true,"result":{"message_id":1}}', "200 OK\r\nConnection: close"))

    monkeypatch.setattr(loop, "getaddrinfo", noted)
    async with bare_server(once) as url:
        prepared = prepare(url.replace("127.0.0.1", "localhost"), {"text": "hello"})
        for _ in range(3):
            assert (await transport.call(prepared, tail(ANNA))).message_id == 1
    assert looked_up.count("localhost") == 1


async def test_a_connection_the_server_closed_while_it_was_idle_does_not_send_twice(transport):
    """The first connection answers once and is closed as soon as the second request has come in on it."""
    seen: list[bytes] = []

    async def once(reader, writer):
        seen.append(await request_of(reader))
        writer.write(http(b'{"ok":true,"result":{"message_id":1}}'))
        seen.append(await request_of(reader))

    async with bare_server(once) as url:
        prepared = prepare(url, {"text": "hello"})
        assert (await transport.call(prepared, tail(1))).message_id == 1
        with pytest.raises(MayHaveArrived):
            await transport.call(prepared, tail(2))
    assert len(seen) == 2


async def test_an_answer_cut_in_its_middle_may_have_arrived(transport):
    async def half(reader, writer):
        await request_of(reader)
        writer.write(http(b'{"ok":true,"result":{"message_id":1}}')[:-9])

    async with bare_server(half) as url:
        with pytest.raises(MayHaveArrived):
            await transport.call(prepare(url, {"text": "hello"}), tail(ANNA))


async def test_an_answer_that_never_ends_may_have_arrived(way):
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(HASTY.answer / 4)  # never silent for long

    async with bare_server(drip) as url, HttpTransport(HASTY) as transport:
        async with asyncio.timeout(10):
            with pytest.raises(NoAnswer):
                await transport.call(prepare(url, {"text": "hello"}), tail(ANNA))
            bot = telegram.Bot(TOKEN, base_url=url, request=transport)
            with pytest.raises(NoAnswer):
                await bot.send_message(ANNA, "hello")


async def test_who_cancels_a_call_is_not_told_that_it_took_too_long(server, world, transport):
    world.faults.add(Stall(30))
    call = asyncio.create_task(transport.call(saying(server, "hello"), tail(ANNA)))
    await eventually(lambda: world.faults.happened)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


@pytest.mark.parametrize("wait", [1e300, 10**40, -1, "7", [1], {}, True, None])
async def test_a_wait_that_is_no_number_of_seconds_is_an_error_of_the_librarys_kind(bot, world, wait):
    world.faults.add(Refuse(429, "Too Many Requests", {"retry_after": wait}))
    with pytest.raises(TelegramError):
        await bot.send_message(ANNA, "hello")


async def test_a_redirect_is_not_followed(transport):
    seen: list[bytes] = []

    async def elsewhere(reader, writer):
        seen.append(await request_of(reader))
        writer.write(b"HTTP/1.1 307 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        seen.append(await request_of(reader))

    async with bare_server(elsewhere) as url:
        reply = await transport.call(prepare(url, {"text": "hello"}), tail(ANNA))
    assert (reply.ok, reply.status) == (False, 307)
    assert len(seen) == 1


async def test_nothing_is_sent_before_it_is_started_or_after_it_is_stopped(server, world, way):
    transport = HttpTransport()
    with pytest.raises(NeverSent):
        await transport.call(saying(server, "early"), tail(ANNA))
    async with transport:
        await transport.initialize()
        assert (await transport.call(saying(server, "in time"), tail(ANNA))).ok
    await transport.shutdown()
    with pytest.raises(NeverSent):
        await transport.call(saying(server, "late"), tail(ANNA))
    assert len(world.messages(ANNA)) == 1


# Prepared bodies


async def test_only_the_tail_of_a_prepared_body_varies(server, world, transport):
    forum = world.add_chat("supergroup", "Desk", is_forum=True, threads={5: "News"}, bot_status="member")
    prepared = saying(server, 'Say "hello"\n🌍')
    await transport.call(prepared, tail(ANNA))
    await transport.call(prepared, tail(ANNA, silent=True, paid=True))
    await transport.call(prepared, tail(forum.id, thread=5))
    plain, urgent, threaded = (call.params for call in world.ledger)
    assert plain == {"chat_id": ANNA, "text": 'Say "hello"\n🌍'}
    assert urgent == plain | {"disable_notification": True, "allow_paid_broadcast": True}
    assert threaded["message_thread_id"] == 5


async def test_an_upload_is_waited_for_longer_than_a_text(server, world, way):
    world.faults.add(Slow(0.6))
    async with HttpTransport(Timeouts(connect=5, answer=0.2, transfer=10)) as transport:
        with pytest.raises(NoAnswer):
            await transport.call(saying(server, "hello"), tail(ANNA))
        upload = Upload(prepare(method(server, "sendPhoto"), {"caption": "look"}).url, {"caption": "look"}, PNG)
        assert (await transport.call(upload, tail(ANNA))).file_id


def test_connections_are_given_up_before_servers_close_them():
    assert KEEP_ALIVE < 75  # nginx's: https://nginx.org/en/docs/http/ngx_http_core_module.html#keepalive_timeout


async def test_a_picture_goes_up_once_and_its_largest_file_id_comes_back(server, world, transport):
    upload = Upload(
        saying(server, "").url.with_name("sendPhoto"),
        {"caption": "Grüße", "caption_entities": [{"type": "bold", "offset": 0, "length": 5}]},
        PNG,
    )
    reply = await transport.call(upload, tail(ANNA, silent=True))
    photo = world.messages(ANNA)[0]["photo"]
    assert reply.file_id == max(photo, key=lambda size: size["width"])["file_id"]
    assert world.messages(ANNA)[0]["caption_entities"] == [{"type": "bold", "offset": 0, "length": 5}]
    again = prepare(method(server, "sendPhoto"), {"photo": reply.file_id}, wants_file_id=True)
    assert (await transport.call(again, tail(ANNA))).file_id == reply.file_id


def test_user_text_that_looks_like_an_answer_is_not_read_as_one():
    trap = '{"ok":true,"result":{"message_id":666,"photo":[{"file_id":"evil"}]}}'
    reply = read_reply(200, dumps({"ok": True, "result": {"text": trap, "message_id": 7}}))
    assert (reply.message_id, reply.file_id) == (7, None)
    assert read_reply(200, dumps({"ok": True, "result": {"text": trap, "message_id": 7}}), False).message_id == 7


@given(st.integers(1, 2**53), st.text(), st.booleans())
def test_an_answer_read_only_at_its_beginning_names_the_same_message(message_id, text, is_first):
    result = {"message_id": message_id, "text": text} if is_first else {"text": text, "message_id": message_id}
    payload = dumps({"ok": True, "result": result})
    assert read_reply(200, payload, wants_file_id=False) == read_reply(200, payload, wants_file_id=True)


@pytest.mark.parametrize("number", ["9" * 40, "9223372036854775808", "-1", "1.5", "true", '"7"', "[7]", "null"])
@pytest.mark.parametrize("wants_file_id", [True, False])
def test_a_message_id_that_cannot_be_stored_is_none(number, wants_file_id):
    payload = f'{{"ok":true,"result":{{"message_id":{number},"photo":7}}}}'.encode()
    reply = read_reply(200, payload, wants_file_id)
    assert (reply.ok, reply.message_id, reply.file_id) == (True, None, None)


@pytest.mark.parametrize("photos", [7, [7], [{}], [{"width": 1, "height": 1, "file_id": 5}], "a", {"a": 1}, []])
def test_a_picture_nobody_could_send_again_has_no_file_id(photos):
    reply = read_reply(200, dumps({"ok": True, "result": {"message_id": 7, "photo": photos}}))
    assert (reply.message_id, reply.file_id) == (7, None)


@pytest.mark.parametrize("payload", [b"", b"<html>", b"null", b"[]", b'"ok"', b"\xff\xfe", b'{"ok":"yes"}'])
def test_what_is_no_answer_of_the_bot_api_is_not_ok(payload):
    reply = read_reply(200, payload)
    assert (reply.ok, reply.description, reply.parameters) == (False, "", {})


# Secrets, proxies


@pytest.mark.parametrize("fault", [CutAfter(), Stall(0.4), Page(), Page(200, "<html>")])
async def test_no_error_and_no_log_line_shows_the_token(bot, world, caplog, fault):
    caplog.set_level(logging.INFO)
    world.faults.add(fault, times=1)
    with pytest.raises(TelegramError) as raised:
        await bot.send_message(ANNA, "hello")
    assert TOKEN not in "".join(traceback.format_exception(raised.value))
    assert TOKEN not in caplog.text


async def test_a_connection_that_breaks_under_a_request_does_not_show_the_token(transport):
    async def once(reader, writer):
        await request_of(reader)
        writer.write(http(b'{"ok":true,"result":{"message_id":1}}'))

    async with bare_server(once) as url:
        prepared = prepare(url, {"text": "hello"})
        assert (await transport.call(prepared, tail(1))).ok
        with pytest.raises(MayHaveArrived, match=r"^(ClientOSError|ConnectionResetError)$") as raised:
            await transport.call(prepared, tail(2))
    assert TOKEN not in "".join(traceback.format_exception(raised.value))


async def test_a_wrong_address_does_not_show_the_token(transport):
    for url in (f"ftp://127.0.0.1/bot{TOKEN}/x", f"http:///bot{TOKEN}/x"):
        with pytest.raises(NeverSent) as raised:
            await transport.call(prepare(url, {"text": "a"}), tail(ANNA))
        assert TOKEN not in "".join(traceback.format_exception(raised.value))
    assert TOKEN not in repr(prepare(f"http://127.0.0.1/bot{TOKEN}/x", {"text": "a"}))


@pytest.mark.parametrize("scheme", ["http://", ""])
async def test_proxies_of_the_environment_are_honoured(monkeypatch, scheme, way):
    asked: list[bytes] = []

    async def proxy(reader, writer):
        asked.append(await request_of(reader))
        writer.write(http(b'{"ok":true,"result":{"message_id":3}}'))

    async with bare_server(proxy) as url:
        monkeypatch.setenv("http_proxy", url.partition("/bot")[0].replace("http://", scheme))
        monkeypatch.setenv("no_proxy", "news.example")
        async with HttpTransport(HASTY) as transport:
            reply = await transport.call(prepare(f"http://telegram.example/bot{TOKEN}/x", {"text": "a"}), tail(ANNA))
            with pytest.raises(NetworkError):
                await transport.call(prepare(f"http://news.example/bot{TOKEN}/x", {"text": "a"}), tail(ANNA))
    assert reply.message_id == 3
    assert asked[0].startswith(f"POST http://telegram.example/bot{TOKEN}/x HTTP/1.1".encode())
    assert len(asked) == 1


async def test_a_proxy_for_everything_is_taken_where_none_is_named_for_the_scheme(monkeypatch):
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("all_proxy", "proxy.example:3128")
    assert proxy_for("https://api.telegram.org/bot1:a/getMe", proxies()) == "http://proxy.example:3128"
    monkeypatch.setenv("https_proxy", "http://other.example:3128")
    assert proxy_for("https://api.telegram.org/bot1:a/getMe", proxies()) == "http://other.example:3128"
    assert proxy_for("http://127.0.0.1:8081/bot1:a/getMe", proxies()) is None


async def test_this_machine_is_never_reached_through_a_proxy(server, world, monkeypatch, unused_tcp_port, way):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    async with HttpTransport(HASTY) as transport:
        assert (await transport.call(saying(server, "hello"), tail(ANNA))).ok


async def test_a_download_beyond_all_limits_is_given_up():
    async def flood(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(b"x" * 5000))

    async with bare_server(flood) as url, HttpTransport(HASTY, answer_bytes=1000) as transport:
        with pytest.raises(MayHaveArrived, match="larger than 1,000 bytes"):
            await transport.retrieve(url)


async def test_an_answer_of_no_told_length_is_read_up_to_a_limit():
    answer = b'{"ok":true,"result":{"message_id":1}}'

    async def grow(reader, writer):
        await request_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + answer)

    async with bare_server(grow) as url, HttpTransport(HASTY, answer_bytes=1000) as transport:
        prepared = prepare(url, {"text": "hello"})
        assert (await transport.call(prepared, tail(ANNA))).message_id == 1
        answer = answer.ljust(5000)
        with pytest.raises(MayHaveArrived, match="larger than 1,000 bytes"):
            await transport.call(prepared, tail(ANNA))


def test_aiohttp_repeats_only_what_may_be_repeated():
    assert "POST" not in aiohttp.client.IDEMPOTENT_METHODS
