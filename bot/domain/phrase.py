"""
Phrases: whether a text holds one, as people mean it who name words they want, or never want, to read about.

A phrase is whole words: `art` is not in "start". Case, accents, width and runs of blanks make no difference. Chinese,
Japanese and Thai are written without blanks between words, so there it matches anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from bot.domain.search_terms import fold

# Lao, Burmese and Khmer are written like Thai.
_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U000323af]"
)
_SIGNS = "+#"  # behind a word they make another: C is not in C++


def holds_phrase(text: str, phrase: str) -> bool:
    """Return whether a text holds a phrase. A phrase of blanks alone is in no text."""
    return _holds(_folded(text), _folded_phrase(phrase))


def held_phrase(text: str, phrases: Iterable[str]) -> str | None:
    """Return the first of these phrases that a text holds; None when it holds none."""
    folded = _folded(text)
    return next((phrase for phrase in phrases if _holds(folded, _folded_phrase(phrase))), None)


def _holds(folded: str, phrase: str) -> bool:
    if not phrase:
        return False
    at = folded.find(phrase)
    while at >= 0:
        if _begins(folded, at, phrase) and _ends(folded, at + len(phrase), phrase):
            return True
        at = folded.find(phrase, at + 1)
    return False


def _folded(text: str) -> str:
    return " ".join(fold(text).split())


_folded_phrase = lru_cache(maxsize=4096)(_folded)


def _begins(text: str, at: int, phrase: str) -> bool:
    return at == 0 or not _is_letter(phrase[0]) or not _is_letter(text[at - 1])


def _ends(text: str, end: int, phrase: str) -> bool:
    if end == len(text) or not _is_letter(phrase[-1]):
        return True
    return not _is_letter(text[end]) and text[end] not in _SIGNS


def _is_letter(char: str) -> bool:
    """Return whether a character belongs to a word with those beside it."""
    return (char.isalnum() or unicodedata.category(char)[0] == "M") and not _WITHOUT_BLANKS.match(char)
