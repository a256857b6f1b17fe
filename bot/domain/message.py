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

    `preview` is the link whose preview goes with a text message; None switches previews off.
    `channel_request` is the label of a key that lets a person choose a channel of theirs, under the field where they
    write. It needs a private chat, goes out with a new message only, and never together with a `keyboard`.
    """

    text: Text
    photo: Photo | None = None
    keyboard: Keyboard = ()
    preview: str | None = None
    preview_small: bool = False
    channel_request: str | None = None
