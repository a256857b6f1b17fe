"""
From a page's bytes to its text: which encoding is believed.

Source: https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
"""

from __future__ import annotations

import codecs
import re

from bot.content.encodings import BYTE_ORDER_MARKS, DECLARED_WITHIN, charset_of, codec_of

_META_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^<>]{0,400}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:+-]{1,40})", re.I
)


def text_of(body: bytes, content_type: str | None) -> str:
    """Return the text of a page. It never fails.

    Believed is what decodes, in this order: a byte-order mark, the charset of HTTP, the page's own, UTF-8. Where
    nothing does, the one named first is read as far as it goes.
    """
    for mark, name in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = _META_CHARSET.search(body[:DECLARED_WITHIN])
    labels = [charset_of(content_type), None if declared is None else declared[1].decode("ascii")]
    codecs_named = [codec_of(label, ascii_means="cp1252") for label in labels if label is not None]
    names = [name for name in codecs_named if name is not None]
    for codec in (*names, "utf-8"):
        try:
            # Of a page that was cut, the last character may be half a one.
            return codecs.getincrementaldecoder(codec)().decode(body)
        except UnicodeDecodeError:
            continue
    return body.decode(names[0] if names else "cp1252", "replace")
