"""The chat page's routes, spoken to over HTTP as a browser would, and as other web sites might try."""

from __future__ import annotations

import asyncio
import json
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import aiohttp
import pytest

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.page.page import LARGEST_UPLOAD, PAGE_OF_MESSAGES, add_page
from bot.sandbox.world.world import World

TOKEN = "7000000:chat-page-secret"
ANNA, BEN, EDITH = 7001, 7002, 7003


def png(width: int = 4, height: int = 4) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x20\x80\x80" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@dataclass
class House:
    """A sandbox with its page, the page's visitor, and the bot on the other side."""

    world: World
    server: SandboxServer
    client: aiohttp.ClientSession

    async def get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        return await self.client.get(self.server.url + path, headers=headers)

    async def post(self, act: str, body: Any, **headers: str) -> aiohttp.ClientResponse:
        headers = headers or {"Origin": self.server.url, "Sec-Fetch-Site": "same-origin"}
        return await self.client.post(f"{self.server.url}/page/{act}", json=body, headers=headers)

    async def api(self, method: str, **params: Any) -> Any:
        async with self.client.post(f"{self.server.url}/bot{TOKEN}/{method}", json=params) as answer:
            body = await answer.json()
        assert body["ok"], body
        return body["result"]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    world = World(token=TOKEN)
    world.standard_cast()
    async with SandboxServer(world, mount=add_page) as server, aiohttp.ClientSession() as client:
        yield House(world, server, client)


def chat_of(world: World, kind: str) -> int:
    return next(chat.id for chat in world.chats.values() if chat.type == kind)


async def test_the_page_allows_nothing_from_elsewhere_and_never_names_the_token(house: House) -> None:
    house.world.start(ANNA)
    answer = await house.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status == 200 and "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    state = await house.get("/page/state")
    for body in (await answer.text(), await state.text()):
        assert TOKEN not in body and "http://" not in body and "https://" not in body


async def test_every_part_of_the_page_is_served_with_its_type(house: House) -> None:
    types = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    for file in (resources.files("bot.sandbox") / "static").iterdir():
        answer = await house.get(f"/page/static/{file.name}")
        assert (answer.status, answer.content_type) == (200, types[file.name.rpartition(".")[2]]), file.name
        assert await answer.read() == file.read_bytes()


@pytest.mark.parametrize("name", ["..%2Fpage.py", "%2E%2E%2fworld.py", "nothing.js", "style.css%00.js", "page.py"])
async def test_nothing_else_is_served(house: House, name: str) -> None:
    answer = await house.client.get(f"{house.server.url}/page/static/" + name)
    assert answer.status == 404


@pytest.mark.parametrize(
    "path", ["/", "/page/state", "/page/events", "/page/messages?chat=7001", "/page/static/app.js"]
)
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1:1", "127.0.0.1.evil.example:{port}"]
)
async def test_a_name_pointed_at_this_machine_is_turned_away(house: House, path: str, host: str) -> None:
    port = house.server.url.rpartition(":")[2]
    answer = await house.get(path, Host=host.format(port=port))
    assert answer.status == 403


async def test_localhost_is_a_name_of_ours(house: House) -> None:
    port = house.server.url.rpartition(":")[2]
    assert (await house.get("/page/state", Host=f"localhost:{port}")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "{url}", "Sec-Fetch-Site": "same-site"},
        {"Origin": "https://127.0.0.1:8081", "Sec-Fetch-Site": "same-origin"},
        {"Accept": "*/*"},
    ],
)
@pytest.mark.parametrize("act", ["say", "upload", "block"])
async def test_another_site_cannot_act_here(house: House, act: str, headers: dict[str, str]) -> None:
    given = {name: value.format(url=house.server.url) for name, value in headers.items()}
    answer = await house.post(act, {"person": ANNA, "chat": ANNA, "text": "/stop"}, **given)
    assert answer.status == 403
    assert house.world.messages(ANNA) == [] and not house.world.people[ANNA].has_blocked


async def test_a_form_is_not_mistaken_for_a_wish(house: House) -> None:
    body = json.dumps({"person": ANNA, "chat": ANNA, "text": "/stop"})
    headers = {"Origin": house.server.url, "Content-Type": "text/plain"}
    answer = await house.client.post(f"{house.server.url}/page/say", data=body, headers=headers)
    assert answer.status == 415


async def test_what_a_person_writes_starts_and_presses_reaches_the_bot(house: House) -> None:
    assert (await house.post("start", {"person": ANNA, "payload": "t_energy"})).status == 200
    sent = await house.api("sendMessage", chat_id=ANNA, text="Hello")
    answer = await house.post(
        "say", {"person": ANNA, "chat": ANNA, "text": " /latest ", "reply_to": sent["message_id"], "thread": None}
    )
    assert answer.status == 200
    pressed = await house.post("press", {"person": ANNA, "chat": ANNA, "message": sent["message_id"], "data": "1:done"})
    started, said, callback = await house.api("getUpdates")
    assert started["message"]["text"] == "/start t_energy"
    assert said["message"]["text"] == "/latest"
    assert said["message"]["reply_to_message"]["text"] == "Hello"
    assert callback["callback_query"]["id"] == (await pressed.json())["query"]
    assert callback["callback_query"]["data"] == "1:done"


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("say", {"person": ANNA, "chat": ANNA, "text": "   "}, 400),
        ("say", {"person": ANNA, "chat": ANNA, "text": "\N{GRINNING FACE}" * 2049}, 400),
        ("say", {"person": ANNA, "chat": ANNA, "text": "\ud83d"}, 400),
        ("say", {"person": ANNA, "chat": BEN, "text": "hi"}, 403),
        ("say", {"person": ANNA, "chat": 1, "text": "hi"}, 404),
        ("say", {"person": True, "chat": ANNA, "text": "hi"}, 400),
        ("say", {"person": ANNA, "chat": ANNA, "text": "hi", "thread": 9}, 404),
        ("start", {"person": ANNA, "payload": "a b"}, 400),
        ("language", {"person": ANNA, "language": "<script>"}, 400),
        ("press", {"person": ANNA, "chat": BEN, "message": 1, "data": "x"}, 403),
        ("add_bot", {"person": ANNA, "chat": ANNA}, 403),
        ("say", ["not", "a", "wish"], 400),
    ],
)
async def test_what_no_app_would_send_is_refused_in_words(house: House, act: str, body: Any, status: int) -> None:
    answer = await house.post(act, body)
    assert answer.status == status
    assert (await answer.json())["error"]
    assert all(house.world.messages(chat) == [] for chat in house.world.chats)


async def test_only_members_write_in_a_group_and_only_administrators_in_a_channel(house: House) -> None:
    group, channel = chat_of(house.world, "group"), chat_of(house.world, "channel")
    assert (await house.post("say", {"person": ANNA, "chat": group, "text": "Good morning"})).status == 200
    assert (await house.post("say", {"person": BEN, "chat": group, "text": "Me too"})).status == 403
    assert (await house.post("say", {"person": EDITH, "chat": channel, "text": "A post"})).status == 200
    house.world.chats[channel].members[ANNA] = "member"
    assert (await house.post("say", {"person": ANNA, "chat": channel, "text": "A post"})).status == 403
    assert (await house.post("add_bot", {"person": ANNA, "chat": channel})).status == 403
    assert (await house.post("add_bot", {"person": EDITH, "chat": channel})).status == 200
    assert house.world.chats[channel].bot_status == "administrator"


async def test_a_block_silences_the_person_until_it_ends(house: House) -> None:
    await house.post("start", {"person": ANNA, "payload": ""})
    await house.post("block", {"person": ANNA})
    assert (await house.post("say", {"person": ANNA, "chat": ANNA, "text": "hi"})).status == 409
    await house.post("unblock", {"person": ANNA})
    assert (await house.post("say", {"person": ANNA, "chat": ANNA, "text": "hi"})).status == 200


async def upload(house: House, data: bytes, **fields: str) -> aiohttp.ClientResponse:
    form = aiohttp.FormData({"person": str(ANNA), "chat": str(ANNA), **fields})
    form.add_field("file", data, filename="grid-storage.md", content_type="text/markdown")
    headers = {"Origin": house.server.url}
    return await house.client.post(f"{house.server.url}/page/upload", data=form, headers=headers)


async def test_a_document_reaches_the_bot_and_can_be_fetched_by_it(house: House) -> None:
    await house.post("start", {"person": ANNA, "payload": ""})
    assert (await upload(house, b"---\ntitle: Sand\n---\n", caption="Two drafts")).status == 200
    message = (await house.api("getUpdates"))[-1]["message"]
    assert message["caption"] == "Two drafts" and message["document"]["file_name"] == "grid-storage.md"
    path = (await house.api("getFile", file_id=message["document"]["file_id"]))["file_path"]
    assert await (await house.get(f"/file/bot{TOKEN}/{path}")).read() == b"---\ntitle: Sand\n---\n"


async def test_a_document_too_large_for_a_bot_is_refused(house: House) -> None:
    answer = await upload(house, bytes(LARGEST_UPLOAD + 1))
    assert answer.status == 413 and "20 MB" in (await answer.json())["error"]
    assert house.world.messages(ANNA) == []


async def test_long_chats_come_in_pages(house: House) -> None:
    for number in range(2 * PAGE_OF_MESSAGES + 50):
        house.world.say(ANNA, ANNA, f"line {number}")
    newest = await (await house.get(f"/page/messages?chat={ANNA}")).json()
    assert newest["earlier"] and [newest["messages"][at]["text"] for at in (0, -1)] == ["line 150", "line 249"]
    before = newest["messages"][0]["message_id"]
    middle = await (await house.get(f"/page/messages?chat={ANNA}&before={before}")).json()
    assert middle["earlier"] and middle["messages"][-1]["text"] == "line 149"
    before = middle["messages"][0]["message_id"]
    oldest = await (await house.get(f"/page/messages?chat={ANNA}&before={before}")).json()
    assert not oldest["earlier"] and len(oldest["messages"]) == 50


async def test_files_are_shown_when_pictures_and_kept_when_not(house: House) -> None:
    picture = house.world.files.keep("photo", "a.png", "text/html", png())
    page = house.world.files.keep("document", "a.png", "image/png", b"<script>alert(1)</script>")
    shown, kept = await house.get(f"/page/file/{picture.file_id}"), await house.get(f"/page/file/{page.file_id}")
    assert shown.content_type == "image/png" and await shown.read() == png()
    assert kept.content_type == "application/octet-stream" and kept.headers["Content-Disposition"] == "attachment"
    assert all("sandbox" in answer.headers["Content-Security-Policy"] for answer in (shown, kept))
    assert (await house.get("/page/file/unknown")).status == 404


async def test_a_picture_by_link_is_drawn_as_a_frame_with_its_host(house: House) -> None:
    file = house.world.files.keep("photo", "a.jpg", "image/jpeg", None, "https://pictures.example/<svg>.jpg")
    answer = await house.get(f"/page/file/{file.file_id}")
    assert answer.content_type == "image/svg+xml" and "pictures.example" in await answer.text()


async def test_the_menu_is_the_one_for_this_person_and_language(house: House) -> None:
    latest = [{"command": "latest", "description": "Newest"}]
    await house.api("setMyCommands", commands=latest)
    await house.api("setMyCommands", commands=[{"command": "latest", "description": "Neuestes"}], language_code="de")
    house.world.start(EDITH)
    drafts = [{"command": "drafts", "description": "Drafts"}]
    await house.api("setMyCommands", commands=drafts, scope={"type": "chat", "chat_id": EDITH})
    await house.api("setMyDescription", description="News by topic.")

    async def profile(person: int) -> Any:
        return await (await house.get(f"/page/profile?person={person}&chat={person}")).json()

    assert await profile(ANNA) == {"description": "News by topic.", "commands": latest}
    assert (await profile(EDITH))["commands"] == drafts
    await house.post("language", {"person": ANNA, "language": "de-AT"})
    assert (await profile(ANNA))["commands"][0]["description"] == "Neuestes"


async def test_events_stream_as_they_happen_and_end_with_the_server() -> None:
    world = World(token=TOKEN)
    world.standard_cast()
    async with aiohttp.ClientSession() as client:
        async with asyncio.timeout(10):
            async with SandboxServer(world, mount=add_page) as server:
                stream = await client.get(f"{server.url}/page/events")
                assert stream.content_type == "text/event-stream"
                world.start(ANNA)
                while not (line := await stream.content.readline()).startswith(b"data: "):
                    pass
                event = json.loads(line[6:])
                assert (event["kind"], event["chat_id"]) == ("message", ANNA)
                assert event["payload"]["text"] == "/start"
            await stream.content.read()


async def test_what_one_member_alone_sees_is_on_their_page_and_on_no_other(house: House) -> None:
    world = house.world
    group = world.add_chat("supergroup", "Readers", members={ANNA: "member", BEN: "member"}, bot_status="administrator")
    keys = {"inline_keyboard": [[{"text": "Go", "callback_data": "1"}]]}
    async with world.subscribe() as events:
        only_anna = {"receiver_user_id": ANNA}
        await house.api(
            "sendMessage", chat_id=group.id, text="Hi", ephemeral_message_parameters=only_anna, reply_markup=keys
        )
        told = await anext(events)
    assert (told.kind, told.payload["receiver_user"]["id"]) == ("message", ANNA)
    seen = {}
    for person in (ANNA, BEN):
        answer = await (await house.get(f"/page/messages?chat={group.id}&person={person}")).json()
        seen[person] = [one["text"] for one in answer["messages"]]
    assert seen == {ANNA: ["Hi"], BEN: []}
    pressed = {"person": ANNA, "chat": group.id, "message": told.payload["message_id"], "data": "1"}
    assert (await house.post("press", pressed)).status == 200
    [update] = await house.api("getUpdates")
    message = update["callback_query"]["message"]
    assert (message["message_id"], message["ephemeral_message_id"]) == (0, told.payload["message_id"])


async def test_a_question_to_the_bot_and_what_is_chosen_of_its_answer(house: House) -> None:
    """The bot answers over the Bot API while the page waits, as a person's client does."""
    group, bot = chat_of(house.world, "group"), house.world.bot["username"]

    async def answering() -> None:
        [update] = await house.api("getUpdates", timeout=10)
        assert update["inline_query"]["query"] == "robots" and update["inline_query"]["chat_type"] == "group"
        card = {"type": "article", "id": "1", "title": "Robots", "thumbnail_url": "https://example.org/a.jpg"}
        card["input_message_content"] = {"message_text": "They walk"}  # type: ignore[assignment]
        await house.api("answerInlineQuery", inline_query_id=update["inline_query"]["id"], results=[card])

    told, asked = await asyncio.gather(
        answering(), house.post("inline", {"person": ANNA, "chat": group, "text": "robots"})
    )
    answer = await asked.json()
    [card] = answer["cards"]
    assert told is None and (card["title"], answer["next"], answer["button"]) == ("Robots", "", None)
    picture = await house.get(f"/page/file/{card['file']}")
    assert picture.content_type == "image/svg+xml"  # the page goes nowhere else for it
    choice = {"person": ANNA, "chat": group, "query": answer["query"], "result": "1"}
    assert (await house.post("choose", choice)).status == 200
    message = house.world.messages(group)[-1]
    assert (message["text"], message["via_bot"]["username"]) == ("They walk", bot)
    assert (await house.post("choose", choice | {"result": "2"})).status == 404
    assert (await house.post("choose", choice | {"query": "0"})).status == 404
    too_long = {"person": ANNA, "chat": group, "text": "x" * 257}
    assert (await house.post("inline", too_long)).status == 400
    house.world.inline.is_on = False
    assert (await house.post("inline", {"person": ANNA, "chat": group, "text": "robots"})).status == 409
