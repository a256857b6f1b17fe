"""
Texts that YAML cuts silently: ` #` begins a comment, `&` an anchor, `!` a tag.

`title: Minister resigns over tweet #MeToo says` is legal and loses its end without a word. Nobody but the author can
tell that from a comment, so it is a warning, and only in the fields that are written by hand: what stands behind a
date, a flag or a quoted text is a comment indeed, and so is a line of its own.
Source: https://yaml.org/spec/1.2.2/#66-comments, #692-node-anchors, #691-node-tags
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from bot.content.formats.document import Place
from bot.content.plain_text import quoted

_TEXTS = frozenset({"title", "excerpt", "topics"})
_SIGN = re.compile(r"(?:[:,?\-\[{][ \t]+|[\[{,])[&!]")
_COMMENT = re.compile(r"[ \t]+(#[^\n]*)")
_HASHTAG = re.compile(r"[ \t]*,?[ \t]*(#\w[^\n]*)")  # where a comment would begin `# `
_ANCHOR = re.compile(r"&[\w-]+")

Swallowed = tuple[Place, int, str]


def may_be_swallowed(text: str) -> bool:
    """Return whether a document needs a second look at all: nearly none does, and this costs next to nothing."""
    if "#" in text and (" #" in text or "\t#" in text or "[#" in text or ",#" in text):
        return True
    is_odd = ("&" in text and (" &" in text or "[&" in text or ",&" in text)) or ("!" in text and " !" in text)
    return is_odd and _SIGN.search(text) is not None


def swallowed(text: str, events: Iterator[Any]) -> list[Swallowed]:
    """Return where a text lost a part, the character at which that begins, and what became of it.

    `events` are those of the whole `text`, as PyYAML's parser gives them.
    """
    found: list[Swallowed] = []
    anchors: dict[str, Swallowed] = {}
    path: list[Any] = []  # of each mapping the field it is at, None before a field's name; of each list its next index
    for event in events:
        kind = type(event)
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            path.pop()
        elif kind is AliasEvent:
            anchors.pop(event.anchor, None)  # what is named on purpose is used
        elif kind is ScalarEvent and path and path[-1] is None:
            path[-1] = event.value
            continue
        elif kind is ScalarEvent:
            _look_at(text, event, tuple(path), found, anchors)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if kind is SequenceStartEvent and event.flow_style and _is_text(path):
                _hashtag(text, event.start_mark.index + 1, (*path, 0), found)
            path.append(None if kind is MappingStartEvent else 0)
            continue
        else:
            continue
        if path:
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
    return [*found, *anchors.values()]


def _is_text(path: list[Any] | Place) -> bool:
    """Return whether a value belongs to one of the texts, alone or in a list."""
    return next((step for step in reversed(path) if not isinstance(step, int)), None) in _TEXTS


def _look_at(text: str, event: Any, where: Place, found: list[Swallowed], anchors: dict[str, Swallowed]) -> None:
    if not where or not _is_text(where):
        return
    start, end = event.start_mark.index, event.end_mark.index
    if not event.style and event.value and (comment := _COMMENT.match(text, end)) is not None:
        found.append(_comment(where, comment))
    elif event.value or where[-1] != "topics":
        _hashtag(text, end, where, found)
    if event.anchor is not None and not event.style:
        sign = _ANCHOR.match(text, start)
        shown = sign[0] if sign else f"&{event.anchor}"
        anchors[event.anchor] = where, start, f"{quoted(shown)} names an anchor and is left out; {_QUOTE}"
    if event.tag == "!" and not event.style:
        found.append((where, start, f"“!” is a tag and is left out; {_QUOTE}"))


def _hashtag(text: str, at: int, where: Place, found: list[Swallowed]) -> None:
    """Note a hashtag that stands where a list goes on or a text could begin."""
    hashtag = _HASHTAG.match(text, at)
    # An empty entry has a complaint of its own.
    if hashtag is not None and not (text.startswith("-", at - 1) or text.startswith("-", at - 2)):
        found.append(_comment(where, hashtag))


def _comment(where: Place, comment: re.Match[str]) -> Swallowed:
    return where, comment.start(1), f"{quoted(comment[1])} is a comment and is left out; {_QUOTE}"


_QUOTE = "put the whole text in quotes if it belongs to it"
