"""
Links that Telegram accepts behind words and buttons.

Source: https://core.telegram.org/bots/api#inlinekeyboardbutton (HTTP or tg:// URL)
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST = 2048
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
_HOST = re.compile(
    r"(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.)+[^\W\d_][\w-]*\.?|(?:\d{1,3}\.){3}\d{1,3}|localhost|\[[0-9a-fA-F:]+\]"
)


@lru_cache(maxsize=4096)
def checked_link(url: str) -> str | None:
    """Return the link as the server keeps it (with a scheme, and a path); None for what it takes for no link."""
    url = url.strip()
    if not url or len(url) > LONGEST or re.search(r"[\s\x00-\x1f]", url):
        return None
    scheme = _SCHEME.match(url)
    if scheme is not None and scheme[1].lower() in ("tg", "ton", "tonsite"):
        return url if url[scheme.end() :].strip("/") else None
    if scheme is None or "." in scheme[1]:
        url = f"http://{url}"
    elif scheme[1].lower() not in ("http", "https"):
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    if not _HOST.fullmatch(host if ":" not in host else f"[{host}]"):
        return None
    return url if parts.path or parts.query or parts.fragment else f"{url}/"
