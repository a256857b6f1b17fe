"""
Keyboards under messages: how many buttons, what they do, how long what they say may be.

Source: https://core.telegram.org/bots/api#inlinekeyboardbutton; sizes from https://limits.tginfo.me/en
"""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.domain.limits import CALLBACK_DATA, KEYBOARD, KEYBOARD_ROW
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.links import checked_link
from bot.sandbox.world.people import Chat, Json

_NO_ACTION = frozenset({"text", "icon_custom_emoji_id", "style"})
_STYLES = ("danger", "success", "primary")


class Keyboards:
    """Checks keyboards, and remembers the last one that was right: a broadcast brings the same one again."""

    def __init__(self) -> None:
        self._known: tuple[Json | None, Json | None] = (None, None)

    def checked(self, markup: Json | None, chat: Chat) -> Json | None:
        """Return what the message will show: an inline keyboard, or None for any other markup. Raises: Refused."""
        if markup is None or "inline_keyboard" not in markup:
            return None
        if chat.type == "private" and markup == self._known[0]:
            return self._known[1]
        rows = [row for row in markup["inline_keyboard"] if row]
        if sum(map(len, rows)) > KEYBOARD:
            raise bad_request("reply markup is too long")
        if any(len(row) > KEYBOARD_ROW for row in rows):
            raise bad_request("REPLY_MARKUP_INVALID")
        shown = (
            {"inline_keyboard": [[checked_button(button, chat) for button in row] for row in rows]} if rows else None
        )
        self._known = (markup, shown)
        return shown


def location_key(markup: Json | None, chat: Chat) -> str | None:
    """Return the label of a key that sends a location, which a reply keyboard brings; '' for one that goes, else None.

    Source: https://core.telegram.org/bots/api#keyboardbutton (request_location: in private chats only)
    """
    if markup is None or "inline_keyboard" in markup:
        return None
    if markup.get("remove_keyboard"):
        return ""
    keys = [key for row in markup.get("keyboard", ()) for key in row if isinstance(key, dict)]
    asking = [key for key in keys if key.get("request_location")]
    if asking and chat.type != "private":
        raise bad_request("location can be requested in private chats only")
    return asking[0]["text"] if asking else None


def checked_button(button: Json, chat: Chat) -> Json:
    """Return a button as a message shows it. Raises: Refused."""
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = button.keys() - _NO_ACTION
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one action must be specified")
    if button.get("style", "primary") not in _STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")
    action = actions.pop()
    match action:
        case "callback_data" if not 1 <= len(button[action].encode()) <= CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        case "url":
            return {**button, "url": _url(button[action])}
        case "web_app" if chat.type != "private" or not button[action]["url"].startswith("https://"):
            raise bad_request("BUTTON_TYPE_INVALID" if chat.type != "private" else "BUTTON_URL_INVALID")
        case "copy_text" if not 1 <= len(button[action]["text"]) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return button


def _url(url: str) -> str:
    link = checked_link(url)
    # Telegram takes no link to a reader's own machine.
    if link is None or urlsplit(link).hostname == "localhost":
        raise bad_request("BUTTON_URL_INVALID")
    return link
