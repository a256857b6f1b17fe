"""
Ephemeral messages in the sandbox: who may send one, who sees it, and what the names of Bot API 10.2 get.

Source: https://core.telegram.org/bots/api#ephemeralmessageparameters, https://core.telegram.org/bots/api-changelog
"""

from typing import Any

import pytest

from bot.sandbox.bot_api.method_specs import method
from bot.sandbox.bot_api.methods import METHODS
from bot.sandbox.world.api_error import Refused
from bot.sandbox.world.world import World

TOKEN = "700000001:AAsandbox-token"


class Room:
    """A world with a supergroup of two people."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.world = World(token=TOKEN, clock=lambda: self.now)
        self.world.limits = False
        self.anna, self.ben = self.world.add_person("Anna").id, self.world.add_person("Ben").id
        members: Any = {self.anna: "member", self.ben: "member"}
        self.group = self.world.add_chat("supergroup", "Readers", members=members, bot_status="administrator").id

    def call(self, name: str, **given: Any) -> Any:
        spec = method(name)
        assert spec is not None
        return METHODS[name](self.world, spec.read(given), {})

    def send(self, **given: Any) -> Any:
        return self.call("sendMessage", chat_id=self.group, text="For you", **given)


@pytest.fixture
def room() -> Room:
    return Room()


def test_its_receiver_sees_it_and_neither_the_others_nor_the_history(room: Room) -> None:
    sent = room.send(ephemeral_message_parameters={"receiver_user_id": room.anna})
    assert sent["message_id"] == 0 and sent["receiver_user"]["id"] == room.anna
    assert [one["text"] for one in room.world.seen_alone(room.anna, room.group)] == ["For you"]
    assert room.world.seen_alone(room.ben, room.group) == [] and room.world.messages(room.group) == []


def test_a_member_needs_a_press_or_an_ephemeral_command_of_that_person_not_older_than_15_seconds(room: Room) -> None:
    room.world.chats[room.group].bot_status = "member"
    only_anna = {"receiver_user_id": room.anna}
    with pytest.raises(Refused, match="MESSAGE_NOT_COMMAND"):
        room.send(ephemeral_message_parameters=only_anna)
    query = room.world.press(room.anna, room.group, 1, "x")
    with pytest.raises(Refused, match="MESSAGE_NOT_COMMAND"):
        room.send(ephemeral_message_parameters={"receiver_user_id": room.ben, "callback_query_id": query})
    room.now += 15
    room.send(ephemeral_message_parameters=only_anna | {"callback_query_id": query})
    room.now += 1
    with pytest.raises(Refused, match="MESSAGE_NOT_COMMAND"):
        room.send(ephemeral_message_parameters=only_anna | {"callback_query_id": query})
    command = {"reply_parameters": {"ephemeral_message_id": room.world.say_alone(room.anna, room.group, "/settings")}}
    room.send(ephemeral_message_parameters=only_anna, **command)
    room.now += 16
    with pytest.raises(Refused, match="MESSAGE_NOT_COMMAND"):
        room.send(ephemeral_message_parameters=only_anna, **command)


def test_it_goes_to_members_of_groups_only(room: Room) -> None:
    with pytest.raises(Refused, match="USER_NOT_PARTICIPANT"):
        room.send(ephemeral_message_parameters={"receiver_user_id": 404})
    room.world.start(room.anna)
    with pytest.raises(Refused, match="only to groups"):
        room.call(
            "sendMessage", chat_id=room.anna, text="x", ephemeral_message_parameters={"receiver_user_id": room.anna}
        )


def test_it_is_changed_and_deleted_by_its_own_methods_and_by_no_other(room: Room) -> None:
    sent = room.send(ephemeral_message_parameters={"receiver_user_id": room.anna})
    number = sent["ephemeral_message_id"]
    where = {"chat_id": room.group, "receiver_user_id": room.anna, "ephemeral_message_id": number}
    keys = {"inline_keyboard": [[{"text": "Go", "callback_data": "1"}]]}
    assert room.call("editEphemeralMessageText", text="Changed", reply_markup=keys, **where)
    [shown] = room.world.seen_alone(room.anna, room.group)
    assert shown["text"] == "Changed" and shown["reply_markup"] == keys
    for wrong in (where | {"receiver_user_id": room.ben}, where | {"ephemeral_message_id": number + 1}):
        with pytest.raises(Refused, match="message to edit not found"):
            room.call("editEphemeralMessageReplyMarkup", **wrong)
    with pytest.raises(Refused, match="not found"):
        room.call("editMessageText", chat_id=room.group, message_id=number, text="x")
    with pytest.raises(Refused, match="not found"):
        room.call("deleteMessage", chat_id=room.group, message_id=0)
    assert room.call("deleteEphemeralMessage", **where)
    assert room.world.seen_alone(room.anna, room.group) == []


@pytest.mark.parametrize("old", ["receiver_user_id", "callback_query_id"])
def test_the_names_of_bot_api_10_2_are_refused_because_telegram_would_answer_in_public(room: Room, old: str) -> None:
    with pytest.raises(Refused, match="would be public"):
        room.send(**{old: room.anna})
    assert room.world.messages(room.group) == []
    with pytest.raises(Refused, match="query is too old"):  # where the name is right
        room.call("answerCallbackQuery", callback_query_id="1")
