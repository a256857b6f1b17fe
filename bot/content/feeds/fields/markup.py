"""
From HTML as feeds hold it to the words in it.

Only names that HTML has are tags: “List<T>” and “a < b” are words. An entity needs its semicolon. All of it is linear
in the length of what it is given.
"""

from __future__ import annotations

import re
from html import unescape

LONGEST = 200_000
"""Characters of one text that are looked at; more is never shown."""

_INLINE_NAMES = (
    "a|abbr|acronym|b|basefont|bdi|bdo|big|blink|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|meter|nobr|output|"
    "progress|q|rb|rp|rt|rtc|ruby|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr"
)
_BLOCK_NAMES = (
    "address|applet|area|article|aside|audio|base|bgsound|blockquote|body|br|button|canvas|caption|center|col|colgroup|"
    "datalist|dd|details|dialog|dir|div|dl|dt|embed|fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|"
    "h5|h6|head|header|hgroup|hr|html|iframe|img|input|legend|li|link|main|map|marquee|menu|menuitem|meta|nav|noembed|noframes|"
    "noscript|object|ol|optgroup|option|p|param|picture|plaintext|pre|script|search|section|select|slot|source|style|"
    "summary|svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|track|ul|video|xmp"
)
# The second form is for a tag that a stray quotation mark would else make text.
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*+)(?=[\s/>])(?:(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>|[^<>]*+>)")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_SILENT = re.compile(r"<(script|style|template|textarea|iframe)(?=[\s/>])", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});")
_SIGNS: dict[str, str] = {}  # those that were met: most feeds need some twenty
_MAX_SIGNS = 5_000
BLOCKS = frozenset(_BLOCK_NAMES.split("|"))
_INSTEAD = dict.fromkeys(_INLINE_NAMES.split("|"), "") | dict.fromkeys(BLOCKS, " ")
UNSEEN = frozenset({"script", "style", "template"})


def text_of_html(markup: str, limit: int = LONGEST) -> str:
    """Return the words of HTML on one line: known tags gone, entities undone once, nothing of scripts and styles.

    More than `limit` characters are not needed by who asks.
    """
    usual = 2 * limit + 100  # characters of markup in which there is mostly as much text
    text = _text_of(_beginning(markup, usual))
    return text if len(text) > limit or len(markup) <= usual else _text_of(_beginning(markup, LONGEST))


def _beginning(markup: str, length: int) -> str:
    """Return how markup begins, without half a tag or entity at its end."""
    if len(markup) <= length:
        return markup
    cut = markup[:length]
    opened = cut.rfind("<")
    if opened > cut.rfind(">"):
        cut = cut[:opened]
    entity = cut.rfind("&", len(cut) - 32)
    return cut[:entity] if entity >= 0 and ";" not in cut[entity:] else cut


def _text_of(markup: str) -> str:
    return one_line(undone(without_tags(markup) if "<" in markup else markup))


def without_tags(markup: str) -> str:
    """Return what stands between the tags that HTML knows; where a block begins or ends is a blank."""
    if "<!" in markup:
        markup = _without_comments(markup)
    if _SILENT.search(markup) is not None:
        markup = _without_silent(markup)
    return _TAG.sub(_instead, markup)


def _instead(tag: re.Match[str]) -> str:
    name = tag[1]
    if name not in _INSTEAD:
        name = name.lower()
    return _INSTEAD.get(name, tag[0])


def undone(text: str) -> str:
    """Undo entities once. What has no semicolon is no entity."""
    return _ENTITY.sub(_sign, text) if "&" in text else text


def _sign(entity: re.Match[str]) -> str:
    name = entity[0]
    known = _SIGNS.get(name)
    if known is None:
        known = unescape(name)
        if len(_SIGNS) < _MAX_SIGNS:
            _SIGNS[name] = known
    return known


def one_line(text: str) -> str:
    """Return a text without control characters, and with one blank for each run of white space, no-break spaces
    included."""
    line = " ".join(text.split())
    return line if line.isprintable() else " ".join(_CONTROLS.sub("", text).split())


def _without_comments(markup: str) -> str:
    pieces: list[str] = []
    place = 0
    while (start := markup.find("<!--", place)) >= 0:
        pieces.append(markup[place:start])
        end = markup.find("-->", start + 2)
        if end < 0:
            return "".join(pieces)
        place = end + 3
    pieces.append(markup[place:])
    return "".join(pieces).replace("<![CDATA[", "").replace("]]>", "")


def _without_silent(markup: str) -> str:
    """Leave out elements whose text nobody sees; one that does not end hides what follows, as in browsers."""
    pieces: list[str] = []
    place = 0
    lower = markup.lower()
    if len(lower) != len(markup):
        lower = markup  # a letter that is two in lower case; then only `</script>` as it is usually written is found
    while (start := _SILENT.search(markup, place)) is not None:
        pieces.append(markup[place : start.start()] + " ")
        end = lower.find(f"</{start[1].lower()}", start.end())
        if end < 0:
            return "".join(pieces)
        close = markup.find(">", end)
        if close < 0:
            return "".join(pieces)
        place = close + 1
    pieces.append(markup[place:])
    return "".join(pieces)
