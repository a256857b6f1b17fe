"""
Callback data of buttons: a verb and a few numbers, within Telegram's 64 bytes, that later versions can still read.

A button outlives the process that sent it, so its meaning is in its data or in a row that a number points to.
Source: https://core.telegram.org/bots/api#inlinekeyboardbutton (callback_data: 1-64 bytes)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.limits import CALLBACK_DATA

_VERSION = "1"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MIN_ROW_NUMBER, _MAX_ROW_NUMBER = -(2**63), 2**63 - 1  # what a row's number can be: https://sqlite.org/datatype3.html
_SHAPE = re.compile(r"1(?:@(-?[0-9a-z]{1,13}))?:([a-z_]{1,16})((?::-?[0-9a-z]{1,13})*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """A verb such as `follow`, and the numbers it acts on (chats, articles, topics, pages).

    `channel` is the one that a button in a private chat is about; None: the chat in which it stands.
    """

    verb: str
    numbers: tuple[int, ...] = ()
    channel: int | None = None

    def __str__(self) -> str:
        """Return the callback data. Raises: ValueError when it would not fit Telegram's 64 bytes."""
        if not _can_be_rows(self.numbers) or not _can_be_rows((self.channel or 0,)):
            raise ValueError("not callback data: a number that no row can have")
        head = _VERSION if self.channel is None else f"{_VERSION}@{_base36(self.channel)}"
        data = ":".join((head, self.verb, *map(_base36, self.numbers)))
        if len(data) > CALLBACK_DATA or not _SHAPE.fullmatch(data):
            raise ValueError(f"not callback data: {data!r}")
        return data


def press(verb: str, *numbers: int) -> str:
    """Return the callback data of a button that does `verb` to `numbers`."""
    return str(Press(verb, numbers))


def read_press(data: str) -> Press | None:
    """Return what a button's data means, or None when it is not ours or of another version."""
    shape = _SHAPE.fullmatch(data)
    if shape is None:
        return None
    channel = None if shape[1] is None else int(shape[1], 36)
    numbers = tuple(int(number, 36) for number in shape[3].split(":")[1:])
    return Press(shape[2], numbers, channel) if _can_be_rows((*numbers, channel or 0)) else None


def _can_be_rows(numbers: tuple[int, ...]) -> bool:
    return all(_MIN_ROW_NUMBER <= number <= _MAX_ROW_NUMBER for number in numbers)


def _base36(number: int) -> str:
    if number < 0:
        return "-" + _base36(-number)
    head, last = divmod(number, 36)
    return (_base36(head) if head else "") + _DIGITS[last]
