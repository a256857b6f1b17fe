"""
Whether a picture file is complete, by the end marker of its format: a truncated one shows a grey lower half.

Only lengths and markers are followed; nothing is decoded, and no format is believed beyond the bytes there are.
Sources: https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.1.1, B.2), https://www.w3.org/TR/png-3/#5DataRep,
https://www.w3.org/Graphics/GIF/spec-gif89a.txt, https://developers.google.com/speed/webp/docs/riff_container
"""

from __future__ import annotations

import re

_PNG = b"\x89PNG\r\n\x1a\n"
# In the entropy-coded data 0xFF is followed by a stuffed zero, a restart marker or another 0xFF; else a segment begins.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]", re.DOTALL)
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_SCAN, _END = 0xDA, 0xD9


def has_end(data: bytes) -> bool:
    """Return whether a JPEG, PNG, GIF or WebP is there up to its end. What stands behind the end does not matter.

    A thumbnail inside a JPEG has an end of its own, which is not taken for the picture's.
    """
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _gif(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return len(data) >= 8 + int.from_bytes(data[4:8], "little") > 12
    return False


def _jpeg(data: bytes) -> bool:
    at = 2
    while at + 4 <= len(data) or data[at : at + 2] == b"\xff\xd9":
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == _END:
            return True
        if marker == 0xFF:  # fill bytes may stand before a marker
            at += 1
            continue
        if marker in _ALONE:
            at += 2
            continue
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
        if marker == _SCAN:
            found = _MARKER.search(data, at)
            if found is None:
                return False
            at = found.start()
    return False


def _png(data: bytes) -> bool:
    at = len(_PNG)
    while at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if not kind.isalpha():
            return False
        at += 12 + length
        if kind == b"IEND":
            return at <= len(data)
    return False


def _gif(data: bytes) -> bool:
    at = 13 + _colours(data, 10)
    while at < len(data):
        block = data[at]
        if block == 0x3B:
            return True
        if block == 0x21:  # an extension: its label, then its pieces
            at += 2
        elif block == 0x2C:  # an image: its place and size, perhaps colours, the code size, then its pieces
            at += 10 + _colours(data, at + 9) + 1
        else:
            return False
        while at < len(data) and (size := data[at]):
            at += 1 + size
        at += 1
    return False


def _colours(data: bytes, at: int) -> int:
    """Return the bytes of the colour table that the flags at `at` announce."""
    flags = data[at] if at < len(data) else 0
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
