"""
Sending, changing and deleting what one member of a group alone sees.

Telegram names no errors for it; those that are known come from reports.
Source: https://core.telegram.org/bots/api#editephemeralmessagetext and its neighbours
        https://github.com/kurigram-org/kurigram/pull/337 (MESSAGE_NOT_COMMAND)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.sandbox.bot_api.permission import writable_chat
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.ephemeral import ANSWER_WITHIN, Place
from bot.sandbox.world.people import Chat, Json

if TYPE_CHECKING:
    from bot.sandbox.world.world import World

_INSIDE = ("creator", "administrator", "member")


def receiver(world: World, chat: Chat, params: Json) -> Place | None:
    """Return who alone is to see what is sent; None when all are. Raises: Refused when that may not be."""
    wanted = params.get("ephemeral_message_parameters")
    if wanted is None:
        return None
    person = wanted["receiver_user_id"]
    if not chat.is_group:
        raise bad_request("ephemeral messages can be sent only to groups")
    if chat.members.get(person) not in _INSIDE:
        raise bad_request("USER_NOT_PARTICIPANT")
    place, now = Place(chat.id, person), world.clock()
    command = params.get("reply_parameters", {}).get("ephemeral_message_id")
    query = world.queries.get(wanted.get("callback_query_id", ""))
    is_answer = query is not None and (query.chat, query.person) == (chat.id, person)
    if is_answer and query is not None and now - query.asked_at <= ANSWER_WITHIN:
        return place
    if command is not None and world.ephemeral.may_answer(place, command, now):
        return place
    if chat.bot_status != "administrator":
        raise bad_request("MESSAGE_NOT_COMMAND")
    return place


def show(world: World, chat: Chat, place: Place, message: Json) -> Json:
    """Show a message to its one receiver and return it as the bot is told of it."""
    message = message | {
        "message_id": 0,
        "ephemeral_message_id": world.ephemeral.next_id(),
        "receiver_user": world.people[place.person].user(),
    }
    world.ephemeral.add(place, message)
    world.tell("message", chat.id, on_page(message))
    return message


def on_page(message: Json) -> Json:
    """Return a message as the chat page knows it: by the number that it has for its one receiver."""
    return message | {"message_id": message["ephemeral_message_id"]}


def shown(world: World, params: Json) -> tuple[Chat, Place, Json]:
    """Return the message of ours that is to be changed, with its chat and receiver. Raises: Refused."""
    chat = writable_chat(world, params["chat_id"])
    place = Place(chat.id, params["receiver_user_id"])
    message = world.ephemeral.get(place, params["ephemeral_message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    return chat, place, message


def changing(change: Callable[[World, Json, Json], Json]) -> Callable[..., bool]:
    """Return the method that makes `change` of a message: it takes the world, the parameters and the message."""

    def method(world: World, params: Json, uploads: object) -> bool:
        chat, place, message = shown(world, params)
        new = change(world, params, message)
        markup = world.keyboards.checked(params.get("reply_markup"), chat)
        new = {key: part for key, part in new.items() if key != "reply_markup"}
        new |= {} if markup is None else {"reply_markup": markup}
        world.ephemeral.add(place, new)
        world.tell("edited", chat.id, on_page(new))
        return True

    return method


def delete(world: World, params: Json, uploads: object) -> bool:
    chat, place, message = shown(world, params)
    world.ephemeral.remove(place, message["ephemeral_message_id"])
    world.tell("deleted", chat.id, {"message_id": message["ephemeral_message_id"]})
    return True
