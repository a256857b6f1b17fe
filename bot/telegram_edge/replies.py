"""
What newsbot says to people who wait for it: sent and edited at once, ahead of all news, never through the outbox.

A reply that Telegram refuses for its pace is said when the pace allows; one that may have arrived is not said twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import telegram
from telegram.error import BadRequest, RetryAfter

from bot.domain.chat import Chat, ChatKind
from bot.domain.delivery import Lane
from bot.domain.message import Keyboard, Message
from bot.telegram_edge.gateway import entities_of, markup_of, preview_of
from bot.telegram_edge.house import House

_Answer = TypeVar("_Answer")
TRIES = 3
LONGEST_WAIT = timedelta(minutes=2)
"""Nobody waits longer for a reply; what comes later only startles."""


async def send(house: House, chat: Chat, message: Message, *, thread: int = 0, reply_to: int | None = None) -> int:
    """Say `message` in a chat and return its id. Raises: telegram.error.TelegramError."""
    markup = markup_of(message.keyboard)
    reply = (
        None if reply_to is None else telegram.ReplyParameters(message_id=reply_to, allow_sending_without_reply=True)
    )

    async def call() -> telegram.Message:
        if message.photo is not None:
            photo = message.photo.file_id or message.photo.url or message.photo.data
            return await house.bot.send_photo(
                chat.id,
                photo,  # type: ignore[arg-type]  # a Photo is one of the three
                caption=message.text.string,
                caption_entities=entities_of(message.text),
                reply_markup=markup,
                message_thread_id=thread or None,
                reply_parameters=reply,
            )
        return await house.bot.send_message(
            chat.id,
            message.text.string,
            entities=entities_of(message.text),
            link_preview_options=preview_of(message),
            reply_markup=markup,
            message_thread_id=thread or None,
            reply_parameters=reply,
        )

    return (await paced(house, chat, call)).message_id


async def send_file(house: House, chat: Chat, name: str, data: bytes, caption: Message, *, thread: int = 0) -> int:
    """Send a file that was made for this chat and return its message's id. Raises: telegram.error.TelegramError."""

    async def call() -> telegram.Message:
        return await house.bot.send_document(
            chat.id,
            data,
            filename=name,
            caption=caption.text.string,
            caption_entities=entities_of(caption.text),
            reply_markup=markup_of(caption.keyboard),
            message_thread_id=thread or None,
        )

    return (await paced(house, chat, call)).message_id


async def edit(house: House, chat: Chat, message_id: int, message: Message, *, is_photo: bool) -> bool:
    """Change a message of ours, and return False when it is gone. A picture keeps its picture; its caption changes.

    Raises: telegram.error.TelegramError, but not for a message that says so already.
    """

    async def call() -> object:
        if is_photo:
            return await house.bot.edit_message_caption(
                chat.id,
                message_id,
                caption=message.text.string,
                caption_entities=entities_of(message.text),
                reply_markup=markup_of(message.keyboard),
            )
        return await house.bot.edit_message_text(
            message.text.string,
            chat.id,
            message_id,
            entities=entities_of(message.text),
            link_preview_options=preview_of(message),
            reply_markup=markup_of(message.keyboard),
        )

    return await _edited(house, chat, call)


async def edit_keyboard(house: House, chat: Chat, message_id: int, keyboard: Keyboard) -> bool:
    """Swap the buttons under a message of ours, and return False when it is gone."""

    async def call() -> object:
        return await house.bot.edit_message_reply_markup(chat.id, message_id, reply_markup=markup_of(keyboard))

    return await _edited(house, chat, call)


async def paced(house: House, chat: Chat, call: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Make one call in the replies' lane, waiting as a 429 says. Raises: telegram.error.TelegramError."""
    for _ in range(TRIES - 1):
        await house.pacer.slot(chat.id, Lane.REPLY, chat.kind is not ChatKind.PRIVATE)
        try:
            return await call()
        except RetryAfter as error:
            wait = _span(error.retry_after)
            house.pacer.throttled(chat.id, wait.total_seconds())
            if wait > LONGEST_WAIT:
                raise
    await house.pacer.slot(chat.id, Lane.REPLY, chat.kind is not ChatKind.PRIVATE)
    return await call()


async def _edited(house: House, chat: Chat, call: Callable[[], Awaitable[object]]) -> bool:
    try:
        await paced(house, chat, call)
    except BadRequest as error:
        if _has(error, "message is not modified"):
            return True
        if _has(error, "message to edit not found", "message can't be edited", "message_id_invalid"):
            return False
        raise
    return True


def _has(error: BadRequest, *phrases: str) -> bool:
    return any(phrase in error.message.lower() for phrase in phrases)


def _span(retry_after: int | timedelta) -> timedelta:
    """Return `retry_after` as what python-telegram-bot will make of it: it is still a number of seconds today."""
    return retry_after if isinstance(retry_after, timedelta) else timedelta(seconds=retry_after)
