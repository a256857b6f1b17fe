"""
What Telegram says of a chat itself: what it is called, and which chat is linked to it.

Source: https://core.telegram.org/bots/api#getchat. The answer is read leniently: python-telegram-bot refuses it whole
for a field that a newer or an older server leaves out.
"""

from __future__ import annotations

import logging
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import telegram
from telegram.error import TelegramError
from telegram.warnings import PTBUserWarning

warnings.filterwarnings("ignore", r"Please use 'Bot\.getChat'", PTBUserWarning)

CACHE_TTL = timedelta(minutes=10)
CHATS = 4096

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChatFacts:
    """`type` is Telegram's; `linked` the channel of a discussion group, or the group of a channel; None: none is."""

    id: int
    type: str
    title: str
    username: str | None = None
    linked: int | None = None


async def chat_facts(bot: telegram.Bot, reference: int | str) -> ChatFacts | None:
    """Return what Telegram says of a chat, by its number or `@name`; None when it says nothing."""
    try:
        told: Any = await bot.do_api_request("getChat", {"chat_id": reference})
    except TelegramError as error:
        log.info("a chat could not be asked for: %s", type(error).__name__)
        return None
    if not isinstance(told, dict) or type(told.get("id")) is not int:
        return None
    title, username, linked = told.get("title"), told.get("username"), told.get("linked_chat_id")
    return ChatFacts(
        told["id"],
        str(told.get("type", "")),
        title if isinstance(title, str) and title else str(told["id"]),
        username if isinstance(username, str) else None,
        linked if type(linked) is int else None,
    )


class LinkedChats:
    """A bounded cache of which chats are linked: asked at most once in ten minutes for each, also where
    Telegram says nothing."""

    def __init__(self, bot: telegram.Bot, chats: int = CHATS) -> None:
        self._bot = bot
        self._chats = chats
        self._known: OrderedDict[int, tuple[datetime, ChatFacts | None]] = OrderedDict()

    async def of(self, chat: int, now: datetime) -> tuple[bool, int | None]:
        """Return whether Telegram says which chat is linked to a group or channel, and that chat, if there is one."""
        if chat in self._known:
            asked_at, facts = self._known[chat]
            if now - asked_at < CACHE_TTL:
                return facts is not None, None if facts is None else facts.linked
        facts = await chat_facts(self._bot, chat)
        self._known[chat] = (now, facts)
        self._known.move_to_end(chat)
        if len(self._known) > self._chats:
            self._known.popitem(last=False)
        return facts is not None, None if facts is None else facts.linked
