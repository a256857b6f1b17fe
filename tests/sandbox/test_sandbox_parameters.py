"""Parameters in all four ways, checked against the Bot API's own description."""

import json
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from sandbox_clock import TOKEN

from bot.sandbox.bot_api.encoding import dumps
from bot.sandbox.bot_api.method_specs import conform, method
from bot.sandbox.bot_api.methods import METHODS
from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.api_error import Refused
from bot.sandbox.world.world import World

KEYBOARD = {"inline_keyboard": [[{"text": "Save", "callback_data": "1:save:1"}]]}


async def test_json_forms_queries_and_multipart_say_the_same(world: World, server: SandboxServer, anna: int) -> None:
    url = f"{server.url}/bot{TOKEN}/SENDmessage"
    as_text = {"chat_id": str(anna), "text": "hi", "disable_notification": "true", "reply_markup": json.dumps(KEYBOARD)}
    multipart = aiohttp.FormData(as_text)
    multipart.add_field("unused", b"bytes", filename="x.bin")
    async with aiohttp.ClientSession() as client:
        answers = [
            await client.post(url, json={**as_text, "chat_id": anna, "reply_markup": KEYBOARD, "no_such": 1}),
            await client.post(url, data=as_text),
            await client.get(url, params=as_text),
            await client.post(url, data=multipart),
        ]
        messages = [(await answer.json())["result"] for answer in answers]
    assert [message["text"] for message in messages] == ["hi"] * 4
    assert all(message["reply_markup"] == KEYBOARD for message in messages)
    assert [call.params for call in world.ledger.sent_to(anna)] == [world.ledger[0].params] * 4
    assert world.ledger[0].params["disable_notification"] is True


@pytest.mark.parametrize(
    ("name", "params", "description"),
    [
        ("sendMessage", {"text": "x"}, "Bad Request: chat_id is empty"),
        ("sendMessage", {"chat_id": 7001}, "Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": 7001, "text": ""}, "Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": 7001, "text": " \n"}, "Bad Request: text must be non-empty"),
        ("sendMessage", {"chat_id": 1, "text": "x"}, "Bad Request: chat not found"),
        ("sendMessage", {"chat_id": "@nobody_here", "text": "x"}, "Bad Request: chat not found"),
        ("sendPhoto", {"chat_id": 7001}, "Bad Request: there is no photo in the request"),
        (
            "sendMessage",
            {"chat_id": 7001, "text": "x", "reply_markup": {"inline_keyboard": [[{"url": "https://x.org"}]]}},
            "Bad Request: can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            "sendMessage",
            {"chat_id": 7001, "text": "x", "entities": [{"type": "bold", "offset": "a", "length": 1}]},
            'Bad Request: can\'t parse message entity: Field "offset" must be of type Number',
        ),
        (
            "sendMessage",
            {"chat_id": 7001, "text": "x", "reply_markup": "{"},
            "Bad Request: can't parse inline keyboard markup JSON object",
        ),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "chat"}},
            "Bad Request: can't parse bot command scope chat: Can't find field \"chat_id\"",
        ),
        ("answerInlineQuery", {"results": []}, 'Bad Request: parameter "inline_query_id" is required'),
    ],
)
async def test_bad_parameters_are_refused_in_telegrams_words(
    call: Any, anna: int, name: str, params: dict[str, Any], description: str
) -> None:
    assert await call(name, **params) == (400, {"ok": False, "error_code": 400, "description": description})


async def test_a_wrong_token_and_an_unknown_method_are_told_apart(call: Any, server: SandboxServer) -> None:
    assert (await call("sendInvoice"))[1][
        "description"
    ] == "Not Found: method sendInvoice is not built into the sandbox"
    async with aiohttp.ClientSession() as client, client.get(f"{server.url}/bot1:x/getMe") as answer:
        assert answer.status == 401
        assert await answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"\xff"),
        ("application/json", b'{"text": "\\ud800"}'),
        ("application/x-www-form-urlencoded; charset=nonsense", b"text=x"),
        ("multipart/form-data", b"text=x"),
        ("multipart/form-data; boundary=a", b"--a\r\nno header"),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(server: SandboxServer, kind: str, body: bytes) -> None:
    async with aiohttp.ClientSession() as client:
        url = f"{server.url}/bot{TOKEN}/sendMessage"
        async with client.post(url, data=body, headers={"Content-Type": kind}) as answer:
            assert (answer.status, (await answer.json())["ok"]) == (400, False)


def test_every_method_of_the_sandbox_is_the_bot_apis_own() -> None:
    for name in METHODS:
        known = method(name)
        assert known is not None and known.name == name


async def test_what_the_sandbox_says_conforms_to_the_description(world: World, call: Any, anna: int) -> None:
    world.add_bot(7003, -5001)
    sent = (await call("sendPhoto", chat_id=anna, photo="https://x.org/a.jpg", caption="#a1", reply_markup=KEYBOARD))[1]
    world.press(anna, anna, sent["result"]["message_id"], "1:save:1")
    world.upload(anna, anna, "a.md", b"x", "text/markdown", "see x.org")
    world.say(7001, -5001, "/help", anonymous=True)
    world.ask_inline(anna, "robots")
    conform("Message", sent["result"])
    updates = (await call("getUpdates"))[1]["result"]
    assert len(updates) == 6
    for update in updates:
        assert conform("Update", update) == update
    for name, kind, params in [
        ("getMe", "User", {}),
        ("getChat", "ChatFullInfo", {"chat_id": -5001}),
        ("getWebhookInfo", "WebhookInfo", {}),
        ("getChatMember", "ChatMember", {"chat_id": -5001, "user_id": world.bot["id"]}),
        ("getFile", "File", {"file_id": sent["result"]["photo"][0]["file_id"]}),
    ]:
        conform(kind, (await call(name, **params))[1]["result"])


def test_conform_notices_what_does_not() -> None:
    with pytest.raises(Refused):
        conform("Message", {"message_id": 1})


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from([7001, -5001, "@northgate_wire", "https://x.org/a.jpg", "attach://a", "HTML", "<b>x", 1, "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "offset", "length", "media", "chat_id", "url"]), inner, max_size=4
        )
    ),
    max_leaves=6,
)


@given(data=st.data())
@examples(300)
def test_no_parameters_make_the_sandbox_stumble(data: st.DataObject) -> None:
    world = World(token=TOKEN)
    world.standard_cast()
    world.start(7001)
    world.add_bot(7003, -5001)
    name = data.draw(st.sampled_from([name for name in METHODS if name != "getUpdates"]))
    known = method(name)
    assert known is not None
    asked = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(known.checks, _VALUES)))
    if "chat_id" in known.checks:
        asked["chat_id"] = data.draw(st.sampled_from([7001, -5001, asked.get("chat_id")]))
    try:
        dumps(METHODS[name](world, known.read(asked), {}))
    except Refused as refused:
        assert refused.answer()["description"]


@pytest.mark.parametrize(
    ("called", "parameter"),
    [
        ("sendMessage", "ephemeral_message_parameters"),  # 10.3
        ("sendMessageDraft", "can_stop"),  # 10.3
        ("editEphemeralMessageText", "ephemeral_message_id"),  # 10.2
    ],
)
def test_the_facts_are_those_of_bot_api_10_3(called: str, parameter: str) -> None:
    """Source: https://core.telegram.org/bots/api-changelog"""
    found = method(called)
    assert found is not None and parameter in found.checks
