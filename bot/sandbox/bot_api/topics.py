"""
Threads: those of forums, and those that a bot makes in the private chats of people.

Source: https://core.telegram.org/bots/api#createforumtopic and its neighbours
        https://core.telegram.org/method/messages.editForumTopic (Telegram's own refusals)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.bot_api.permission import writable_chat
from bot.sandbox.bot_api.sending import Uploads, pass_at_pace
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.people import Chat, Json, Thread

if TYPE_CHECKING:
    from bot.sandbox.world.world import World

_NAME = 128
_BLUE = 7322096


def create_forum_topic(world: World, params: Json, uploads: Uploads) -> Json:
    chat, name = _with_threads(world, params), _named(params)
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    pass_at_pace(world, chat)
    number = world.next_thread(chat)
    chat.threads[number] = Thread(name)
    _service(world, chat, number, number, {"forum_topic_created": {"name": name, "icon_color": _BLUE}})
    return {"message_thread_id": number, "name": name, "icon_color": _BLUE}


def edit_forum_topic(world: World, params: Json, uploads: Uploads) -> bool:
    chat, name = _with_threads(world, params), _named(params)
    number = params["message_thread_id"]
    thread = chat.threads.get(number)
    if thread is None:
        raise bad_request("TOPIC_ID_INVALID")
    if name in ("", thread.name):
        raise bad_request("TOPIC_NOT_MODIFIED")
    pass_at_pace(world, chat)
    thread.name = name
    _service(world, chat, world.history.next_id(chat), number, {"forum_topic_edited": {"name": name}})
    return True


def delete_forum_topic(world: World, params: Json, uploads: Uploads) -> bool:
    chat = _with_threads(world, params)
    if params["message_thread_id"] not in chat.threads:
        raise bad_request("TOPIC_ID_INVALID")
    world.delete_thread(chat.id, params["message_thread_id"])
    return True


def close_forum_topic(world: World, params: Json, uploads: Uploads) -> bool:
    chat = _with_threads(world, params)
    thread = chat.threads.get(params["message_thread_id"])
    if chat.type == "private":
        raise bad_request("the chat is not a supergroup forum")
    if thread is None:
        raise bad_request("TOPIC_ID_INVALID")
    if thread.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    thread.closed = True
    return True


def _with_threads(world: World, params: Json) -> Chat:
    """Return a chat in which the bot may manage threads. Raises: Refused."""
    chat = writable_chat(world, params["chat_id"])
    if chat.type == "private":
        if not world.bot.get("has_topics_enabled"):
            raise bad_request("the chat is not a forum")
    elif not chat.is_forum:
        raise bad_request("the chat is not a forum")
    elif chat.bot_status != "administrator":
        raise bad_request("not enough rights to create a topic")
    return chat


def _named(params: Json) -> str:
    name: str = params.get("name", "").strip()
    if len(name) > _NAME:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    return name


def _service(world: World, chat: Chat, message_id: int, thread: int, fields: Json) -> None:
    message = {"message_id": message_id, "from": world.bot, "chat": chat.json, "date": int(world.clock())}
    world.post(chat.id, message | {"message_thread_id": thread, "is_topic_message": True} | fields)
