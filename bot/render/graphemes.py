"""
Where a text may be cut so that no reader sees half a letter, half a flag or a family torn apart.

The rules of extended grapheme clusters as far as cutting needs them: where they are simplified, two clusters count
as one, and never one as two.
Source: https://www.unicode.org/reports/tr29/#Grapheme_Cluster_Boundary_Rules
"""

from __future__ import annotations

import unicodedata

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_VIRAMA = 9  # canonical combining class: joins the next consonant
_PREPENDED = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd")


def boundary_before(string: str, index: int) -> int:
    """Return the last place at or before `index` (in characters) where a cluster ends."""
    while 0 < index < len(string) and not _is_boundary(string, index):
        index -= 1
    return index


def _is_boundary(string: str, index: int) -> bool:
    before, after = string[index - 1], string[index]
    if before == "\r" and after == "\n":
        return False
    if before < "\u0300" and after < "\u0300":
        return True
    if _extends(after) or before == _ZWJ or before in _PREPENDED:
        return False
    if unicodedata.combining(before) == _VIRAMA and after.isalpha():
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):
        return _flag_letters_before(string, index) % 2 == 0
    return not _is_one_syllable(_jamo(before), _jamo(after))


def _extends(char: str) -> bool:
    return (
        char in (_ZWNJ, _ZWJ)
        or unicodedata.category(char) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags: the flags of England, Scotland, Wales
        or char in "\uff9e\uff9f"  # halfwidth kana voicing
        or char == "\u0e33"
        or char == "\u0eb3"
    )


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_letters_before(string: str, index: int) -> int:
    start = index
    while start > 0 and _is_flag_letter(string[start - 1]):
        start -= 1
    return index - start


def _jamo(char: str) -> str:
    """Return the syllable part a Hangul character is (`L`, `V`, `T`, or the syllables `LV`, `LVT`), else nothing."""
    if "\u1100" <= char <= "\u115f" or "\ua960" <= char <= "\ua97c":
        return "L"
    if "\u1160" <= char <= "\u11a7" or "\ud7b0" <= char <= "\ud7c6":
        return "V"
    if "\u11a8" <= char <= "\u11ff" or "\ud7cb" <= char <= "\ud7fb":
        return "T"
    if "\uac00" <= char <= "\ud7a3":
        return "LVT" if (ord(char) - 0xAC00) % 28 else "LV"
    return ""


def _is_one_syllable(before: str, after: str) -> bool:
    match before:
        case "L":
            return after in ("L", "V", "LV", "LVT")
        case "V" | "LV":
            return after in ("V", "T")
        case "T" | "LVT":
            return after == "T"
        case _:
            return False
