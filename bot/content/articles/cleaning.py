"""
Cleaning texts for display: removes characters that would mislead readers or clutter a small screen.

Feeds carry HTML entities, tags, their own cuts and now and then characters that reorder or hide text. Readers get
words. The document as given keeps everything.
"""

from __future__ import annotations

import re

from bot.content.plain_text import shown

TITLE_LIMIT = 500  # characters
EXCERPT_LIMIT = 10_000

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
_TELLING = 16  # characters by which nearly every excerpt differs from its title


def title_of(text: str) -> str:
    """Return the title to show: one line of words without tags; empty when nothing is left."""
    return shown(_without_tags(text) if "<" in text else text, TITLE_LIMIT).strip("\u200c\u200d")


def excerpt_of(text: str, title: str) -> str | None:
    """Return the excerpt to show under an already cleaned `title`: words only, a cut marked by one “…”.

    None when nothing is left, or when it says no more than the title.
    """
    words = shown(_without_tags(text) if "<" in text else text, EXCERPT_LIMIT)
    head, tail = words[:-_CUT_REACH], words[-_CUT_REACH:]
    is_cut = ("…" in tail or "..." in tail) and (kept := _CUT.sub("", tail)) != tail
    body = head + kept if is_cut else words
    if not body.strip("\u200c\u200d .…"):
        return None
    if _says_no_more(body, title, is_cut=is_cut):
        return None
    return body + "…" if is_cut else body


def _says_no_more(body: str, title: str, *, is_cut: bool) -> bool:
    """Return whether an excerpt repeats the title, or as much of it as was not cut off."""
    said, known = _letters(body[:_TELLING]), _letters(title[:_TELLING])
    if not (said.startswith(known) or known.startswith(said)):
        return False  # nearly all of them
    said, known = _letters(body), _letters(title)
    return said == known or (is_cut and known.startswith(said))


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
