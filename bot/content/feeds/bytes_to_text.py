"""
From a feed's bytes to its text: which encoding is believed, and what becomes of bytes that fit none.

Nothing is guessed by statistics, and nothing that decodes is "repaired".
Source: https://encoding.spec.whatwg.org/#names-and-labels (what a name means in practice)
"""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# `<?` or `<r`, `{"`: a sign of ASCII beside zeros
_WIDE = (
    (re.compile(rb"\s?[<{]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00[<{]"), "utf-32-be"),
    (re.compile(rb"[<{]\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x00[<{]\x00[^\x00]"), "utf-16-be"),
)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"<\?xml\b[^<>]{0,200}?\bencoding\s*=\s*[\"']\s*([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
_DECLARATION_WITHIN = 4096  # bytes; blank lines and warnings may stand before it

# A name means what browsers take it for: the encoding that was meant, which is a superset.
_MEANT = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# What is text and takes time in proportion to its length: no `idna`, `unicode_escape`, `zlib`.
_BELIEVED = re.compile(
    r"utf-8|cp(?:437|8\d\d|932|949|950|1006|12\d\d|720|737|775)|iso8859-\d+|koi8-[rtu]|gb18030|hz|big5hkscs|"
    r"euc_j[a-z0-9]+|euc_kr|shift_jis[a-z0-9]*|johab|iso2022_(?:jp[a-z0-9_]*|kr)|mac-?[a-z]+|kz1048|ptcp154"
)
_MAX_ERRORS = 100_000  # more is nothing in that encoding, and reading each by itself would take long
# The holes of the code page are controls, as in browsers.
_WINDOWS_1252 = {
    byte: bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in range(128, 160)
}
_ONE_BY_ONE = "newsbot.windows-1252"


def text_of(body: bytes, content_type: str | None) -> str:
    """Return the text of a document. It never fails; bytes that fit no encoding are read singly as windows-1252.

    Believed is what decodes, in this order: a byte-order mark, the charset of HTTP, the encoding of the XML
    declaration, UTF-8. Where nothing does, it is the one of these with the fewest errors.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, _ONE_BY_ONE if name == "utf-8" else "replace")
    for pattern, name in _WIDE:
        if pattern.match(body):
            return body.decode(name, "replace")
    named = _named(content_type, body)
    for name in named:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    errors = {name: body.decode(name, "replace").count("\ufffd") for name in named}
    fewest = min(named, key=errors.__getitem__)
    if errors[fewest] > _MAX_ERRORS:
        return body.decode("latin-1").translate(_WINDOWS_1252)
    return body.decode(fewest, _ONE_BY_ONE)


def _named(content_type: str | None, body: bytes) -> list[str]:
    """Return the codecs that the answer names, and UTF-8, each once, the most credible first."""
    labels = []
    if (charset := _HTTP_CHARSET.search(content_type or "")) is not None:
        labels.append(charset[1])
    if (declared := _XML_ENCODING.search(body[:_DECLARATION_WITHIN])) is not None:
        labels.append(declared[1].decode("ascii"))
    names = [_codec(label) for label in labels]
    return list(dict.fromkeys([*(name for name in names if name is not None), "utf-8"]))


def _codec(label: str) -> str | None:
    """Return the codec that a label means; None for one that is unknown or cannot be (16 bits beside ASCII)."""
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    name = _MEANT.get(name, name)
    return name if _BELIEVED.fullmatch(name) else None


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read the first byte of what does not decode as windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return chr(error.object[error.start]).translate(_WINDOWS_1252), error.start + 1


codecs.register_error(_ONE_BY_ONE, _as_windows_1252)
