"""
The methods that ask about chats and the people in them.

Source: https://core.telegram.org/bots/api#chatfullinfo and #chatmember
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.bot_api.permission import readable_chat
from bot.sandbox.bot_api.sending import Uploads
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.people import Chat, Json, chat_member

if TYPE_CHECKING:
    from bot.sandbox.world.world import World

_PERMISSIONS = (
    "can_send_messages",
    "can_send_photos",
    "can_send_documents",
    "can_send_videos",
    "can_send_other_messages",
    "can_add_web_page_previews",
)


def get_chat(world: World, params: Json, uploads: Uploads) -> Json:
    chat = readable_chat(world, params["chat_id"])
    full = chat.json | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        ),
    }
    if chat.is_group:
        may_write = not chat.forbids_writing
        full["permissions"] = dict.fromkeys(_PERMISSIONS, may_write) | {
            "can_send_photos": may_write and not chat.forbids_photos
        }
    if chat.linked_to is not None:
        full["linked_chat_id"] = chat.linked_to
    if chat.slow_mode and chat.type == "supergroup":
        full["slow_mode_delay"] = chat.slow_mode
    if chat.pinned and (pinned := world.history.get(chat.id, chat.pinned[-1])):
        full["pinned_message"] = pinned
    return full


def get_chat_administrators(world: World, params: Json, uploads: Uploads) -> list[Json]:
    chat = readable_chat(world, params["chat_id"])
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    members = [
        chat_member(world.people[user].user(), status)
        for user, status in chat.members.items()
        if status in ("creator", "administrator")
    ]
    if chat.bot_status == "administrator":
        members.append(chat_member(world.bot, "administrator"))
    return members


def get_chat_member(world: World, params: Json, uploads: Uploads) -> Json:
    chat = readable_chat(world, params["chat_id"])
    user = params["user_id"]
    if user == world.bot["id"]:
        member = chat_member(world.bot, "member" if chat.type == "private" else chat.bot_status)
        return member | {"can_post_messages": False} if chat.forbids_bot_posts else member
    person = world.people.get(user)
    if person is None:
        raise bad_request("user not found")
    if chat.type == "private":
        if user != chat.id:
            raise bad_request("user not found")
        return chat_member(person.user(), "member")
    return chat_member(person.user(), chat.members.get(user, "left"))


def get_chat_member_count(world: World, params: Json, uploads: Uploads) -> int:
    chat = readable_chat(world, params["chat_id"])
    return 2 if chat.type == "private" else len(chat.members) + _is_in(chat)


def leave_chat(world: World, params: Json, uploads: Uploads) -> bool:
    chat = readable_chat(world, params["chat_id"])
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    if _is_in(chat):
        world.leave(chat)
    return True


def _is_in(chat: Chat) -> bool:
    return chat.bot_status in ("member", "administrator")
