"""
A reader for feeds that are no XML even when mended: mismatched tags, bare `<`, attributes without quotation marks.

It gives the same events as an XML parser and never fails. What is no tag is text. Linear in the text's length.
"""

from __future__ import annotations

import re
from html import unescape

from bot.content.feeds.tree import TreeBuilder

_TAG = re.compile(r"<(/?)([A-Za-z_][\w.:-]*+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE = re.compile(r"([^\s<>\"'=/]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s<>\"']++)))?+")
# In which nothing can stand, and whose end people leave out.
_EMPTY = frozenset({"br", "hr", "img", "input", "wbr"})
_MAX_ATTRIBUTES = 100
_LONGEST_TAG = 65_536


def read_leniently(text: str, builder: TreeBuilder) -> None:
    """Tell `builder` what is in a text, from its root on."""
    place, end = 0, len(text)
    has_comment_end = has_cdata_end = has_instruction_end = True
    while place < end and not builder.is_closed:
        start = text.find("<", place)
        if start < 0:
            builder.data(_plain(text[place:]))
            return
        if start > place:
            builder.data(_plain(text[place:start]))
        place = start
        if text.startswith("<![CDATA[", start) and has_cdata_end:
            close = text.find("]]>", start)
            if close >= 0:
                builder.data(text[start + 9 : close])
                place = close + 3
                continue
            has_cdata_end = False
        elif text.startswith("<!--", start) and has_comment_end:
            close = text.find("-->", start)
            if close >= 0:
                place = close + 3
                continue
            has_comment_end = False
        elif text.startswith("<?", start) and has_instruction_end:
            close = text.find(">", start)
            if close >= 0:
                place = close + 1
                continue
            has_instruction_end = False
        tag = _TAG.match(text, start, min(end, start + _LONGEST_TAG))
        if tag is None:
            builder.data("<")
            place = start + 1
            continue
        place = tag.end()
        slash, name, attributes = tag.groups()
        if slash:
            builder.end_leniently(name)
            continue
        builder.start_leniently(name, _attributes(attributes) if attributes else {})
        if attributes.endswith("/") or name.lower() in _EMPTY:
            builder.end_leniently(name)


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(text):
        if len(found) >= _MAX_ATTRIBUTES:
            break
        name, *values = attribute.groups()
        found.setdefault(name, _plain(next((one for one in values if one is not None), "")))
    return found


def _plain(text: str) -> str:
    """Undo the entities of XML, once; repair has left no others."""
    return unescape(text) if "&" in text else text
