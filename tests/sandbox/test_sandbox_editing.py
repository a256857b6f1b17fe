"""Changing, deleting and pinning what stands in a chat."""

from typing import Any

import pytest
from sandbox_clock import Clock

from bot.sandbox.world.world import World

PHOTO = "https://x.org/a.jpg"
KEYS = {"inline_keyboard": [[{"text": "More", "callback_data": "1:more:1"}]]}


@pytest.fixture
async def text(call: Any, anna: int) -> dict[str, int]:
    sent = await call("sendMessage", chat_id=anna, text="before", reply_markup=KEYS)
    return {"chat_id": anna, "message_id": sent[1]["result"]["message_id"]}


@pytest.fixture
async def photo(call: Any, anna: int) -> dict[str, int]:
    sent = await call("sendPhoto", chat_id=anna, photo=PHOTO, caption="before", reply_markup=KEYS)
    return {"chat_id": anna, "message_id": sent[1]["result"]["message_id"]}


def reason(answer: tuple[int, dict[str, Any]]) -> str:
    return str(answer[1]["description"]).removeprefix("Bad Request: ")


async def test_an_edit_replaces_text_and_keyboard_and_says_when(
    world: World, call: Any, clock: Clock, anna: int, text: dict[str, int]
) -> None:
    clock.pass_seconds(60)
    edited = (await call("editMessageText", **text, text="after"))[1]["result"]
    assert edited["text"] == "after" and edited["edit_date"] == int(clock.now)
    assert "reply_markup" not in edited
    assert world.messages(anna)[-1] == edited


async def test_an_edit_that_changes_nothing_is_refused(call: Any, text: dict[str, int]) -> None:
    same = await call("editMessageText", **text, text="before ", reply_markup=KEYS)
    assert reason(same).startswith("message is not modified: specified new message content")
    assert (await call("editMessageText", **text, text="before"))[0] == 200
    assert reason(await call("editMessageReplyMarkup", **text)).startswith("message is not modified")


async def test_text_can_become_media_but_media_never_text(
    call: Any, text: dict[str, int], photo: dict[str, int]
) -> None:
    assert reason(await call("editMessageText", **photo, text="x")) == "there is no text in the message to edit"
    assert reason(await call("editMessageCaption", **text, caption="x")) == "there is no caption in the message to edit"
    media = {"type": "photo", "media": PHOTO, "caption": "now a photo"}
    edited = (await call("editMessageMedia", **text, media=media))[1]["result"]
    assert edited["photo"] and edited["caption"] == "now a photo" and "text" not in edited
    assert (await call("editMessageCaption", **photo, caption="after"))[1]["result"]["caption"] == "after"
    assert "caption" not in (await call("editMessageCaption", **photo))[1]["result"]


async def test_only_the_bots_own_standing_messages_can_be_edited(world: World, call: Any, anna: int) -> None:
    theirs = world.say(anna, anna, "mine")["message_id"]
    edit = {"chat_id": anna, "text": "x"}
    assert reason(await call("editMessageText", **edit, message_id=theirs)) == "message can't be edited"
    assert reason(await call("editMessageText", **edit, message_id=999)) == "message to edit not found"
    assert reason(await call("editMessageText", **edit)) == "message identifier is not specified"


async def test_what_a_press_shows_stays_what_it_was(world: World, call: Any, anna: int, text: dict[str, int]) -> None:
    world.press(anna, anna, text["message_id"], "1:more:1")
    await call("editMessageText", **text, text="after")
    assert world.updates.first(1)[0]["callback_query"]["message"]["text"] == "before"


async def test_a_message_is_deleted_within_two_days(
    world: World, call: Any, clock: Clock, anna: int, text: dict[str, int], photo: dict[str, int]
) -> None:
    assert (await call("deleteMessage", **text))[1]["result"] is True
    assert reason(await call("deleteMessage", **text)) == "message to delete not found"
    clock.pass_seconds(48 * 3600 + 1)
    assert reason(await call("deleteMessage", **photo)) == "message can't be deleted for everyone"
    fresh = (await call("sendMessage", chat_id=anna, text="x"))[1]["result"]["message_id"]
    assert (await call("deleteMessages", chat_id=anna, message_ids=[999, fresh]))[0] == 200
    assert world.history.get(anna, fresh) is None


async def test_in_groups_only_administrators_delete_and_pin_for_others(world: World, call: Any) -> None:
    world.add_bot(7003, -5001)
    theirs = world.say(7001, -5001, "/help")["message_id"]
    ask = {"chat_id": -5001, "message_id": theirs}
    assert reason(await call("deleteMessage", **ask)) == "message can't be deleted for everyone"
    assert "not enough rights" in reason(await call("pinChatMessage", **ask))
    world.make_bot_admin(7003, -5001)
    assert (await call("pinChatMessage", **ask))[0] == 200
    assert (await call("getChat", chat_id=-5001))[1]["result"]["pinned_message"]["message_id"] == theirs
    assert (await call("unpinChatMessage", chat_id=-5001))[0] == 200
    assert reason(await call("unpinChatMessage", chat_id=-5001)) == "message to unpin not found"
    assert (await call("deleteMessage", **ask))[0] == 200


async def test_one_reaction_is_a_bots_share(world: World, call: Any, anna: int, text: dict[str, int]) -> None:
    heart = {"type": "emoji", "emoji": "❤"}
    assert (await call("setMessageReaction", **text, reaction=[heart]))[0] == 200
    assert world.reactions[anna, text["message_id"]] == [heart]
    assert reason(await call("setMessageReaction", **text, reaction=[heart, heart])) == "REACTIONS_TOO_MANY"
