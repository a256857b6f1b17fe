"""
Texts made fit for showing: what the source wrote, without what would trick or clutter a phone.

Feeds carry HTML entities, tags, their own cuts and now and then characters that reorder or hide text. Readers get
words. The document as given keeps everything.
Source: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing and
        https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
"""

from __future__ import annotations

import html
import re

TITLE_LIMIT = 500  # characters
EXCERPT_LIMIT = 10_000
NAME_LIMIT = 200

# Controls, bidi marks and overrides, invisible fillers, halves of characters and non-characters. Blanks among the
# controls are left for folding; ZWJ and ZWNJ make emoji and Persian; tags are kept inside the flags they spell.
_HIDDEN = re.compile(
    "(\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f)|"
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Only names that HTML has: “List<T>” and “a <b” are words.
_TAG = re.compile(
    r"(<!--)|(-->)|<(/?)(a|abbr|article|aside|b|big|blockquote|body|br|center|cite|code|dd|del|div|dl|dt|em|embed|"
    r"figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|li|link|main|mark|"
    r"meta|nav|noscript|object|ol|p|picture|pre|q|s|script|section|small|source|span|strike|strong|style|sub|sup|"
    r"svg|table|tbody|td|tfoot|th|thead|tr|u|ul|video)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_UNSEEN_ELEMENTS = ("script", "style")
_INLINE = re.compile(r"a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|su[bp]|u")
_CUT = re.compile(r"[\s,;:–—-]*(?:\[\s*(?:\.{3,}|…)\s*\]|\.{3,}|…)[\s.…]*$")
_NO_LETTERS = re.compile(r"[\W_]+")
_CUT_REACH = 40  # characters from the end in which a cut is looked for


def shown(text: str, limit: int = NAME_LIMIT) -> str:
    """Return `text` on one line, entities resolved, without hidden characters, at most `limit` characters."""
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if not (text.isascii() and text.isprintable()):
        text = _HIDDEN.sub(r"\1", text)
    text = " ".join(text.split())
    return text if len(text) <= limit else _capped(text, limit)


def title_of(text: str) -> str:
    """Return the title to show: one line of words without tags; empty when nothing is left."""
    return shown(_without_tags(text) if "<" in text else text, TITLE_LIMIT).strip("\u200c\u200d")


def excerpt_of(text: str, title: str) -> str | None:
    """Return the excerpt to show under an already cleaned `title`: words only, a cut marked by one “…”.

    None when nothing is left, or when it says no more than the title.
    """
    words = shown(_without_tags(text) if "<" in text else text, EXCERPT_LIMIT)
    head, tail = words[:-_CUT_REACH], words[-_CUT_REACH:]
    body = head + _CUT.sub("", tail)
    is_cut = body != words
    if not body.strip("\u200c\u200d .…"):
        return None
    said, known = _letters(body), _letters(title)
    if said == known or (is_cut and known.startswith(said)):
        return None
    return body + "…" if is_cut else body


def quoted(value: object) -> str:
    """Return what an author wrote, short, for a complaint: “31.02.2026”."""
    text = shown(str(value)[:400], 400)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text.casefold())


def _without_tags(markup: str) -> str:
    """Return the text between the tags. Linear in the length: each tag ends at the next angle bracket."""
    pieces: list[str] = []
    place = 0
    inside: str | None = None  # the comment or element whose text nobody sees
    for tag in _TAG.finditer(markup):
        if inside is None:
            pieces.append(markup[place : tag.start()])
        place = tag.end()
        opens_comment, closes_comment, slash, name = tag.groups()
        name = (name or "").lower()
        if inside is not None:
            if (closes_comment and inside == "--") or (slash and name == inside):
                inside = None
            continue
        if opens_comment:
            inside = "--"
        elif closes_comment:
            pieces.append(closes_comment)
        else:
            if name in _UNSEEN_ELEMENTS and not slash:
                inside = name
            if not _INLINE.fullmatch(name):
                pieces.append(" ")
    if inside is None:
        pieces.append(markup[place:])
    return "".join(pieces)


def _capped(text: str, limit: int) -> str:
    """Cut at a blank near the limit, else before the character there; mark the cut."""
    cut = text[: limit - 1]
    blank = cut.rfind(" ", max(0, len(cut) - 80))
    return (cut[:blank] if blank > 0 else cut).rstrip(" \u200d,;:") + "…"
