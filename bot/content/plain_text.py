"""
Turns a text into one line of plain text: without HTML entities and hidden characters, and of limited length.

Source: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing,
        https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point and, for the marks that Telegram takes out,
        https://github.com/tdlib/td/blob/master/td/telegram/misc.cpp
"""

from __future__ import annotations

import html
import re

NAME_LIMIT = 200  # characters

# Controls, bidi marks and overrides, invisible fillers, halves of characters and non-characters. Blanks among the
# controls are left for folding; ZWJ and ZWNJ make emoji and Persian; tags are kept inside the flags they spell.
_HIDDEN = re.compile(
    "(\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f)|"
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
# Joiners, variation selectors and the marks that Telegram takes out: where nothing else stands, nobody sees anything.
_NOTHING = re.compile("[\u200c\u200d\u030a\u0333\u033f\ufe00-\ufe0f ]*")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def shown(text: str, limit: int = NAME_LIMIT) -> str:
    """Return `text` on one line, entities resolved, without hidden characters, at most `limit` characters.

    It is empty where readers would see nothing of it.
    """
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if not (text.isascii() and text.isprintable()):
        text = " ".join(_HIDDEN.sub(r"\1", text).split())
        if _NOTHING.fullmatch(text):
            return ""
    elif "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    return text if len(text) <= limit else _capped(text, limit)


def quoted(value: object) -> str:
    """Return what an author wrote, short, for a complaint: “31.02.2026”."""
    text = shown(str(value)[:400], 400)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"


def _capped(text: str, limit: int) -> str:
    """Cut at a blank near the limit, else before the character there; mark the cut."""
    cut = text[: limit - 1]
    blank = cut.rfind(" ", max(0, len(cut) - 80))
    return (cut[:blank] if blank > 0 else cut).rstrip(" \u200d,;:") + "…"
