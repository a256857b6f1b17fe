"""
A message as it will stand in a chat, before anyone knows how it is sent.

`render` builds it, `telegram_edge` turns it into one Bot API call.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.text import Text


@dataclass(frozen=True, slots=True)
class Button:
    """A key of an inline keyboard: it opens `url`, or sends `data` back (see `bot.domain.press`)."""

    label: str
    data: str | None = None
    url: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Photo:
    """What Telegram is given for a picture: exactly one of a file id, a public URL, or bytes to upload."""

    file_id: str | None = None
    url: str | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Text (a caption when there is a photo), a picture, a keyboard.

    `preview` is the link whose preview goes with a text message; None switches previews off. `location_key` is the
    label of a key below the chat, in place of letters, with which a person shares where they are; an empty one takes
    that away, None leaves it as it is. It does not go with a keyboard.
    """

    text: Text
    photo: Photo | None = None
    keyboard: Keyboard = ()
    preview: str | None = None
    preview_small: bool = False
    location_key: str | None = None
