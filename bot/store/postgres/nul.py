"""
Texts that hold U+0000, which SQLite takes and no text of PostgreSQL can: written in another way, and read back as they
were.

The two characters that come first of all are written as two each, so that the order of texts stays what it is, and
every text comes back: what is moved there and back is the same.
Source: https://www.postgresql.org/docs/current/datatype-character.html
"""

from __future__ import annotations

import re

_WRITTEN = {"\0": "\1\1", "\1": "\1\2"}
_READ = {written: char for char, written in _WRITTEN.items()}
_RARE = re.compile("[\0\1]")
_PAIR = re.compile("\1[\1\2]")


def written(text: str) -> str:
    """Return a text as PostgreSQL keeps it."""
    if "\0" not in text and "\1" not in text:
        return text
    return _RARE.sub(lambda char: _WRITTEN[char[0]], text)


def read(text: str) -> str:
    """Return the text that `written` was given."""
    return _PAIR.sub(lambda pair: _READ[pair[0]], text) if "\1" in text else text
