"""
One thing a person asked for, as conversations see it, and the ways to answer.

A handler never meets Telegram's objects: it is given a Request or a PressRequest, and what it says is a Message.
Everything said here goes through the replies' lane of the pacer, ahead of all news.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

import telegram
from telegram.error import BadRequest, TelegramError

from bot.domain.chat import Chat, ChatKind
from bot.domain.delivery import Lane
from bot.domain.limits import CALLBACK_ANSWER
from bot.domain.message import Keyboard, Message
from bot.domain.press import Press
from bot.render.locale import Words
from bot.render.text import clip
from bot.telegram_edge.gateway import entities_of, markup_of
from bot.telegram_edge.house import House

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Document:
    """A file somebody sent: named by its sender, so trust neither `name` nor `size` (bytes; None: not said)."""

    file_id: str
    name: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A command, plain text or document.

    `person` is None when nobody in particular speaks: channel posts and anonymous administrators. `args` is what
    follows the command (after `/start`, what follows the payload's prefix), or the plain text. `thread` is the forum
    topic, 0 when there is none. `replied_to` is the message it replies to. `is_late`: it waited for more than ten
    minutes while the bot was down; editors' acts are then asked again.
    """

    house: House = field(repr=False)
    chat: Chat
    person: int | None
    words: Words = field(repr=False)
    message_id: int
    sent_at: datetime
    args: str = field(default="", repr=False)
    thread: int = 0
    replied_to: int | None = None
    document: Document | None = None
    is_late: bool = False

    @property
    def is_private(self) -> bool:
        return self.chat.kind is ChatKind.PRIVATE

    async def answer(self, message: Message) -> int:
        """Say something in the chat, in groups as a reply, and return the new message's id."""
        reply_to = self.message_id if self.chat.kind is ChatKind.GROUP else None
        return await send(self.house, self.chat, message, thread=self.thread, reply_to=reply_to)

    async def answer_file(self, name: str, data: bytes, caption: Message) -> None:
        """Send a file that was made for this chat."""
        await self.house.pacer.slot(self.chat.id, Lane.REPLY, not self.is_private)
        await self.house.bot.send_document(
            self.chat.id,
            data,
            filename=name,
            caption=caption.text.string,
            caption_entities=entities_of(caption.text),
            message_thread_id=self.thread or None,
        )


@dataclass(slots=True, eq=False)
class PressRequest:
    """A press of a button. `message_id` is the message the button hangs on, `is_photo` whether that is a picture.

    The press is answered once: by the first `toast`, or silently when the handler has returned.
    """

    house: House = field(repr=False)
    chat: Chat
    person: int
    words: Words = field(repr=False)
    press: Press
    message_id: int
    query_id: str = field(repr=False)
    thread: int = 0
    is_photo: bool = False
    is_late: bool = False
    is_answered: bool = False

    @property
    def numbers(self) -> tuple[int, ...]:
        return self.press.numbers

    @property
    def is_private(self) -> bool:
        return self.chat.kind is ChatKind.PRIVATE

    async def toast(self, text: str, alert: bool = False) -> None:
        """Show a line over the chat to the one who pressed; `alert` makes it a box to be closed. Once per press."""
        if self.is_answered:
            return
        self.is_answered = True
        await self._answer_query(text=clip(text, CALLBACK_ANSWER) or None, show_alert=alert)

    async def open_bot(self, payload: str) -> None:
        """Take the one who pressed to their own chat with the bot, as its deep link would. Once per press."""
        if self.is_answered:
            return
        self.is_answered = True
        # https://core.telegram.org/bots/api#answercallbackquery (url: t.me/your_bot?start=XXXX)
        await self._answer_query(url=f"https://t.me/{self.house.bot_username}?start={payload}")

    async def redraw(self, message: Message) -> int:
        """Put `message` in the place of the one pressed, and return its id. Only if that is gone, a new one is sent.

        A picture keeps its picture: of a message without a photo, the text becomes its caption.
        """
        try:
            await edit(self.house, self.chat, self.message_id, message, is_photo=self.is_photo)
        except BadRequest as error:
            if not _cannot_be_edited(error):
                raise
            return await self.answer(message)
        return self.message_id

    async def redraw_keyboard(self, keyboard: Keyboard) -> None:
        """Swap the buttons and leave the message as it is. A message that is gone is left alone."""
        await self.house.pacer.slot(self.chat.id, Lane.REPLY, not self.is_private)
        try:
            await self.house.bot.edit_message_reply_markup(
                chat_id=self.chat.id, message_id=self.message_id, reply_markup=markup_of(keyboard)
            )
        except BadRequest as error:
            if not (_is_unchanged(error) or _cannot_be_edited(error)):
                raise

    async def answer(self, message: Message) -> int:
        """Say something new in the chat and return the new message's id."""
        return await send(self.house, self.chat, message, thread=self.thread)

    async def finish(self) -> None:
        """End the client's waiting if nothing else has."""
        await self.toast("")

    async def _answer_query(self, **answer: str | bool | None) -> None:
        try:
            await self.house.bot.answer_callback_query(self.query_id, **answer)  # type: ignore[arg-type]
        except TelegramError as error:
            # Too old, mostly: the person has stopped waiting for it, and what was pressed has been done.
            log.debug("a press could not be answered: %s", type(error).__name__)


async def send(house: House, chat: Chat, message: Message, *, thread: int = 0, reply_to: int | None = None) -> int:
    """Send `message` as a reply to a person and return its id. Raises: telegram.error.TelegramError."""
    await house.pacer.slot(chat.id, Lane.REPLY, chat.kind is not ChatKind.PRIVATE)
    markup = markup_of(message.keyboard)
    reply = (
        None if reply_to is None else telegram.ReplyParameters(message_id=reply_to, allow_sending_without_reply=True)
    )
    if message.photo is not None:
        photo = message.photo.file_id or message.photo.url or message.photo.data
        sent = await house.bot.send_photo(
            chat.id,
            photo,  # type: ignore[arg-type]  # one of the three is set
            caption=message.text.string,
            caption_entities=entities_of(message.text),
            reply_markup=markup,
            message_thread_id=thread or None,
            reply_parameters=reply,
        )
    else:
        sent = await house.bot.send_message(
            chat.id,
            message.text.string,
            entities=entities_of(message.text),
            link_preview_options=preview_of(message),
            reply_markup=markup,
            message_thread_id=thread or None,
            reply_parameters=reply,
        )
    return sent.message_id


async def edit(house: House, chat: Chat, message_id: int, message: Message, *, is_photo: bool) -> None:
    """Change a message of ours. Raises: telegram.error.TelegramError, but not for a message that says so already."""
    await house.pacer.slot(chat.id, Lane.REPLY, chat.kind is not ChatKind.PRIVATE)
    try:
        if is_photo:
            await house.bot.edit_message_caption(
                chat.id,
                message_id,
                caption=message.text.string,
                caption_entities=entities_of(message.text),
                reply_markup=markup_of(message.keyboard),
            )
        else:
            await house.bot.edit_message_text(
                message.text.string,
                chat.id,
                message_id,
                entities=entities_of(message.text),
                link_preview_options=preview_of(message),
                reply_markup=markup_of(message.keyboard),
            )
    except BadRequest as error:
        if not _is_unchanged(error):
            raise


def preview_of(message: Message) -> telegram.LinkPreviewOptions:
    """Return which link is previewed, and how large.

    Source: https://core.telegram.org/bots/api#linkpreviewoptions
    """
    if message.preview is None:
        return telegram.LinkPreviewOptions(is_disabled=True)
    return telegram.LinkPreviewOptions(
        url=message.preview, prefer_small_media=message.preview_small, prefer_large_media=not message.preview_small
    )


def _is_unchanged(error: BadRequest) -> bool:
    return "message is not modified" in error.message.lower()


def _cannot_be_edited(error: BadRequest) -> bool:
    text = error.message.lower()
    return "message to edit not found" in text or "message can't be edited" in text or "message_id_invalid" in text
