"""
The message history of every chat: the bot's and the people's messages, as Bot API objects.

Numbers are as on Telegram: private chats and basic groups share one count, supergroups and channels have their own,
so two messages of different chats can bear the same number.
Source: https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.sandbox.world.people import Chat, Json

_SHARED = 0  # no chat's id


class History:
    """Messages by chat and number. The dictionaries are the sandbox's own: readers must not change them."""

    def __init__(self) -> None:
        self._chats: dict[int, dict[int, Json]] = {}
        self._last: dict[int, int] = {}

    def next_id(self, chat: Chat) -> int:
        """Return the number of the chat's next message, and count it as used."""
        count = _SHARED if chat.type in ("private", "group") else chat.id
        number = self._last[count] = self._last.get(count, 0) + 1
        return number

    def last_numbers(self) -> dict[int, int]:
        """Return the last number that was given in each supergroup and channel, and under 0 that of all other chats."""
        return dict(self._last)

    def number_after(self, last: Mapping[int, int]) -> None:
        """Give no number up to the `last` ones, which are as `last_numbers` returns them."""
        self._last.update(last)

    def add(self, chat_id: int, message: Json) -> None:
        messages = self._chats.get(chat_id)
        if messages is None:
            messages = self._chats[chat_id] = {}
        messages[message["message_id"]] = message

    def get(self, chat_id: int, message_id: int) -> Json | None:
        messages = self._chats.get(chat_id)
        return messages.get(message_id) if messages else None

    def remove(self, chat_id: int, message_id: int) -> None:
        del self._chats[chat_id][message_id]

    def last(self, chat_id: int) -> Json | None:
        """Return the chat's newest message; None when there is none."""
        messages = self._chats.get(chat_id)
        return next(reversed(messages.values())) if messages else None

    def of(self, chat_id: int) -> list[Json]:
        """Return the chat's messages, oldest first."""
        return list(self._chats.get(chat_id, {}).values())
