"""
A reader for feeds that are no XML even when mended: mismatched tags, bare `<`, attributes without quotation marks.

It gives the same events as an XML parser and never fails. What is no tag is text. Linear in the text's length.
"""

from __future__ import annotations

import re
from html import unescape

from bot.content.feeds.xml.tree import TreeBuilder

_TAG = re.compile(r"<(/?)([A-Za-z_][\w.:-]*+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE = re.compile(r"([^\s<>\"'=/]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s<>\"']++)))?+")
# In which nothing can stand, and whose end people leave out.
_EMPTY = frozenset({"br", "hr", "img", "input", "wbr"})
_SECTIONS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": ">"}
_OPENING = re.compile(r"(<!\[CDATA\[|<!--|<\?)|<(?=[A-Za-z_/])")
_MAX_ATTRIBUTES = 100
_LONGEST_TAG = 65_536


def read_leniently(text: str, builder: TreeBuilder) -> None:
    """Tell `builder` what is in a text, from its root on."""
    told = place = 0  # up to where the builder has been told, and looked at
    has_end = dict.fromkeys(_SECTIONS, True)
    while not builder.is_closed and (opening := _OPENING.search(text, place)) is not None:
        start = opening.start()
        section = opening[1] or None
        if section is not None and has_end[section]:
            close = text.find(_SECTIONS[section], start + len(section))
            has_end[section] = close >= 0
            if close >= 0:
                _tell(builder, text[told:start])
                if section == "<![CDATA[":
                    builder.data(text[start + len(section) : close])
                told = place = close + len(_SECTIONS[section])
                continue
        tag = _TAG.match(text, start, start + _LONGEST_TAG)
        if tag is None:
            place = start + 1
            continue
        _tell(builder, text[told:start])
        told = place = tag.end()
        slash, name, attributes = tag.groups()
        if slash:
            builder.end_leniently(name)
            continue
        builder.start_leniently(name, _attributes(attributes) if attributes else {})
        if attributes.endswith("/") or name.lower() in _EMPTY:
            builder.end_leniently(name)
    _tell(builder, text[told:])


def _tell(builder: TreeBuilder, text: str) -> None:
    if text:
        builder.data(unescape(text) if "&" in text else text)  # repair has left no entities but those of XML


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(text):
        if len(found) >= _MAX_ATTRIBUTES:
            break
        name, *values = attribute.groups()
        found.setdefault(name, unescape(next((one for one in values if one is not None), "")))
    return found
