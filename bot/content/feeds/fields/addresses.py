"""
Addresses in feeds: made absolute, and none when they do not lead to a web page.

Whether an address may be fetched or shown at all is judged later, where an item becomes an article.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

LONGEST = 2048
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_IGNORED = str.maketrans("", "", "\t\r\n")  # https://url.spec.whatwg.org/#concept-basic-url-parser
# An address whose host is a name or number, so that no more needs to be taken apart.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?#].*)?", re.IGNORECASE)
# What templates write for nothing (mkdocs-rss-plugin 1.19: `None`).
_NOTHING = frozenset({"", "none", "null", "undefined", "nan", "false", "#"})


def absolute(address: str | None, base: str) -> str | None:
    """Return an http or https address with a host, resolved against `base`; None when it is or becomes none."""
    if address is None:
        return None
    address = address.translate(_IGNORED).strip("\x00\x0b\x0c \xa0\u200b\ufeff")
    if address.lower() in _NOTHING or len(address) > LONGEST:
        return None
    if _PLAIN.fullmatch(address) is not None:
        return address
    if address[0] == "/" and address[1:2] not in ("/", "\\") and "/." not in address and (root := _root(base)):
        return root + address
    try:
        if not address[:8].lower().startswith(("http://", "https://")):
            if _SCHEME.match(address) is not None:
                return None
            address = urljoin(base, address)
        parts = urlsplit(address)
        return address if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _root(base: str) -> str | None:
    """Return scheme and host of a plain address; None of any other."""
    return "/".join(base.split("/", 3)[:3]).partition("?")[0] if _PLAIN.fullmatch(base) and "#" not in base else None


def is_web_address(text: str) -> bool:
    """Return whether a text is an absolute http or https address."""
    if len(text) <= LONGEST and _PLAIN.fullmatch(text) is not None:
        return True
    return text[:8].lower().startswith(("http://", "https://")) and absolute(text, "") is not None
