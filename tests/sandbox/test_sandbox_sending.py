"""What gets into a chat and what does not."""

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sandbox_clock import TOKEN, Clock

from bot.sandbox.bot_api.server import SandboxServer
from bot.sandbox.world.world import World

Answer = tuple[int, dict[str, Any]]


def said(answer: Answer) -> str:
    """Return how a call was refused."""
    assert answer[1]["ok"] is False and answer[1]["error_code"] == answer[0]
    description: str = answer[1]["description"]
    return description


def buttons(*rows: int) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", "callback_data": "1"}] * count for count in rows]}


def one_button(**fields: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **fields}]]}


async def test_a_message_stands_in_the_chat_as_it_was_answered(world: World, call: Any, anna: int) -> None:
    status, body = await call("sendMessage", chat_id=anna, text="See example.com", reply_markup=one_button(url="x.org"))
    message = body["result"]
    assert status == 200
    assert message["from"] == world.bot and message["chat"]["id"] == anna
    assert message["entities"] == [{"offset": 4, "length": 11, "type": "url"}]
    assert message["reply_markup"] == one_button(url="http://x.org/")
    assert world.messages(anna)[-1] == message
    assert [made.message_id for made in world.ledger.sent_to(anna)] == [message["message_id"]]


async def test_private_chats_count_messages_together_and_channels_for_themselves(world: World, call: Any) -> None:
    world.start(7001)
    world.start(7002)
    world.add_bot(7003, -1000000005002)
    numbers = [
        (await call("sendMessage", chat_id=chat, text="x"))[1]["result"]["message_id"]
        for chat in (7001, 7002, "@northgate_wire", "@Northgate_Wire")
    ]
    assert numbers[1] == numbers[0] + 1
    assert numbers[2:] == [1, 2]


async def test_who_cannot_be_reached_says_why(world: World, call: Any) -> None:
    async def refusal(chat: int | str) -> str:
        return said(await call("sendMessage", chat_id=chat, text="x"))

    group = world.add_chat("supergroup", "Editors", members={7003: "creator"})
    assert await refusal(7001) == "Forbidden: bot can't initiate conversation with a user"
    world.start(7001)
    world.block(7001)
    assert await refusal(7001) == "Forbidden: bot was blocked by the user"
    world.start(7002)
    world.people[7002].is_deleted = True
    assert await refusal(7002) == "Forbidden: user is deactivated"
    assert await refusal(424242) == "Bad Request: chat not found"
    assert await refusal(-5001) == "Forbidden: bot is not a member of the group chat"
    world.add_bot(7003, -5001)
    world.remove_bot(7003, -5001)
    assert await refusal(-5001) == "Forbidden: bot was kicked from the group chat"
    world.add_bot(7003, group.id)
    world.remove_bot(7003, group.id)
    assert await refusal(group.id) == "Forbidden: bot was kicked from the supergroup chat"
    world.add_bot(7003, -1000000005002, "member")
    assert await refusal("@northgate_wire") == "Bad Request: need administrator rights in the channel chat"
    world.remove_bot(7003, -1000000005002)
    assert await refusal("@northgate_wire") == "Forbidden: bot was kicked from the channel chat"
    assert [made.status for made in world.ledger.calls_to(7001)] == [403, 403]
    assert world.ledger.sent_to(7001) == []


async def test_a_group_that_became_a_supergroup_tells_its_new_number(world: World, call: Any) -> None:
    world.add_bot(7003, -5001)
    new = world.migrate(-5001)
    status, body = await call("sendMessage", chat_id=-5001, text="x")
    assert (status, body["description"]) == (400, "Bad Request: group chat was upgraded to a supergroup chat")
    assert body["parameters"] == {"migrate_to_chat_id": new}
    assert (await call("sendMessage", chat_id=new, text="x"))[0] == 200


async def test_forum_topics_open_closed_and_gone(world: World, call: Any) -> None:
    forum = world.add_chat("supergroup", "Desk", is_forum=True, threads={12: "AI"}, bot_status="member").id
    message = (await call("sendMessage", chat_id=forum, message_thread_id=12, text="x"))[1]["result"]
    assert message["message_thread_id"] == 12 and message["is_topic_message"] is True
    world.close_thread(forum, 12)
    assert said(await call("sendMessage", chat_id=forum, message_thread_id=12, text="x")) == "Bad Request: TOPIC_CLOSED"
    world.delete_thread(forum, 12)
    gone = "Bad Request: message thread not found"
    assert said(await call("sendMessage", chat_id=forum, message_thread_id=12, text="x")) == gone


async def test_a_group_may_forbid_photos_but_not_text(world: World, call: Any) -> None:
    group = world.add_chat("supergroup", "Quiet", forbids_photos=True, bot_status="member").id
    refused = await call("sendPhoto", chat_id=group, photo="https://x.org/a.jpg")
    assert said(refused) == "Bad Request: not enough rights to send photos to the chat"
    assert (await call("sendMessage", chat_id=group, text="x"))[0] == 200


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (buttons(8, 8), None),
        (buttons(*[8] * 13), "reply markup is too long"),
        (buttons(9), "REPLY_MARKUP_INVALID"),
        (one_button(callback_data="x" * 64), None),
        (one_button(callback_data="é" * 33), "BUTTON_DATA_INVALID"),
        (one_button(url="https://example.com/?a=1"), None),
        (one_button(url="tg://user?id=7001"), None),
        (one_button(url="javascript:alert(1)"), "BUTTON_URL_INVALID"),
        (one_button(url="http://localhost/a"), "BUTTON_URL_INVALID"),
        (one_button(url="no link"), "BUTTON_URL_INVALID"),
        (one_button(), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"inline_keyboard": []}, None),
        ({"keyboard": [["plain"]]}, "can't parse keyboard button: expected an Object"),
        ({"remove_keyboard": True}, None),
    ],
)
async def test_keyboards_are_checked(call: Any, anna: int, markup: dict[str, Any], reason: str | None) -> None:
    answer = await call("sendMessage", chat_id=anna, text="x", reply_markup=markup)
    if reason is None:
        assert answer[0] == 200
    else:
        assert said(answer) == f"Bad Request: {reason}"


async def test_text_and_caption_have_their_own_lengths(call: Any, anna: int) -> None:
    photo = {"chat_id": anna, "photo": "https://x.org/a.jpg"}
    assert (await call("sendMessage", chat_id=anna, text="x" * 4096))[0] == 200
    assert said(await call("sendMessage", chat_id=anna, text="x" * 4097)) == "Bad Request: message is too long"
    assert (await call("sendPhoto", **photo, caption="x" * 1024))[0] == 200
    assert said(await call("sendPhoto", **photo, caption="x" * 1025)) == "Bad Request: message caption is too long"


async def test_a_reply_needs_its_message(call: Any, anna: int) -> None:
    first = (await call("sendMessage", chat_id=anna, text="first"))[1]["result"]
    answer = await call("sendMessage", chat_id=anna, text="x", reply_parameters={"message_id": first["message_id"]})
    assert answer[1]["result"]["reply_to_message"]["text"] == "first"
    gone = {"message_id": 999}
    refused = await call("sendMessage", chat_id=anna, text="x", reply_parameters=gone)
    assert said(refused) == "Bad Request: message to be replied not found"
    gone["allow_sending_without_reply"] = True
    assert (await call("sendMessage", chat_id=anna, text="x", reply_parameters=gone))[0] == 200


async def test_a_photo_goes_by_bytes_then_by_id_and_comes_back(
    world: World, server: SandboxServer, call: Any, anna: int, png: Callable[[int, int], bytes]
) -> None:
    form = aiohttp.FormData({"chat_id": str(anna), "caption": "drawn"})
    form.add_field("photo", png(640, 400), filename="a.png", content_type="image/png")
    async with aiohttp.ClientSession() as client:
        async with client.post(f"{server.url}/bot{TOKEN}/sendPhoto", data=form) as answer:
            sizes = (await answer.json())["result"]["photo"]
        assert [(size["width"], size["height"]) for size in sizes] == [(90, 56), (320, 200), (640, 400)]
        again = (await call("sendPhoto", chat_id=anna, photo=sizes[-1]["file_id"]))[1]["result"]
        assert again["photo"] == sizes
        path = (await call("getFile", file_id=sizes[0]["file_id"]))[1]["result"]["file_path"]
        async with client.get(f"{server.url}/file/bot{TOKEN}/{path}") as answer:
            assert await answer.read() == png(640, 400)
        async with client.get(f"{server.url}/file/bot{TOKEN}/photos/none.jpg") as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [(6000, 4001, "PHOTO_INVALID_DIMENSIONS"), (2100, 100, "PHOTO_INVALID_DIMENSIONS"), (2000, 100, None)],
)
async def test_photos_have_a_largest_size_and_shape(
    server: SandboxServer, anna: int, png: Callable[[int, int], bytes], width: int, height: int, reason: str | None
) -> None:
    form = aiohttp.FormData({"chat_id": str(anna)})
    form.add_field("photo", png(width, height), filename="a.png")
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{server.url}/bot{TOKEN}/sendPhoto", data=form) as answer,
    ):
        assert (await answer.json()).get("description") == (f"Bad Request: {reason}" if reason else None)


@pytest.mark.parametrize(("data", "reason"), [(b"", "file must be non-empty"), (b"<svg/>", "IMAGE_PROCESS_FAILED")])
async def test_what_is_no_picture_is_no_photo(server: SandboxServer, anna: int, data: bytes, reason: str) -> None:
    form = aiohttp.FormData({"chat_id": str(anna), "photo": "attach://here"})
    form.add_field("here", data, filename="a.png")
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{server.url}/bot{TOKEN}/sendPhoto", data=form) as answer,
    ):
        assert (await answer.json())["description"] == f"Bad Request: {reason}"


async def test_a_url_holds_what_the_world_says(
    world: World, call: Any, anna: int, png: Callable[[int, int], bytes]
) -> None:
    world.web = {
        "https://x.org/a.png": png(64, 64),
        "https://x.org/page": b"<html>",
        "https://x.org/gone": "failed to get HTTP URL content",
        "https://x.org/curl": "WEBPAGE_CURL_FAILED",
    }

    async def sent(url: str) -> Answer:
        answer: Answer = await call("sendPhoto", chat_id=anna, photo=url)
        return answer

    assert (await sent("https://x.org/a.png"))[1]["result"]["photo"][-1]["width"] == 64
    assert said(await sent("https://x.org/page")) == "Bad Request: wrong type of the web page content"
    assert said(await sent("https://x.org/gone")) == "Bad Request: failed to get HTTP URL content"
    assert said(await sent("https://x.org/curl")) == "Bad Request: WEBPAGE_CURL_FAILED"
    assert said(await sent("nonsense")) == "Bad Request: wrong file identifier/HTTP URL specified"
    assert (await sent("https://x.org/trusted.png"))[0] == 200
    world.trusts_urls = False
    assert said(await sent("https://x.org/unknown.png")) == "Bad Request: failed to get HTTP URL content"


async def test_only_this_machine_is_really_fetched(call: Any, anna: int, png: Callable[[int, int], bytes]) -> None:
    async def picture(request: web.Request) -> web.Response:
        return web.Response(body=png(32, 32))

    app = web.Application()
    app.router.add_get("/a.png", picture)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here = f"http://127.0.0.1:{runner.addresses[0][1]}"
    assert (await call("sendPhoto", chat_id=anna, photo=f"{here}/a.png"))[1]["result"]["photo"][-1]["width"] == 32
    refused = await call("sendPhoto", chat_id=anna, photo=f"{here}/none.png")
    assert said(refused) == "Bad Request: failed to get HTTP URL content"
    await runner.cleanup()


async def test_an_album_is_two_to_ten_of_a_kind(world: World, call: Any, anna: int) -> None:
    photo = {"type": "photo", "media": "https://x.org/a.jpg", "caption": "one"}
    messages = (await call("sendMediaGroup", chat_id=anna, media=[photo, photo]))[1]["result"]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert said(await call("sendMediaGroup", chat_id=anna, media=[photo])).endswith("from 2 to 10 items")
    mixed = [photo, {"type": "document", "media": "https://x.org/a.pdf"}]
    assert "can't use the media" in said(await call("sendMediaGroup", chat_id=anna, media=mixed))


async def test_documents_videos_and_animations_are_what_they_are(call: Any, anna: int) -> None:
    for method, kind in (("sendDocument", "document"), ("sendVideo", "video"), ("sendAnimation", "animation")):
        message = (await call(method, chat_id=anna, **{kind: f"https://x.org/a.{kind}"}))[1]["result"]
        assert message[kind]["file_name"] == f"a.{kind}"
    refused = await call("sendPhoto", chat_id=anna, photo=message["animation"]["file_id"])
    assert said(refused) == "Bad Request: type of file mismatch"


async def test_copies_say_nothing_of_their_origin_and_forwards_do(world: World, call: Any, anna: int) -> None:
    first = (await call("sendPhoto", chat_id=anna, photo="https://x.org/a.jpg", caption="c"))[1]["result"]
    ask = {"chat_id": anna, "from_chat_id": anna, "message_id": first["message_id"]}
    copied = (await call("copyMessage", **ask))[1]["result"]
    copy = world.messages(anna)[-1]
    assert copied == {"message_id": copy["message_id"]} and copy["caption"] == "c" and "forward_origin" not in copy
    forwarded = (await call("forwardMessage", **ask))[1]["result"]
    assert forwarded["forward_origin"]["sender_user"] == world.bot
    ask["message_id"] = 999
    assert said(await call("copyMessage", **ask)) == "Bad Request: message to copy not found"


async def test_a_chat_action_is_one_of_the_known(call: Any, anna: int) -> None:
    assert (await call("sendChatAction", chat_id=anna, action="typing"))[1] == {"ok": True, "result": True}
    assert "wrong parameter action" in said(await call("sendChatAction", chat_id=anna, action="dancing"))


async def test_times_are_the_worlds(call: Any, clock: Clock, anna: int) -> None:
    clock.pass_seconds(86_400)
    assert (await call("sendMessage", chat_id=anna, text="x"))[1]["result"]["date"] == int(clock.now)
