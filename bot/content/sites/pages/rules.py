"""
What every generator's rules are asked, and what they answer.

A `PageFile` is a page's file as it was read; a `SitePage` is what the generator makes of it. `SiteRules` stand between
the two: one implementation a generator, in a module of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.page_file import PageFile


class NotAPage(Exception):
    """The file tells no story, and nobody needs to know: a list, an undated page, data."""


@dataclass(slots=True)
class SitePage:
    """What a generator makes of a file.

    `date` is the date that the page bears, aware; `opens` the moment before which, and `closes` the moment from which,
    the generator would not publish it. `path` is its address below the site's, or a whole address; None where it has
    none. `unknown` says what keeps its address from being known. `has_page` is False where the file is data for other
    pages and none by itself, which is never public.
    """

    title: Any = None
    excerpt: Any = None
    date: datetime | None = None
    opens: datetime | None = None
    closes: datetime | None = None
    is_public: bool = True
    path: str | None = None
    topics: Any = None
    pictures: Sequence[Any] = ()
    aliases: Sequence[str] = ()
    unknown: str | None = None
    has_page: bool = True


class SiteRules(Protocol):
    """A generator's rules, with what its configuration says."""

    @property
    def generator(self) -> str:
        """What the generator is called in `newsbot.yaml`."""
        ...

    @property
    def suffixes(self) -> frozenset[str]:
        """The suffixes of pages."""
        ...

    @property
    def prefix(self) -> str:
        """The path under which the site lies on its host, as its configuration has it: `/blog` or nothing."""
        ...

    @property
    def title(self) -> str | None:
        """What the site is called."""
        ...

    @property
    def statics(self) -> Sequence[str]:
        """The folders, relative to the site's, whose files lie at the root of the built site."""
        ...

    def skips(self, folder: str) -> bool:
        """Return whether a folder, relative to the site's, holds no pages."""
        ...

    def is_page(self, path: str) -> bool:
        """Return whether a file is a page by its path, relative to the site's folder."""
        ...

    def front(self, text: str) -> Front | None:
        """Return the front matter of a page; None when it has none. Raises: Fault."""
        ...

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a page's fields as the generator sees them: with what the configuration or its folder adds."""
        ...

    def around(self, path: str) -> str:
        """Return what a page's meaning depends on beside the configuration, to notice that it has changed."""
        ...

    def page(self, file: PageFile) -> SitePage:
        """Return what the generator makes of a page. Raises: NotAPage, Wrong."""
        ...

    def tokens(self, file: PageFile, page: SitePage) -> Mapping[str, str]:
        """Return what the words of a permalink in `newsbot.yaml` stand for."""
        ...


class OwnFieldsOnly:
    """Rules of a generator whose configuration and folders add nothing to what a page says of itself."""

    __slots__ = ()

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        return own

    def around(self, path: str) -> str:
        return ""
