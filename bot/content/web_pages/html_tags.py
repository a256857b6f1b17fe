"""
The tags of an HTML page that say something about it, found without building a tree.

Linear in the length of the page, whatever is in it: each character is looked at a bounded number of times, and no
nesting is followed. What cannot end (a tag, a comment, a script) hides all that comes after it, as in browsers.
Source: https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

MOST_TAGS = 100_000
"""Tags that are looked at: more than any page's head has, and fewer than would take a second."""
_BEGIN = re.compile(r"<(?:(!--)|([A-Za-z][^\s/>]*+))")
_ATTRIBUTE = re.compile(r"[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"'][^\s>]*+))?)?")
_REST = re.compile(r"(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?)?)*+[\s/]*+>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Elements whose content is text, or is not part of the page that is read: what is for browsers without scripts, what
# is only a pattern, and pictures, whose titles are not the page's.
_SWALLOWING = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in (
        "title",
        "script",
        "style",
        "textarea",
        "noscript",
        "template",
        "svg",
        "iframe",
        "noembed",
        "noframes",
        "xmp",
    )
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag. `text` is what stands up to its end, for `title` and `script`; attributes' names are lower case."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")


def tags(page: str, wanted: Collection[str]) -> Iterator[Tag]:
    """Return the start tags with one of these names, in their order."""
    place = 0
    for _ in range(MOST_TAGS):
        begin = _BEGIN.search(page, place)
        if begin is None:
            return
        if begin[1]:
            place = page.find("-->", begin.end() - 2)
            if place < 0:
                return
            place += 3
            continue
        rest = _REST.match(page, begin.end())
        if rest is None:
            return
        name, place = begin[2].lower(), rest.end()
        content = (place, place)
        if (end := _SWALLOWING.get(name)) is not None:
            closing = end.search(page, place)
            content = (place, len(page) if closing is None else closing.start())
            place = content[1]
        if name in wanted:
            text = page[slice(*content)] if name in ("title", "script") else ""
            yield Tag(name, _attributes(page, begin.end(), rest.end() - 1), text)


def _attributes(page: str, start: int, end: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(page, start, end):
        name, double, single, bare = attribute.groups()
        found.setdefault(name.lower(), undone(double or single or bare or ""))
    return found


def undone(text: str) -> str:
    """Undo entities once. One without a semicolon is none: in `?a=1&lang=de` nobody means an angle bracket."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text
