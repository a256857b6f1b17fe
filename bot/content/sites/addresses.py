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


def date_words(clock: datetime) -> dict[str, str]:
    """Return what a permalink's words for a date stand for. `clock` is the date as the generator shows it."""
    year, week, _ = clock.isocalendar()
    return {
        "year": f"{clock.year:04}",
        "short_year": f"{clock.year % 100:02}",
        "month": f"{clock.month:02}",
        "i_month": str(clock.month),
        "short_month": clock.strftime("%b"),
        "long_month": clock.strftime("%B"),
        "monthname": clock.strftime("%B"),
        "day": f"{clock.day:02}",
        "i_day": str(clock.day),
        "y_day": f"{clock.timetuple().tm_yday:03}",
        "yearday": str(clock.timetuple().tm_yday),
        "weekday": str((clock.weekday() + 1) % 7),
        "weekdayname": clock.strftime("%A"),
        "week": f"{week:02}",
        "w_year": f"{year:04}",
        "w_day": str(clock.isoweekday()),
        "short_day": clock.strftime("%a"),
        "long_day": clock.strftime("%A"),
        "hour": f"{clock.hour:02}",
        "minute": f"{clock.minute:02}",
        "second": f"{clock.second:02}",
    }


@lru_cache(maxsize=4096)
def hugo_segment(text: str, *, strip_accents: bool = False) -> str:
    """Return a text as Hugo puts it into an address: letters, digits and a few signs, blanks as one hyphen."""
    if strip_accents:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
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
