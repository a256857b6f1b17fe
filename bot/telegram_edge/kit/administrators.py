"""
Who administers a group or channel, as Telegram says it, asked at most once a minute for each.

Source: https://core.telegram.org/bots/api#getchatadministrators
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import datetime, timedelta

import telegram
from telegram.error import TelegramError

CACHE_TTL = timedelta(seconds=60)
CHATS = 4096

log = logging.getLogger(__name__)


class Administrators:
    """A bounded cache of the answers: whoever was an administrator a minute ago still counts as one."""

    def __init__(self, bot: telegram.Bot, chats: int = CHATS) -> None:
        self._bot = bot
        self._chats = chats
        self._known: OrderedDict[int, tuple[datetime, frozenset[int]]] = OrderedDict()

    async def of(self, chat: int, now: datetime) -> frozenset[int] | None:
        """Return the people who administer a group or channel; None when Telegram does not say."""
        if chat in self._known:
            asked_at, people = self._known[chat]
            if now - asked_at < CACHE_TTL:
                return people
        try:
            members = await self._bot.get_chat_administrators(chat)
        except TelegramError as error:
            log.info("administrators of a chat could not be asked for: %s", type(error).__name__)
            return None
        people = frozenset(member.user.id for member in members)
        self._known[chat] = (now, people)
        self._known.move_to_end(chat)
        if len(self._known) > self._chats:
            self._known.popitem(last=False)
        return people
