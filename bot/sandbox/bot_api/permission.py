"""
What the bot may do where: which chats it can find, write to and manage, and how Telegram refuses.

Source: check_chat_access in https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.world.api_error import Refused, bad_request, forbidden
from bot.sandbox.world.people import Chat

if TYPE_CHECKING:
    from bot.sandbox.world.world import World

_IN_PLURAL = {
    "text": "text messages",
    "photo": "photos",
    "document": "documents",
    "video": "videos",
    "animation": "animations",
    "audio": "music",
}


def find_chat(world: World, chat_id: int | str) -> Chat:
    """Return the chat by number or `@username`. Raises: Refused when there is none."""
    chat = world.chats.get(chat_id) if isinstance(chat_id, int) else _named(world, chat_id)
    if chat is None:
        raise bad_request("chat not found")
    return chat


def _named(world: World, name: str) -> Chat | None:
    wanted = name.removeprefix("@").lower()
    if not name.startswith("@") or not wanted:
        return None
    public = (chat for chat in world.chats.values() if chat.type != "private")
    return next((chat for chat in public if (chat.username or "").lower() == wanted), None)


def readable_chat(world: World, chat_id: int | str) -> Chat:
    """Return a chat that the bot is in or has heard of. Raises: Refused."""
    chat = find_chat(world, chat_id)
    if chat.migrated_to is not None:
        raise _migrated(chat)
    if chat.type == "private":
        person = world.people[chat.id]
        if not person.has_started:
            raise bad_request("chat not found")
    elif chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    elif chat.bot_status == "left" and not chat.username:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def writable_chat(world: World, chat_id: int | str, thread: int | None = None, *, kind: str | None = None) -> Chat:
    """Return a chat that the bot may send to: into that topic, and a message of that kind. Raises: Refused.

    The kind is `text` or a file's; None is for what puts no message into the chat.
    Source: can_send_message_content in https://github.com/tdlib/td/blob/master/td/telegram/MessageContent.cpp
    """
    chat = world.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None:
        chat = find_chat(world, chat_id)
    if chat.type == "private":
        person = world.people[chat.id]
        if person.is_deleted:
            raise forbidden("user is deactivated")
        if person.has_blocked:
            raise forbidden("bot was blocked by the user")
        if not person.has_started:
            raise forbidden("bot can't initiate conversation with a user")
        if thread is not None and thread not in chat.threads and not world.ignores_threads:
            raise bad_request("message thread not found")
        return chat
    if chat.migrated_to is not None:
        raise _migrated(chat)
    match chat.bot_status:
        case "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        case "left":
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        case "member" if chat.type == "channel":
            raise bad_request("need administrator rights in the channel chat")
        case "administrator" if chat.forbids_bot_posts and kind is not None:
            raise bad_request("need administrator rights in the channel chat")
    if thread is not None:
        _check_thread(chat, thread)
    if kind is not None and chat.is_group and chat.bot_status != "administrator":
        forbidden_here = chat.forbids_writing or (kind == "photo" and chat.forbids_photos)
        if forbidden_here:
            raise bad_request(f"not enough rights to send {_IN_PLURAL[kind]} to the chat")
    return chat


def _check_thread(chat: Chat, thread: int) -> None:
    topic = chat.threads.get(thread) if chat.is_forum else None
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and chat.bot_status != "administrator":
        raise bad_request("TOPIC_CLOSED")


def managed_chat(world: World, chat_id: int | str, refusal: str) -> Chat:
    """Return a chat where the bot is an administrator, or a private one. Raises: Refused with `refusal` elsewhere."""
    chat = writable_chat(world, chat_id)
    if chat.type != "private" and chat.bot_status != "administrator":
        raise bad_request(refusal)
    return chat


def _migrated(chat: Chat) -> Refused:
    reason = "group chat was upgraded to a supergroup chat"
    return Refused(400, reason, {"migrate_to_chat_id": chat.migrated_to})
