"""
Whether Telegram refuses a message as such, or only for one chat.

A 400 whose description is not in our table (BUTTON_URL_INVALID, ENTITY_DATE_INVALID, and later ones) may be due to the
chat or to the message. When the first few chats give the same description, it is due to the message; then plainer
forms are tried with one chat, until Telegram takes one.
"""

from __future__ import annotations

import re
from collections import deque
from enum import StrEnum

FEW = 3  # chats that answer with the same words
WINDOW = 20  # answers looked at, once many have come
SHARE = 0.9  # of them, with the same words


class Form(StrEnum):
    """How much of a message is sent, fullest first."""

    FULL = "full"
    NO_BUTTONS = "no buttons"
    PLAIN = "plain"  # nothing but text: no picture, no formatting, no buttons

    @property
    def plainer(self) -> tuple[Form, ...]:
        """The forms with less in them, fullest first."""
        forms = tuple(Form)
        return forms[forms.index(self) + 1 :]


class Refusals:
    """What Telegram made of one broadcast's last messages, all in one form.

    `few` chats with the same words are enough while nothing else was answered; an audience of two is fewer than three.
    """

    def __init__(self, few: int = FEW) -> None:
        self._few = few
        self._last: deque[str | None] = deque(maxlen=WINDOW)

    def sent(self) -> None:
        """Take note of a message that was taken."""
        self._last.append(None)

    def refused(self, words: str) -> bool:
        """Take note of one that was not; return whether it is the message that Telegram refuses, and not the chat."""
        words = alike(words)
        self._last.append(words)
        many = self._last.count(words)
        return many >= self._few and many >= SHARE * len(self._last)


def alike(words: str) -> str:
    """Return a description without numbers, so that equal causes compare equal: offsets differ with the language."""
    return re.sub(r"\d+", "#", words.lower())


def is_unknown_method(words: str) -> bool:
    """Return whether a server refuses a call because it is older than the method. All else can be sent.

    Source: https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp ("method not found")
    """
    return "method not found" in words.lower()


def is_about_reply(words: str) -> bool:
    """Return whether Telegram refuses a message for what it is a reply to, and would take it as no reply.

    Such as "message to be replied not found" and REPLY_MESSAGE_ID_INVALID. With `allow_sending_without_reply` it comes
    only where that flag does not count, such as for a reply in another thread.
    Source: https://core.telegram.org/bots/api#replyparameters
    """
    return re.search(r"\brepl(?:y|ied)", words.lower().replace("_", " ")) is not None
