"""
What single chats and single people are to the far side: slow modes, nights, administrators, and editors who press.

All of it is per chat, unlike the stub's faults, which are shares of all sends. Where a wording is Telegram's, its
source stands in `tests/sandbox/test_sandbox_restrictions.py`.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_KINDS = {b"sendPhoto": "photos", b"sendMessage": "text messages"}
_BOT = {"id": 700000001, "is_bot": True, "first_name": "Newsbot", "username": "newsbot_bench_bot"}

Json = dict[str, Any]


@dataclass
class Keyboard:
    """The newest buttons in a chat: what each sends, by its label, and the message they stand under."""

    message_id: int
    data: dict[str, str]


@dataclass
class Rules:
    """`slow` are seconds between two messages; `closed` are chats that take none; `owners` own a group each.

    `watched` are people whose buttons are kept so that they can be pressed.
    """

    slow: dict[int, float] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    owners: dict[int, int] = field(default_factory=dict)
    watched: set[int] = field(default_factory=set)
    keyboards: dict[int, Keyboard] = field(default_factory=dict)
    pressed: dict[str, float] = field(default_factory=dict)
    answered: list[tuple[float, float]] = field(default_factory=list)
    _wrote_at: dict[int, float] = field(default_factory=dict)

    def change(self, given: Json) -> None:
        """Set what is named, as JSON has it: `slow` and `owners` as pairs, the others as lists of chats."""
        for name, kind in (("slow", dict), ("owners", dict), ("closed", set), ("watched", set)):
            if name in given:
                setattr(self, name, kind(given[name]))

    def refusal(self, method: bytes, chat: int, now: float) -> tuple[int, str, Json | None] | None:
        """Return status, words and parameters with which a chat turns a message away; None when it takes it."""
        if chat in self.closed:
            return 400, f"Bad Request: not enough rights to send {_KINDS[method]} to the chat", None
        wait = math.ceil(self._wrote_at.get(chat, -math.inf) + self.slow[chat] - now) if self._binds(chat) else 0
        if wait > 0:
            return 429, f"Too Many Requests: retry after {wait}", {"retry_after": wait}
        return None

    def _binds(self, chat: int) -> bool:
        return chat in self.slow and chat in self._wrote_at

    def took(self, chat: int, message_id: int, body: bytes, now: float) -> None:
        """Note a message or an edit that was accepted."""
        if chat in self.slow:
            self._wrote_at[chat] = now
        if chat not in self.watched:
            return
        try:
            rows = json.loads(body).get("reply_markup", {}).get("inline_keyboard", ())
        except (ValueError, AttributeError):
            return  # a form: editors are sent no uploads
        data = {button["text"]: button["callback_data"] for row in rows for button in row if "callback_data" in button}
        self.keyboards[chat] = Keyboard(message_id, data)

    def administrators(self, chat: int) -> list[Json]:
        owner = {"id": self.owners.get(chat, 1), "is_bot": False, "first_name": "Owner"}
        return [{"status": "creator", "user": owner, "is_anonymous": False}]

    def presses(self, chat: int, labels: Iterable[str], update_id: int) -> Json | None:
        """Return the update of a press on the first button whose label begins so; None when there is none."""
        keyboard = self.keyboards.get(chat)
        found = [
            (label, data)
            for beginning in labels
            for label, data in (keyboard.data.items() if keyboard else ())
            if label.startswith(beginning)
        ]
        if keyboard is None or not found:
            return None
        query = f"{chat}-{update_id}"
        self.pressed[query] = time.monotonic()
        there = {"id": chat, "type": "private", "first_name": "Editor"}
        return {
            "id": query,
            "from": {"id": chat, "is_bot": False, "first_name": "Editor", "language_code": "en"},
            "message": {
                "message_id": keyboard.message_id,
                "from": _BOT,
                "chat": there,
                "date": int(time.time()),
                "text": found[0][0],
            },
            "chat_instance": str(chat),
            "data": found[0][1],
        }

    def heard(self, body: bytes, now: float) -> None:
        """Note that a press was answered."""
        asked_at = self.pressed.pop(json.loads(body).get("callback_query_id", ""), None)
        if asked_at is not None:
            self.answered.append((asked_at, now - asked_at))
