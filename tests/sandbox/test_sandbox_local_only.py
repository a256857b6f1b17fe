"""
The sandbox as other web sites and other programs of this machine try it.

A page that is open in the same browser can post to 127.0.0.1 without reading the answer, and a name of its owner's that
is pointed at 127.0.0.1 after the page was loaded lets it read as well ("DNS rebinding"). Browsers then send an Origin,
a Sec-Fetch-Site or a foreign Host; programs name the address they connect to and send none of the first two.
Sources: https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from sandbox_clock import TOKEN

from bot.domain.limits import DOWNLOAD_BYTES
from bot.sandbox.bot_api.local_only import port_here
from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.bot_api.url_fetch import FAILED
from bot.sandbox.page.page import LARGEST_WISH, add_page
from bot.sandbox.world.world import World

ROUTES = (
    "/",
    "/page/state",
    "/page/static/app.js",
    "/page/events",
    f"/bot{TOKEN}/sendMessage?chat_id=7001&text=hello",
    f"/bot{TOKEN}/getUpdates",
    f"/bot{TOKEN}/setWebhook?url=http://127.0.0.1:1/",
    f"/file/bot{TOKEN}/photos/file_1.png",
    "/no/such/route",
)


@pytest.fixture
async def server(world: World) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(world, mount=add_page) as server:
        yield server


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


def port_of(server: SandboxServer) -> int:
    return int(server.url.rpartition(":")[2])


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "localhost.evil.example:{port}",
        "localhost:{port}@evil.example",
        "localhost.:{port}",
        "127.0.0.1.:{port}",
        "127.1:{port}",
        "2130706433:{port}",
        "0.0.0.0:{port}",
        "192.168.1.1:{port}",
        "[::1]evil:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:{port}0",
        "127.0.0.1:{port},evil.example",
    ],
)
async def test_a_name_that_is_not_this_machines_is_turned_away_on_every_route(
    world: World, anna: int, server: SandboxServer, client: aiohttp.ClientSession, host: str
) -> None:
    headers = {"Host": host.format(port=port_of(server))}
    for method, route in itertools.product(("GET", "POST"), ROUTES):
        async with client.request(method, server.url + route, headers=headers) as answer:
            assert answer.status == 403
    assert len(world.ledger) == 0 and not world.webhook.url


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Content-Type": "text/plain"},
        {"Origin": "null", "Content-Type": "application/x-www-form-urlencoded"},
        {"Origin": "http://127.0.0.1.evil.example:{port}"},
        {"Origin": "http://127.0.0.1:{port}.evil.example"},
        {"Origin": "http://127.0.0.1:{port}@evil.example"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        {"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
)
async def test_a_page_of_another_site_reaches_no_route(
    world: World,
    anna: int,
    server: SandboxServer,
    client: aiohttp.ClientSession,
    headers: dict[str, str],
) -> None:
    given = {name: value.format(port=port_of(server)) for name, value in headers.items()}
    for method, route in itertools.product(("GET", "POST", "OPTIONS"), ROUTES):
        async with client.request(method, server.url + route, headers=given) as answer:
            assert answer.status == 403
            assert "Access-Control-Allow-Origin" not in answer.headers
    assert len(world.ledger) == 0 and not world.webhook.url


async def test_a_link_to_the_chat_page_may_be_followed_from_anywhere_and_to_nothing_else(
    world: World, server: SandboxServer, client: aiohttp.ClientSession
) -> None:
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    for route in ROUTES:
        async with client.get(server.url + route, headers=followed) as answer:
            assert answer.status == (200 if route == "/" else 403)
    async with client.post(server.url + "/", headers=followed) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
async def test_programs_of_this_machine_call_as_ever(
    world: World, anna: int, server: SandboxServer, client: aiohttp.ClientSession, host: str
) -> None:
    headers = {"Host": host.format(port=port_of(server)), "User-Agent": "curl/8.5.0", "Accept": "*/*"}
    url = f"{server.url}/bot{TOKEN}/sendMessage"
    for asked in (
        client.get(url, params={"chat_id": anna, "text": "hello"}, headers=headers),
        client.post(url, data={"chat_id": anna, "text": "hello"}, headers=headers),
        client.post(url, json={"chat_id": anna, "text": "hello"}, headers=headers),
    ):
        async with asked as answer:
            assert answer.status == 200
    assert len(world.ledger.sent_to(anna)) == 3


async def test_curl_calls_as_ever(world: World, anna: int, server: SandboxServer) -> None:
    """These are the bytes that curl 8.5 sends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
    body = f"chat_id={anna}&text=hello"
    head = (
        f"POST /bot{TOKEN}/sendMessage HTTP/1.1",
        f"Host: 127.0.0.1:{port_of(server)}",
        "User-Agent: curl/8.5.0",
        "Accept: */*",
        f"Content-Length: {len(body)}",
        "Content-Type: application/x-www-form-urlencoded",
    )
    writer.write("\r\n".join((*head, "", body)).encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_no_host_and_two_hosts_are_no_host_of_ours(world: World, server: SandboxServer) -> None:
    ours = f"Host: 127.0.0.1:{port_of(server)}\r\n"
    for hosts in ("", ours + "Host: evil.example\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
        writer.write(f"GET /bot{TOKEN}/getMe HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode())
        status = (await reader.readline()).split()[1]
        assert status in (b"400", b"403")
        writer.close()


@given(st.text("127.0.1localhost:@/\\#?[]evil\u3002%", max_size=30))
def test_only_an_address_that_leads_here_by_itself_is_here(rest: str) -> None:
    for url in (f"http://127.0.0.1{rest}", f"http://localhost{rest}", f"http://{rest}"):
        if port_here(url) is not None:
            authority = url.removeprefix("http://").replace("?", "/").replace("#", "/").partition("/")[0]
            host, colon, port = authority.rpartition(":")
            host = host if colon and "]" not in port else authority
            assert host.lower() in ("localhost", "[::1]") or host.startswith("127.")
            assert set(host.lower()) <= set("localhost[:]0123456789.")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1.evil.example/a",
        "http://localhost:8081@evil.example/a",
        "http://evil.example\\@127.0.0.1/a",
        "http://user@127.0.0.1/a",
        "http://localhost./a",
        "http://127.0.0.1./a",
        "http://0.0.0.0/a",
        "http://10.0.0.1/a",
        "http://169.254.169.254/latest",
        "http://[::ffff:10.0.0.1]/a",
        "http://127.0.0.1:x/a",
        "file:///etc/passwd",
        "//127.0.0.1/a",
        "",
    ],
)
def test_what_only_looks_like_this_machine_is_elsewhere(url: str) -> None:
    assert port_here(url) is None


def test_this_machine_is_known_with_and_without_a_port() -> None:
    assert port_here("http://127.0.0.1:8443/hook") == 8443
    assert port_here("https://localhost/hook") == 443
    assert port_here("http://[::1]/") == 80


# What the sandbox itself asks for


Answer = Callable[[web.Request], web.StreamResponse]


@asynccontextmanager
async def neighbour(answer: Answer) -> AsyncIterator[tuple[str, list[str]]]:
    """Another server on this machine: its address, and the paths it was asked for."""
    asked: list[str] = []

    async def take(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    finally:
        await runner.cleanup()


async def test_a_picture_of_this_machine_is_fetched_once(world: World, call: Any, anna: int, png: Any) -> None:
    async with neighbour(lambda _: web.Response(body=png(4, 4))) as (url, asked):
        for _ in range(2):
            assert (await call("sendPhoto", chat_id=anna, photo=f"{url}/a.png"))[0] == 200
        assert asked == ["/a.png"]


async def test_a_redirect_of_a_picture_is_not_followed(world: World, call: Any, anna: int) -> None:
    async with neighbour(lambda _: web.Response(status=302, headers={"Location": "/on"})) as (url, asked):
        status, body = await call("sendPhoto", chat_id=anna, photo=f"{url}/a.png")
        assert (status, body["description"]) == (400, f"Bad Request: {FAILED}")
        assert asked == ["/a.png"]


async def test_more_than_a_bot_may_have_is_not_taken_in(world: World, call: Any, anna: int) -> None:
    async with neighbour(lambda _: web.Response(body=b"\0" * (DOWNLOAD_BYTES + 1))) as (url, _):
        status, body = await call("sendDocument", chat_id=anna, document=f"{url}/a.bin")
    assert (status, body["description"]) == (400, f"Bad Request: {FAILED}")
    assert world.web[f"{url}/a.bin"] == FAILED


async def test_the_sandbox_does_not_ask_itself(world: World, call: Any, anna: int, server: SandboxServer) -> None:
    for host in (server.url, server.url.replace("127.0.0.1", "localhost")):
        url = f"{host}/bot{TOKEN}/sendMessage?chat_id={anna}&text=again"
        await call("sendPhoto", chat_id=anna, photo=url)
        assert url not in world.web
    assert [one.method for one in world.ledger.sent_to(anna) if one.method == "sendMessage"] == []


async def test_a_sandbox_that_people_run_fetches_nothing(world: World, call: Any, anna: int) -> None:
    world.fetches = False
    async with neighbour(lambda _: web.Response(body=b"GIF89a")) as (url, asked):
        await call("sendPhoto", chat_id=anna, photo=f"{url}/a.gif")
        assert asked == [] and world.web == {}


async def test_a_webhook_that_redirects_gets_neither_update_nor_secret_elsewhere(
    world: World, call: Any, anna: int
) -> None:
    seen = asyncio.Queue[str]()

    def redirect(request: web.Request) -> web.Response:
        seen.put_nowait(request.path)
        return web.Response(status=307, headers={"Location": "/stolen"})

    async with neighbour(redirect) as (url, asked):
        await call("setWebhook", url=f"{url}/hook", secret_token="s3cret")
        world.say(anna, anna, "knock")
        async with asyncio.timeout(30):
            await seen.get()
            await seen.get()  # it is tried again, and not where it was sent to
        assert set(asked) == {"/hook"}
        assert world.webhook.last_error is not None
        assert world.webhook.last_error[1] == "Wrong response from the webhook: 307 Temporary Redirect"


async def test_a_wish_is_short(world: World, server: SandboxServer, client: aiohttp.ClientSession) -> None:
    body = json.dumps({"person": 7001, "chat": 7001, "text": "x" * LARGEST_WISH})
    headers = {"Origin": server.url, "Content-Type": "application/json"}
    async with client.post(f"{server.url}/page/say", data=body, headers=headers) as answer:
        assert answer.status == 413
    assert world.messages(7001) == []
