"""
Rich messages in blocks, as the description of Bot API 10.3 has them (https://core.telegram.org/bots/api#inputrichmessage),
and what only the field knows: the block with the twenty-first medium and all after it vanish
(https://github.com/openclaw/openclaw/issues/129004).
"""

from typing import Any

import pytest

from bot.sandbox.bot_api.method_specs import conform
from bot.sandbox.world.world import World

PICTURE = "https://pictures.example/a.jpg"


def heading(text: Any = "News", size: int = 2) -> dict[str, Any]:
    return {"type": "heading", "text": text, "size": size}


def paragraph(text: Any) -> dict[str, Any]:
    return {"type": "paragraph", "text": text}


def photo(url: str = PICTURE) -> dict[str, Any]:
    return {"type": "photo", "photo": {"type": "photo", "media": url}, "caption": {"text": "Northgate"}}


def row(*buttons: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "buttons", "buttons": list(buttons), **fields}


def key(**fields: Any) -> dict[str, Any]:
    return {"text": "Open", **fields}


def blocks(*made: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"blocks": list(made), **fields}


async def test_blocks_stand_in_the_chat_as_they_were_sent(world: World, call: Any, anna: int) -> None:
    link = {"type": "url", "text": {"type": "bold", "text": "A story"}, "url": "https://news.example/a"}
    rich = blocks(
        heading(),
        photo(),
        paragraph(["1. ", link]),
        {
            "type": "details",
            "summary": "In short",
            "blocks": [paragraph("What it says"), row(key(callback_data="o:1"))],
        },
        {"type": "list", "items": [{"blocks": [paragraph("one")]}, {"blocks": [paragraph("two")], "value": 2}]},
        {"type": "divider"},
        {"type": "footer", "text": "Next: tomorrow."},
        skip_entity_detection=True,
    )
    status, body = await call("sendRichMessage", chat_id=anna, rich_message=rich)
    assert status == 200
    message = body["result"]
    conform("Message", message)
    assert "text" not in message and message == world.messages(anna)[-1]
    shown = message["rich_message"]["blocks"]
    assert [one["type"] for one in shown] == [one["type"] for one in rich["blocks"]]
    assert shown[1]["photo"][-1]["file_id"] and shown[2] == paragraph(["1. ", link])
    assert shown[3]["blocks"][1]["buttons"] == [key(callback_data="o:1")]
    assert [item["label"] for item in shown[4]["items"]] == ["•", "2."]


async def test_what_is_detected_by_itself_is_tappable_unless_detection_is_skipped(call: Any, anna: int) -> None:
    text = "Send /stop to @northgate_wire, see example.com"
    _, body = await call("sendRichMessage", chat_id=anna, rich_message=blocks(paragraph(text)))
    conform("Message", body["result"])
    parts = body["result"]["rich_message"]["blocks"][0]["text"]
    assert [one["type"] for one in parts if isinstance(one, dict)] == ["bot_command", "mention", "url"]
    skipped = blocks(paragraph(text), skip_entity_detection=True)
    _, body = await call("sendRichMessage", chat_id=anna, rich_message=skipped)
    assert body["result"]["rich_message"]["blocks"][0]["text"] == text


async def test_the_block_with_the_twenty_first_medium_and_all_after_it_vanish_without_a_word(
    world: World, call: Any, anna: int
) -> None:
    pictures = [photo(f"https://pictures.example/{n}.jpg") for n in range(12)]
    inner = [photo(f"https://pictures.example/x{n}.jpg") for n in range(9)]
    details = {"type": "details", "summary": "More", "blocks": inner}
    rich = blocks(*pictures, details, paragraph("End"))
    status, body = await call("sendRichMessage", chat_id=anna, rich_message=rich)
    assert status == 200 and len(body["result"]["rich_message"]["blocks"]) == 14  # nothing in the answer tells
    assert len(world.messages(anna)[-1]["rich_message"]["blocks"]) == 12
    details["blocks"] = inner[:8]
    await call("sendRichMessage", chat_id=anna, rich_message=rich)
    assert len(world.messages(anna)[-1]["rich_message"]["blocks"]) == 14


async def test_a_button_within_a_text_is_pressed_like_any_other(world: World, call: Any, anna: int) -> None:
    _, body = await call("sendRichMessage", chat_id=anna, rich_message=blocks(row(key(callback_data="open:1"))))
    world.press(anna, anna, body["result"]["message_id"], "open:1")
    _, got = await call("getUpdates")
    pressed = got["result"][0]["callback_query"]
    assert pressed["data"] == "open:1" and "rich_message" in pressed["message"]


@pytest.mark.parametrize(
    ("rich", "words"),
    [
        ({}, "exactly one"),
        (blocks(paragraph("x"), html="<p>x</p>"), "exactly one"),
        ({"markdown": "# x"}, "not built into the sandbox"),
        (blocks(paragraph("")), "message text is empty"),
        (blocks(heading(size=7)), "heading size"),
        (blocks(heading(" ")), "non-empty"),
        (blocks({"type": "heading", "text": "x"}), 'find field "size"'),
        (blocks({"type": "poster", "text": "x"}), "unsupported type"),
        (blocks({"type": "thinking", "text": "x"}), "sendRichMessageDraft"),
        (blocks(row(*[key(callback_data="1")] * 9)), "from 1 to 8"),
        (blocks(row()), "from 1 to 8"),
        (blocks(row(key(callback_data="1"), align="middle")), "alignment"),
        (blocks(row(key())), "Text buttons"),
        (blocks(row(key(callback_data="x" * 65))), "BUTTON_DATA_INVALID"),
        (blocks(row(key(url="https://a.example", style="link"))), "only for callback"),
        (blocks(row(key(callback_data="1", style="loud"))), "button style"),
        (blocks(paragraph({"type": "url", "text": "x", "url": "nowhere"})), "is invalid"),
        (blocks(paragraph({"type": "date_time", "text": "x", "unix_time": 0, "date_time_format": "r"})), "date"),
        (blocks(*[paragraph("x")] * 501), "TOO_COMPLEX"),
        (blocks(paragraph("x" * 32_769)), "too long"),
        (blocks(photo("nowhere")), "wrong file identifier"),
    ],
)
async def test_what_is_no_rich_message_is_refused(call: Any, anna: int, rich: dict[str, Any], words: str) -> None:
    status, body = await call("sendRichMessage", chat_id=anna, rich_message=rich)
    assert status == 400 and words in body["description"]


async def test_a_picture_that_cannot_be_had_refuses_all_of_it(world: World, call: Any, anna: int) -> None:
    world.web[PICTURE] = "wrong type of the web page content"
    status, body = await call("sendRichMessage", chat_id=anna, rich_message=blocks(heading(), photo()))
    assert (status, body["description"]) == (400, "Bad Request: wrong type of the web page content")
    assert all("rich_message" not in one for one in world.messages(anna))


async def test_a_group_that_forbids_photos_takes_blocks_without_them(world: World, call: Any) -> None:
    group = world.add_chat("supergroup", "Quiet", bot_status="member", forbids_photos=True).id
    status, body = await call("sendRichMessage", chat_id=group, rich_message=blocks(heading(), photo()))
    assert status == 400 and "not enough rights to send photos" in body["description"]
    status, _ = await call("sendRichMessage", chat_id=group, rich_message=blocks(heading()))
    assert status == 200


async def test_a_reply_is_told_by_its_parameters_and_the_old_name_is_ignored(
    world: World, call: Any, anna: int
) -> None:
    first = world.messages(anna)[0]["message_id"]
    _, body = await call("sendRichMessage", chat_id=anna, rich_message=blocks(heading()), reply_to_message_id=first)
    assert "reply_to_message" not in body["result"]
    given = {"message_id": first}
    _, body = await call("sendRichMessage", chat_id=anna, rich_message=blocks(heading()), reply_parameters=given)
    assert body["result"]["reply_to_message"]["message_id"] == first


async def test_blocks_and_text_take_each_others_place(call: Any, anna: int) -> None:
    _, body = await call("sendRichMessage", chat_id=anna, rich_message=blocks(heading()))
    which = {"chat_id": anna, "message_id": body["result"]["message_id"]}
    _, body = await call("editMessageText", **which, rich_message=blocks(paragraph("Anew")))
    assert body["result"]["rich_message"]["blocks"] == [paragraph("Anew")]
    _, body = await call("editMessageText", **which, text="As text")
    assert body["result"]["text"] == "As text" and "rich_message" not in body["result"]
    status, body = await call("editMessageText", **which, text="Both", rich_message=blocks(paragraph("x")))
    assert status == 400
