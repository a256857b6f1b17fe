"""
Files that moved and changed their link on the way: a site that renames a page renames both.

Neither its path nor its link is known then. The story is recognised because the old file vanished in the same scan, and
the new one has the same content except for its links, or names the old page among its `aliases`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LINKS = frozenset({"webUrl", "originalUrl", "ampWebUrl", "cdnAmpWebUrl"})


@dataclass(frozen=True, slots=True)
class Left:
    """An article whose file is gone. `words` are the file's content without the fields in `LINKS`."""

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
    """Return the article that each new file continues, by path; an article is continued by one file at most.

    An old page named in `aliases` takes precedence over equal content.
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
