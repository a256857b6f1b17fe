"""
Prepared calls: what is the same for every chat is serialised once, before the first message is sent.

What varies is the tail: the chat, its thread and its sound. Only the few fields that are stored are read from the
answer, because building python-telegram-bot's Message costs more than the rest of a call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from yarl import URL

from bot.domain.topic_threads import GENERAL
from bot.telegram_edge.botapi.http_call import Target, target_of
from bot.telegram_edge.botapi.lenient_json import parsed_leniently, sent_message_id, was_taken

try:
    import orjson
except ImportError:  # PyPy has none
    _loads: Callable[[bytes], Any] = json.loads

    def dumps(value: Any) -> bytes:
        """Return `value` as JSON in UTF-8."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
else:
    _loads = orjson.loads

    def dumps(value: Any) -> bytes:
        """Return `value` as JSON in UTF-8."""
        return orjson.dumps(value)


@dataclass(frozen=True, slots=True)
class Prepared:
    """One method's URL and the body as far as it is the same for every chat. The URL holds the token: never shown.

    `wants_file_id`: the picture goes by its address, and the answer's `file_id` is for the next chat. `target` is
    None when the URL is for aiohttp alone.
    """

    url: URL = field(repr=False)
    head: bytes = field(repr=False)
    has_photo: bool = False
    wants_file_id: bool = False
    target: Target | None = field(default=None, repr=False)

    def request(self, tail: Mapping[str, Any]) -> bytes:
        """Return the whole HTTP request for one chat. Only where there is a `target`."""
        assert self.target is not None
        rest = dumps(tail)
        return b"%b%d\r\n\r\n%b%b" % (self.target.head, len(self.head) + len(rest) - 1, self.head, rest[1:])

    def body(self, tail: Mapping[str, Any]) -> bytes:
        """Return the whole JSON body for one chat."""
        return self.head + dumps(tail)[1:]


@dataclass(frozen=True, slots=True)
class Upload:
    """A call that carries a picture's bytes: one part of a form for each parameter, and `photo` for the picture."""

    url: URL = field(repr=False)
    params: Mapping[str, Any] = field(repr=False)
    photo: bytes = field(repr=False)
    has_photo: bool = True
    wants_file_id: bool = True


def prepare(url: str, params: Mapping[str, Any], *, has_photo: bool = False, wants_file_id: bool = False) -> Prepared:
    """Return a call of `url`, with all parameters that do not depend on the chat serialised; at least one."""
    where = URL(url, encoded=True)
    return Prepared(where, dumps(params)[:-1] + b",", has_photo, wants_file_id, target_of(where))


def tail(
    chat_id: int, *, thread: int = 0, silent: bool = False, paid: bool = False, reply_to: int | None = None
) -> dict[str, Any]:
    """Return the parameters that vary from chat to chat, in the Bot API's words. The general thread is not named.

    Source: https://core.telegram.org/bots/api#sendmessage, https://core.telegram.org/bots/api#replyparameters
    """
    varying: dict[str, Any] = {"chat_id": chat_id}
    if thread > GENERAL:
        varying["message_thread_id"] = thread
    if silent:
        varying["disable_notification"] = True
    if paid:
        varying["allow_paid_broadcast"] = True
    if reply_to is not None:
        varying["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    return varying


class Reply(NamedTuple):
    """What Telegram answered. `ok` with a message's id (its picture's largest `file_id`, its thread), or why not.

    `status` is the HTTP status; `description` is empty when it was not the Bot API that answered; `parameters` are
    https://core.telegram.org/bots/api#responseparameters.
    """

    status: int
    ok: bool = False
    message_id: int | None = None
    file_id: str | None = None
    thread: int | None = None
    description: str = ""
    parameters: Mapping[str, Any] = MappingProxyType({})


def parsed(payload: bytes) -> Any:
    """Return what the JSON in `payload` stands for; read leniently where it has to be. Raises: ValueError."""
    try:
        return _loads(payload)
    except (ValueError, RecursionError):
        return parsed_leniently(payload)


_SENT = re.compile(rb'\{"ok":true,"result":\{"message_id":(\d{1,18}),')
"""How Telegram begins the answer to a message it took. What follows, up to some KB, repeats the message."""


def read_reply(status: int, payload: bytes, wants_file_id: bool = True) -> Reply:
    """Read an answer of the Bot API, or of something in between that answers with a page."""
    if not wants_file_id and (sent := _SENT.match(payload)):
        return Reply(status, True, int(sent[1]))
    try:
        answer = parsed(payload)
    except ValueError:
        # What Telegram says it took must not go out again because the rest of its answer is odd.
        return Reply(status, was_taken(payload) and status == 200, sent_message_id(payload))
    if not isinstance(answer, dict):
        return Reply(status)
    if answer.get("ok") is True:
        result = answer.get("result")
        if not isinstance(result, dict):
            return Reply(status, ok=True)
        thread = _number(result.get("message_thread_id"))
        return Reply(status, True, _number(result.get("message_id")), _largest(result.get("photo")), thread)
    description, parameters = answer.get("description"), answer.get("parameters")
    return Reply(
        status,
        description=description if isinstance(description, str) else "",
        parameters=parameters if isinstance(parameters, dict) else {},
    )


def _number(value: Any) -> int | None:
    """Return a message's id; None when it is nothing that could be stored."""
    return value if type(value) is int and 0 < value < 2**63 else None


def _largest(photos: Any) -> str | None:
    """Return the largest picture's id, if there is any. Source: https://core.telegram.org/bots/api#photosize"""
    try:
        found = max(photos, key=lambda size: size["width"] * size["height"])["file_id"]
    except (TypeError, KeyError, ValueError):
        return None
    return found if isinstance(found, str) else None
