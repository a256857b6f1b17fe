"""What a Message becomes on the wire: the same call, whether it goes out as a delivery or as a reply."""

import pytest
from story import ANNA, StoryHouse

from bot.domain.chat import Chat
from bot.domain.delivery import Sent
from bot.domain.message import Button, ButtonRow, Details, Footer, Heading, Message, Paragraph, Photo, Picture, Rich
from bot.domain.text import Entity, Text
from bot.sandbox.world.faults import Refuse

LINK = "https://news.example/storm"
TEXT = Text("Storm ends 🌪 today", (Entity("bold", 0, 10), Entity("text_link", 14, 5, url=LINK)))
TIME = Text("5 May", (Entity("date_time", 0, 5, unix_time=1_700_000_000, format="dt"),))
KEYS = ((Button("Read", url=LINK),), (Button("Save", data="1:s:412"), Button("More", data="1:m:412")))
PHOTO = Photo(url="https://pictures.example/a.jpg")
MESSAGES = {
    "text with a large preview": Message(TEXT, keyboard=KEYS, preview=LINK),
    "text with a small preview": Message(TEXT, preview=LINK, preview_small=True),
    "a time": Message(TIME, keyboard=KEYS[:1]),
    "bare words": Message(Text("hello")),
    "a picture": Message(TEXT, PHOTO, KEYS),
    "a picture without words": Message(Text(""), PHOTO),
}

RICH = Message(
    TEXT,
    keyboard=KEYS,
    rich=Rich(
        (
            Heading(Text("News"), 2),
            Picture(PHOTO, Text("Northgate")),
            Paragraph(TEXT + " " + TIME),
            Details(Text("In short"), (Paragraph(Text("A storm")), ButtonRow((Button("Open 1", data="1:o:1"),)))),
            Footer(Text("Next: tomorrow.")),
        ),
        KEYS,
    ),
)


async def _anna(house: StoryHouse) -> Chat:
    await house.says(ANNA, "/help")
    chat = await house.chat(ANNA)
    assert chat is not None
    return chat


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_a_delivery_and_a_reply_are_the_same_call(house: StoryHouse, message: Message) -> None:
    anna = await _anna(house)
    assert isinstance(await house.ctx.gateway.send(message, ANNA), Sent)
    await house.ctx.replies.send(anna, message)
    delivered, replied = house.world.ledger.calls_to(ANNA)[-2:]
    assert (delivered.method, delivered.params) == (replied.method, replied.params)
    assert delivered.method == ("sendMessage" if message.photo is None else "sendPhoto")


async def test_blocks_are_the_same_call_too_as_a_delivery_and_as_a_reply_to_a_message(house: StoryHouse) -> None:
    """`reply_parameters`, because `reply_to_message_id` is ignored: https://core.telegram.org/bots/api#sendrichmessage"""
    anna = await _anna(house)
    standing = house.messages(ANNA)[-1]["message_id"]
    assert isinstance(await house.ctx.gateway.send(RICH, ANNA, reply_to=standing), Sent)
    said = await house.ctx.replies.send(anna, RICH, reply_to=standing)
    delivered, replied = house.world.ledger.calls_to(ANNA)[-2:]
    assert (delivered.method, delivered.params) == (replied.method, replied.params)
    assert delivered.method == "sendRichMessage" and delivered.params["rich_message"]["skip_entity_detection"] is True
    assert said.message_id == house.messages(ANNA)[-1]["message_id"]
    assert all(one["reply_to_message"]["message_id"] == standing for one in house.messages(ANNA)[-2:])
    assert house.buttons(ANNA) == [["Read"], ["Save", "More"]]


@pytest.mark.parametrize(
    ("refusal", "method"),
    [
        (Refuse(404, "Not Found: method not found"), "sendRichMessage"),
        (Refuse(400, "Bad Request: RICH_MESSAGE_INVALID"), "sendRichMessage"),
        (Refuse(400, "Bad Request: wrong type of the web page content"), "sendRichMessage"),
    ],
)
async def test_a_reply_in_blocks_that_is_not_taken_is_said_as_text(
    house: StoryHouse, refusal: Refuse, method: str
) -> None:
    anna = await _anna(house)
    house.world.faults.add(refusal, method=method)
    await house.ctx.replies.send(anna, RICH)
    said = house.messages(ANNA)[-1]
    assert said["text"] == TEXT.string and [one["type"] for one in said["entities"]] == ["bold", "text_link"]


async def test_bytes_go_up_as_a_file_beside_the_same_parameters(house: StoryHouse) -> None:
    anna = await _anna(house)
    message = Message(TEXT, Photo(data=_PNG), KEYS)
    assert isinstance(await house.ctx.gateway.send(message, ANNA), Sent)
    said = await house.ctx.replies.send(anna, message)
    delivered, replied = house.world.ledger.calls_to(ANNA)[-2:]
    for name in ("chat_id", "caption", "caption_entities", "reply_markup"):
        assert delivered.params[name] == replied.params[name]
    assert said.file_id == house.messages(ANNA)[-1]["photo"][-1]["file_id"]


@pytest.mark.parametrize("is_photo", [False, True])
@pytest.mark.parametrize("keyboard", [KEYS, ()])
async def test_an_edit_is_the_same_call_too(house: StoryHouse, is_photo: bool, keyboard: tuple) -> None:
    anna = await _anna(house)
    before = Message(Text("before"), PHOTO if is_photo else None, KEYS)
    after = Message(TEXT, keyboard=keyboard, preview=LINK)
    first, second = [(await house.ctx.replies.send(anna, before)).message_id for _ in range(2)]
    assert isinstance(await house.ctx.gateway.edit(after, ANNA, first, is_photo), Sent)
    assert await house.ctx.replies.edit(anna, second, after, is_photo=is_photo)
    delivered, replied = house.world.ledger.calls_to(ANNA)[-2:]
    assert delivered.method == replied.method
    assert delivered.params == replied.params | {"message_id": first}
    assert ("reply_markup" in house.messages(ANNA)[-1]) is bool(keyboard)


async def test_a_reply_to_a_message_that_is_gone_is_sent_all_the_same(house: StoryHouse) -> None:
    """`allow_sending_without_reply`: https://core.telegram.org/bots/api#replyparameters"""
    anna = await _anna(house)
    said = await house.ctx.replies.send(anna, MESSAGES["bare words"], reply_to=999_999)
    assert house.messages(ANNA)[-1]["message_id"] == said.message_id
    assert "reply_to_message" not in house.messages(ANNA)[-1]


_PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000280000001e080200000000000000")
