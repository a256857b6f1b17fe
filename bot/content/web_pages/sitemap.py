"""
Reading sitemaps: the addresses in them, and nothing else.

They are found by pattern, not parsed: a sitemap is a stranger's XML of megabytes, of which only one element counts.
Source: https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import html
import re

MAX_ADDRESSES = 50_000  # of one sitemap
_LOCATION = re.compile(rb"<loc\b[^<>]{0,200}>\s*(?:<!\[CDATA\[)?\s*([^<>\]]{1,4000}?)\s*(?:\]\]>)?\s*</loc\s*>")
_INDEX = re.compile(rb"<sitemapindex\b")
_MAP = re.compile(rb"<urlset\b")
_OF_ROBOTS = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)


def is_sitemap(body: bytes) -> bool:
    return _MAP.search(body[:4096]) is not None


def is_index(body: bytes) -> bool:
    """Return whether a sitemap lists other sitemaps."""
    return _INDEX.search(body[:4096]) is not None


def addresses(body: bytes) -> list[str]:
    """Return the addresses of a sitemap, or those of the sitemaps in an index, in its order."""
    found = []
    for match in _LOCATION.finditer(body):
        found.append(html.unescape(match[1].decode("utf-8", "replace")))
        if len(found) >= MAX_ADDRESSES:
            break
    return found


def of_robots(body: bytes) -> list[str]:
    """Return the sitemaps that a `robots.txt` names."""
    return [found.decode("utf-8", "replace") for found in _OF_ROBOTS.findall(body)[:20]]
