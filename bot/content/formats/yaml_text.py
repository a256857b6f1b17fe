"""
Parsing YAML from libyaml's events, as much of it as article files need.

Events rather than PyYAML's `load`: libyaml's composer recurses in C and can be made to overflow the stack, its
constructor loses the lines, and both take twice the time. Values keep their spelling wherever it matters: dates and
`007` stay text, and so does everything in the fields that want text.
Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from bot.content.formats.document import Fault, NoSlip, Tree
from bot.content.formats.yaml_faults import misspelt, unreadable
from bot.content.formats.yaml_pitfalls import may_be_swallowed, swallowed

_STANDARD = "tag:yaml.org,2002:"
_TEXT_TAGS = ("!", _STANDARD + "str")
_KNOWN_TAGS = {
    None,
    *_TEXT_TAGS,
    *(_STANDARD + kind for kind in ("int", "float", "bool", "null", "timestamp", "seq", "map")),
}
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")


class _Parser(Protocol):
    """PyYAML's event interface, the same over libyaml and without it."""

    def get_event(self) -> Any: ...


_parser: Callable[[str], _Parser]
try:
    # The parser that `CSafeLoader` inherits from, without all that makes objects of its events.
    from yaml.cyaml import CParser as _parser  # type: ignore[attr-defined]
except ImportError:
    _parser = yaml.SafeLoader  # ten times slower, and reads the same files


def read_yaml(text: str) -> Tree:
    """Return the one document in `text`; its root is None when there is none.

    Raises: Fault.
    """
    if text.startswith("%TAG") or "\n%TAG" in text:
        # libyaml compares each %TAG with all before it: a megabyte of them takes seconds.
        raise Fault(0, "%TAG directives are not read here")
    with _in_our_words(text):
        tree = _tree(_parser(text))
        if may_be_swallowed(text):
            tree.lost += swallowed(text, _events(_parser(text)))
        return tree


def fault_of(text: str) -> Fault | None:
    """Return what keeps a part of a document, read alone, from being YAML; what it says is not looked at."""
    try:
        with _in_our_words(text):
            for _ in _events(_parser(text)):
                pass
    except Fault as fault:
        return fault
    return None


@contextmanager
def _in_our_words(text: str) -> Iterator[None]:
    try:
        yield
    except yaml.reader.ReaderError as error:
        raise unreadable(text) from error
    except yaml.MarkedYAMLError as error:
        raise misspelt(error) from error
    except (ValueError, OverflowError, RecursionError) as error:
        # The pure parser lets a few of its own through, as for the escape "\UFFFFFFFF".
        raise Fault(0, "not YAML") from error


def _tree(parser: _Parser) -> Tree:
    tree = Tree()
    documents = 0
    # Every word of every file passes here: what is asked for each time is looked up once.
    get_event, key, value = parser.get_event, tree.key, tree.value
    while True:
        event = get_event()
        kind = type(event)
        if kind is ScalarEvent:
            offset, text, tag = event.start_mark.index, event.value, event.tag
            if tag is not None and tag not in _KNOWN_TAGS:
                fault = _unknown_tag(offset, tag)
                if not (tag.startswith("!") and tree.lose(offset, fault.reason)):
                    raise fault
                value(None, offset, 0, event.anchor)
            elif tree.awaits_key:
                if text == "<<" and event.implicit[0]:
                    raise Fault(offset, "merge keys (<<) are not read here; write the fields out")
                key(text, offset)
            else:
                is_text = not event.implicit[0] if tag is None else tag in _TEXT_TAGS
                said = text if is_text else spelt(text) if tree.wants_text else plain(text)
                value(said, offset, len(text), event.anchor)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.tag not in _KNOWN_TAGS:
                raise _unknown_tag(event.start_mark.index, event.tag)
            tree.begin({} if kind is MappingStartEvent else [], event.start_mark.index, event.anchor)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            tree.end()
        elif kind is AliasEvent:
            tree.alias(event.anchor, event.start_mark.index)
        elif kind is DocumentStartEvent:
            documents += 1
            if documents > 1 and tree.root is not None and not _is_blank(parser.get_event()):
                raise Fault(event.start_mark.index, "holds more than one document; put each in a file of its own")
        elif kind is StreamEndEvent:
            return tree


def _events(parser: _Parser) -> Iterator[Any]:
    while type(event := parser.get_event()) is not StreamEndEvent:
        yield event


def _is_blank(event: Any) -> bool:
    """Return whether a document holds nothing, as the one after a closing `---`."""
    return type(event) is ScalarEvent and event.value == "" and bool(event.implicit[0])


def spelt(text: str) -> str | None:
    """Return an unquoted word where text is wanted: as it is written, unless it stands for nothing."""
    return None if text in _WORDS and _WORDS[text] is None else text


def plain(text: str) -> object:
    """Return what an unquoted word means: nothing, a flag, a number whose spelling is not lost, or just text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "-0123456789":
        if _WHOLE.fullmatch(text):
            return 0 if text == "-0" else int(text)
        if _DECIMAL.fullmatch(text) and repr(number := float(text)) == text:
            return number
    return text


_IN_QUOTES = ", or put a text that begins with ! in quotes"


def _unknown_tag(offset: int, tag: str) -> Fault:
    short = tag.replace(_STANDARD, "!!")[:60]
    is_meant = "/" in short  # `!!python/object`, `!ruby/object`: a program's own, to be made while reading
    return (NoSlip if is_meant else Fault)(
        offset, f"the tag “{short}” is not read here; remove it{_IN_QUOTES if tag.startswith('!') else ''}"
    )
