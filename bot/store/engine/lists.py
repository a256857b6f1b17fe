"""
Lists as parameters of a question: JSON text to SQLite, arrays to PostgreSQL.

`json_each(:name)` in a statement takes what these make. SQLite knows a value's type by itself; PostgreSQL has to be
told it before there is one, and an empty list shows none, so each kind of list is a type here.
Sources: https://sqlite.org/json1.html#jeach
         https://www.postgresql.org/docs/current/functions-array.html (unnest)
"""

from __future__ import annotations

import json
from collections.abc import Iterable

ALL = 2**62
"""As a limit: every row there is."""


class NumberList(str):
    """Whole numbers."""

    __slots__ = ()


class TextList(str):
    """Texts."""

    __slots__ = ()


class DocumentList(str):
    """Lists and objects: `value` is one of them, for `json_extract`, `->>` and a `json_each` of its own."""

    __slots__ = ()


def number_list(values: Iterable[int]) -> NumberList:
    return NumberList(json.dumps(list(values)))


def text_list(values: Iterable[str]) -> TextList:
    """Return a list of texts. One that holds U+0000 finds nothing: SQLite would look for what stands before it.

    Source: https://sqlite.org/nulinstr.html
    """
    return TextList(json.dumps([value.replace("\0", "\N{REPLACEMENT CHARACTER}") for value in values]))


def document_list(values: Iterable[object]) -> DocumentList:
    return DocumentList(json.dumps(list(values)))
