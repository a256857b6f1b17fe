"""
Pelican's rules, as version 4.12 has them.

Its configuration is Python and is not run; plain assignments are found in its text.

Source: https://docs.getpelican.com/en/latest/content.html, https://docs.getpelican.com/en/latest/settings.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, pelican_slug
from bot.content.sites.pages.config_files import text_of
from bot.content.sites.pages.dates import written
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.markdown import first_paragraph, text_before
from bot.content.sites.pages.rules import NotAPage, Page, Source, Wrong

CONFIGURATIONS = ("pelicanconf.py",)
_SUFFIXES = frozenset({".md", ".markdown", ".mkd", ".mdown"})
_NAMED = re.compile(r"(\d{4}-\d{2}-\d{2}).*")
_MORE = re.compile(r"<!--\s*(?:more|PELICAN_END_SUMMARY)\s*-->", re.IGNORECASE)
_PICTURES = ("image", "cover", "thumbnail", "featured_image", "og_image", "header_cover")
_WORD = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class PelicanRules:
    """What Pelican makes of a file. `settings` are those of its configuration that are plain texts."""

    settings: Mapping[str, str]
    content: str
    prefix: str
    title: str | None
    zone: tzinfo
    generator: str = "pelican"
    suffixes: frozenset[str] = _SUFFIXES
    statics: Sequence[str] = ("content",)

    def skips(self, folder: str) -> bool:
        if self.content and not (_is_within(folder, self.content) or _is_within(self.content, folder)):
            return True
        return folder == f"{self.content}/pages".lstrip("/")

    def is_page(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        return _is_within(path, self.content) and not (folder and self.skips(folder))

    def front(self, text: str) -> Front | None:
        return fences.pelican(text)

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        return own

    def around(self, path: str) -> str:
        return ""

    def page(self, source: Source) -> Page:
        date = self._date(source)
        if date is None:
            raise NotAPage
        status = str(source.field("status") or self.settings.get("DEFAULT_STATUS") or "published").lower()
        page = Page(
            title=_unquoted(source.title()),
            excerpt=_unquoted(source.take("excerpt", ("summary", "description"))),
            topics=self._topics(source),
            pictures=[one for one in (source.take("image", _PICTURES),) if one is not None],
            date=date,
            is_public=source.is_public(status not in ("draft", "hidden", "skip")),
        )
        if page.excerpt is None:
            page.excerpt = text_before(source.front.body, _MORE) or first_paragraph(source.front.body)
        page.path = self._path(source, page)
        return page

    def tokens(self, source: Source, page: Page) -> Mapping[str, str]:
        assert page.date is not None
        slug = self._slug(source, page)
        folder = source.folder[len(self.content) :].strip("/")
        return Words(
            page.date.astimezone(self.zone),
            {
                "slug": slug,
                "title": pelican_slug(str(page.title or "")),
                "name": source.name,
                "filename": source.name,
                "path": f"{folder}/{source.name}".strip("/"),
                "section": folder.partition("/")[0],
                "sections": folder,
            },
        )

    def _date(self, source: Source) -> datetime | None:
        given = source.date("publishedDateTime", ("date",))
        if given is None and (named := _NAMED.match(source.name)) is not None:
            given = written(named[1])
        if given is None:
            return None
        try:
            return given.in_utc(self.zone)
        except ValueError as error:
            raise Wrong("date", str(error)) from error

    def _topics(self, source: Source) -> list[str]:
        tags = source.take("topics", ("tags",))
        found = [piece for one in re.split(r"[,;]", str(tags or "")) if (piece := one.strip())]
        return [*found, *([category] if (category := self._category(source)) and category != "misc" else [])]

    def _category(self, source: Source) -> str:
        given = source.field("category")
        folder = source.folder[len(self.content) :].strip("/")
        return (
            str(given) if given else folder.rpartition("/")[2] or str(self.settings.get("DEFAULT_CATEGORY") or "misc")
        )

    def _slug(self, source: Source, page: Page) -> str:
        slug = source.take("slug", ("slug",))
        if slug is not None:
            return str(_unquoted(slug))
        if self.settings.get("SLUGIFY_SOURCE") == "basename":
            return pelican_slug(source.name)
        return pelican_slug(str(page.title or ""))

    def _path(self, source: Source, page: Page) -> str:
        pattern = self.settings.get("ARTICLE_URL") or "{slug}.html"
        assert page.date is not None
        clock = page.date.astimezone(self.zone)
        unknown: list[str] = []

        def word(found: re.Match[str]) -> str:
            match found[1]:
                case "slug":
                    return self._slug(source, page)
                case "date":
                    return clock.strftime(found[2] or "%Y-%m-%d")
                case "category":
                    return pelican_slug(self._category(source))
                case _:
                    unknown.append(found[0])
                    return ""

        path = "/" + _WORD.sub(word, pattern).lstrip("/")
        if unknown:
            page.unknown = f"ARTICLE_URL: {unknown[0]} is not read here"
        return re.sub(r"/index\.html$", "/", path)


def rules(root: Path, content: str = "") -> PelicanRules:
    """Return the rules of the site in a folder, as far as its configuration's text shows them.

    Without one its pages lie in `content`.
    """
    program = text_of(root / "publishconf.py") + "\n" + text_of(root / CONFIGURATIONS[0])
    assigned = re.findall(r"^([A-Z_]{2,40})\s*=\s*(?:u|r)?([\"'])(.*?)\2\s*(?:#.*)?$", program, re.MULTILINE)
    settings = {name: value for name, _, value in reversed(assigned)}
    zone = settings.get("TIMEZONE", "")
    path = settings.get("PATH", content if content and not settings else "content").removeprefix("./").strip("/")
    return PelicanRules(
        settings=settings,
        content="" if path == "." or ".." in path else path,
        prefix=urlsplit(settings.get("SITEURL", "")).path.rstrip("/"),
        title=settings.get("SITENAME"),
        zone=ZoneInfo(zone if zone in available_timezones() else "UTC"),
        statics=(path,),
    )


def _is_within(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")


def _unquoted(value: object) -> Any:
    """Return a text without the quotes around it, which YAML has there and Pelican drops."""
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
