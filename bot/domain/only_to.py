"""
What follows `only` in an editor's words: the topics to whose followers alone an article is to go.

`/publish 412 only Robotics, Energy`, `/schedule 412 morgen um 9 nur an Robotik`.
"""

from __future__ import annotations

import re

from bot.domain.editing import Fault, Refusal

MOST_NAMES = 100
_SHOWN = 3  # names that are unknown, or come close
_ONLY = {
    "en": ("only to", "only"),
    "de": ("nur an", "nur"),
    "fr": ("seulement à", "uniquement à", "seulement", "uniquement"),
    "es": ("solo a", "sólo a", "solo", "sólo"),
    "pt": ("só para", "somente para", "só", "somente"),
    "ru": ("только",),
    "ar": ("فقط",),
    "ja": ("限定",),
    "zh": ("仅限", "只发给"),
}


def read_only_to(text: str, language: str, *, may_be_all: bool = False) -> tuple[str, str | None]:
    """Return what stands before the word for `only` in a language or in English, and the topics behind it.

    None when there is no such word, or nothing before it, unless it `may_be_all` there is; empty when no topic follows.
    """
    own = language.partition("-")[0].partition("_")[0]
    for tag in dict.fromkeys([own if own in _ONLY else "en", "en"]):
        words = "|".join(word.replace(" ", r"\s+") for word in _ONLY[tag])
        found = re.search(rf"(?:^|\s)(?:{words})(?=\s|$|:)[\s:]*", text, re.IGNORECASE)
        if found is not None and (may_be_all or text[: found.start()].strip()):
            return text[: found.start()].strip(), text[found.end() :].strip()
    return text, None


def why_not(refusal: Refusal) -> str:
    """Return why topics cannot be chosen, in the words of the shell and of programs."""
    if refusal.fault is not Fault.UNKNOWN_TOPICS:
        return "names no topic"
    unknown, near = (" or ".join(f"“{name}”" for name in names[:_SHOWN]) for names in (refusal.words, refusal.near))
    return f"no topic is called {unknown}" + (f"; perhaps {near} is meant" if near else "")
