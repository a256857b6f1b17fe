"""
From a page's bytes to its text: which encoding is believed.

Source: https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding and
        https://encoding.spec.whatwg.org/#names-and-labels
"""

from __future__ import annotations

import codecs
import re

_DECLARED_WITHIN = 4096  # bytes; the standard says 1,024, and pages put scripts before it
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^<>]{0,400}?(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:+-]{1,40})", re.I
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A name means what browsers take it for: the encoding that was meant, which is a superset.
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-8",  # a page whose declaration can be read is not in it
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
# What is text and takes time in proportion to its length: no `idna`, `unicode_escape`, `zlib`.
_BELIEVED = re.compile(r"utf-8|cp\d{3,4}|iso8859-\d+|koi8-[rtu]|gb18030|big5hkscs|euc_jp|euc_kr|iso2022_jp|mac-[a-z]+")


def text_of(body: bytes, content_type: str | None) -> str:
    """Return the text of a page. It never fails.

    Believed is what decodes, in this order: a byte-order mark, the charset of HTTP, the page's own, UTF-8. Where
    nothing does, the one named first is read as far as it goes.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    labels = []
    if (charset := _HTTP_CHARSET.search(content_type or "")) is not None:
        labels.append(charset[1])
    if (declared := _META_CHARSET.search(body[:_DECLARED_WITHIN])) is not None:
        labels.append(declared[1].decode("ascii"))
    names = [codec for label in labels if (codec := _codec(label)) is not None]
    for codec in (*names, "utf-8"):
        try:
            # Of a page that was cut, the last character may be half a one.
            return codecs.getincrementaldecoder(codec)().decode(body)
        except UnicodeDecodeError:
            continue
    return body.decode(names[0] if names else "cp1252", "replace")


def _codec(label: str) -> str | None:
    try:
        known = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    meant = _MEANT.get(known, known)
    return meant if _BELIEVED.fullmatch(meant) else None
