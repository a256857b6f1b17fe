"""
Reading JSON that is not quite JSON: half a surrogate pair in a text, bytes that are not UTF-8, a bare control
character, a number without a value.

An update that the parser refuses comes again with every poll, and nothing behind it is ever seen; an answer that it
refuses makes a message that arrived look lost. So what can be read is read, and what no text may hold becomes U+FFFD,
which is as long in UTF-16 code units, so that the offsets of entities stay right. Nothing that comes out of here
holds a lone surrogate: neither SQLite nor UTF-8 can encode it.
Source: https://github.com/ijl/orjson#str (what orjson refuses)
        https://datatracker.ietf.org/doc/html/rfc8259#section-8.2 (lone surrogates are JSON all the same)
"""

from __future__ import annotations

import json
import re
from typing import Any

_LONE = re.compile("[\ud800-\udfff]")
_UPDATE_ID = re.compile(rb'(?<!\\)"update_id"\s*:\s*(\d{1,18})\b')
_TAKEN = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\b')
_MESSAGE_ID = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:\s*\{\s*"message_id"\s*:\s*(\d{1,18})\b')


def parsed_leniently(payload: bytes) -> Any:
    """Return what the JSON in `payload` stands for, as far as it can be read. Raises: ValueError when it cannot."""
    text = payload.decode("utf-8-sig", "replace")
    try:
        return _whole(json.loads(text, strict=False, parse_constant=lambda name: None))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def first_update_id(payload: bytes) -> int | None:
    """Return the id of the first update in an answer that cannot be read; None when it is no answer with updates.

    In a text the quotation marks around `update_id` would be escaped.
    """
    if not _TAKEN.match(payload):
        return None
    found = _UPDATE_ID.search(payload)
    return int(found[1]) if found else None


def was_taken(payload: bytes) -> bool:
    """Return whether an answer that cannot be read says that the call was taken: it stands at its beginning."""
    return _TAKEN.match(payload) is not None


def sent_message_id(payload: bytes) -> int | None:
    """Return the id of the message in an answer that cannot be read, if it is where Telegram puts it."""
    found = _MESSAGE_ID.match(payload)
    return int(found[1]) if found else None


def _whole(value: Any) -> Any:
    """Return `value` without lone surrogates, in names too."""
    match value:
        case str():
            return _LONE.sub("\ufffd", value)
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {_whole(name): _whole(one) for name, one in value.items()}
    return value
