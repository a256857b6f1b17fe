"""
Encodings as feeds and web pages name them: which codec a label means, and which are believed at all.

Source: https://encoding.spec.whatwg.org/#names-and-labels
"""

from __future__ import annotations

import codecs
import re

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""How a document in a Unicode encoding may begin; the longer ones first."""

DECLARED_WITHIN = 4096  # bytes; HTML's standard says 1,024, and blank lines, warnings and scripts stand before it

_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
# A name means what browsers take it for: the encoding that was meant, which is a superset.
_MEANT = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-8",  # a document whose declaration can be read is not in it
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
# What is text and takes time in proportion to its length: no `idna`, `unicode_escape`, `zlib`.
_BELIEVED = re.compile(
    r"utf-8|cp(?:437|8\d\d|932|949|950|1006|12\d\d|720|737|775)|iso8859-\d+|koi8-[rtu]|gb18030|hz|big5hkscs|"
    r"euc_j[a-z0-9]+|euc_kr|shift_jis[a-z0-9]*|johab|iso2022_(?:jp[a-z0-9_]*|kr)|mac-?[a-z]+|kz1048|ptcp154"
)


def charset_of(content_type: str | None) -> str | None:
    """Return the charset that an HTTP answer names in `Content-Type`."""
    found = _HTTP_CHARSET.search(content_type or "")
    return None if found is None else found[1]


def codec_of(label: str, *, ascii_means: str) -> str | None:
    """Return the codec that a label means; None for one that is unknown or is not believed.

    `ascii_means` is the codec for what calls itself ASCII: browsers read such pages as windows-1252; feeds that say so
    are often in UTF-8.
    """
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    name = ascii_means if name == "ascii" else _MEANT.get(name, name)
    return name if _BELIEVED.fullmatch(name) else None
