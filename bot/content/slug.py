"""
Slugs: what an editor types to mean an article, taken from where its file lies.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_SLUG = 200  # characters
_APART = re.compile(r"[^\w.-]+|-{2,}")


def slug_of(path: str) -> str:
    """Return the slug of a file: its name without suffix, or its folder's name when it is called `index`.

    `path` is relative to the content folder, with `/`. Letters, digits, `.`, `_` and `-` only; never empty.
    """
    place = PurePosixPath(path)
    if place.stem.lower() == "index" and place.parent.name:
        return _sane(place.parent.name)
    return _sane(place.stem)


def longer_slug(path: str) -> str:
    """Return the slug with the folder's name before it, for when the short one is taken; the same at the top."""
    place = PurePosixPath(path)
    folder = place.parent.parent if place.stem.lower() == "index" and place.parent.name else place.parent
    return _sane(f"{folder.name}-{slug_of(path)}") if folder.name else slug_of(path)


def _sane(name: str) -> str:
    words = _APART.sub("-", unicodedata.normalize("NFC", name)).strip("-._")
    return words[:LONGEST_SLUG].rstrip("-._") or "article"
