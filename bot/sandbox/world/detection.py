"""
What Telegram makes tappable by itself: links, bare domains, mentions, hashtags, commands and the like.

Giving entities does not switch this off, which is why foreign text can grow a `/stop` nobody meant. The patterns
follow the server's own, so that a test can see what a reader could tap.
Source: https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp (match_mentions and its neighbours)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

Span = tuple[int, int, str]
"""Start and end in code points, and the entity's type."""

_WORD = r"[\w\u200c]"
_PLAUSIBLE = re.compile(r"[/@#$.:+]")
_BOT_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")
_MENTION = re.compile(r"(?<!\w)@([A-Za-z0-9_]{2,32})(?!\w)")
_HASHTAG = re.compile(rf"(?<!{_WORD})#({_WORD}{{1,256}})(?!{_WORD}*#)")
_CASHTAG = re.compile(r"(?<![$\w\u200c])\$(?:1INCH|[A-Z]{1,8})(?![$\w\u200c])")
_EMAIL = re.compile(
    r"(?<![\w.@+-])(?:[A-Za-z0-9_-]{0,26}[.+]){0,10}[A-Za-z0-9_-]{1,35}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,28}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,8}(?![\w@-])"
)
_URL = re.compile(
    r"(?<![\w@./#-])"
    r"(?:(?P<scheme>(?i:https?|ftp|tonsite))://)?"
    r"(?P<host>(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,20}(?P<tld>(?:xn--)?[^\W\d_][\w-]{1,22})|(?:\d{1,3}\.){3}\d{1,3}|localhost)"
    r"(?![\w@])"
    r"(?::\d{1,5})?"
    r"(?P<rest>[/?#][^\s\u2000-\u200b\u200e\u200f\u2016-\u206f\"<>\u00ab\u00bb]*)?"
)
_TG = re.compile(r"(?<!\w)(?:tg|ton)://[a-z]{1,30}(?:[/?#][^\s\"<>]*)?")
_PHONE = re.compile(r"(?<![\w+])\+\d(?:[ -]?\d){8,14}(?!\w)")
_SHORT_NAMES = {"gif", "pic", "vid"}

_TLDS = frozenset(files("bot.sandbox").joinpath("top_level_domains.txt").read_text("utf-8").split())


def tappable(text: str) -> list[Span]:
    """Return what Telegram would detect in `text` with no entities given, in order, never overlapping."""
    if not _PLAUSIBLE.search(text):
        return []
    found = sorted(_candidates(text), key=lambda span: (span[0], -span[1]))
    kept: list[Span] = []
    for span in found:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _candidates(text: str) -> Iterator[Span]:
    for match in _BOT_COMMAND.finditer(text):
        yield match.start(), match.end(), "bot_command"
    for match in _MENTION.finditer(text):
        if len(match[1]) >= 4 or match[1] in _SHORT_NAMES:
            yield match.start(), match.end(), "mention"
    for match in _HASHTAG.finditer(text):
        if not match[1].replace("_", "").replace("\u200c", "").isdigit() and match[1].strip("_\u200c"):
            yield match.start(), match.end(), "hashtag"
    for match in _CASHTAG.finditer(text):
        yield match.start(), match.end(), "cashtag"
    for match in _EMAIL.finditer(text):
        yield match.start(), match.end(), "email"
    for match in _TG.finditer(text):
        yield match.start(), match.end(), "url"
    for match in _URL.finditer(text):
        if (end := _url_end(match)) is not None:
            yield match.start(), end, "url"
    for match in _PHONE.finditer(text):
        yield match.start(), match.end(), "phone_number"


def _url_end(match: re.Match[str]) -> int | None:
    """Return where the link ends without the sentence's own punctuation; None when it is no link."""
    tld, scheme = match["tld"], match["scheme"]
    if scheme is None and (tld is None or not _is_common(tld)):
        return None
    text = match[0]
    while text and text[-1] in ".,:;!?'\"…)]}*_~`":
        if text[-1] in ")]}" and text.count(text[-1]) <= text.count("([{"[")]}".index(text[-1])]):
            break
        text = text[:-1]
    return match.start() + len(text) if len(text) > 3 else None


def _is_common(tld: str) -> bool:
    """As the server: `Next` after a full stop is a sentence's beginning, `NEXT` or `next` could be a domain."""
    lower = tld.lower()
    if lower != tld and lower[1:] == tld[1:]:
        return False
    return lower in _TLDS or lower.startswith("xn--")


def units(text: str) -> list[int] | None:
    """Return the UTF-16 offset of every code point of `text` and of its end; None when they are the same."""
    if text.isascii() or max(text) <= "\uffff":
        return None
    offsets = [0]
    for char in text:
        offsets.append(offsets[-1] + (2 if char > "\uffff" else 1))
    return offsets


def as_entities(text: str, spans: list[Span]) -> list[dict[str, Any]]:
    """Return the spans as Bot API MessageEntity objects, measured in UTF-16 code units."""
    if not spans:
        return []
    at = units(text)
    return [
        {"type": kind, "offset": at[start] if at else start, "length": (at[end] - at[start]) if at else end - start}
        for start, end, kind in spans
    ]
