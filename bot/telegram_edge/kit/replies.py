"""
Replies: messages to people who wait for them, sent and edited at once, ahead of all news, never through the outbox.

A reply that Telegram refuses for its pace is said when the pace allows, and one that it could not take a moment later;
one that may have arrived is not said twice. Nobody waits longer than two minutes for one, counted from what they said:
whatever stands behind it, in a chat that Telegram holds for an hour, is given up at once.
While a broadcast is paid for it may use up what is free, so what is said meanwhile is paid for too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import NamedTuple, TypeVar

import telegram
from telegram.error import BadRequest, EndPointNotFound, NetworkError, RetryAfter

from bot.domain.chat import Chat, ChatKind
from bot.domain.delivery import (
    Lane,
    Sent,
    ThreadGone,
    Throttled,
)
from bot.domain.message import Keyboard, Message
from bot.domain.paid_broadcast import day_of
from bot.services.delivery import restrictions
from bot.services.delivery.paid_budget import PaidBudget
from bot.store.engine.database import Database
from bot.telegram_edge.botapi import rich_messages
from bot.telegram_edge.botapi.ephemeral import Receiver, ephemeral_id, whose
from bot.telegram_edge.botapi.methods import (
    MethodCall,
    Params,
    captioned,
    editing,
    editing_keyboard,
    editing_photo,
    sending,
)
from bot.telegram_edge.botapi.outcomes import UNCHANGED, classify_error
from bot.telegram_edge.botapi.pacer import SHORT_HOLD, Pacer
from bot.telegram_edge.botapi.prepared import tail
from bot.telegram_edge.kit.reply_tries import Held, patiently, plainly_at_last

log = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")
REPLY_TIMEOUT = timedelta(minutes=2)
"""A reply that would come later than that is not sent: nobody expects it any more."""
PRESS_WAIT = timedelta(seconds=10)
"""So long what a press changes may wait for its chat: the next press in that chat waits for it, and its toast too."""

arrived_at: ContextVar[float] = ContextVar("arrived_at")
"""When the update came in that is being worked on, in loop time; not set where no update is."""


class SentMessage(NamedTuple):
    """A message of ours that stands in a chat; `file_id` is Telegram's for its picture, if it has one.

    `ephemeral_id` instead of a `message_id` (which is 0) when one person alone sees it.
    """

    message_id: int
    file_id: str | None
    ephemeral_id: int | None = None


@dataclass(frozen=True, slots=True)
class WaitLimit:
    """How long something waits for its turn, in loop time: for a chat that is held, and at all."""

    for_a_hold: float
    until: float

    @classmethod
    def of(cls, longest: timedelta) -> WaitLimit:
        """Return the patience of what is said now: counted, for a hold, from the update that is being worked on.

        All that one chat has said may stand in a line, and each would wait as long again.
        """
        now = asyncio.get_running_loop().time()
        seconds = longest.total_seconds()
        return cls(max(arrived_at.get(now) + seconds, now + SHORT_HOLD), now + REPLY_TIMEOUT.total_seconds())


@dataclass(frozen=True, slots=True)
class Replies:
    """Everything said to people who wait: one for a running bot.

    `wake` tells the dispatcher that a chat which forbade writing can be written to again.
    """

    bot: telegram.Bot
    pacer: Pacer
    paid_budget: PaidBudget
    db: Database
    clock: Callable[[], datetime]
    wake: Callable[[], None]

    async def send(
        self,
        chat: Chat,
        message: Message,
        *,
        thread: int = 0,
        reply_to: int | None = None,
        patience: timedelta = REPLY_TIMEOUT,
        only_for: Receiver | None = None,
    ) -> SentMessage:
        """Say `message` in a chat and return what stands there now.

        `only_for` one person where Telegram takes it so; where it does not, everybody sees it.

        What Telegram refuses for words that nobody knows is said once more, without formatting and buttons: a person
        is not left in silence for them.
        Raises: telegram.error.TelegramError; Held when the chat is held for longer than `patience`.
        """

        async def send(message: Message) -> telegram.Message:
            call = sending(message)
            if only_for is not None:
                alone = partial(self._call_for_one, call, chat, thread, only_for)
                try:
                    return await self._sent(chat, alone, patience)
                except BadRequest as error:
                    if isinstance(classify_error(error), ThreadGone):
                        raise
                    log.info("an answer for one person alone was refused (%s); all see it", error.message)
            return await self._sent(chat, lambda paid: self._call(call, chat, thread, reply_to, paid), patience)

        said = await plainly_at_last(message, send)
        # The largest size comes last: https://core.telegram.org/bots/api#message (photo)
        file_id = said.photo[-1].file_id if said.photo else None
        return SentMessage(said.message_id, file_id, ephemeral_id(said))

    async def _call_for_one(
        self, call: MethodCall, chat: Chat, thread: int, only_for: Receiver, paid: bool
    ) -> telegram.Message:
        """Make a call whose message one person alone sees. Nothing of it is paid for: it is no broadcast."""
        varying = tail(chat.id, thread=thread)
        if call.method == rich_messages.METHOD:
            given = varying | call.params | only_for.params()
            said: telegram.Message = await self.bot.do_api_request(
                call.method, api_kwargs=given, return_type=telegram.Message
            )
            return said
        sent: telegram.Message = await getattr(self.bot, call.method)(
            **varying, **call.params, api_kwargs=only_for.params()
        )
        return sent

    async def _call(
        self, call: MethodCall, chat: Chat, thread: int, reply_to: int | None, paid: bool
    ) -> telegram.Message:
        if call.method == rich_messages.METHOD:  # python-telegram-bot has no word for it yet
            given = tail(chat.id, thread=thread, paid=paid, reply_to=reply_to) | call.params
            said: telegram.Message = await self.bot.do_api_request(
                call.method, api_kwargs=given, return_type=telegram.Message
            )
            return said
        varying = tail(chat.id, thread=thread, paid=paid)
        if reply_to is not None:
            varying["reply_parameters"] = telegram.ReplyParameters(
                message_id=reply_to, allow_sending_without_reply=True
            )
        sent: telegram.Message = await getattr(self.bot, call.method)(**varying, **call.params)
        return sent

    async def send_file(
        self,
        chat: Chat,
        name: str,
        data: bytes,
        caption: Message,
        *,
        thread: int = 0,
        only_for: Receiver | None = None,
    ) -> int:
        """Send a file that was made for this chat and return its message's id. `only_for`: as `send` does.

        Raises: telegram.error.TelegramError.
        """

        async def call(paid: bool, only_for: Receiver | None = None) -> telegram.Message:
            varying = tail(chat.id, thread=thread, paid=paid and only_for is None)
            raw = None if only_for is None else only_for.params()
            return await self.bot.send_document(
                document=data, filename=name, api_kwargs=raw, **varying, **captioned(caption)
            )

        if only_for is not None:
            with suppress(BadRequest):
                return (await self._sent(chat, partial(call, only_for=only_for), REPLY_TIMEOUT)).message_id
        return (await self._sent(chat, call, REPLY_TIMEOUT)).message_id

    async def edit_for_one(
        self, chat: Chat, person: int, ephemeral: int, message: Message, *, is_photo: bool, patience: timedelta
    ) -> bool:
        """Change a message that one person alone sees, and return False when it is gone. Raises: as `edit`."""
        return await self._edited(
            chat, whose(chat.id, person, ephemeral), editing(message, is_photo=is_photo), patience
        )

    async def edit_keyboard_for_one(
        self, chat: Chat, person: int, ephemeral: int, keyboard: Keyboard, *, patience: timedelta
    ) -> bool:
        """Swap the buttons under a message that one person alone sees. Returns and raises as `edit` does."""
        return await self._edited(chat, whose(chat.id, person, ephemeral), editing_keyboard(keyboard), patience)

    async def edit(
        self, chat: Chat, message_id: int, message: Message, *, is_photo: bool, patience: timedelta = REPLY_TIMEOUT
    ) -> bool:
        """Change a message of ours, and return False when it is gone. A picture keeps its picture; its caption changes.

        Refused for words that nobody knows it is made once more, without formatting and buttons.
        Raises: telegram.error.TelegramError, but not for a message that says so already; Held when the chat is held
        for longer than `patience`.
        """

        async def edit(message: Message) -> bool:
            where = {"chat_id": chat.id, "message_id": message_id}
            return await self._edited(chat, where, editing(message, is_photo=is_photo), patience)

        return await plainly_at_last(message, edit)

    async def edit_photo(
        self, chat: Chat, message_id: int, message: Message, *, patience: timedelta = REPLY_TIMEOUT
    ) -> bool:
        """Give a photo of ours another picture, with its caption and buttons; return False when it is gone.

        Raises: as `edit`.
        """
        photo = message.photo
        picture = None if photo is None else photo.file_id or photo.url or photo.data
        if picture is None:
            raise ValueError("there is no picture to show")
        where = {"chat_id": chat.id, "message_id": message_id}
        return await self._edited(chat, where, editing_photo(message, picture), patience)

    async def edit_keyboard(
        self, chat: Chat, message_id: int, keyboard: Keyboard, *, patience: timedelta = REPLY_TIMEOUT
    ) -> bool:
        """Swap the buttons under a message of ours, and return False when it is gone. Raises: as `edit`."""

        where = {"chat_id": chat.id, "message_id": message_id}
        return await self._edited(chat, where, editing_keyboard(keyboard), patience)

    async def turn(self, chat: Chat, patience: WaitLimit) -> bool:
        """Wait for a turn ahead of all news; return whether what is said then is to be paid for. Raises: Held."""
        paid_on = self.paid_budget.pay_for_reply(self.clock()) if self.pacer.is_paying else None
        try:
            await self._slot(chat, patience, paid_on is not None)
        except Held:
            self.paid_budget.put_back_for_reply(paid_on)
            raise
        return paid_on == day_of(self.clock())

    async def _slot(self, chat: Chat, patience: WaitLimit, paid: bool = False) -> None:
        """Wait for a turn ahead of all news. Raises: Held."""
        is_group = chat.kind is not ChatKind.PRIVATE
        try:
            async with asyncio.timeout_at(patience.until):
                held = await self.pacer.slot(chat.id, Lane.REPLY, is_group, paid, patience.for_a_hold)
        except TimeoutError:
            held = SHORT_HOLD  # the pace itself took too long, and nobody knows how long it still would
        if held:
            raise Held(ceil(held))

    async def _sent(
        self, chat: Chat, call: Callable[[bool], Awaitable[telegram.Message]], longest: timedelta
    ) -> telegram.Message:
        """Make one call that sends, paid for if need be. Raises: telegram.error.TelegramError."""
        patience = WaitLimit.of(longest)

        async def once() -> telegram.Message:
            paid = await self.turn(chat, patience)
            try:
                return await self._attempt(chat, call(paid), paid)
            except BadRequest:
                if not paid:
                    raise
            # It may be the Stars that were refused, and nobody is left without an answer for want of them.
            message = await self._attempt(chat, call(False))
            self.paid_budget.answered_unpaid(Sent(message.message_id), self.clock())
            return message

        message = await patiently(once)
        if chat.restriction is not None:
            await restrictions.got_through(self.db, chat.id, self.clock())
            self.wake()
        return message

    async def _attempt(
        self, chat: Chat, call: Awaitable[_Answer], paid: bool = False, is_edit: bool = False
    ) -> _Answer:
        """Make one call, and let the pacer know of a 429. Raises: telegram.error.TelegramError."""
        try:
            return await call
        except (RetryAfter, NetworkError) as error:
            outcome = classify_error(error)
            if not isinstance(outcome, Throttled):
                raise
            self.pacer.throttled(chat.id, outcome.wait.total_seconds(), paid, is_edit)
            raise RetryAfter(outcome.wait) from None  # a 429 that does not say how long is no RetryAfter yet

    async def _edited(self, chat: Chat, where: Params, edit: MethodCall, longest: timedelta) -> bool:
        """Change the message that `where` names: one that all see, or by its own method one that a person alone does.

        Raises: telegram.error.TelegramError, Held among them.
        """
        patience = WaitLimit.of(longest)

        async def once() -> None:
            # There are no paid edits: https://core.telegram.org/bots/api#editmessagetext
            await self._slot(chat, patience)
            if "ephemeral_message_id" in where:
                method = edit.method.replace("editMessage", "editEphemeralMessage")
                change = self.bot.do_api_request(method, {**where, **edit.params})
            else:
                change = getattr(self.bot, edit.method)(**where, **edit.params)
            await self._attempt(chat, change, is_edit=True)

        try:
            await patiently(once, may_repeat=True)
        except EndPointNotFound:  # a server that has no ephemeral messages cannot have this one
            return False
        except BadRequest as error:
            if _has(error, UNCHANGED):
                return True
            if _has(error, "message to edit not found", "message can't be edited", "message_id_invalid"):
                return False
            raise
        return True


def _has(error: BadRequest, *phrases: str) -> bool:
    return any(phrase in error.message.lower() for phrase in phrases)


def span_of(error: RetryAfter) -> timedelta:
    """Return how long Telegram asks to wait: python-telegram-bot says it in seconds still, and will as a timedelta."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
