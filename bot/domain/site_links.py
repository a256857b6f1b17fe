"""
Comparing the links that a site's pages would have with those that the built site lists: pure, and by path alone.

The built site may be asked at another host than it names itself, such as that of a preview.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.domain.link import normal_link


@dataclass(frozen=True, slots=True)
class Expected:
    """The link that a page would have, and whether it is public now."""

    link: str
    is_public: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A page whose link is not as the built site has it.

    `instead` is the one link of the built site that ends alike, None when there is none or more than one. With
    `is_listed` the site lists a page that is none of ours: a draft here, or no file at all, and then `path` is None.
    """

    path: str | None
    link: str
    instead: str | None = None
    is_listed: bool = False


def differences(pages: Mapping[str, Expected], listed: Sequence[str], *, is_complete: bool) -> tuple[Difference, ...]:
    """Return where pages differ from what a built site lists.

    A list that `is_complete`, as a sitemap is, has all that is public; a feed has the newest only, so there each of its
    links must be that of a page instead.
    """
    theirs = {_path(link): link for link in listed}
    by_end = defaultdict(list)
    for path in theirs:
        by_end[_end(path)].append(theirs[path])
    found: list[Difference] = []
    ours = {_path(one.link): path for path, one in pages.items()}
    for path, one in pages.items():
        is_there = _path(one.link) in theirs
        if is_there and not one.is_public:
            found.append(Difference(path, one.link, is_listed=True))
        elif not is_there and one.is_public and is_complete:
            alike = [link for link in by_end[_end(_path(one.link))] if _path(link) not in ours]
            found.append(Difference(path, one.link, alike[0] if len(alike) == 1 else None))
    if not is_complete:
        found += [Difference(None, link, is_listed=True) for path, link in theirs.items() if path not in ours]
    return tuple(found)


def same_site(links: Iterable[str], address: str) -> list[str]:
    """Return the links that lie below an address, whatever the host."""
    below = _path(address)
    return [link for link in links if _path(link).startswith(below)]


def _path(link: str) -> str:
    path = urlsplit(normal_link(link)).path
    return path.removesuffix("/index.html") or "/"


def _end(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".html").lower()
