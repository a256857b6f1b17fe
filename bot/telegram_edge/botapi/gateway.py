"""
The gateway: a Message becomes one Bot API call, and the call becomes an Outcome.

Deliveries leave here. Every ending is a value; what it means for the delivery is decided by others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import telegram
from telegram.error import TelegramError
from yarl import URL

from bot.domain.delivery import Outcome, PictureRefused, Rejected, Restricted, Sent, ThreadGone, Unsure
from bot.domain.message import Keyboard, Message
from bot.telegram_edge.botapi.methods import Params, editing, editing_keyboard, editing_photo, editing_rich, sending
from bot.telegram_edge.botapi.outcomes import UNCHANGED, classify, classify_error
from bot.telegram_edge.botapi.prepared import Prepared, Reply, Upload, prepare, tail
from bot.telegram_edge.botapi.transport import HttpTransport

_ALREADY_GONE = "message to delete not found"


class PreparedEdit:
    """What makes messages say what one Message says, prepared once for texts and once for photos."""

    def __init__(self, prepare: Callable[[bool], Prepared | Upload]) -> None:
        self._prepare = prepare
        self._text: Prepared | Upload | None = None
        self._photo: Prepared | Upload | None = None

    def call(self, is_photo: bool) -> Prepared | Upload:
        """Return the call; the chat and the message vary."""
        if is_photo:
            if self._photo is None:
                self._photo = self._prepare(True)
            return self._photo
        if self._text is None:
            self._text = self._prepare(False)
        return self._text


class Gateway:
    """Sends, edits and deletes for one bot. No method raises TelegramError."""

    def __init__(
        self, bot: telegram.Bot, transport: HttpTransport, may_leave: Callable[[], bool] | None = None
    ) -> None:
        """`may_leave` is asked about a call that has waited, right before it leaves; without one all may."""
        self._transport = transport
        self._may_leave = may_leave
        self._root = bot.base_url

    def prepare(self, message: Message) -> Prepared | Upload:
        """Return the call that sends `message`, ready for any chat. A picture's bytes make it an Upload."""
        method, params = sending(message)
        if message.rich is not None:
            return prepare(self._url(method), _json(params), has_photo=message.rich.has_pictures)
        photo = message.photo
        if photo is not None and photo.data is not None:
            del params["photo"]  # it goes as a file beside the parameters
            return Upload(URL(self._url(method), encoded=True), _json(params), photo.data)
        wants_file_id = photo is not None and photo.file_id is None
        return prepare(self._url(method), _json(params), has_photo=photo is not None, wants_file_id=wants_file_id)

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
        """Send a message to one chat, as a reply if that is still there, and say what became of it.

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

    def prepare_edit(self, message: Message) -> PreparedEdit:
        """Return what makes any message of ours say what `message` says. Of a photo the text is the caption, and its
        picture stays unless the message has another.
        """

        def prepared(is_photo: bool) -> Prepared | Upload:
            photo = message.photo if is_photo else None
            if photo is None:
                is_rich = message.rich is not None and not is_photo
                edit = editing_rich(message) if is_rich else editing(message, is_photo=is_photo)
                return prepare(self._url(edit.method), _json(edit.params))
            edit = editing_photo(message, photo.file_id or photo.url or "attach://photo")
            if photo.data is not None:
                return Upload(URL(self._url(edit.method), encoded=True), _json(edit.params), photo.data)
            wants_file_id = photo.file_id is None
            return prepare(self._url(edit.method), _json(edit.params), has_photo=True, wants_file_id=wants_file_id)

        return PreparedEdit(prepared)

    async def edit(self, message: Message | PreparedEdit, chat: int, message_id: int, was_photo: bool) -> Outcome:
        """Make one message of ours say what `message` says. Sent also when it says so already."""
        edit = self.prepare_edit(message) if isinstance(message, Message) else message
        varying = {"chat_id": chat, "message_id": message_id}
        return _done_if(UNCHANGED, await self._outcome(edit.call(was_photo), varying, message_id), message_id)

    async def edit_keyboard(self, chat: int, message_id: int, keyboard: Keyboard) -> Outcome:
        """Swap the buttons under a message of ours; none takes them away."""
        edit = editing_keyboard(keyboard)
        call = prepare(self._url(edit.method), {"message_id": message_id} | _json(edit.params))
        return _done_if(UNCHANGED, await self._outcome(call, {"chat_id": chat}, message_id), message_id)

    async def delete(self, chat: int, message_id: int) -> Outcome:
        """Delete a message of ours. Sent also when it is gone already."""
        call = prepare(self._url("deleteMessage"), {"message_id": message_id})
        return _done_if(_ALREADY_GONE, await self._outcome(call, {"chat_id": chat}, message_id), message_id)

    async def _outcome(
        self, call: Prepared | Upload, varying: Mapping[str, Any], message_id: int | None = None
    ) -> Outcome:
        """Make the call. `message_id` is the message it is about, for answers that do not name it."""
        try:
            reply = await self._transport.call(call, varying, self._may_leave)
        except TelegramError as error:
            return classify_error(error)
        if not reply.ok:
            return classify(reply.status, reply.description, reply.parameters)
        message_id = reply.message_id or message_id
        if message_id is None:
            return Unsure("the answer names no message")
        return Sent(message_id, reply.file_id, strayed=_has_strayed(varying, reply))

    def _url(self, method: str) -> str:
        return f"{self._root}/{method}"


def _has_strayed(varying: Mapping[str, Any], reply: Reply) -> bool:
    """Return whether a message to a thread of a private chat stands elsewhere: Telegram may ignore the thread silently.

    Source: https://github.com/tdlib/telegram-bot-api/issues/854
    """
    thread = varying.get("message_thread_id")
    return thread is not None and varying["chat_id"] > 0 and reply.thread != thread


def _json(params: Params) -> dict[str, Any]:
    """Return a call's parameters as JSON has them."""
    return {name: _plain(value) for name, value in params.items()}


def _plain(value: Any) -> Any:
    match value:
        case telegram.TelegramObject():
            return value.to_dict()
        case list():
            return [_plain(one) for one in value]
    return value


def _done_if(words: str, outcome: Outcome, message_id: int) -> Outcome:
    """Return Sent when Telegram refused only because things are as they were to become."""
    match outcome:
        case Rejected(reason) if words in reason.lower():
            return Sent(message_id)
    return outcome
