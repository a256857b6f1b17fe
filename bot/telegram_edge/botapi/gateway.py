"""
The gateway: a Message becomes one Bot API call, and the call becomes an Outcome.

Deliveries leave here. Text goes with entities, never as markup, so there is nothing to escape. Every ending is a
value; what it means for the delivery is decided by others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import telegram
from telegram.error import TelegramError
from yarl import URL

from bot.domain.delivery import Outcome, PictureRefused, Rejected, Restricted, Sent, ThreadGone, Unsure
from bot.domain.message import Keyboard, Message
from bot.domain.text import Text
from bot.telegram_edge.botapi.outcomes import classify, classify_error
from bot.telegram_edge.botapi.prepared import Prepared, Upload, prepare, tail
from bot.telegram_edge.botapi.transport import AiohttpTransport

_UNCHANGED = "message is not modified"
_ALREADY_GONE = "message to delete not found"


class Gateway:
    """Sends, edits and deletes for one bot. No method raises TelegramError."""

    def __init__(self, bot: telegram.Bot, transport: AiohttpTransport) -> None:
        self._transport = transport
        self._root = bot.base_url

    def prepare(self, message: Message) -> Prepared | Upload:
        """Return the call that sends `message`, ready for any chat. A picture's bytes make it an Upload.

        Source: https://core.telegram.org/bots/api#sendphoto, https://core.telegram.org/bots/api#sendmessage
        """
        keyboard = _keyboard(message.keyboard)
        if message.photo is None:
            return prepare(self._url("sendMessage"), _text(message) | keyboard)
        photo = message.photo
        if photo.data is not None:
            return Upload(URL(self._url("sendPhoto"), encoded=True), _caption(message) | keyboard, photo.data)
        said = {"photo": photo.file_id or photo.url} | _caption(message) | keyboard
        return prepare(self._url("sendPhoto"), said, has_photo=True, wants_file_id=photo.file_id is None)

    async def send(
        self,
        message: Message | Prepared | Upload,
        chat: int,
        thread: int = 0,
        *,
        silent: bool = False,
        paid: bool = False,
        reply_to: int | None = None,
    ) -> Outcome:
        """Send a message to one chat and say what became of it.

        What asks for another try without the picture or the thread comes only when there was one.
        """
        call = self.prepare(message) if isinstance(message, Message) else message
        varying = tail(chat, thread=thread, silent=silent, paid=paid, reply_to=reply_to)
        match outcome := await self._outcome(call, varying):
            case PictureRefused(reason, here_only=True) if not call.has_photo:
                return Restricted(reason)
            case PictureRefused(reason) if not call.has_photo:
                return Rejected(reason)
            case ThreadGone(reason) if not thread:
                return Rejected(reason)
        return outcome

    async def edit(self, chat: int, message_id: int, message: Message, was_photo: bool) -> Outcome:
        """Make a message of ours say what `message` says. A picture stays; then the text is its caption.

        Sent also when it says so already. Source: https://core.telegram.org/bots/api#editmessagetext
        """
        keyboard = _keyboard(message.keyboard)
        if was_photo:
            call = prepare(self._url("editMessageCaption"), {"message_id": message_id} | _caption(message) | keyboard)
        else:
            call = prepare(self._url("editMessageText"), {"message_id": message_id} | _text(message) | keyboard)
        return await self._edited(call, chat, message_id)

    async def edit_keyboard(self, chat: int, message_id: int, keyboard: Keyboard) -> Outcome:
        """Swap the buttons under a message of ours; none takes them away."""
        call = prepare(self._url("editMessageReplyMarkup"), {"message_id": message_id} | _keyboard(keyboard))
        return await self._edited(call, chat, message_id)

    async def delete(self, chat: int, message_id: int) -> Outcome:
        """Delete a message of ours. Sent also when it is gone already."""
        call = prepare(self._url("deleteMessage"), {"message_id": message_id})
        return _done_if(_ALREADY_GONE, await self._outcome(call, {"chat_id": chat}, message_id), message_id)

    async def _edited(self, call: Prepared, chat: int, message_id: int) -> Outcome:
        return _done_if(_UNCHANGED, await self._outcome(call, {"chat_id": chat}, message_id), message_id)

    async def _outcome(
        self, call: Prepared | Upload, varying: Mapping[str, Any], message_id: int | None = None
    ) -> Outcome:
        """Make the call. `message_id` is the message it is about, for answers that do not name it."""
        try:
            reply = await self._transport.call(call, varying)
        except TelegramError as error:
            return classify_error(error)
        if not reply.ok:
            return classify(reply.status, reply.description, reply.parameters)
        message_id = reply.message_id or message_id
        return Unsure("the answer names no message") if message_id is None else Sent(message_id, reply.file_id)

    def _url(self, method: str) -> str:
        return f"{self._root}/{method}"


def entities_of(text: Text) -> list[telegram.MessageEntity]:
    """Return the text's formatting in python-telegram-bot's words."""
    return [
        telegram.MessageEntity(
            span.type,
            span.offset,
            span.length,
            url=span.url,
            unix_time=None if span.unix_time is None else datetime.fromtimestamp(span.unix_time, UTC),
            date_time_format=span.format,
        )
        for span in text.entities
    ]


def markup_of(keyboard: Keyboard) -> telegram.InlineKeyboardMarkup | None:
    """Return the keyboard in python-telegram-bot's words; None when it has no buttons."""
    if not keyboard:
        return None
    return telegram.InlineKeyboardMarkup(
        [
            [telegram.InlineKeyboardButton(button.label, url=button.url, callback_data=button.data) for button in row]
            for row in keyboard
        ]
    )


def preview_of(message: Message) -> telegram.LinkPreviewOptions:
    """Return which link is previewed, and how large.

    Source: https://core.telegram.org/bots/api#linkpreviewoptions
    """
    if message.preview is None:
        return telegram.LinkPreviewOptions(is_disabled=True)
    return telegram.LinkPreviewOptions(
        url=message.preview, prefer_small_media=message.preview_small, prefer_large_media=not message.preview_small
    )


def _text(message: Message) -> dict[str, Any]:
    return {
        "text": message.text.string,
        "entities": [entity.to_dict() for entity in entities_of(message.text)],
        "link_preview_options": preview_of(message).to_dict(),
    }


def _caption(message: Message) -> dict[str, Any]:
    return {
        "caption": message.text.string,
        "caption_entities": [entity.to_dict() for entity in entities_of(message.text)],
    }


def _keyboard(keyboard: Keyboard) -> dict[str, Any]:
    markup = markup_of(keyboard)
    return {} if markup is None else {"reply_markup": markup.to_dict()}


def _done_if(words: str, outcome: Outcome, message_id: int) -> Outcome:
    """Return Sent when Telegram refused only because things are as they were to become."""
    match outcome:
        case Rejected(reason) if words in reason.lower():
            return Sent(message_id)
    return outcome
