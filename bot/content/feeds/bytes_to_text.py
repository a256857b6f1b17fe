"""
From a feed's bytes to its text: which encoding is believed, and what becomes of bytes that fit none.

Nothing is guessed by statistics, and nothing that decodes is "repaired".
"""

from __future__ import annotations

import codecs
import re

from bot.content.encodings import BYTE_ORDER_MARKS, DECLARED_WITHIN, charset_of, codec_of

# `<?` or `<r`, `{"`: a sign of ASCII beside zeros
_WIDE = (
    (re.compile(rb"\s?[<{]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00[<{]"), "utf-32-be"),
    (re.compile(rb"[<{]\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x00[<{]\x00[^\x00]"), "utf-16-be"),
)
_XML_ENCODING = re.compile(rb"<\?xml\b[^<>]{0,200}?\bencoding\s*=\s*[\"']\s*([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
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
    for mark, name in BYTE_ORDER_MARKS:
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
    declared = _XML_ENCODING.search(body[:DECLARED_WITHIN])
    labels = [charset_of(content_type), None if declared is None else declared[1].decode("ascii")]
    names = [codec_of(label, ascii_means="utf-8") for label in labels if label is not None]
    return list(dict.fromkeys([*(name for name in names if name is not None), "utf-8"]))


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read the first byte of what does not decode as windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return chr(error.object[error.start]).translate(_WINDOWS_1252), error.start + 1


codecs.register_error(_ONE_BY_ONE, _as_windows_1252)
