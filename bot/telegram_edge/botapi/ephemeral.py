"""
Ephemeral messages: what one member of a group sees, and nobody else. All that is known of their fields stands here.

python-telegram-bot 22.8 knows nothing of them, so they are read from what it could not name and sent as raw parameters.
The names that Bot API 10.2 had for them are ignored silently since 10.3: the answer would be public.
Source: https://core.telegram.org/bots/api#ephemeralmessageparameters
        https://core.telegram.org/bots/features#ephemeral-messages (an administrator may send one to any member; any
        other bot within 15 seconds of a press or of an ephemeral command)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import telegram


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who alone is to see a message, and why they may be sent one: for a press, or for an ephemeral command."""

    person: int
    query_id: str | None = None
    command: int | None = None

    def params(self) -> dict[str, Any]:
        """Return the parameters of a method that sends."""
        only_for: dict[str, Any] = {"receiver_user_id": self.person}
        if self.query_id is not None:
            only_for["callback_query_id"] = self.query_id
        params: dict[str, Any] = {"ephemeral_message_parameters": only_for}
        if self.command is not None:
            params["reply_parameters"] = {"ephemeral_message_id": self.command}
        return params


def ephemeral_id(message: telegram.Message | None) -> int | None:
    """Return the number that a message has for its one receiver; None when everybody in the chat sees it."""
    found = message.api_kwargs.get("ephemeral_message_id") if message is not None else None
    return found if type(found) is int else None


def whose(chat: int, person: int, ephemeral: int) -> dict[str, Any]:
    """Return the parameters that name an ephemeral message to the methods that change or delete one."""
    return {"chat_id": chat, "receiver_user_id": person, "ephemeral_message_id": ephemeral}


def command(name: str, description: str) -> telegram.BotCommand:
    """Return a command of a menu that nobody but its sender and the bot sees.

    Source: https://core.telegram.org/bots/api#botcommand
    """
    return telegram.BotCommand(name, description, api_kwargs={"is_ephemeral": True})
