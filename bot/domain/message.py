"""
A message as it will stand in a chat, before anyone knows how it is sent.

`render` builds it, `telegram_edge` turns it into one Bot API call.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.text import Text


@dataclass(frozen=True, slots=True)
class Button:
    """A key of an inline keyboard: it opens `url`, or sends `data` back (see `bot.domain.press`).

    `inline` lets the one who presses choose a chat, and begins a question to the bot there with these words.
    """

    label: str
    data: str | None = None
    url: str | None = None
    inline: str | None = None


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
    """

    text: Text
    photo: Photo | None = None
    keyboard: Keyboard = ()
    preview: str | None = None
    preview_small: bool = False


@dataclass(frozen=True, slots=True)
class InlineCard:
    """One answer to a question that somebody asks in any chat, and the message that choosing it puts there.

    `id` is unique in an answer. `thumbnail` is a public address; None where there is no picture.
    """

    id: str
    title: str
    description: str
    message: Message
    thumbnail: str | None = None
