"""
Slugs: readable names by which editors refer to articles, made from a file's path.
"""

from __future__ import annotations

import re
import unicodedata

MAX_SLUG_LENGTH = 200  # characters
MAX_TITLE_SLUG_LENGTH = 80  # characters: it is typed
_APART = re.compile(r"[^\w.-]+|-{2,}")


def slug_of(path: str) -> str:
    """Return the slug of a file: its name without suffix, or its folder's name when it is called `index`.

    `path` is relative to the content folder, with `/`. Letters, digits, `.`, `_` and `-` only; never empty.
    """
    return _sane(_names(path)[-1])


def slug_of_title(title: str) -> str:
    """Return a slug for a story that no file tells: its title in lower case, or its first words; never empty."""
    words = _APART.sub("-", unicodedata.normalize("NFC", title).casefold().replace(".", "-")).strip("-_")
    if len(words) > MAX_TITLE_SLUG_LENGTH:
        words = words[: MAX_TITLE_SLUG_LENGTH + 1].rpartition("-")[0] or words[:MAX_TITLE_SLUG_LENGTH]
    return words.rstrip("-_") or "article"


def longer_slug(path: str) -> str:
    """Return the slug with the folder's name before it, for when the short one is taken; the same at the top."""
    *folders, name = _names(path)
    return _sane(f"{folders[-1]}-{_sane(name)}") if folders else _sane(name)


def _names(path: str) -> list[str]:
    """Return the folders a file lies in and, last, what it is called after."""
    *folders, name = [step for step in path.split("/") if step not in ("", ".")] or [""]
    stem, _, suffix = name.rpartition(".")
    if not stem or not suffix:
        stem = name
    return folders if folders and stem.lower() == "index" else [*folders, stem]


def _sane(name: str) -> str:
    words = _APART.sub("-", unicodedata.normalize("NFC", name)).strip("-._")
    return words[:MAX_SLUG_LENGTH].rstrip("-._") or "article"
