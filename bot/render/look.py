"""The look of a chat: the settings on which the text and form of a message depend."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.chat import DigestForm, Pictures
from bot.domain.parts import ALL_PARTS, Parts
from bot.render.locale import Words


class Surface(StrEnum):
    """Where a message stands; it decides which buttons make sense under it."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Look:
    """Words and zone of the chat, its wish for pictures, and the bot's user name (without `@`) for deep links.

    `parts` are what a push has beside its title, in this order; `digest` is how lists of news look. `has_inline`: the
    bot may be asked in any chat.

    Equal looks give equal messages: one prepared body serves every chat of a look.
    """

    words: Words
    zone: ZoneInfo
    pictures: Pictures
    surface: Surface
    bot_username: str
    parts: Parts = ALL_PARTS
    digest: DigestForm = DigestForm.CLASSIC
    has_inline: bool = False
