"""A reply that Telegram does not take at first: said again when it is time, or in plainer words."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from telegram.error import BadRequest, EndPointNotFound, NetworkError, RetryAfter

from bot.domain.delivery import (
    Failed,
    PictureRefused,
    Rejected,
    Unsure,
    backoff,
)
from bot.domain.message import Message
from bot.domain.text import Text
from bot.telegram_edge.botapi.outcomes import classify_error
from bot.telegram_edge.botapi.transport import Refused

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")
TRIES = 3


class Held(RetryAfter):
    """Nothing was sent: Telegram holds the chat for longer than a reply may wait."""


async def patiently(once: Callable[[], Awaitable[_Answer]], *, may_repeat: bool = False) -> _Answer:
    """Make one call, again when a 429 says so and it is time, or soon after what never arrived.

    With `may_repeat` also after an answer that leaves it open: nothing is said twice by it.
    Raises: telegram.error.TelegramError, Held among them.
    """
    for tries in range(1, TRIES):
        try:
            return await once()
        except Held:
            raise
        except RetryAfter:
            pass  # the pacer has taken note of it: the next try waits, or is given up, for the chat's hold
        except NetworkError as error:
            is_open = may_repeat and isinstance(error, Refused) and isinstance(classify_error(error), Unsure)
            if not is_open and not isinstance(classify_error(error), Failed):
                raise
            await asyncio.sleep(backoff(tries, random.random()).total_seconds())
    return await once()


async def plainly_at_last(message: Message, say: Callable[[Message], Awaitable[_Answer]]) -> _Answer:
    """Say a message; one that Telegram refuses for words that nobody knows once more, as plain text.

    One in blocks is said as text before that, if blocks, or a picture in them, are what is not taken.
    Raises: telegram.error.TelegramError.
    """
    try:
        return await say(message)
    except (BadRequest, EndPointNotFound) as error:
        if message.rich is not None and (isinstance(error, EndPointNotFound) or _is_about_message(error)):
            log.info("Telegram refused a reply in blocks (%s); it is said as text", error.message)
            return await plainly_at_last(replace(message, rich=None), say)
        if not isinstance(error, BadRequest):
            raise
        plain = _plainly(message, error)
        if plain is None:
            raise
    return await say(plain)


def _is_about_message(error: BadRequest) -> bool:
    return isinstance(classify_error(error), Rejected | PictureRefused)


def _plainly(message: Message, error: BadRequest) -> Message | None:
    """Return the message with nothing in it but its picture and plain text; None when that would not help."""
    plain = replace(message, text=Text(message.text.string), keyboard=(), preview=None)
    if plain == message or not isinstance(classify_error(error), Rejected):
        return None
    log.warning("Telegram refused a reply (%s); it is said without formatting and buttons", error.message)
    return plain
