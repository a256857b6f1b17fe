"""
Parsing JSON: validated by the standard library, then scanned once more for the lines of its fields.

JSON is nearly YAML, but real files indent with tabs and escape emoji as surrogate pairs, which YAML refuses. Tabs and
line breaks within texts, which programs forget to escape, are read as they stand.
Source: RFC 8259
"""

from __future__ import annotations

import json
import re

from bot.content.formats.document import MAX_DEPTH, Fault, Tree

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\s\[\]{},:"]+')
_WORDS = {"null": None, "true": True, "false": False}
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_OUR_WORDS = {
    "property name": "a name in double quotes is missing here; a comma before } is one too many",
    "trailing comma": "the comma before } or ] is one too many",
    "',' delimiter": "a comma, or the end of what was begun, is missing before this",
    "':' delimiter": "a colon is missing between a name and its value",
    "Expecting value": "a value is missing here; texts stand in double quotes, and no comma before ]",
    "Unterminated string": "the quote that begins here never ends",
    "escape": "a backslash begins an escape; write it twice",
    "Extra data": "something follows the end; put each document in a file of its own",
}
"""By a part of what Python's parser says: https://github.com/python/cpython/blob/3.13/Lib/json/decoder.py"""
_WHOLE = re.compile(r"-?[0-9]{1,18}")


def read_json(text: str) -> Tree:
    """Return the document in `text`.

    Raises: Fault.
    """
    try:
        # Numbers are read below, where a number of a million digits does no harm.
        json.loads(text, parse_int=len, parse_float=len, strict=False)
    except json.JSONDecodeError as error:
        reason = next((ours for theirs, ours in _OUR_WORDS.items() if theirs in error.msg), "check quotes and commas")
        raise Fault(error.pos, f"not JSON: {reason}") from error
    except RecursionError as error:
        raise Fault(0, f"nested more than {MAX_DEPTH} levels deep") from error
    tree = Tree()
    for token in _TOKEN.finditer(text):
        _take(tree, token[0], token.start())
    return tree


def _take(tree: Tree, token: str, offset: int) -> None:
    match token[0]:
        case "{":
            tree.begin({}, offset)
        case "[":
            tree.begin([], offset)
        case "}" | "]":
            tree.end()
        case '"' if tree.awaits_key:
            tree.key(_string(token, offset), offset)
        case '"':
            try:
                text: str | None = _string(token, offset)
            except Fault as fault:
                if not tree.lose(offset, fault.reason):
                    raise
                text = None
            tree.value(text, offset, len(token))
        case _:
            word = _word(token)
            tree.value(token if tree.wants_text and word is not None else word, offset, len(token))


def _string(token: str, offset: int) -> str:
    if "\\" not in token:
        return token[1:-1]
    text: str = json.loads(token, strict=False)
    if _HALF_CHARACTER.search(text):
        raise Fault(offset, "not JSON: an escape stands for half a character; emoji need two, as \\ud83d\\ude00")
    return text


def _word(token: str) -> object:
    """Return a number that databases can hold, else its spelling."""
    if token in _WORDS:
        return _WORDS[token]
    if token in ("NaN", "Infinity", "-Infinity"):
        return token  # which Python writes: no number, and what is wrong with a number costs its field only
    if _WHOLE.fullmatch(token):
        return int(token)
    if token.lstrip("-").isdigit() or len(token) > 30 or abs(number := float(token)) > 1e300:
        return token
    return number
