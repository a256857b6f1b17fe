"""
Groups that discuss a channel: Telegram itself brings them what the channel posts, so nobody needs it twice.

Source: https://core.telegram.org/bots/api#message (`is_automatic_forward`)
        https://core.telegram.org/bots/api#chatfullinfo (`linked_chat_id`)
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.chat import Chat

CHANNEL_PAUSE = timedelta(seconds=2)
"""How long a group's own message waits for a channel whose post is on its way or may be."""
CAME_BY_CHANNEL = "the post of the linked channel came by itself"
"""Why a group gets no message of its own."""


def left_to(chat: Chat) -> int | None:
    """Return the channel whose posts stand for the chat's own messages; None when there is none."""
    return None if chat.repeats_channel else chat.linked_channel


def ask_again(comes_at: datetime | None, *, may_come: bool, now: datetime) -> datetime | None:
    """Return when to look again whether a channel has posted what a group waits for; None: it will not.

    `comes_at` is when its delivery is due, None when it has none; `may_come`: it may get one still.
    """
    if comes_at is not None:
        return max(comes_at, now) + CHANNEL_PAUSE
    return now + CHANNEL_PAUSE if may_come else None
