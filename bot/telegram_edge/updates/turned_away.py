"""
Answers to presses that are dropped because too many updates of the same person wait.

A client shows progress until a press is answered, and answering one needs no slot: there is no limit on it
(https://github.com/tdlib/telegram-bot-api/issues/648). Commands that are too much stay unanswered: a message takes a
turn, and as many answers as the chat can be sent are on their way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Any

from telegram.error import TelegramError

from bot.domain.limits import CALLBACK_ANSWER
from bot.render import error_messages
from bot.render.locale import Words, words_for
from bot.render.text import clip
from bot.telegram_edge.updates.any_application import AnyApplication

CONCURRENT_CALLS = 8
"""Running calls at once; few beside those that answer people."""
OF_ONE, OF_ALL = 200, 2000
"""Presses that wait to be answered so, of one person and of all; beyond that there is no end to them."""

log = logging.getLogger(__name__)


class TurnedAway:
    """Answers presses that are dropped. Never raises, and never keeps the one who drops them waiting."""

    def __init__(self, application: AnyApplication, language: str) -> None:
        """`language` is for people whose client names none."""
        self._application = application
        self._language = language
        self._room = asyncio.Semaphore(CONCURRENT_CALLS)
        self._waiting: Counter[int] = Counter()  # by person

    def press(self, query: Mapping[str, Any]) -> None:
        """Let the one who pressed be told, soon. `query` is the callback query as Telegram sends it."""
        number, person = query.get("id"), query.get("from")
        speaker = person.get("id") if isinstance(person, Mapping) else None
        if not isinstance(person, Mapping) or not isinstance(number, str) or type(speaker) is not int:
            return
        if self._waiting[speaker] >= OF_ONE or self._waiting.total() >= OF_ALL:
            return
        self._waiting[speaker] += 1
        language = person.get("language_code")
        words = words_for(language if isinstance(language, str) else None, self._language)
        self._application.create_task(self._tell(speaker, number, words), name="press turned away")

    async def _tell(self, speaker: int, number: str, words: Words) -> None:
        try:
            async with self._room:
                text = clip(error_messages.too_much(words), CALLBACK_ANSWER)
                await self._application.bot.answer_callback_query(number, text)
        except TelegramError as error:
            log.debug("a press could not be answered: %s", type(error).__name__)
        finally:
            self._waiting[speaker] -= 1
            if not self._waiting[speaker]:
                del self._waiting[speaker]
