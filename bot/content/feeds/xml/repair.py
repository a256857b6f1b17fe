"""
Mends a feed's text so that an XML parser can read it: what stands before the root, entities, bare ampersands.

It works on the text, before anything is parsed, and knows nothing of elements but the root. No entity is fetched, and
none stands for another.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf)(?=[\s/>])", re.IGNORECASE)
_HTML = re.compile(r"<(?:html|head|body)[\s>]", re.IGNORECASE)
_ENTITY = re.compile(
    r"""<!ENTITY\s{1,20}([A-Za-z_][\w.-]{0,60})\s{1,20}(?:"([^"<&]{0,500})"|'([^'<&]{0,500})')\s{0,20}>"""
)
_MAX_ENTITIES = 1000
# What XML itself knows is left alone.
_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z_][\w.-]{0,60});)?", re.ASCII
)
# https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes(sign for sign in range(32) if sign not in b"\t\n\r")
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})
_OPEN, _CLOSE = "<![CDATA[", "]]>"


def mended(text: str) -> str | None:
    """Return a feed's text, from its root on, as an XML parser can read it; None when there is no such root."""
    start = _root_at(text)
    if start is None:
        return None
    entities = _defined(text[:start])
    text = text[start:]
    if not _is_of_xml(text):
        text = _NOT_XML.sub("", text)
    return "".join(_pieces(text, entities)) if "&" in text else text


def _is_of_xml(text: str) -> bool:
    """Return whether a text holds no sign that XML forbids. Bytes are looked through in a fifth of the time."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    if len(encoded.translate(None, _CONTROLS)) != len(encoded):
        return False
    return text.isascii() or not any(one in encoded for one in _NO_CHARACTERS)


def _root_at(text: str) -> int | None:
    """Return where the root begins. What stands in comments before it is none."""
    place = 0
    while (root := _ROOT.search(text, place)) is not None:
        is_in_comment = False
        while (comment := text.find("<!--", place, root.start())) >= 0:
            if _HTML.search(text, place, comment) is not None:
                return None
            end = text.find("-->", comment)
            if end < 0:
                return root.start()
            place = end + 3
            if place > root.start():
                is_in_comment = True
                break
        if not is_in_comment:
            return None if _HTML.search(text, place, root.start()) is not None else root.start()
    return None


def _defined(prolog: str) -> dict[str, str]:
    """Return the simple entities that a DOCTYPE defines: those whose value is a text and no more."""
    if "<!ENTITY" not in prolog:
        return {}
    found: dict[str, str] = {}
    for entity in _ENTITY.finditer(prolog):
        if len(found) < _MAX_ENTITIES:
            found.setdefault(entity[1], entity[2] if entity[2] is not None else entity[3])
    return found


def _pieces(text: str, entities: dict[str, str]) -> list[str]:
    """Mend the ampersands outside CDATA sections."""

    def sign(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "&amp;"
        if name[0] == "#":
            character = unescape(match[0])  # as browsers read numbers: &#146; is an apostrophe
        elif name in entities:
            character = entities[name]
        else:
            known = html5.get(name + ";")
            if known is None:
                return "&amp;" + match[0][1:]
            character = known
        return _NOT_XML.sub("", character).translate(_ESCAPES)

    pieces: list[str] = []
    place = 0
    while (start := text.find(_OPEN, place)) >= 0:
        end = text.find(_CLOSE, start)
        if end < 0:
            break
        pieces.append(_AMPERSAND.sub(sign, text[place:start]))
        pieces.append(text[start : end + 3])
        place = end + 3
    pieces.append(_AMPERSAND.sub(sign, text[place:]))
    return pieces
