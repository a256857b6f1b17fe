"""
Making addresses: from names to path segments as each generator does it, and from a permalink's words to a path.

Source: https://gohugo.io/configuration/permalinks/, https://jekyllrb.com/docs/permalinks/,
        https://hexo.io/docs/permalinks, https://github.com/Flet/github-slugger
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

_WORD = re.compile(r":([A-Za-z_]+)(\[[^\]]*\])?")
_MANY_SLASHES = re.compile(r"/{2,}")


def expanded(pattern: str, words: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return a permalink with its words replaced, and those that stand for nothing known."""
    unknown: list[str] = []

    def word(found: re.Match[str]) -> str:
        value = words.get(found[1])
        if value is None:
            unknown.append(found[0])
            return ""
        return _part(value, found[2]) if found[2] else value

    return _MANY_SLASHES.sub("/", _WORD.sub(word, pattern)), unknown


def _part(value: str, which: str) -> str:
    """Return some steps of a path: `[1:]` all but the first, `[last]` the last one."""
    steps = value.split("/")
    index = which[1:-1].replace("last", str(len(steps) - 1))
    begin, colon, end = index.partition(":")
    try:
        low = int(begin) if begin else 0
        high = (int(end) if end else len(steps)) if colon else low + 1
    except ValueError:
        return value
    return "/".join(steps[low:high])


class Words(dict[str, str]):
    """What a permalink's words stand for: those that were given, and those of a date as its generator shows it."""

    def __init__(self, clock: datetime | None, words: Mapping[str, str]) -> None:
        super().__init__(words)
        self._clock = clock

    def get(self, word: str, default: object = None) -> Any:
        if word in self:
            return self[word]
        return None if self._clock is None else _of_date(word, self._clock)


_FORMATS = {
    "year": "{0.year:04}",
    "month": "{0.month:02}",
    "day": "{0.day:02}",
    "i_month": "{0.month}",
    "i_day": "{0.day}",
    "hour": "{0.hour:02}",
    "minute": "{0.minute:02}",
    "second": "{0.second:02}",
    "short_month": "{0:%b}",
    "long_month": "{0:%B}",
    "monthname": "{0:%B}",
    "weekdayname": "{0:%A}",
    "short_day": "{0:%a}",
    "long_day": "{0:%A}",
    "short_year": "{0:%y}",
    "weekday": "{0:%w}",
    "y_day": "{0:%j}",
}


def _of_date(word: str, clock: datetime) -> str | None:
    if (form := _FORMATS.get(word)) is not None:
        return form.format(clock)
    match word:
        case "yearday":
            return str(clock.timetuple().tm_yday)
        case "week":
            return f"{clock.isocalendar().week:02}"
        case "w_year":
            return f"{clock.isocalendar().year:04}"
        case "w_day":
            return str(clock.isoweekday())
        case _:
            return None


def prefix_of(base: object) -> str:
    """Return the path under which a site lies on its host, as its configuration has it: `/blog`, or nothing."""
    path = base.strip("/") if isinstance(base, str) else ""
    return f"/{path}" if path else ""


_SAFE = re.compile(r"[A-Za-z0-9._~/-]*")
_ASCII_DROPPED = re.compile(r"[^A-Za-z0-9./\\_#+~@\s-]+")
_AROUND_HYPHENS = re.compile(r"\s*(-+)\s*")


@lru_cache(maxsize=4096)
def hugo_segment(text: str, *, strip_accents: bool = False) -> str:
    """Return a text as Hugo puts it into an address: letters, digits and a few signs, blanks as one hyphen."""
    if strip_accents:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    if _SAFE.fullmatch(text):
        return text
    if text.isascii():
        return "-".join(_AROUND_HYPHENS.sub(r"\1", _ASCII_DROPPED.sub("", text)).split())
    kept: list[str] = []
    was_hyphen = owes_hyphen = False
    for char in text:
        if char in "./\\_#+~-@" or unicodedata.category(char)[0] in "LM" or unicodedata.category(char) == "Nd":
            was_hyphen = char == "-"
            if owes_hyphen and not was_hyphen:
                kept.append("-")
            owes_hyphen = False
            kept.append(char)
        elif kept and not was_hyphen and char.isspace():
            owes_hyphen = True
    return "".join(kept)


_JEKYLL_CUT = re.compile(r"[^\w._~!$&'()+,;=@-]+")


def jekyll_pretty(text: str) -> str:
    """Return a text as Jekyll's `:title` has it: with its case and most signs, blanks as hyphens, none at the ends."""
    return _JEKYLL_CUT.sub("-", text.replace("_", "_")).strip("-")


def jekyll_slug(text: str) -> str:
    """Return a text as Jekyll's slugify has it: letters and digits in lower case between hyphens."""
    return re.sub(r"[^\w]+|_+", "-", text).strip("-").lower()


_GITHUB_DROPPED = re.compile(r"[^\w\- ]", re.UNICODE)


@lru_cache(maxsize=4096)
def github_slug(text: str) -> str:
    """Return a text as github-slugger has it, which makes the ids of Astro's collections."""
    return _GITHUB_DROPPED.sub("", text.lower()).replace(" ", "-")


_NOT_ASCII_WORD = re.compile(r"[^a-z0-9]+")
_SPELT = {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l"}


def slugified(text: str) -> str:
    """Return a text as @sindresorhus/slugify has it, which is Eleventy's filter: ASCII between hyphens, ä as ae."""
    text = text.lower().replace("&", " and ").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("'", "")
    text = "".join(_SPELT.get(char, char) for char in text)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_ASCII_WORD.sub("-", text).strip("-")


def pelican_slug(text: str) -> str:
    """Return a title as Pelican's default substitutions have it."""
    text = "".join(_SPELT.get(char, char) for char in text.lower())
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"[^\w\s-]", "", text)
    return re.sub(r"[-\s]+", "-", re.sub(r"^\s+|\s+$", "", text))
