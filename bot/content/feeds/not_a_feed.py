"""What a document is that is no feed, in words for editors."""

from __future__ import annotations

import re

from bot.content.plain_text import quoted, shown

_HEAD = 65_536  # characters
_DOCTYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]", re.IGNORECASE)
# With which a page may begin that leaves out what HTML allows to leave out.
_HTML_ROOTS = frozenset(
    {"body", "title", "meta", "link", "script", "style", "base", "div", "p", "h1", "br", "b", "form"}
)
_PASSWORD = re.compile(r"<input\b[^<>]{0,500}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]{0,60}(?::[\w.-]{1,60})?)")
_TAGS = re.compile(r"<[^<>]{0,500}>")
_PAGE = "a web page"
_KNOWN_ROOTS = {
    "opml": "a list of feeds (OPML), not a feed; import it instead",
    "urlset": "a site map, not a feed",
    "sitemapindex": "a site map, not a feed",
    "entry": "a single Atom entry, not a feed",
    "svg": "a picture, not a feed",
    "error": "an error message, not a feed",
}


class NotAFeed(Exception):
    """A document that is no feed. `str()` says what it is instead, as words that follow “is”."""

    @property
    def is_page(self) -> bool:
        """Return whether it is a web page, which could have named a feed."""
        return str(self).startswith(_PAGE)


def refuse_text(text: str) -> NotAFeed:
    """Return why a text without a feed's root is no feed."""
    head = text[:_HEAD].strip("\ufeff \t\r\n\x00")
    if not head:
        return NotAFeed("empty")
    root = _ROOT.search(head)
    begins = root is not None and (root.start() == 0 or head.startswith(("<?", "<!")))
    name = root[1].rpartition(":")[2].lower() if root is not None else ""
    # A list of feeds has a <head> and a <body> as web pages do; a web page may begin with a picture.
    if begins and name in _KNOWN_ROOTS and not _DOCTYPE.search(head):
        return NotAFeed(_KNOWN_ROOTS[name])
    if _HTML.search(head) or name in _HTML_ROOTS:
        if _PASSWORD.search(text):
            return NotAFeed(f"{_PAGE} that asks to log in, not a feed")
        return NotAFeed(f"{_PAGE}, not a feed")
    if head[0] in "{[":
        return NotAFeed("JSON, but no JSON Feed")
    if root is not None and begins:
        return NotAFeed(f"XML, but neither RSS nor Atom: it begins with <{shown(root[1], 60)}>")
    if "\ufffd" in head or sum(one < " " and one not in "\t\r\n" for one in head[:2000]) > 10:
        return NotAFeed("a file of another kind, not a feed")
    return NotAFeed(f"a text, not a feed: {quoted(_TAGS.sub(' ', head[:2000]))}")
