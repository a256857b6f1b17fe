"""
What every generator's rules are asked, and what they answer.

A `Source` is a page's file as it was read; a `Page` is what the generator makes of it. `SiteRules` stand between the
two: one implementation a generator, in a module of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.content.sites.pages.dates import Written, written
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.markdown import first_heading

HEADING, FILENAME = "heading", "filename"
"""Words in `newsbot.yaml` for a title that no field holds, unless a field is called so."""

_NO = frozenset({"false", "no", "off", "0", "n", "f", "", "null", "~", "none"})


class NotAPage(Exception):
    """The file tells no story, and nobody needs to know: a list, an undated page, data."""


class Wrong(Exception):
    """A field keeps a page from being a story: its name in the file, and why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `newsbot.yaml` says. `published` is a field, and whether the page is public when it does not hold."""

    generator: str | None = None
    site: str | None = None
    permalink: str | Mapping[str, str] | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published: tuple[str, bool] | None = None


@dataclass(slots=True)
class Source:
    """One page's file.

    `path` is relative to the site's folder, with `/`. `fields` are the front matter as the generator looks into it;
    `names` are filled with the field from which each of ours was taken. `zone` stands for that of the machine that
    builds the site, of which its folder says nothing.
    """

    path: str
    fields: Mapping[str, Any]
    front: Front
    wanted: Wanted
    now: datetime
    zone: ZoneInfo
    names: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name without its last suffix."""
        return self.path.rpartition("/")[2].rpartition(".")[0]

    @property
    def folder(self) -> str:
        """Where the file lies; empty at the top."""
        return self.path.rpartition("/")[0]

    @property
    def suffix(self) -> str:
        return "." + self.path.rpartition(".")[2].lower()

    @property
    def is_html(self) -> bool:
        return self.suffix in (".html", ".htm", ".njk", ".liquid")

    def take(self, ours: str, theirs: Sequence[str]) -> Any:
        """Return the first field that holds anything: those that `newsbot.yaml` names for `ours`, then `theirs`."""
        for name in (*self.wanted.fields.get(ours, ()), *theirs):
            value = self.field(name)
            if value is not None and value != "" and value != []:
                self.names.setdefault(ours, name)
                return value
        return None

    def field(self, name: str) -> Any:
        """Return a field; `header.teaser` is one within another. None when there is none."""
        if name in self.fields:
            return self.fields[name]
        if (lower := name.lower()) in self.fields and lower != name:
            return self.fields[lower]
        if "." not in name:
            return None
        value: Any = self.fields
        for step in name.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def title(self, theirs: Sequence[str] = ("title",)) -> Any:
        """Return the title from its field, or from where `newsbot.yaml` says that it is."""
        found = self.take("title", theirs)
        if found is not None:
            return found
        for name in self.wanted.fields.get("title", ()):
            derived = first_heading(self.front.body) if name == HEADING else self.name if name == FILENAME else None
            if derived:
                return derived
        return None

    def date(self, ours: str, theirs: Sequence[str]) -> Written | None:
        """Return the first of these fields that holds a date. Raises: Wrong, when it holds something else."""
        value = self.take(ours, theirs)
        if value is None:
            return None
        found = written(value)
        if found is None:
            from bot.content.plain_text import quoted

            raise Wrong(self.names[ours], f"{quoted(value)} is not a date; write 2026-02-28 or 2026-02-28T14:00:00Z")
        return found

    def is_quoted(self, name: str) -> bool:
        """Return whether a value stands in quotes in the file, which makes it a text for YAML."""
        import re

        found = re.search(rf"^{re.escape(name)}[ \t]*:[ \t]*([\"'])", self.front.text, re.MULTILINE)
        return found is not None

    def says_yes(self, name: str) -> bool:
        """Return whether a field holds any word but one for no."""
        return is_truthy(self.field(name))

    def is_public(self, by_generator: bool) -> bool:
        """Return whether the page's flags let it be public: those that `newsbot.yaml` names, else the generator's.

        Whatever `draft` says but a word for no hides a page.
        """
        if self.wanted.published is None:
            return by_generator and not self.says_yes("draft")
        name, is_negated = self.wanted.published
        return self.says_yes(name) is not is_negated


@dataclass(slots=True)
class Page:
    """What a generator makes of a file.

    `date` is the date that the page bears, aware; `opens` the moment before which, and `closes` the moment from which,
    the generator would not publish it. `path` is its address below the site's, or a whole address; None where it has
    none. `unknown` says what keeps its address from being known.
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

    def page(self, source: Source) -> Page:
        """Return what the generator makes of a page. Raises: NotAPage, Wrong."""
        ...

    def tokens(self, source: Source, page: Page) -> Mapping[str, str]:
        """Return what the words of a permalink in `newsbot.yaml` stand for."""
        ...


def is_truthy(value: object) -> bool:
    """Return whether a flag is set: by any word but one for no."""
    if isinstance(value, str):
        return value.strip().lower() not in _NO
    return bool(value)
