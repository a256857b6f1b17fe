"""
Texts whose tags were not escaped: XHTML in Atom, and HTML that somebody put into RSS as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from bot.content.feeds.fields.markup import BLOCKS, UNSEEN
from bot.content.feeds.xml.tree import Element


def words_of(element: Element) -> str:
    """Return the text of an element and all in it; where a block begins or ends is a blank."""
    pieces: list[str] = []
    _add_words(element, pieces)
    return "".join(pieces)


def _add_words(element: Element, pieces: list[str]) -> None:  # not deeper than tree.MAX_DEPTH
    for part in element.parts:
        if isinstance(part, str):
            pieces.append(part)
            continue
        name = part.name.rpartition(":")[2]
        if name in UNSEEN:
            continue
        if name in BLOCKS:
            pieces.append(" ")
            _add_words(part, pieces)
            pieces.append(" ")
        else:
            _add_words(part, pieces)


def markup_of(element: Element) -> str:
    """Return what an element holds as HTML: its text, which is HTML, and the elements in it as tags again."""
    if not any(isinstance(part, Element) for part in element.parts):
        return element.text()
    pieces: list[str] = []
    _add_markup(element, pieces)
    return "".join(pieces)


def _add_markup(element: Element, pieces: list[str]) -> None:
    for part in element.parts:
        if isinstance(part, str):
            pieces.append(part)
            continue
        name = part.name.rpartition(":")[2]
        said = "".join(f' {key}="{escape(value)}"' for key, value in part.attributes.items() if ":" not in key)
        pieces.append(f"<{name}{said}>")
        _add_markup(part, pieces)
        pieces.append(f"</{name}>")


def images_in(element: Element) -> Iterator[Mapping[str, str]]:
    """Yield the attributes of each `<img>` among the elements in an element."""
    for part in element.parts:
        if isinstance(part, Element):
            if part.name.rpartition(":")[2] == "img":
                yield part.attributes
            yield from images_in(part)
