"""
The methods that change a message that stands: edits, deletions, pins, reactions.

A message is never changed in place: updates that carry it keep what was true when they were made.
Source: https://core.telegram.org/bots/api#updating-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.limits import DELETE_WITHIN
from bot.sandbox.bot_api import ephemeral, media, rich_messages
from bot.sandbox.bot_api.permission import managed_chat, writable_chat
from bot.sandbox.bot_api.sending import Uploads, captioned, pass_at_pace
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.people import Chat, Json

if TYPE_CHECKING:
    from bot.sandbox.world.world import World

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
_MANY = 100
_TEXT = ("text", "entities", "link_preview_options", "rich_message")
_CAPTION = ("caption", "caption_entities", "show_caption_above_media")


def edit_message_text(world: World, params: Json, uploads: Uploads) -> Json:
    if ("text" in params) == ("rich_message" in params):
        raise bad_request("message text is empty")
    if "rich_message" in params:
        return _edited_in_blocks(world, params, uploads)
    content = _new_text(world, params)
    chat, message = _editable(world, params)
    return _edited(world, chat, params, message, _with_text(message, content))


def _edited_in_blocks(world: World, params: Json, uploads: Uploads) -> Json:
    """Put blocks in the place of a text or of other blocks. Custom emoji do not survive it, which we never send.

    Source: https://core.telegram.org/bots/api#editmessagetext
    """
    rich = params["rich_message"]
    rich_messages.check(rich)
    chat, message = _editable(world, params)
    if "text" not in message and "rich_message" not in message:
        raise bad_request("there is no text in the message to edit")
    content = rich_messages.shown(rich_messages.content(world, rich, chat, uploads))
    return _edited(world, chat, params, message, _without(message, _TEXT) | content)


def edit_message_caption(world: World, params: Json, uploads: Uploads) -> Json:
    content = captioned(world, params)
    chat, message = _editable(world, params)
    return _edited(world, chat, params, message, _with_caption(message, content))


edit_ephemeral_message_text = ephemeral.changing(
    lambda world, params, message: _with_text(message, _new_text(world, params))
)
edit_ephemeral_message_caption = ephemeral.changing(
    lambda world, params, message: _with_caption(message, captioned(world, params))
)
edit_ephemeral_message_reply_markup = ephemeral.changing(lambda world, params, message: dict(message))


def _new_text(world: World, params: Json) -> Json:
    if "text" not in params:
        raise bad_request("message text is empty")
    text, entities = world.formatter.text(params["text"], params.get("parse_mode"), params.get("entities"))
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    if preview := params.get("link_preview_options"):
        content["link_preview_options"] = preview
    return content


def _with_text(message: Json, content: Json) -> Json:
    if "text" not in message and "rich_message" not in message:
        raise bad_request("there is no text in the message to edit")
    return _without(message, _TEXT) | content


def _with_caption(message: Json, content: Json) -> Json:
    if not any(kind in message for kind in media.KINDS):
        raise bad_request("there is no caption in the message to edit")
    return _without(message, _CAPTION) | content


def edit_message_media(world: World, params: Json, uploads: Uploads) -> Json:
    new = params["media"]
    if new["type"] not in media.KINDS:
        raise bad_request("the message media type can't be edited in")
    content = captioned(world, new)
    chat, message = _editable(world, params)
    if new["type"] == "photo" and chat.forbids_photos and chat.bot_status != "administrator":
        raise bad_request("not enough rights to send photos to the chat")
    file = media.stored(world, new["type"], new["media"], uploads)
    left = _without(message, (*_TEXT, *_CAPTION, *media.KINDS, "has_media_spoiler"))
    return _edited(world, chat, params, message, left | media.message_fields(file) | content)


def edit_message_reply_markup(world: World, params: Json, uploads: Uploads) -> Json:
    chat, message = _editable(world, params)
    return _edited(world, chat, params, message, dict(message))


def _editable(world: World, params: Json) -> tuple[Chat, Json]:
    """Return the bot's own message that is to be changed, and its chat. Raises: Refused."""
    if "inline_message_id" in params:
        raise bad_request("MESSAGE_ID_INVALID")
    if "chat_id" not in params:
        raise bad_request("chat_id is empty")
    if "message_id" not in params:
        raise bad_request("message identifier is not specified")
    chat = writable_chat(world, params["chat_id"])
    message = world.history.get(chat.id, params["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    is_own = "sender_chat" in message if chat.type == "channel" else message.get("from") is world.bot
    if not is_own or "forward_origin" in message:
        raise bad_request("message can't be edited")
    return chat, message


def _edited(world: World, chat: Chat, params: Json, old: Json, new: Json) -> Json:
    """Replace the message, keyboard included: an edit without one takes it away."""
    markup = world.keyboards.checked(params.get("reply_markup"), chat)
    new.pop("reply_markup", None)
    if markup is not None:
        new["reply_markup"] = markup
    if _without(new, ("edit_date",)) == _without(old, ("edit_date",)):
        raise bad_request(_NOT_MODIFIED)
    pass_at_pace(world, chat)
    new["edit_date"] = int(world.clock())
    world.history.add(chat.id, new)
    world.tell("edited", chat.id, new)
    return new


def _without(message: Json, keys: tuple[str, ...]) -> Json:
    return {key: part for key, part in message.items() if key not in keys}


def delete_message(world: World, params: Json, uploads: Uploads) -> bool:
    chat = writable_chat(world, params["chat_id"])
    message = world.history.get(chat.id, params["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if not _deletable(world, chat, message):
        raise bad_request("message can't be deleted for everyone")
    _delete(world, chat, message)
    return True


def delete_messages(world: World, params: Json, uploads: Uploads) -> bool:
    """Delete what can be deleted; numbers that are not found are skipped."""
    chat = writable_chat(world, params["chat_id"])
    numbers = params["message_ids"]
    if not 1 <= len(numbers) <= _MANY:
        raise bad_request(
            "too many message identifiers specified" if numbers else "message identifiers are not specified"
        )
    found = [message for number in numbers if (message := world.history.get(chat.id, number)) is not None]
    if any(not _deletable(world, chat, message) for message in found):
        raise bad_request("message can't be deleted for everyone")
    for message in found:
        _delete(world, chat, message)
    return True


def _deletable(world: World, chat: Chat, message: Json) -> bool:
    if world.clock() - message["date"] > DELETE_WITHIN.total_seconds() and chat.type != "channel":
        return False
    is_own = message.get("from") is world.bot
    return is_own or chat.type == "private" or chat.bot_status == "administrator"


def _delete(world: World, chat: Chat, message: Json) -> None:
    world.history.remove(chat.id, message["message_id"])
    if message["message_id"] in chat.pinned:
        chat.pinned.remove(message["message_id"])
    world.tell("deleted", chat.id, {"message_id": message["message_id"]})


def pin_chat_message(world: World, params: Json, uploads: Uploads) -> bool:
    chat = _pinnable(world, params)
    number = params["message_id"]
    message = world.history.get(chat.id, number)
    if message is None:
        raise bad_request("message to pin not found")
    if number in chat.pinned:
        chat.pinned.remove(number)
    chat.pinned.append(number)
    return True


def unpin_chat_message(world: World, params: Json, uploads: Uploads) -> bool:
    """Unpin one message, or the newest pinned one."""
    chat = _pinnable(world, params)
    number = params.get("message_id", chat.pinned[-1] if chat.pinned else None)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    return True


def unpin_all_chat_messages(world: World, params: Json, uploads: Uploads) -> bool:
    _pinnable(world, params).pinned.clear()
    return True


def _pinnable(world: World, params: Json) -> Chat:
    return managed_chat(world, params["chat_id"], "not enough rights to manage pinned messages in the chat")


def set_message_reaction(world: World, params: Json, uploads: Uploads) -> bool:
    chat = writable_chat(world, params["chat_id"])
    reactions = params.get("reaction", [])
    if world.history.get(chat.id, params["message_id"]) is None:
        raise bad_request("message to react not found")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(reaction["type"] == "paid" for reaction in reactions):
        raise bad_request("REACTION_INVALID")
    world.reactions[chat.id, params["message_id"]] = reactions
    return True
