"""
What newsbot says to people who wait for it: sent and edited at once, ahead of all news, never through the outbox.

A reply that Telegram refuses for its pace is said when the pace allows, and one that it could not take a moment later;
one that may have arrived is not said twice.
While a broadcast is paid for it may use up what is free, so what is said meanwhile is paid for too.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple, TypeVar

import telegram
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.domain.chat import Chat, ChatKind
from bot.domain.delivery import Failed, Lane, Sent, backoff
from bot.domain.message import Keyboard, Message
from bot.domain.paying import day_of
from bot.telegram_edge.gateway import entities_of, markup_of, preview_of
from bot.telegram_edge.house import House
from bot.telegram_edge.outcomes import classify_error

_Answer = TypeVar("_Answer")
TRIES = 3
LONGEST_WAIT = timedelta(minutes=2)
"""Nobody waits longer for a reply; what comes later only startles."""


class Said(NamedTuple):
    """A message of ours that stands in a chat; `file_id` is Telegram's for its picture, if it has one."""

    message_id: int
    file_id: str | None


async def send(house: House, chat: Chat, message: Message, *, thread: int = 0, reply_to: int | None = None) -> int:
    """Say `message` in a chat and return its id. Raises: telegram.error.TelegramError."""
    return (await say(house, chat, message, thread=thread, reply_to=reply_to)).message_id


async def say(house: House, chat: Chat, message: Message, *, thread: int = 0, reply_to: int | None = None) -> Said:
    """Say `message` in a chat, and return what stands there now. Raises: telegram.error.TelegramError."""
    markup = markup_of(message.keyboard)
    reply = (
        None if reply_to is None else telegram.ReplyParameters(message_id=reply_to, allow_sending_without_reply=True)
    )

    async def call(paid: bool) -> telegram.Message:
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
                allow_paid_broadcast=paid or None,
            )
        return await house.bot.send_message(
            chat.id,
            message.text.string,
            entities=entities_of(message.text),
            link_preview_options=preview_of(message),
            reply_markup=markup,
            message_thread_id=thread or None,
            reply_parameters=reply,
            allow_paid_broadcast=paid or None,
        )

    said = await _said(house, chat, call)
    # The largest size comes last: https://core.telegram.org/bots/api#message (photo)
    return Said(said.message_id, said.photo[-1].file_id if said.photo else None)


async def send_file(house: House, chat: Chat, name: str, data: bytes, caption: Message, *, thread: int = 0) -> int:
    """Send a file that was made for this chat and return its message's id. Raises: telegram.error.TelegramError."""

    async def call(paid: bool) -> telegram.Message:
        return await house.bot.send_document(
            chat.id,
            data,
            filename=name,
            caption=caption.text.string,
            caption_entities=entities_of(caption.text),
            reply_markup=markup_of(caption.keyboard),
            message_thread_id=thread or None,
            allow_paid_broadcast=paid or None,
        )

    return (await _said(house, chat, call)).message_id


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


async def turn(house: House, chat: Chat) -> bool:
    """Wait for a turn ahead of all news; return whether what is said then is to be paid for."""
    paid_on = house.purse.pay_for_reply(house.clock()) if house.pacer.is_paying else None
    await house.pacer.slot(chat.id, Lane.REPLY, chat.kind is not ChatKind.PRIVATE, paid_on is not None)
    return paid_on == day_of(house.clock())


async def _said(house: House, chat: Chat, call: Callable[[bool], Awaitable[telegram.Message]]) -> telegram.Message:
    """Make one call that sends, paid for if need be. Raises: telegram.error.TelegramError."""

    async def once() -> telegram.Message:
        paid = await turn(house, chat)
        try:
            return await _attempt(house, chat, call(paid), paid)
        except BadRequest:
            if not paid:
                raise
        # It may be the Stars that were refused, and nobody is left without an answer for want of them.
        message = await _attempt(house, chat, call(False))
        house.purse.answered_unpaid(Sent(message.message_id), house.clock())
        return message

    return await _patiently(house, chat, once)


async def _patiently(house: House, chat: Chat, once: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Make one call, again when a 429 says so and it is time, or soon after what never arrived.

    Raises: telegram.error.TelegramError.
    """
    for tries in range(1, TRIES):
        try:
            return await once()
        except RetryAfter as error:
            if _span(error.retry_after) > LONGEST_WAIT:
                raise
        except NetworkError as error:
            if not isinstance(classify_error(error), Failed):
                raise
            await asyncio.sleep(backoff(tries, random.random()).total_seconds())
    return await once()


async def _attempt(house: House, chat: Chat, call: Awaitable[_Answer], paid: bool = False) -> _Answer:
    """Make one call, and let the pacer know of a 429. Raises: telegram.error.TelegramError."""
    try:
        return await call
    except RetryAfter as error:
        house.pacer.throttled(chat.id, _span(error.retry_after).total_seconds(), paid)
        raise


async def _edited(house: House, chat: Chat, call: Callable[[], Awaitable[object]]) -> bool:
    async def once() -> None:
        # There are no paid edits: https://core.telegram.org/bots/api#editmessagetext
        await house.pacer.slot(chat.id, Lane.REPLY, chat.kind is not ChatKind.PRIVATE)
        await _attempt(house, chat, call())

    try:
        await _patiently(house, chat, once)
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
