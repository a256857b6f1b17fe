"""
A page's file as it was read, and what every generator's rules ask of it: its fields, under whatever name they stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from bot.content.plain_text import quoted
from bot.content.sites.pages.config_files import texts
from bot.content.sites.pages.dates import Written, written
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.markdown import first_heading, first_paragraph, text_before

HEADING, FILENAME = "heading", "filename"
"""Words in `newsbot.yaml` for a title that no field holds, unless a field is called so."""

_NO = frozenset({"false", "no", "off", "0", "n", "f", "", "null", "~", "none"})


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
class PageFile:
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
            raise Wrong(self.names[ours], f"{quoted(value)} is not a date; write 2026-02-28 or 2026-02-28T14:00:00Z")
        return found

    def moment(self, date: Written, zone: tzinfo) -> datetime:
        """Return the moment of a story's date, in UTC; a clock without an offset is in `zone`. Raises: Wrong."""
        try:
            return date.in_utc(zone)
        except ValueError as error:
            raise Wrong(self.names.get("publishedDateTime", "date"), str(error)) from error

    def opening(self, mark: re.Pattern[str] | None = None) -> str | None:
        """Return how the text begins, in place of an excerpt: what stands before a mark, else its first paragraph."""
        before = None if mark is None else text_before(self.front.body, mark, is_html=self.is_html)
        return before or first_paragraph(self.front.body, is_html=self.is_html)

    def topics(self, theirs: Sequence[str]) -> list[str]:
        """Return the topics: of the field that `newsbot.yaml` names, else of all of `theirs`, each once."""
        if self.wanted.fields.get("topics"):
            return texts(self.take("topics", ()))
        found: list[str] = []
        for name in theirs:
            if said := texts(self.field(name)):
                self.names.setdefault("topics", name)
                found += said
        return list(dict.fromkeys(found))

    def pictures(self, theirs: Sequence[str]) -> list[Any]:
        """Return the pictures of the first field that names any."""
        value = self.take("image", theirs)
        return value if isinstance(value, list) else [] if value is None else [value]

    def is_quoted(self, name: str) -> bool:
        """Return whether a value stands in quotes in the file, which makes it a text for YAML."""
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


def is_truthy(value: object) -> bool:
    """Return whether a flag is set: by any word but one for no."""
    if isinstance(value, str):
        return value.strip().lower() not in _NO
    return bool(value)


def is_within(path: str, folder: str) -> bool:
    """Return whether a path is a folder or lies in it; everything lies in the one without a name."""
    return not folder or path == folder or path.startswith(folder + "/")
