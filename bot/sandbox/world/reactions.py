"""
Reactions of people to messages. Of those in groups the bot hears where it is an administrator.

Source: https://core.telegram.org/bots/api#messagereactionupdated
"""

from __future__ import annotations

from bot.sandbox.world.people import Chat, Json

MAX_OF_ONE = 3
"""Reactions of one person to one message; one without Premium."""


class Reactions:
    """What people think of messages: emoji by person, by chat and message."""

    def __init__(self) -> None:
        self._of: dict[tuple[int, int], dict[int, list[str]]] = {}

    def of(self, chat_id: int, message_id: int) -> dict[str, list[int]]:
        """Return who reacted to a message with which emoji; empty when nobody did."""
        found: dict[str, list[int]] = {}
        for person, emojis in self._of.get((chat_id, message_id), {}).items():
            for emoji in emojis:
                found.setdefault(emoji, []).append(person)
        return found

    def change(self, chat_id: int, message_id: int, person: int, emojis: list[str]) -> list[str]:
        """Let a person's reactions to a message be these from now on; return those before."""
        theirs = self._of.setdefault((chat_id, message_id), {})
        before = theirs.pop(person, [])
        if emojis:
            theirs[person] = emojis
        return before


def described(chat: Chat, message_id: int, user: Json, date: int, before: list[str], after: list[str]) -> Json:
    """Return a change as the Bot API describes it."""
    return {
        "chat": chat.json,
        "message_id": message_id,
        "user": user,
        "date": date,
        "old_reaction": [{"type": "emoji", "emoji": emoji} for emoji in before],
        "new_reaction": [{"type": "emoji", "emoji": emoji} for emoji in after],
    }
