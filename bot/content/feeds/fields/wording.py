"""
Titles and excerpts of feeds as plain text, by what each format says its text is.

Titles are always text in the end; what differs is how often entities are undone and whether brackets are tags.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from bot.content.feeds.fields.markup import LONGEST, one_line, text_of_html, undone

TITLE_LIMIT = 500
TEXT_LIMIT = 1_200
"""Characters that are kept of a title, and of an excerpt or text: more is never shown, and tells no stories apart."""
_FIRST_WORDS = 80  # characters of a title that is made from a text
_ENOUGH_TO_DIFFER = 16  # characters at the beginning of a text and a title, which mostly differ there

# Django, Eleventy (JSON) and mkdocs (JSON) escape a text that is no HTML; then all of it is escaped.
_ESCAPED = re.compile(r"&(?:amp|lt|gt|quot|#39|#x27|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_HEADING = re.compile(r"\s*<h([1-6])(?=[\s>])[^<>]*>(.{0,2000}?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
_LETTERS = re.compile(r"[\W_]+")
_BLOCK_FIRST = re.compile(r"<(?:p|div|h[1-6]|ul|ol|figure|blockquote|section|article|table|pre)\b", re.IGNORECASE)
_CUT_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}$|<$")
# Where no block says that a text is HTML, only what can be nothing else.
_SURELY_CUT_TAG = re.compile(
    r"<[A-Za-z][A-Za-z0-9]{0,20}\s+[A-Za-z:-]{1,40}\s*=[^<>]{0,2000}$|</[A-Za-z][A-Za-z0-9]{0,20}\s*$"
)
_CUT_ENTITY = re.compile(r"&(?:#?[0-9a-zA-Z]{0,10})$")
_CUT_MARKDOWN = re.compile(r"\s*!?\[[^\[\]]{0,300}(?:\]\([^()]{0,300})?(?:\.{3}|…)$")


class Kind(Enum):
    """What a text is.

    TEXT are words as they are, but software that escapes them once too often is known. PLAIN are words that nobody has
    escaped, and HTML is HTML.
    """

    TEXT = "text"
    PLAIN = "plain"
    HTML = "html"


def title_from(raw: str, kind: Kind) -> str:
    """Return a title as readers see it, on one line; empty when nothing is left."""
    raw = raw[:LONGEST]
    if kind is Kind.HTML:
        text = text_of_html(raw)
    elif kind is Kind.TEXT and "&" in raw and "<" not in raw and len(_ESCAPED.findall(raw)) == raw.count("&"):
        text = one_line(undone(raw))
    else:
        text = one_line(raw)
    return _limited(text, TITLE_LIMIT)


@lru_cache(maxsize=2)  # an item's text is often its excerpt too
def words_from(raw: str, kind: Kind, limit: int) -> str:
    """Return a longer text on one line, as much of it as is wanted: at most `limit` characters."""
    return _limited(text_of_html(raw, limit) if kind is Kind.HTML else one_line(raw[:LONGEST]), limit)


def excerpt_from(raw: str, kind: Kind, title: str) -> str | None:
    """Return an excerpt to stand under `title`; None when nothing is left, or no more than the title.

    What software leaves when it cuts goes: an open tag or entity, half a link of Markdown, a heading that repeats the
    title.
    """
    raw = raw[:LONGEST].rstrip()
    if kind is Kind.HTML:
        heading = _HEADING.match(raw)
        if heading is not None and _letters(text_of_html(heading[2])) == _letters(title):
            raw = raw[heading.end() :]
        raw = _without_cut(raw)
    text = words_from(raw, kind, TEXT_LIMIT)
    if text.endswith(("...", "…")) and "[" in text[-700:]:
        shorter = _CUT_MARKDOWN.sub("…", text[-700:])
        text = text[:-700] + shorter
    return None if _says_no_more(text, title) else text


def _says_no_more(text: str, title: str) -> bool:
    """Return whether a text has no letters, or none but those of a title."""
    if len(text) > 4 * len(title) + 100:
        return _LETTERS.fullmatch(text) is not None
    begins, wanted = _letters(text[:_ENOUGH_TO_DIFFER]), _letters(title[:_ENOUGH_TO_DIFFER])
    if begins and not begins.startswith(wanted) and not wanted.startswith(begins):
        return False
    letters = _letters(text)
    return not letters or letters == _letters(title)


def first_words(text: str) -> str:
    """Return a title for an item that has none: how its text begins."""
    if len(text) <= _FIRST_WORDS:
        return text
    cut = text[:_FIRST_WORDS]
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip(" ,;:–—-") + "…"


def _without_cut(markup: str) -> str:
    """Leave out a tag or entity that a limit of characters has cut in two."""
    if not markup or markup.endswith(">"):
        return markup
    if _BLOCK_FIRST.match(markup) is None:
        return _SURELY_CUT_TAG.sub("", markup)
    return _CUT_ENTITY.sub("", _CUT_TAG.sub("", markup))


def _letters(text: str) -> str:
    return _LETTERS.sub("", text.casefold())


def _limited(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    blank = cut.rfind(" ", limit - 80)
    return (cut[:blank] if blank > 0 else cut).rstrip() + "…"
