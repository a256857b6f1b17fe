"""
Slugs: readable names by which editors refer to articles, made from a file's path.
"""

from __future__ import annotations

import re
import unicodedata

MAX_SLUG_LENGTH = 200  # characters
_APART = re.compile(r"[^\w.-]+|-{2,}")


def slug_of(path: str) -> str:
    """Return the slug of a file: its name without suffix, or its folder's name when it is called `index`.

    `path` is relative to the content folder, with `/`. Letters, digits, `.`, `_` and `-` only; never empty.
    """
    return _sane(_names(path)[-1])


def slugs_of(path: str) -> tuple[str, str]:
    """Return the slug, and the one with the folder's name before it, for when that is taken; the same at the top."""
    *folders, name = _names(path)
    short = _sane(name)
    return short, _sane(f"{folders[-1]}-{short}") if folders else short


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
