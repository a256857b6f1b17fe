"""
Rich messages in blocks: checked, their media stored, and turned into what a message then holds.

What the fields may be is the description's affair (`method_specs`); here is what only its prose says, and what is known
from the field: the block that holds the twenty-first medium and all after it vanish, though the answer still has them.
HTML and Markdown are not played.
Source: https://core.telegram.org/bots/api#inputrichmessage, https://core.telegram.org/bots/api#richmessagebutton,
https://github.com/openclaw/openclaw/issues/129004 (media); the limits are named in `bot.domain.limits`
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.domain.limits import KEYBOARD_ROW, RICH_BLOCKS, RICH_DEPTH, RICH_MEDIA, RICH_TEXT
from bot.sandbox.bot_api import media
from bot.sandbox.bot_api.method_specs import Upload
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.detection import tappable
from bot.sandbox.world.keyboards import checked_button
from bot.sandbox.world.links import checked_link
from bot.sandbox.world.people import Chat, Json

if TYPE_CHECKING:
    from bot.sandbox.world.world import World

Uploads = Mapping[str, Upload]
_WAYS = ("blocks", "html", "markdown")
_TEXTS = ("text", "credit", "summary")
_ALIGNMENTS = ("left", "center", "right")
_HEADINGS = range(1, 7)
_STYLES = ("danger", "success", "primary", "link")
_PLAYED = frozenset({"photo", "video", "animation", "audio", "document"})
_FOUND = {
    "bot_command": "bot_command",
    "mention": "username",
    "hashtag": "hashtag",
    "cashtag": "cashtag",
    "email": "email_address",
    "url": "url",
    "phone_number": "phone_number",
}
_TYPES = {"email": "email_address"}


def check(rich: Json) -> None:
    """Refuse what is no rich message. Raises: Refused."""
    ways = [way for way in _WAYS if rich.get(way)]
    if len(ways) != 1:
        raise bad_request("exactly one of the fields html, markdown and blocks must be used")
    if ways != ["blocks"]:
        raise bad_request(f"{ways[0]} of rich messages is not built into the sandbox")
    blocks = list(_walk(rich["blocks"], 1))
    if len(blocks) > RICH_BLOCKS or any(depth > RICH_DEPTH for _, depth in blocks):
        raise bad_request("RICH_MESSAGE_TOO_COMPLEX")
    length = 0
    for block, _ in blocks:
        _check_block(block)
        for text in _texts_of(block):
            length += len(_plain(text))
            _check_text(text)
    if length > RICH_TEXT:
        raise bad_request("message is too long")
    if not length and not any(block["type"] in _PLAYED or block["type"] == "buttons" for block, _ in blocks):
        raise bad_request("message text is empty")


def needs_photo_rights(rich: Json) -> bool:
    """Return whether a message holds a picture, which a chat may forbid."""
    return any(block["type"] == "photo" for block, _ in _walk(rich["blocks"], 1))


def content(world: World, rich: Json, chat: Chat, uploads: Uploads) -> Json:
    """Return what a message in a chat then holds. Raises: Refused when a button or a medium cannot be had."""
    detect = None if rich.get("skip_entity_detection") else _detected

    def built(block: Json) -> Json:
        kind = block["type"]
        if kind in _PLAYED:
            return _with_media(world, block, uploads)
        made = dict(block)
        for field in _TEXTS:
            if field in made:
                made[field] = _text(made[field], chat, detect)
        if kind == "buttons":
            made["buttons"] = [_button(button, chat) for button in made["buttons"]]
        if "blocks" in made:
            made["blocks"] = all_of(made["blocks"])
        if kind == "list":
            made["items"] = [
                {"label": _label(item, place), **item, "blocks": all_of(item["blocks"])}
                for place, item in enumerate(made["items"], 1)
            ]
        return made

    def all_of(blocks: list[Json]) -> list[Json]:
        return [built(block) for block in blocks]

    return {"rich_message": {"blocks": all_of(rich["blocks"])} | ({"is_rtl": True} if rich.get("is_rtl") else {})}


def shown(said: Json) -> Json:
    """Return of a message in blocks what readers see of it."""
    blocks, many = said["rich_message"]["blocks"], 0
    for place, block in enumerate(blocks):
        many += sum(part["type"] in _PLAYED for part, _ in _walk([block], 1))
        if many > RICH_MEDIA:
            return {"rich_message": said["rich_message"] | {"blocks": blocks[:place]}}
    return said


def plain(message: Json) -> str:
    """Return the words of a rich message, a line for each block and for each row of buttons."""
    return "\n".join(
        line
        for block, _ in _walk(message.get("rich_message", {}).get("blocks", ()), 1)
        for line in (*map(_plain, _texts_of(block)), *_labels_of(block))
        if line
    )


def buttons(message: Json) -> list[list[Json]]:
    """Return the rows of buttons that stand within a rich message."""
    blocks = _walk(message.get("rich_message", {}).get("blocks", ()), 1)
    return [block["buttons"] for block, _ in blocks if block["type"] == "buttons"]


def _labels_of(block: Json) -> Iterator[str]:
    if block["type"] == "buttons":
        yield " ".join(f"[{_plain(button['text'])}]" for button in block["buttons"])


def _walk(blocks: Any, depth: int) -> Iterator[tuple[Json, int]]:
    """Yield every block with its depth, outer ones first."""
    for block in blocks:
        yield block, depth
        yield from _walk(block.get("blocks", ()), depth + 1)
        for item in block.get("items", ()):
            yield from _walk(item["blocks"], depth + 1)


def _check_block(block: Json) -> None:
    match block["type"]:
        case "heading" if block["size"] not in _HEADINGS:
            raise bad_request("can't parse InputRichBlock: invalid heading size specified")
        case "thinking":
            raise bad_request("the block can be used only in sendRichMessageDraft")
        case "buttons" if not 1 <= len(block["buttons"]) <= KEYBOARD_ROW:
            raise bad_request("can't parse InputRichBlock: from 1 to 8 buttons can be sent in one row")
        case "buttons" if block.get("align", "left") not in _ALIGNMENTS:
            raise bad_request("can't parse InputRichBlock: invalid alignment specified")
        case "details" | "heading" if not _plain(block.get("summary", block.get("text", ""))).strip():
            raise bad_request("can't parse InputRichBlock: text must be non-empty")
        case "voice_note" | "map" | "mathematical_expression" | "table" as kind:
            raise bad_request(f"blocks of type {kind} are not built into the sandbox")


def _texts_of(block: Json) -> Iterator[Any]:
    for field in _TEXTS:
        if field in block:
            yield block[field]
    caption = block.get("caption")
    if isinstance(caption, dict):
        yield from (caption[field] for field in ("text", "credit") if field in caption)


def _plain(text: Any) -> str:
    """Return the words of a RichText."""
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(map(_plain, text))
    if text["type"] == "button":
        return f"[{_plain(text['button']['text'])}]"
    return _plain(text.get("text", text.get("alternative_text", text.get("expression", ""))))


def _check_text(text: Any) -> None:
    for part in _parts(text):
        if part["type"] == "url" and checked_link(part["url"]) is None:
            raise bad_request(f"entity URL '{part['url']}' is invalid")
        if part["type"] == "date_time" and part["unix_time"] <= 0:
            raise bad_request("invalid date specified")


def _parts(text: Any) -> Iterator[Json]:
    """Yield all that is more than a string in a RichText."""
    if isinstance(text, list):
        for part in text:
            yield from _parts(part)
    elif isinstance(text, dict):
        yield text
        yield from _parts(text.get("text", ""))


def _text(text: Any, chat: Chat, detect: Callable[[str], Any] | None) -> Any:
    """Return a RichText as it stands in the message: its buttons checked, and what Telegram detects made tappable."""
    if isinstance(text, str):
        return text if detect is None else detect(text)
    if isinstance(text, list):
        return [_text(part, chat, detect) for part in text]
    if text["type"] == "button":
        return {**text, "button": _button(text["button"], chat)}
    if "text" not in text:
        return text
    inside = None if text["type"] in ("url", "code") else detect
    return {**text, "text": _text(text["text"], chat, inside)}


def _detected(text: str) -> Any:
    parts: list[Any] = []
    at = 0
    for start, end, kind in tappable(text):
        word = text[start:end]
        parts += [text[at:start], {"type": _TYPES.get(kind, kind), "text": word, _FOUND[kind]: word}]
        at = end
    return [part for part in (*parts, text[at:]) if part] if parts else text


def _button(button: Json, chat: Chat) -> Json:
    """Return a button within a text. Raises: Refused.

    Source: https://core.telegram.org/bots/api#richmessagebutton
    """
    style = button.get("style", "primary")
    if style not in _STYLES:
        raise bad_request("can't parse rich message button: invalid button style specified")
    if style == "link" and "callback_data" not in button:
        raise bad_request("can't parse rich message button: the style is allowed only for callback buttons")
    shown = {name: part for name, part in button.items() if name != "style"}
    checked = checked_button({**shown, "text": _plain(button["text"])}, chat)
    return {**checked, "text": button["text"]} | ({"style": style} if "style" in button else {})


def _with_media(world: World, block: Json, uploads: Uploads) -> Json:
    kind = block["type"]
    file = media.stored(world, kind, block[kind]["media"], uploads)
    made = {"type": kind, kind: media.message_fields(file)[kind]}
    if block[kind].get("has_spoiler"):
        made["has_spoiler"] = True
    return made | ({"caption": block["caption"]} if "caption" in block else {})


def _label(item: Json, place: int) -> str:
    return f"{item.get('value', place)}." if "type" in item or "value" in item else "•"
