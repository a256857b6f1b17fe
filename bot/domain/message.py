"""
A message as it will stand in a chat, before anyone knows how it is sent.

`render` builds it, `telegram_edge` turns it into one Bot API call.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    """What Telegram is given for a picture: exactly one of a file id, a public URL, or bytes to upload.

    `credit` says whose it is; a message that shows the picture says so too.
    """

    file_id: str | None = None
    url: str | None = None
    data: bytes | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a section; of the six sizes, 1 is the largest."""

    text: Text
    size: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Text


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that Telegram has or can fetch; `credit` stands under it, and says whose it is."""

    photo: Photo
    credit: Text | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """What opens when its summary is tapped."""

    summary: Text
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """Up to eight buttons side by side, within the text."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Footer:
    text: Text


Block = Heading | Paragraph | Picture | Details | ButtonRow | Footer


@dataclass(frozen=True, slots=True)
class Rich:
    """A message in blocks, and the keyboard under it. Source: https://core.telegram.org/bots/api#inputrichmessage"""

    blocks: tuple[Block, ...]
    keyboard: Keyboard = ()
    is_right_to_left: bool = False

    @property
    def has_pictures(self) -> bool:
        return _has(Picture, self.blocks)

    @property
    def has_buttons(self) -> bool:
        """Whether there are buttons within the text, beside those of the keyboard."""
        return _has(ButtonRow, self.blocks)

    def without_pictures(self) -> Rich:
        """Return the same without pictures, and without details in which nothing else was."""
        return replace(self, blocks=_without_pictures(self.blocks))


def _has(kind: type[Block], blocks: tuple[Block, ...]) -> bool:
    return any(isinstance(one, kind) or (isinstance(one, Details) and _has(kind, one.blocks)) for one in blocks)


def _without_pictures(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    kept: list[Block] = []
    for one in blocks:
        if isinstance(one, Details):
            if inner := _without_pictures(one.blocks):
                kept.append(replace(one, blocks=inner))
        elif not isinstance(one, Picture):
            kept.append(one)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Message:
    """Text (a caption when there is a photo), a picture, a keyboard.

    `preview` is the link whose preview goes with a text message; None switches previews off. `rich` says the same in
    blocks: then it is what is sent, and the rest is what stands in its place where Telegram takes no blocks.
    `channel_request` is the label of a key that lets a person choose a channel of theirs, under the field where they
    write. It needs a private chat, goes out with a new message only, and never together with a `keyboard`.
    `location_key` is the same for a key with which a person shares where they are; an empty one takes the keys away,
    None leaves them as they are.
    """

    text: Text
    photo: Photo | None = None
    keyboard: Keyboard = ()
    preview: str | None = None
    preview_small: bool = False
    rich: Rich | None = None
    channel_request: str | None = None
    location_key: str | None = None


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
