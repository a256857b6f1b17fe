"""Who asks, read from an update as Telegram sends it: people over all chats, and chats that speak themselves."""

from __future__ import annotations

from typing import Any

import pytest
import telegram
from story import ANNA, StoryHouse
from story import EDITH as OWNER

from bot.domain.fair_queue import MAX_WAITING_PER_PERSON, QueueTicket
from bot.telegram_edge.updates.update_queue import Admission, ticket_for, ticket_of

EDITH, GROUP, CHANNEL = {"id": 7}, {"id": -5}, {"id": -100}


@pytest.mark.parametrize(
    ("update", "person", "chat", "is_vital"),
    [
        ({"message": {"from": EDITH, "chat": {"id": 7}}}, 7, 7, False),
        ({"message": {"from": EDITH, "chat": GROUP}}, 7, -5, False),
        ({"message": {"from": {"id": 1087968824}, "sender_chat": GROUP, "chat": GROUP}}, -5, -5, False),
        ({"message": {"from": {"id": 136817688}, "sender_chat": CHANNEL, "chat": GROUP}}, -100, -5, False),
        ({"channel_post": {"sender_chat": CHANNEL, "chat": CHANNEL}}, -100, -100, False),
        ({"channel_post": {"chat": CHANNEL}}, -100, -100, False),
        ({"callback_query": {"from": EDITH, "message": {"chat": GROUP}}}, 7, -5, False),
        ({"callback_query": {"from": EDITH, "inline_message_id": "x"}}, 7, 7, False),
        ({"my_chat_member": {"from": EDITH, "chat": GROUP}}, 7, -5, True),
        ({"message": {"from": EDITH, "chat": GROUP, "migrate_to_chat_id": -6}}, 7, -5, True),
        ({"inline_query": {"from": EDITH, "query": "x", "offset": ""}}, 7, 7, False),
        ({"message_reaction": {"user": EDITH, "chat": GROUP, "message_id": 1}}, 7, -5, False),
        ({"message_reaction": {"actor_chat": CHANNEL, "chat": GROUP, "message_id": 1}}, -5, -5, False),
        ({"poll": {}}, 0, 0, False),
    ],
)
def test_who_asks_and_where(update: dict[str, Any], person: int, chat: int, is_vital: bool) -> None:
    assert ticket_of({"update_id": 1} | update) == QueueTicket(1, person, chat, is_vital)


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": "1"},
        {"update_id": 2**70},
        {"message": {}},
        {"update_id": 1, "message": {"from": {"id": "7"}, "chat": GROUP}},
        {"update_id": 1, "message": {"from": {"id": 2**70}, "chat": GROUP}},
        {"update_id": 1, "message": "said"},
    ],
)
async def test_what_cannot_be_is_no_ticket_and_stops_nobody(house: StoryHouse, update: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, AttributeError)):
        ticket_of(update)
    assert not house.update_queue.is_too_much(update)


async def test_an_update_that_has_been_read_says_the_same(house: StoryHouse) -> None:
    world = house.world
    await house.starts(ANNA)
    world.add_bot(OWNER, house.group)
    world.add_bot(OWNER, house.channel)
    world.say(ANNA, ANNA, "/help")
    world.say(ANNA, house.group, "/help")
    world.say(OWNER, house.group, "/help", anonymous=True)
    world.say(OWNER, house.channel, "/help")
    world.press(ANNA, ANNA, house.messages(ANNA)[-1]["message_id"], "anything")
    world.block(ANNA)
    world.migrate(house.group)
    told = world.updates.first(99)
    kinds = {kind for update in told for kind in update if kind != "update_id"}
    assert kinds == {"message", "channel_post", "callback_query", "my_chat_member"}
    for raw in told:
        assert ticket_for(house.update_queue.read(raw, house.application.bot)) == ticket_of(raw), raw
    tickets = [ticket_of(raw) for raw in told]
    assert len({one.person for one in tickets}) > 3 and {one.is_vital for one in tickets} == {True, False}


async def test_what_is_too_much_is_known_before_it_is_read_and_only_then(house: StoryHouse) -> None:
    """The house's places are taken by what waits in Anna's own chat."""

    def said(number: int) -> dict[str, Any]:
        chat = {"id": ANNA, "type": "private"}
        person = {"id": ANNA, "is_bot": False, "first_name": "Anna"}
        return {"update_id": number, "message": {"message_id": 1, "date": 1, "from": person, "chat": chat, "text": "x"}}

    bot = house.application.bot
    for number in range(1, MAX_WAITING_PER_PERSON + 2):  # one of them is at work
        assert not house.update_queue.is_too_much(said(number))
        assert house.update_queue.take(house.update_queue.read(said(number), bot)) is Admission.NEW
    assert house.update_queue.is_too_much(said(9999))
    assert (
        house.update_queue.take(house.update_queue.read(said(9999), bot)) is Admission.KNOWN
    )  # dropped for good, and acknowledged
    assert not house.update_queue.is_too_much(said(1))


@pytest.mark.parametrize("kind", ["message", "my_chat_member"])
async def test_a_kind_of_chat_that_telegram_has_invented_since_is_left_alone(house: StoryHouse, kind: str) -> None:
    """Source: https://core.telegram.org/bots/api#chat (the four types there are today)"""
    person = {"id": ANNA, "is_bot": False, "first_name": "Anna"}
    told: dict[str, Any] = {"date": 1, "from": person, "chat": {"id": ANNA, "type": "newkind"}}
    if kind == "message":
        told |= {"message_id": 1, "text": "/help"}
    else:
        member = {"user": person, "status": "member"}
        told |= {"old_chat_member": member, "new_chat_member": member}
    update = telegram.Update.de_json({"update_id": 5, kind: told}, house.ctx.bot)
    assert house.update_queue.take(update) is Admission.LEFT_OUT
