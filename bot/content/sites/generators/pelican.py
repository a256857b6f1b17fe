"""
Pelican's rules, as version 4.12 has them.

Its configuration is Python and is not run; plain assignments are found in its text.

Source: https://docs.getpelican.com/en/latest/content.html, https://docs.getpelican.com/en/latest/settings.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, pelican_slug
from bot.content.sites.pages.config_files import text_of
from bot.content.sites.pages.dates import written, zone_called
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.page_file import PageFile, is_within
from bot.content.sites.pages.rules import NotAPage, OwnFieldsOnly, SitePage

CONFIGURATIONS = ("pelicanconf.py",)
_SUFFIXES = frozenset({".md", ".markdown", ".mkd", ".mdown"})
_NAMED = re.compile(r"(\d{4}-\d{2}-\d{2}).*")
_MORE = re.compile(r"<!--\s*(?:more|PELICAN_END_SUMMARY)\s*-->", re.IGNORECASE)
_PICTURES = ("image", "cover", "thumbnail", "featured_image", "og_image", "header_cover")
_WORD = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class PelicanRules(OwnFieldsOnly):
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
        if self.content and not (is_within(folder, self.content) or is_within(self.content, folder)):
            return True
        return folder == f"{self.content}/pages".lstrip("/")

    def is_page(self, path: str) -> bool:
        folder = path.rpartition("/")[0]
        return is_within(path, self.content) and not (folder and self.skips(folder))

    def front(self, text: str) -> Front | None:
        return fences.pelican(text)

    def page(self, file: PageFile) -> SitePage:
        date = self._date(file)
        if date is None:
            raise NotAPage
        status = str(file.field("status") or self.settings.get("DEFAULT_STATUS") or "published").lower()
        page = SitePage(
            title=_unquoted(file.title()),
            excerpt=_unquoted(file.take("excerpt", ("summary", "description"))),
            topics=self._topics(file),
            pictures=[one for one in (file.take("image", _PICTURES),) if one is not None],
            date=date,
            is_public=file.is_public(status not in ("draft", "hidden", "skip")),
        )
        if page.excerpt is None:
            page.excerpt = file.opening(_MORE)
        page.path = self._path(file, page)
        return page

    def tokens(self, file: PageFile, page: SitePage) -> Mapping[str, str]:
        assert page.date is not None
        slug = self._slug(file, page)
        folder = file.folder[len(self.content) :].strip("/")
        return Words(
            page.date.astimezone(self.zone),
            {
                "slug": slug,
                "title": pelican_slug(str(page.title or "")),
                "name": file.name,
                "filename": file.name,
                "path": f"{folder}/{file.name}".strip("/"),
                "section": folder.partition("/")[0],
                "sections": folder,
            },
        )

    def _date(self, file: PageFile) -> datetime | None:
        given = file.date("publishedDateTime", ("date",))
        if given is None and (named := _NAMED.match(file.name)) is not None:
            given = written(named[1])
        return None if given is None else file.moment(given, self.zone)

    def _topics(self, file: PageFile) -> list[str]:
        tags = file.take("topics", ("tags",))
        found = [piece for one in re.split(r"[,;]", str(tags or "")) if (piece := one.strip())]
        return [*found, *([category] if (category := self._category(file)) and category != "misc" else [])]

    def _category(self, file: PageFile) -> str:
        given = file.field("category")
        folder = file.folder[len(self.content) :].strip("/")
        return (
            str(given) if given else folder.rpartition("/")[2] or str(self.settings.get("DEFAULT_CATEGORY") or "misc")
        )

    def _slug(self, file: PageFile, page: SitePage) -> str:
        slug = file.take("slug", ("slug",))
        if slug is not None:
            return str(_unquoted(slug))
        if self.settings.get("SLUGIFY_SOURCE") == "basename":
            return pelican_slug(file.name)
        return pelican_slug(str(page.title or ""))

    def _path(self, file: PageFile, page: SitePage) -> str:
        pattern = self.settings.get("ARTICLE_URL") or "{slug}.html"
        assert page.date is not None
        clock = page.date.astimezone(self.zone)
        unknown: list[str] = []

        def word(found: re.Match[str]) -> str:
            match found[1]:
                case "slug":
                    return self._slug(file, page)
                case "date":
                    return clock.strftime(found[2] or "%Y-%m-%d")
                case "category":
                    return pelican_slug(self._category(file))
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
    path = settings.get("PATH", content if content and not settings else "content").removeprefix("./").strip("/")
    return PelicanRules(
        settings=settings,
        content="" if path == "." or ".." in path else path,
        prefix=urlsplit(settings.get("SITEURL", "")).path.rstrip("/"),
        title=settings.get("SITENAME"),
        zone=zone_called(settings.get("TIMEZONE")) or UTC,
        statics=(path,),
    )


def _unquoted(value: object) -> Any:
    """Return a text without the quotes around it, which YAML has there and Pelican drops."""
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
