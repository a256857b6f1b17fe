"""
One thing a person asked for, as conversations see it, and the ways to answer.

A handler never meets Telegram's objects: it is given a Request or a PressRequest, and what it says is a Message.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from telegram.error import RetryAfter, TelegramError

from bot.domain.channel import Channel
from bot.domain.chat import Chat, ChatKind
from bot.domain.limits import CALLBACK_ANSWER
from bot.domain.message import Keyboard, Message
from bot.domain.press import Press
from bot.domain.text import Text
from bot.render import error_messages
from bot.render.locale import SOURCE, Words
from bot.render.look import Look
from bot.render.text import clip
from bot.telegram_edge.botapi.ephemeral import Receiver
from bot.telegram_edge.botapi.pacer import SHORT_HOLD
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.replies import PRESS_WAIT, REPLY_TIMEOUT, SentMessage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Document:
    """A file somebody sent: described by its sender, so trust neither `name`, `size` (bytes; None: not said) nor
    `mime`, the type of its contents."""

    file_id: str
    name: str
    size: int | None = None
    mime: str = ""


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A picture somebody sent, by the file id of its largest size and that one's pixels."""

    file_id: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Managing:
    """A channel is acted for from a private chat: which chat that is, in which thread, and what frames each screen."""

    place: Chat
    thread: int
    frame: Callable[[Message], Message] = field(repr=False)


class _Asked:
    """What a command and a press have in common: who asks, about which chat, and where that stands."""

    __slots__ = ()

    ctx: BotContext
    chat: Chat
    words: Words
    thread: int
    managing: Managing | None

    @property
    def is_private(self) -> bool:
        return self.chat.kind is ChatKind.PRIVATE

    @property
    def place(self) -> Chat:
        """The chat in which the person is answered: another one than `chat` when a channel is managed from there."""
        return self.chat if self.managing is None else self.managing.place

    @property
    def route(self) -> int:
        """The thread that gets what is followed now: this one, unless each topic has one of its own."""
        return 0 if self.chat.topic_threads else self.thread

    def look(self) -> Look:
        """Return how the chat that it is about sees newsbot, in the words of the one who asks."""
        return replace(self.ctx.look(self.chat), words=self.words)


@dataclass(frozen=True, slots=True)
class Request(_Asked):
    """A command, plain text or document.

    `person` is None when nobody in particular speaks: channel posts, anonymous administrators (`as_chat` says that
    it was written in the chat's own name, which only they can; `speaker_chat` is any other chat in whose name it was
    written), and the one message on being added. `args` is what
    follows the command (after `/start`, what follows the payload's prefix), or the plain text. `message_id` is 0 when
    nobody wrote. `thread` is the forum topic, 0 when there is none. `replied_to` is the message it replies to, and
    `replied_article` the article whose card that is.
    `is_late`: it waited for more than ten minutes while the bot was down; editors' acts are then asked again.
    `language` is that of the person's own client, as far as we speak it.
    `patience` is how long an answer may wait for a chat that is held.
    `name` is what the person calls themselves, anything at all.
    `has_location`: a location was sent; `location` is its latitude and longitude when it is the person's own and shared
    once.
    `for_one`: in a group, the answer is for the one who asks alone, where Telegram can do that; `ephemeral_id` is the
    number of a command that nobody else sees, whose answer is for them alone in any case.
    `said` is what `args` are, with their formatting; `photo` is a picture that came with it, `in_album` with
    others, each of which is a request of its own.
    `channel` is the one whose post is forwarded, or that was chosen with a key.
    `managing`: the request is about a channel (`chat`) and was made elsewhere (`place`), in the language of that place.
    """

    patience: ClassVar[timedelta] = REPLY_TIMEOUT

    ctx: BotContext = field(repr=False)
    chat: Chat
    person: int | None
    words: Words = field(repr=False)
    message_id: int
    sent_at: datetime
    args: str = field(default="", repr=False)
    thread: int = 0
    replied_to: int | None = None
    replied_article: int | None = None
    document: Document | None = None
    as_chat: bool = False
    speaker_chat: int | None = None
    is_late: bool = False
    name: str = field(default="", repr=False)
    language: str = SOURCE
    has_location: bool = False
    location: tuple[float, float] | None = field(default=None, repr=False)
    channel: Channel | None = None
    managing: Managing | None = None
    for_one: bool = False
    ephemeral_id: int | None = None
    said: Text = field(default=Text(), repr=False)
    photo: SentPhoto | None = field(default=None, repr=False)
    in_album: bool = False

    def for_speaker(self) -> Request:
        """Return the same request, answered to the one who asks alone where that is possible."""
        return replace(self, for_one=True)

    def with_args(self, args: str) -> Request:
        """Return the same request about something else."""
        return replace(self, args=args)

    async def answer(self, message: Message) -> int:
        """Say something in the chat, in groups as a reply, and return the new message's id."""
        return (await self.show(message)).message_id

    async def show(self, message: Message) -> SentMessage:
        """Say something with a picture, as `answer` does, and return what stands there now."""
        if self.managing is not None:
            message = self.managing.frame(message)
        reply_to = self.message_id if self.message_id and self.place.kind is ChatKind.GROUP else None
        only_for = await self._receiver()
        return await self.ctx.replies.send(
            self.place, message, thread=self._thread, reply_to=reply_to, only_for=only_for
        )

    async def answer_file(self, name: str, data: bytes, caption: Message) -> int:
        """Send a file that was made for this chat, and return its message's id."""
        if self.managing is not None:
            caption = self.managing.frame(caption)
        only_for = await self._receiver()
        return await self.ctx.replies.send_file(self.place, name, data, caption, thread=self._thread, only_for=only_for)

    async def _receiver(self) -> Receiver | None:
        """Return who alone is to see the answer; None when all are, or Telegram would not take it otherwise."""
        if self.place.kind is not ChatKind.GROUP or self.person is None:
            return None
        if self.ephemeral_id is not None:
            return Receiver(self.person, command=self.ephemeral_id)
        if not self.for_one:
            return None
        administrators = await self.ctx.administrators.of(self.place.id, self.ctx.clock())
        return Receiver(self.person) if administrators and self.ctx.bot.id in administrators else None

    @property
    def _thread(self) -> int:
        return self.thread if self.managing is None else self.managing.thread


@dataclass(frozen=True, slots=True)
class ReactionRequest:
    """What a person's reactions to a message are from now on. `emojis` are those that are plain emoji, maybe none.

    `language` is that of the person's own client, as far as we speak it.
    """

    ctx: BotContext = field(repr=False)
    chat: Chat
    person: int
    message_id: int
    emojis: tuple[str, ...]
    language: str

    @property
    def is_private(self) -> bool:
        return self.chat.kind is ChatKind.PRIVATE

    async def redraw_keyboard(self, keyboard: Keyboard) -> None:
        """Swap the buttons under the message. One that is gone, or in a held chat, is left alone."""
        with suppress(RetryAfter):
            await self.ctx.replies.edit_keyboard(self.chat, self.message_id, keyboard, patience=PRESS_WAIT)


@dataclass(slots=True, eq=False)
class PressRequest(_Asked):
    """A press of a button. `message_id` is the message the button hangs on, `is_photo` whether that is a picture.

    `managing`: the button is about a channel (`chat`) and stands elsewhere (`place`). `ephemeral_id` is the message's
    number when the one who pressed alone sees it; what is said then is for them alone too.
    `words` are the chat's in which it stands; `language` is that of the person's own client, as far as we speak it.

    Telegram takes one answer to a press: the first `toast`, or a silent one when the handler has returned. It takes it
    also while the chat is held, when nothing in it may change; then one that would be silent says so.
    Source: https://github.com/tdlib/telegram-bot-api/issues/648 (answerCallbackQuery has no limits, edits have)
    """

    patience: ClassVar[timedelta] = PRESS_WAIT

    ctx: BotContext = field(repr=False)
    chat: Chat
    person: int
    words: Words = field(repr=False)
    press: Press
    message_id: int
    query_id: str = field(repr=False)
    language: str
    thread: int = 0
    is_photo: bool = False
    is_late: bool = False
    is_answered: bool = False
    name: str = field(default="", repr=False)
    managing: Managing | None = None
    ephemeral_id: int | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        return self.press.numbers

    async def toast(self, text: str, alert: bool = False) -> None:
        """Show a line over the chat to the one who pressed; `alert` makes it a box to be closed. Once per press."""
        await self._answer_query(text=clip(text, CALLBACK_ANSWER) or None, show_alert=alert)

    async def open_bot(self, payload: str) -> None:
        """Take the one who pressed to their own chat with the bot, as its deep link would. Once per press."""
        # What `url` may hold: https://core.telegram.org/bots/api#answercallbackquery
        await self._answer_query(url=f"https://t.me/{self.ctx.bot_username}?start={payload}")

    async def finish(self) -> None:
        """Answer the callback query unless that was done, so that the client stops showing progress."""
        held = self.ctx.pacer.hold(self.place.id)
        await self.toast(error_messages.must_wait(self.words, timedelta(seconds=held)) if held > SHORT_HOLD else "")

    async def redraw(self, message: Message) -> int:
        """Put `message` in the place of the one pressed, and return its id. Only if that is gone, a new one is sent.

        A picture keeps its picture: the text becomes its caption. While the chat is held it stays as it is.
        """
        framed = message if self.managing is None else self.managing.frame(message)
        replies, place, is_photo = self.ctx.replies, self.place, self.is_photo
        try:
            if self.ephemeral_id is None:
                is_there = await replies.edit(place, self.message_id, framed, is_photo=is_photo, patience=self.patience)
            else:
                is_there = await replies.edit_for_one(
                    place, self.person, self.ephemeral_id, framed, is_photo=is_photo, patience=self.patience
                )
        except RetryAfter:
            return self.message_id
        return self.message_id if is_there else await self.answer(message)

    async def redraw_photo(self, message: Message) -> None:
        """Put a picture and its caption in the place of the photo pressed, or below; not while the chat is held."""
        with suppress(RetryAfter):
            is_there = self.is_photo and await self.ctx.replies.edit_photo(
                self.place, self.message_id, message, patience=self.patience
            )
            if not is_there:
                await self.answer(message)

    async def redraw_keyboard(self, keyboard: Keyboard) -> None:
        """Swap the buttons and leave the message as it is. One that is gone, or in a held chat, is left alone."""
        with suppress(RetryAfter):
            if self.ephemeral_id is None:
                await self.ctx.replies.edit_keyboard(self.place, self.message_id, keyboard, patience=self.patience)
            else:
                await self.ctx.replies.edit_keyboard_for_one(
                    self.place, self.person, self.ephemeral_id, keyboard, patience=self.patience
                )

    async def answer(self, message: Message, *, as_reply: bool = False) -> int:
        """Say something new in the chat and return the new message's id. Raises: replies.Held.

        `as_reply` to the message pressed: a tap on what it quotes leads back there.
        """
        return (await self.show(message, as_reply=as_reply)).message_id

    async def show(self, message: Message, *, as_reply: bool = False) -> SentMessage:
        """Say something new with a picture, as `answer` does, and return what stands there now."""
        thread, reply_to = self.thread, self.message_id if as_reply and self.ephemeral_id is None else None
        if self.managing is not None:
            message, thread = self.managing.frame(message), self.managing.thread
        only_for = None if self.ephemeral_id is None else Receiver(self.person, query_id=self.query_id)
        return await self.ctx.replies.send(
            self.place, message, thread=thread, reply_to=reply_to, patience=self.patience, only_for=only_for
        )

    async def _answer_query(self, **answer: str | bool | None) -> None:
        if self.is_answered:
            return
        self.is_answered = True
        try:
            await self.ctx.bot.answer_callback_query(self.query_id, **answer)  # type: ignore[arg-type]
        except TelegramError as error:
            # Too old, mostly: the person no longer waits for it, and what was pressed has been done.
            log.debug("a press could not be answered: %s", type(error).__name__)
