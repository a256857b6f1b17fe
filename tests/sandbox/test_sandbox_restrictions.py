"""
What a group's administrators may ask of everybody else, bots included: to write slowly, or not at all.

Slow mode is a supergroup's: one message of a member in so many seconds. MTProto says SLOWMODE_WAIT_X, which TDLib
passes on as a 429 like any other, so nothing in the answer tells a chat's own limit from the bot's. A chat that takes
no messages says 400, not 403, by the kind of the message. Administrators are bound by neither.
Sources: https://core.telegram.org/method/channels.toggleSlowMode,
https://github.com/tdlib/td/blob/master/td/telegram/net/NetQueryDelayer.cpp,
https://github.com/tdlib/td/blob/master/td/telegram/MessageContent.cpp (can_send_message_content)
"""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_clock import Clock

from bot.sandbox.world.world import World

PHOTO = "https://x.org/a.jpg"


@pytest.mark.parametrize("limits", [True, False])
async def test_slow_mode_is_a_wait_for_one_chat_alone(
    world: World, call: Any, clock: Clock, anna: int, limits: bool
) -> None:
    world.limits = limits
    slow = world.add_chat("supergroup", "Slow", bot_status="member", slow_mode=60)
    other = world.add_chat("supergroup", "Quick", bot_status="member")
    assert (await call("sendMessage", chat_id=slow.id, text="one"))[0] == 200
    clock.pass_seconds(4.5)
    for method, content in (("sendMessage", {"text": "two"}), ("sendPhoto", {"photo": PHOTO})):
        status, body = await call(method, chat_id=slow.id, **content)
        assert status == 429
        assert body["description"] == "Too Many Requests: retry after 56"
        assert body["parameters"] == {"retry_after": 56}
    for chat in (other.id, anna):
        assert (await call("sendMessage", chat_id=chat, text="at once"))[0] == 200
    clock.pass_seconds(55.5)
    assert (await call("sendMessage", chat_id=slow.id, text="two"))[0] == 200
    assert len(world.ledger.sent_to(slow.id)) == 2


async def test_slow_mode_holds_back_no_edit_and_takes_no_album(world: World, call: Any) -> None:
    slow = world.add_chat("supergroup", "Slow", bot_status="member", slow_mode=60).id
    sent = (await call("sendMessage", chat_id=slow, text="one"))[1]["result"]
    assert (await call("editMessageText", chat_id=slow, message_id=sent["message_id"], text="two"))[0] == 200
    photo = {"type": "photo", "media": PHOTO}
    status, body = await call("sendMediaGroup", chat_id=slow, media=[photo, photo])
    assert (status, body["description"]) == (400, "Bad Request: SLOWMODE_MULTI_MSGS_DISABLED")


async def test_slow_mode_binds_no_administrator_and_no_small_group(world: World, call: Any) -> None:
    led = world.add_chat("supergroup", "Led", bot_status="administrator", slow_mode=60)
    small = world.add_chat("group", "Small", bot_status="member", slow_mode=60)
    for chat in (led.id, small.id, led.id, small.id):
        assert (await call("sendMessage", chat_id=chat, text="x"))[0] == 200
    assert (await call("getChat", chat_id=led.id))[1]["result"]["slow_mode_delay"] == 60
    led.bot_status, led.slow_mode = "member", 0
    assert (await call("sendMessage", chat_id=led.id, text="x"))[0] == 200
    assert "slow_mode_delay" not in (await call("getChat", chat_id=led.id))[1]["result"]


async def test_a_group_that_forbids_writing_says_so_by_the_kind_of_message(world: World, call: Any) -> None:
    night = world.add_chat("supergroup", "Night", bot_status="member", forbids_writing=True)
    photo = {"type": "photo", "media": PHOTO}
    for method, content, kind in (
        ("sendMessage", {"text": "x"}, "text messages"),
        ("sendPhoto", {"photo": PHOTO}, "photos"),
        ("sendMediaGroup", {"media": [photo, photo]}, "photos"),
        ("sendDocument", {"document": "https://x.org/a.pdf"}, "documents"),
        ("sendVideo", {"video": "https://x.org/a.mp4"}, "videos"),
        ("sendAnimation", {"animation": "https://x.org/a.mp4"}, "animations"),
        ("sendAudio", {"audio": "https://x.org/a.mp3"}, "music"),
    ):
        status, body = await call(method, chat_id=night.id, **content)
        assert (status, body["description"]) == (400, f"Bad Request: not enough rights to send {kind} to the chat")
    permissions = (await call("getChat", chat_id=night.id))[1]["result"]["permissions"]
    assert not any(permissions.values())
    night.forbids_writing = False
    assert (await call("sendMessage", chat_id=night.id, text="x"))[0] == 200
    assert all((await call("getChat", chat_id=night.id))[1]["result"]["permissions"].values())


async def test_administrators_write_also_at_night(world: World, call: Any) -> None:
    night = world.add_chat("supergroup", "Night", bot_status="administrator", forbids_writing=True)
    assert (await call("sendMessage", chat_id=night.id, text="x"))[0] == 200
    assert (await call("sendPhoto", chat_id=night.id, photo=PHOTO))[0] == 200
