"""
Error messages for invalid YAML, in words for authors: libyaml's own are about tokens, nodes and contexts.

The parser's sentence is the key to ours. Those that nobody has seen a reason for get one sentence for all.
Source: https://github.com/yaml/libyaml/blob/0.2.5/src/parser.c and scanner.c; PyYAML's own parser has other sentences
"""

from __future__ import annotations

import re

import yaml

from bot.content.formats.document import Fault

# https://yaml.org/spec/1.2.2/#51-character-set
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_COLON = "a text that holds “: ” must stand in quotes"
_REFERENCE = "a text that begins with & or * must stand in quotes"
_TAG = "a text that begins with ! must stand in quotes"
_FIRST = "a text cannot begin with this character (tab, @, ` or %); put it in quotes, indent by blanks"
_QUOTE = "the quote that begins here never ends; close it, or write the text without quotes"
_ESCAPE = "in double quotes a backslash begins an escape; use single quotes, or write it twice"
_LIST = "the list that begins with [ does not end, or misses a comma; put entries that hold # or quotes in quotes"
_FIELDS = "what begins with { does not end, or misses a comma; put texts that hold # or quotes in quotes"
_FIT = "this does not go on as the lines above; check quotes and indentation, and put the whole text in quotes"
_FOLDED = "only a line break can follow > or |; put the text in quotes, or below it and indented"
_SECOND_LINE = "this line is no field; write “name: value”, or indent it where it belongs to the text above"
_ENTRY = "an entry of a list must begin a line of its own; put a text that begins with - in quotes"
_NO_START = "a text cannot begin with this character (a comma, a closing bracket or ?); put it in quotes"
_TAB = "indented by a tab; use blanks"

_OF_PROBLEMS = (
    ("mapping values are not allowed", _COLON),
    ("expected ',' or ']'", _LIST),
    ("expected ',' or '}'", _FIELDS),
    ("tab character", _TAB),
    ("cannot start any token", _FIRST),
    ("unexpected end of stream", _QUOTE),
    ("unexpected document", _QUOTE),
    ("escape character", _ESCAPE),
    ("escape sequence", _ESCAPE),
    ("hexdecimal number", _ESCAPE),
    ("hexadecimal number", _ESCAPE),
    ("Unicode character escape", _ESCAPE),
    ("could not find expected ':'", _SECOND_LINE),
    ("sequence entries are not allowed", _ENTRY),
    ("undefined tag handle", _TAG),
    ("expected node content", _NO_START),
    ("expected the node content", _NO_START),
    ("mapping keys are not allowed", _NO_START),
)
_OF_CONTEXTS = (
    ("scanning an alias", _REFERENCE),
    ("scanning an anchor", _REFERENCE),
    ("scanning a tag", _TAG),
    ("parsing a tag", _TAG),
    ("scanning a block scalar", _FOLDED),
    ("parsing a flow sequence", _LIST),
    ("parsing a flow mapping", _FIELDS),
)


def misspelt(error: yaml.MarkedYAMLError) -> Fault:
    """Say where and why. A quote or bracket that never ends is shown where it began, not at the end of the file."""
    problem, context = error.problem or "", error.context or ""
    by_context = next((ours for theirs, ours in _OF_CONTEXTS if theirs in context), None)
    by_problem = next((ours for theirs, ours in _OF_PROBLEMS if theirs in problem), None)
    is_quoted = "quoted scalar" in context
    reason = by_problem if is_quoted or by_context is None else by_context
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and reason in (_QUOTE, _LIST, _FIELDS):
        mark = error.context_mark
    return Fault(mark.index if mark is not None else 0, f"not YAML: {reason or _FIT}")


def unreadable(text: str) -> Fault:
    """Say which character no YAML text can have, and where it stands."""
    found = _NO_CHARACTER.search(text)
    if found is None:
        return Fault(0, "not YAML: it holds a character that texts cannot have")
    return Fault(found.start(), f"holds the control character U+{ord(found[0]):04X}; remove it")
