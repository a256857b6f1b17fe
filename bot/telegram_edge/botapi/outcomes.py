"""
From an answer or an error to an Outcome: one table of Telegram's descriptions, one function for raw answers, one for
python-telegram-bot's errors.

The status alone says too little. 400 covers a chat that is gone, a picture that cannot be had and a mistake of ours;
403 from a proxy in between says nothing about the chat. So the description decides first, and a page that is no
answer of the Bot API never switches a chat off.

A gateway that gave up waiting does not know what became of the call behind it, so nothing it says proves that a
message did not arrive. The Bot API server itself answers 400, 401, 403, 409, 413, 429 and 500, nothing else from 500
on: 500 "restart" before it hands a call over, and two of its 500s once it has (`_PERHAPS_DONE`).
Source: https://core.telegram.org/bots/api#making-requests (the descriptions are not documented; most come from
https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp, fail_query_with_error)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.domain.delivery import (
    Failed,
    Halted,
    Migrated,
    Outcome,
    PictureRefused,
    Rejected,
    Restricted,
    ThreadGone,
    Throttled,
    Unreachable,
    Unsure,
)
from bot.domain.rejections import is_unknown_method
from bot.telegram_edge.botapi.transport import MAX_RETRY_AFTER, NeverSent, Refused

DEFAULT_RETRY_AFTER = timedelta(seconds=5)
"""How long to wait after a 429 that does not say."""
MAX_REASON_LENGTH = 200
UNCHANGED = "message is not modified"
"""What Telegram refuses an edit with when the message says so already."""

GATEWAY_GAVE_UP = frozenset({408, 502, 504, *range(520, 525)})
"""What proxies in between answer when they have no answer from behind them. The call may have been carried out.

Source: https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.3 (502), #section-15.6.5 (504), #section-15.5.9 (408)
        https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/ (520 to 524)
"""
_PERHAPS_DONE = (
    "request aborted",  # the server was closed while a call was being carried out: td/telegram/Td.cpp
    "immediately deleted",  # "sent message was immediately deleted and can't be returned": Client::delete_message
)

_RETRY_AFTER = re.compile(r"retry after (\d{1,7})\b")
_PREFIX = re.compile(r"^(?:Bad Request|Forbidden|Unauthorized|Conflict): ")

# The first that fits decides. In lower case, because python-telegram-bot changes the case of what it passes on.
_MEANINGS: tuple[tuple[Callable[[str], Outcome], tuple[str, ...]], ...] = (
    (
        partial(PictureRefused, here_only=True),
        (
            "not enough rights to send photos",
            "not enough rights to send media",
            "chat_send_photos_forbidden",
            "chat_send_media_forbidden",
        ),
    ),
    (
        PictureRefused,
        (
            "webpage_curl_failed",
            "failed to get http url content",
            "webpage_media_empty",
            "wrong type of the web page content",
            "external_url_invalid",
            "wrong http url specified",
            "invalid file http url specified",  # which of its parts is wrong follows
            "wrong file identifier",
            "wrong remote file identifier",
            "wrong padding in the string",  # a damaged file_id
            "file_reference_",
            "can't upload file by url",
            "there is no photo in the request",
            "file must be non-empty",
            "file is too big",
            "too big for a photo",
            "photo_",  # PHOTO_INVALID_DIMENSIONS, PHOTO_SAVE_FILE_INVALID, PHOTO_EXT_INVALID and their like
            "image_process_failed",
            "media_empty",
            "media_invalid",
            "file of type",  # can't use file of type Document as Photo
        ),
    ),
    # Of a message, and not of its chat: https://core.telegram.org/method/messages.editMessage#possible-errors
    (Rejected, ("message_author_required", "message_delete_forbidden")),
    (ThreadGone, ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")),
    (
        Unreachable,
        (
            "chat not found",
            "user not found",
            "peer_id_invalid",
            "input_user_deactivated",
            "user is deactivated",
            "user_is_blocked",
            "bot was blocked",
            "bot was kicked",
            "bot is not a member",
            "group chat was deleted",
            "group chat was deactivated",
            "channel_private",
        ),
    ),
    (
        # The chat is there and we are in it, and it forbids writing: a night mode, a slip of an administrator, or
        # Telegram itself (https://github.com/python-telegram-bot/python-telegram-bot/issues/3956). It ends without any
        # update. The words are TDLib's (can_send_message_content_to_dialog, can_send_message_to_dialog) and, in
        # capitals, Telegram's own: https://core.telegram.org/method/messages.sendMessage#possible-errors
        Restricted,
        (
            "not enough rights",
            "no rights to send",
            "no write access to the chat",
            "need administrator rights",
            "chat_write_forbidden",
            "chat_guest_send_forbidden",
            "chat_restricted",
            "chat_admin_required",
            "chat_send_",  # CHAT_SEND_PLAIN_FORBIDDEN and its like
            "user_banned_in_channel",
            "allow_payment_required",
        ),
    ),
)


def classify(status: int, description: str, parameters: Mapping[str, Any]) -> Outcome:
    """Return what an answer other than success means for the delivery. `description` is empty for a mere page."""
    reason = _PREFIX.sub("", description)[:MAX_REASON_LENGTH] or f"status {status} without an answer of the Bot API"
    words = description.lower()
    if status == 429:
        return Throttled(_wait(parameters.get("retry_after"), words))
    new_chat = parameters.get("migrate_to_chat_id")
    if type(new_chat) is int and -(2**63) < new_chat < 2**63:
        return Migrated(new_chat)
    if status == 404 and is_unknown_method(words):
        return Rejected(reason)
    if status in (401, 404, 409):
        return Halted(reason)
    if status == 413:  # text is never too large: its limit is far below any server's
        return PictureRefused(reason)
    if status in (400, 403):
        for meaning, phrases in _MEANINGS:
            if any(phrase in words for phrase in phrases):
                return meaning(reason)
    if status == 403 and words.startswith("forbidden:"):
        return Unreachable(reason)
    if status == 400 and description:
        return Rejected(reason)
    if 200 <= status < 300 or status in GATEWAY_GAVE_UP:
        return Unsure(reason)
    if status >= 500 and any(phrase in words for phrase in _PERHAPS_DONE):
        return Unsure(reason)
    return Failed(reason)


def classify_error(error: TelegramError) -> Outcome:
    """Return what an error of python-telegram-bot's, or of our transport's, means for the delivery."""
    match error:
        case NeverSent():
            return Failed(error.message)
        case Refused(reply=reply):
            return classify(reply.status, reply.description, reply.parameters)
        case RetryAfter():
            wait = error.retry_after
            return Throttled(wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
        case ChatMigrated():
            return Migrated(error.new_chat_id)
        case InvalidToken() | Conflict() | EndPointNotFound():
            return Halted("Telegram refuses the token" if isinstance(error, InvalidToken) else error.message)
        case Forbidden():
            return classify(403, error.message, {})
        case BadRequest():
            return classify(400, error.message, {})
        case _:  # MayHaveArrived, TimedOut, and any network error that does not say
            return Unsure(error.message)


def _wait(retry_after: Any, words: str) -> timedelta:
    """Read how long to wait from the answer's parameters, or else from its words."""
    if not isinstance(retry_after, int | float) or not retry_after < MAX_RETRY_AFTER:
        told = _RETRY_AFTER.search(words)
        retry_after = int(told[1]) if told else 0
    return timedelta(seconds=retry_after) if retry_after > 0 else DEFAULT_RETRY_AFTER
