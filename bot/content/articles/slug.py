"""
Slugs: readable names by which editors refer to articles, made from a file's path, or a story's link or title.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

MAX_SLUG_LENGTH = 200  # characters
_MAX_TITLE = 80  # characters of a title that make a slug
_PAGE = re.compile(r"\.(?:html?|php|aspx?)$", re.IGNORECASE)
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
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


def slugs_of_story(title: str, link: str) -> tuple[str, ...]:
    """Return the slugs for a story without a file, best first: after the last step of its link, else its title.

    A step with no two letters in a row names no story: a date's, a page's number, a short link's code.
    """
    try:
        steps = [_PAGE.sub("", unquote(step)) for step in urlsplit(link).path.split("/")]
    except ValueError:
        steps = []
    of_title = _sane(title[:_MAX_TITLE].lower())
    named = [_sane(step) for step in steps if step and step.lower() != "index"]
    return (named[-1], of_title) if named and _TWO_LETTERS.search(named[-1]) else (of_title,)


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
