"""
The methods that put a message into a chat.

The order of refusals is Telegram's: first what the message is, then whether the chat takes it, then the pace.
Source: https://core.telegram.org/bots/api#available-methods
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bot.sandbox.bot_api import ephemeral, media, rich_messages
from bot.sandbox.bot_api.method_specs import Upload
from bot.sandbox.bot_api.permission import readable_chat, writable_chat
from bot.sandbox.world.api_error import bad_request, too_many_requests
from bot.sandbox.world.keyboards import location_key
from bot.sandbox.world.people import Chat, Json

if TYPE_CHECKING:
    from bot.sandbox.world.world import World

Uploads = Mapping[str, Upload]
_ALBUM = range(2, 11)
_ALBUM_KINDS = ("photo", "video", "document", "audio")
_ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "record_audio",
    "upload_audio",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)


def send_message(world: World, params: Json, uploads: Uploads) -> Json:
    text, entities = world.formatter.text(params["text"], params.get("parse_mode"), params.get("entities"))
    chat = writable_chat(world, params["chat_id"], params.get("message_thread_id"), kind="text")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    if preview := params.get("link_preview_options"):
        content["link_preview_options"] = preview
    return _sent(world, chat, params, content)


def send_rich_message(world: World, params: Json, uploads: Uploads) -> Json:
    rich = params["rich_message"]
    rich_messages.check(rich)
    kind = "photo" if rich_messages.needs_photo_rights(rich) else "text"
    chat = writable_chat(world, params["chat_id"], params.get("message_thread_id"), kind=kind)
    said = rich_messages.content(world, rich, chat, uploads)
    return _sent(world, chat, params, rich_messages.shown(said)) | said


def _sends(kind: str) -> Callable[[World, Json, Uploads], Json]:
    """Return the method that sends one file of a kind."""

    def send(world: World, params: Json, uploads: Uploads) -> Json:
        content = captioned(world, params)
        chat = writable_chat(world, params["chat_id"], params.get("message_thread_id"), kind=kind)
        file = media.stored(world, kind, params[kind], uploads)
        return _sent(world, chat, params, media.message_fields(file) | content)

    return send


send_photo = _sends("photo")
send_document = _sends("document")
send_video = _sends("video")
send_animation = _sends("animation")
send_audio = _sends("audio")


def captioned(world: World, params: Json) -> Json:
    """Return what a caption and its flags add to a message. Raises: Refused."""
    content: Json = {}
    if caption := params.get("caption"):
        text, entities = world.formatter.caption(caption, params.get("parse_mode"), params.get("caption_entities"))
        if text:
            content["caption"] = text
            if entities:
                content["caption_entities"] = entities
    if params.get("show_caption_above_media"):
        content["show_caption_above_media"] = True
    if params.get("has_spoiler"):
        content["has_media_spoiler"] = True
    return content


def _sent(world: World, chat: Chat, params: Json, content: Json) -> Json:
    """Put one message into the chat, if its keyboard is right and the pace allows, and return it."""
    markup = world.keyboards.checked(params.get("reply_markup"), chat)
    if "keyboard" in params.get("reply_markup", {}):
        world.reply_keyboards[chat.id] = params["reply_markup"]["keyboard"]
    one = ephemeral.receiver(world, chat, params)
    answered = {} if one is not None else _reply(world, chat, params.get("reply_parameters"))
    _pass(world, chat, is_paid=params.get("allow_paid_broadcast", False))
    if one is not None:
        shown = _message(world, chat, params) | content | ({} if markup is None else {"reply_markup": markup})
        return ephemeral.show(world, chat, one, shown)
    message = _message(world, chat, params)
    message.update(answered)
    message.update(content)
    if markup is not None:
        message["reply_markup"] = markup
    if label := location_key(params.get("reply_markup"), chat):
        world.post(chat.id, {**message, "location_key": label})  # for the page; Telegram tells bots only inline ones
    else:
        world.post(chat.id, message)
    return message


def _message(world: World, chat: Chat, params: Json) -> Json:
    """Return the beginning of a message that the bot writes."""
    message: Json = {"message_id": world.history.next_id(chat)}
    message["sender_chat" if chat.type == "channel" else "from"] = chat.json if chat.type == "channel" else world.bot
    message["chat"] = chat.json
    message["date"] = int(world.clock())
    if "message_thread_id" in params and not (chat.type == "private" and world.ignores_threads):
        message["message_thread_id"] = params["message_thread_id"]
        message["is_topic_message"] = True
    if params.get("protect_content"):
        message["has_protected_content"] = True
    if "message_effect_id" in params:
        message["effect_id"] = params["message_effect_id"]
    return message


def _reply(world: World, chat: Chat, reply: Json | None) -> Json:
    if reply is None:
        return {}
    there = readable_chat(world, reply["chat_id"]).id if "chat_id" in reply else chat.id
    if "message_id" not in reply:
        raise bad_request("message to be replied not found")
    replied = world.history.get(there, reply["message_id"])
    if replied is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {key: part for key, part in replied.items() if key != "reply_to_message"}}


def pass_at_pace(world: World, chat: Chat, *, messages: int = 1, is_paid: bool = False) -> None:
    """Count a message or an edit against Telegram's limits, if they are on. Raises: Refused (429)."""
    if not world.limits:
        return
    now = world.clock()
    wait = world.pace.admit(chat.id, now, messages=messages, is_group=chat.is_group, is_paid=is_paid)
    if wait:
        raise too_many_requests(wait)


def _pass(world: World, chat: Chat, *, messages: int = 1, is_paid: bool = False) -> None:
    """Count new messages against the chat's slow mode, which is a supergroup's alone, and against Telegram's limits.

    Raises: Refused (429, and 400 for an album in slow mode).
    Sources: https://core.telegram.org/method/channels.toggleSlowMode, https://core.telegram.org/method/messages.sendMedia
    (SLOWMODE_MULTI_MSGS_DISABLED), https://github.com/tdlib/td/blob/master/td/telegram/net/NetQueryDelayer.cpp
    """
    now = world.clock()
    if chat.slow_mode and chat.type == "supergroup" and chat.bot_status != "administrator":
        if messages > 1:
            raise bad_request("SLOWMODE_MULTI_MSGS_DISABLED")
        if (wait := math.ceil(chat.bot_wrote_at + chat.slow_mode - now)) > 0:
            raise too_many_requests(wait)
    pass_at_pace(world, chat, messages=messages, is_paid=is_paid)
    chat.bot_wrote_at = now


def send_media_group(world: World, params: Json, uploads: Uploads) -> list[Json]:
    album = params["media"]
    if len(album) not in _ALBUM:
        raise bad_request("album must contain from 2 to 10 items" if album else "media group must be non-empty")
    kinds = {part["type"] for part in album}
    if not kinds <= set(_ALBUM_KINDS) or (len(kinds) > 1 and kinds != {"photo", "video"}):
        raise bad_request("can't use the media of the specified type in the album")
    contents = [captioned(world, part) for part in album]
    chat = writable_chat(
        world,
        params["chat_id"],
        params.get("message_thread_id"),
        kind="photo" if "photo" in kinds else album[0]["type"],
    )
    files = [media.stored(world, part["type"], part["media"], uploads) for part in album]
    answered = _reply(world, chat, params.get("reply_parameters"))
    _pass(world, chat, messages=len(album), is_paid=params.get("allow_paid_broadcast", False))
    messages: list[Json] = []
    for file, content in zip(files, contents, strict=True):
        message = _message(world, chat, params) | answered | media.message_fields(file) | content
        message["media_group_id"] = messages[0]["media_group_id"] if messages else f"1{message['message_id']:017d}"
        world.post(chat.id, message)
        messages.append(message)
    return messages


def forward_message(world: World, params: Json, uploads: Uploads) -> Json:
    original = _source(world, params, "forward")
    chat = writable_chat(world, params["chat_id"], params.get("message_thread_id"), kind=_kind(original))
    _pass(world, chat)
    origin: Json = {"date": original["date"]}
    if "sender_chat" in original and "from" not in original:
        origin |= {"type": "channel", "chat": original["chat"], "message_id": original["message_id"]}
    else:
        origin |= {"type": "user", "sender_user": original["from"]}
    message = _message(world, chat, params) | _content(original) | {"forward_origin": origin}
    world.post(chat.id, message)
    return message


def copy_message(world: World, params: Json, uploads: Uploads) -> Json:
    original = _source(world, params, "copy")
    chat = writable_chat(world, params["chat_id"], params.get("message_thread_id"), kind=_kind(original))
    content = _content(original)
    if "caption" in params and "text" not in content:
        content = {key: part for key, part in content.items() if not key.startswith("caption")}
        content |= captioned(world, params)
    return {"message_id": _sent(world, chat, params, content)["message_id"]}


def _source(world: World, params: Json, act: str) -> Json:
    chat = readable_chat(world, params["from_chat_id"])
    original = world.history.get(chat.id, params["message_id"])
    if original is None:
        raise bad_request(f"message to {act} not found")
    if original.get("has_protected_content") or not _content(original):
        raise bad_request(f"the message can't be {'forwarded' if act == 'forward' else 'copied'}")
    return original


_CONTENT = (
    "text",
    "entities",
    "link_preview_options",
    "rich_message",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    *media.KINDS,
)


def _kind(message: Json) -> str:
    """Return the kind of a message for what a chat allows."""
    return next((kind for kind in ("animation", *media.KINDS) if kind in message), "text")


def _content(message: Json) -> Json:
    return {key: message[key] for key in _CONTENT if key in message}


def send_chat_action(world: World, params: Json, uploads: Uploads) -> bool:
    if params["action"] not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    writable_chat(world, params["chat_id"], params.get("message_thread_id"))
    return True
