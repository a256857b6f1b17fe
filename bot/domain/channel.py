"""Channels that are managed from the private chats of those who administer them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

_PUBLIC = re.compile(r"(?:@|(?:https?://)?(?:t\.me|telegram\.me)/)([a-zA-Z]\w{3,31})/?", re.ASCII)
# https://core.telegram.org/bots/api#chat ("at most 52 significant bits")
_NUMBER = re.compile(r"-\d{1,16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as people know it: its title, and its user name without `@` when it is public, else None."""

    id: int
    title: str
    username: str | None = None

    @property
    def handle(self) -> str:
        """What stands for it where somebody types: its `@name`, else its number."""
        return f"@{self.username}" if self.username else str(self.id)


class Standing(Enum):
    """What Telegram says of a person and the bot in a channel, at the moment of an act."""

    MANAGES = "manages"  # the person administers it, and the bot may post
    CANNOT_POST = "cannot post"  # the person administers it; the bot lacks the right to post
    NOT_ADMINISTRATOR = "not administrator"  # the person is none
    BOT_OUTSIDE = "bot outside"  # the bot is no administrator there, so nobody can say who is
    UNVERIFIED = "unverified"  # Telegram did not answer

    @property
    def may_change(self) -> bool:
        """Whether the person may change what the channel gets."""
        return self in (Standing.MANAGES, Standing.CANNOT_POST)


@dataclass(frozen=True, slots=True)
class Named:
    """How somebody named a channel: by a public name (without `@`), a number, or as one they manage; and the rest."""

    username: str | None = None
    number: int | None = None
    channel: Channel | None = None
    rest: str = ""


def named_channel(written: str, managed: Sequence[Channel]) -> Named | None:
    """Return which channel is meant by the beginning of what somebody wrote; None when none is.

    That is its `@name`, its link, its number, or the title of one of those they manage, the longest that fits.
    """
    first, rest = [*written.split(maxsplit=1), "", ""][:2]
    if (public := _PUBLIC.fullmatch(first)) is not None:
        known = next((one for one in managed if (one.username or "").casefold() == public[1].casefold()), None)
        return Named(username=public[1], channel=known, rest=rest)
    if _NUMBER.fullmatch(first):
        known = next((one for one in managed if one.id == int(first)), None)
        return Named(number=int(first), channel=known, rest=rest)
    words = written.split()
    titled = {" ".join(one.title.split()).casefold(): one for one in reversed(managed)}
    for many in range(len(words), 0, -1):
        if (known := titled.get(" ".join(words[:many]).casefold())) is not None:
            return Named(channel=known, rest=" ".join(words[many:]))
    return None
