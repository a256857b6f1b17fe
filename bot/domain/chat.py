"""Chats and their settings: kind, state, language, time zone, pictures, sound, and when news comes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.delivery_time import AT_ONCE, Timing
from bot.domain.parts import Parts
from bot.domain.restriction import Restriction

MAX_QUALITY = 10**9
"""The largest least quality that a chat can set; the smallest is as far below nought."""


class ChatKind(StrEnum):
    """As in https://core.telegram.org/bots/api#chat, with supergroups counted as groups."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


class ChatState(StrEnum):
    """ACTIVE chats get pushes. PAUSED ones asked for none (`/stop`); UNREACHABLE ones cannot be reached (403)."""

    ACTIVE = "active"
    PAUSED = "paused"
    UNREACHABLE = "unreachable"


class Pictures(StrEnum):
    """How a chat wants pictures: as photos, as small link previews, or not at all."""

    LARGE = "large"
    SMALL = "small"
    NONE = "none"


class DigestForm(StrEnum):
    """How lists of news look: as text, or as a rich message, which older apps do not show."""

    CLASSIC = "classic"
    RICH = "rich"


class Chat(NamedTuple):
    """A chat and all it has set. `zone` is an IANA name; None means the operator's zone.

    A tuple, because one is made for every message: a frozen dataclass of so many fields takes four times as long.

    `restriction` while it forbids writing; None when it may be written to, for all that is known.
    `language_chosen`: its people chose the language, so it does not follow anybody's client.
    `parts` of its pushes; None means the operator's. `timed_at` is when its people last changed the times of its
    news, `paused_until` when a pause ends by itself; None: it does not. `announcements`: it takes what the bot's people
    write to everybody. `breaking`: breaking news comes at once, whatever `timing` says. `quality` is the least that an
    article must have which states its own; None: any comes. `linked_channel` is the channel whose posts Telegram brings
    into this group, None when none is known; `repeats_channel`: what they brought is sent as well. `topic_threads`:
    each followed topic has a thread in this private chat.
    """

    id: int
    kind: ChatKind = ChatKind.PRIVATE
    state: ChatState = ChatState.ACTIVE
    language: str = "en"
    zone: str | None = None
    pictures: Pictures = Pictures.LARGE
    silent: bool = False
    restriction: Restriction | None = None
    language_chosen: bool = False
    parts: Parts | None = None
    timing: Timing = AT_ONCE
    timed_at: datetime | None = None
    paused_until: datetime | None = None
    digest: DigestForm = DigestForm.CLASSIC
    announcements: bool = True
    breaking: bool = False
    quality: int | None = None
    linked_channel: int | None = None
    repeats_channel: bool = False
    topic_threads: bool = False

    def follows(self, language: str) -> bool:
        """Return whether the chat's language changes to `language`, which its person's client is set to now.

        Groups and channels have no client of their own: their language stays until an administrator chooses one.
        """
        return self.kind is ChatKind.PRIVATE and not self.language_chosen and self.language != language

    def for_breaking_news(self) -> Chat:
        """Return the chat as breaking news finds it: with no times of its own, if its people allow that."""
        return self._replace(timing=AT_ONCE) if self.breaking and not self.timing.is_at_once else self
