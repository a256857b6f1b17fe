"""
Files that moved and changed their link on the way: a site that renames a page renames both.

Neither path nor link is known then. What tells the story is that the old file went in the same scan, and that the new
one says the same but for its links, or names the old page among its `aliases`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LINKS = frozenset({"webUrl", "originalUrl", "ampWebUrl", "cdnAmpWebUrl"})


@dataclass(frozen=True, slots=True)
class Left:
    """An article whose file is gone. `words` are all that its file said, but for `LINKS`."""

    article: int
    path: str
    link: str
    words: str


@dataclass(frozen=True, slots=True)
class Came:
    """A file whose path and link are new."""

    path: str
    words: str
    aliases: tuple[str, ...] = ()


def moved(came: Sequence[Came], left: Iterable[Left]) -> dict[str, int]:
    """Return which article each new file goes on with, by its path; each article goes on in one file.

    What a file names goes before what it, or any other, only looks like.
    """
    waiting = list(left)
    found: dict[str, int] = {}
    for is_meant in (_is_named, _is_repeated):
        for one in came:
            old = next((old for old in waiting if is_meant(one, old)), None) if one.path not in found else None
            if old is not None:
                waiting.remove(old)
                found[one.path] = old.article
    return found


def _is_named(one: Came, old: Left) -> bool:
    return bool(one.aliases) and not _names(old).isdisjoint(map(_bare, one.aliases))


def _is_repeated(one: Came, old: Left) -> bool:
    return one.words == old.words


def _names(old: Left) -> set[str]:
    stem = old.path.rpartition(".")[0]
    return {_bare(name) for name in (old.link, urlsplit(old.link).path, old.path, stem)} - {""}


def _bare(name: str) -> str:
    plain = name.strip().casefold()
    return plain.removeprefix("https://").removeprefix("http://").removeprefix("www.").strip("/")
