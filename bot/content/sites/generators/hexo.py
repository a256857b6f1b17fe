"""
Hexo's rules, as version 8.1 has them.

Source: https://hexo.io/docs/front-matter, https://hexo.io/docs/permalinks, https://hexo.io/docs/configuration
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, expanded
from bot.content.sites.pages.config_files import Fields, fields_of, text_of, texts
from bot.content.sites.pages.dates import Written, written
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.markdown import first_paragraph, text_before
from bot.content.sites.pages.rules import NotAPage, Page, Source, Wrong

CONFIGURATIONS = ("_config.yml", "_config.yaml", "_config.json")
_SUFFIXES = frozenset({".md", ".markdown", ".mkd", ".mkdn", ".mdwn", ".html", ".htm"})
_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
_PICTURES = ("cover", "thumbnail", "image", "images", "banner", "photos", "featured_image", "index_img", "banner_img")
_FILE_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})-(.+)")


@dataclass(frozen=True, slots=True)
class HexoRules:
    """What Hexo makes of a file."""

    config: Fields
    source: str
    prefix: str
    title: str | None
    zone: tzinfo | None
    statics: Sequence[str]
    generator: str = "hexo"
    suffixes: frozenset[str] = _SUFFIXES

    def skips(self, folder: str) -> bool:
        if not (folder == self.source or folder.startswith(self.source + "/") or self.source.startswith(folder + "/")):
            return True
        below = folder[len(self.source) + 1 :]
        return any(step.startswith("_") and step != "_posts" for step in below.split("/"))

    def is_page(self, path: str) -> bool:
        if not path.startswith(self.source + "/"):
            return False
        below = path[len(self.source) + 1 :]
        if not below.startswith("_posts/"):
            return False  # pages of their own have no place among the news
        return not any(step.startswith(("_", ".")) or step.endswith("~") for step in below.split("/")[1:])

    def front(self, text: str) -> Front | None:
        return fences.hexo(text)

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        return own

    def around(self, path: str) -> str:
        return ""

    def page(self, source: Source) -> Page:
        date = self._date(source)
        if date is None:
            raise NotAPage
        page = Page(
            title=source.title(),
            excerpt=source.take("excerpt", ("excerpt", "description", "summary")),
            topics=self._topics(source),
            pictures=_pictures(source),
            aliases=texts(source.take("aliases", ("alias", "aliases", "redirect_from"))),
            is_public=source.is_public(not _is_false(source.field("published"))),
        )
        page.date = self._moment(date, source)
        if page.excerpt is None:
            page.excerpt = text_before(source.front.body, _MORE, is_html=source.is_html)
        if page.excerpt is None:
            page.excerpt = first_paragraph(source.front.body, is_html=source.is_html)
        page.path = self._path(source, page)
        return page

    def tokens(self, source: Source, page: Page) -> Mapping[str, str]:
        return self._words(source, page)

    def _date(self, source: Source) -> Written | None:
        given = source.date("publishedDateTime", ("date",))
        if given is not None:
            return given
        named = self._named(source)
        return written(f"{named[1]}-{named[2]}-{named[3]}") if named is not None else None

    def _named(self, source: Source) -> re.Match[str] | None:
        """Return the date in a file's name, where the configuration has new posts called so."""
        if not re.search(r":year-:month-:day-:title", str(self.config.get("new_post_name") or "")):
            return None
        return _FILE_DATE.fullmatch(source.name)

    def _moment(self, date: Written, source: Source) -> datetime:
        """Return the moment that Hexo makes of a date: the clock in UTC, read as one in the site's zone."""
        zone = self.zone or source.zone
        try:
            if date.offset is not None:
                clock = date.in_utc(UTC).replace(tzinfo=None)
                return Written(clock).in_utc(zone)
            return date.in_utc(zone)
        except ValueError as error:
            raise Wrong(source.names.get("publishedDateTime", "date"), str(error)) from error

    def _topics(self, source: Source) -> list[str]:
        if source.wanted.fields.get("topics"):
            return texts(source.take("topics", ()))
        found: list[str] = []
        for name in ("tags", "tag", "categories", "category"):
            value = source.field(name)
            if isinstance(value, list):
                value = [inner for one in value for inner in (one if isinstance(one, list) else [one])]
            if said := texts(value):
                source.names.setdefault("topics", name)
                found += said
        return list(dict.fromkeys(found))

    def _path(self, source: Source, page: Page) -> str:
        own = source.field("permalink")
        if isinstance(own, str) and own.strip():
            path = "/" + own.strip().lstrip("/")
        else:
            pattern = self.config.get("permalink")
            pattern = pattern if isinstance(pattern, str) and pattern else ":year/:month/:day/:title/"
            path, unknown = expanded("/" + pattern.lstrip("/"), self._words(source, page))
            if unknown:
                page.unknown = f"permalink: {unknown[0]} is not read here"
        return re.sub(r"/index\.html$", "/", path)

    def _words(self, source: Source, page: Page) -> Words:
        named = self._named(source)
        below = source.path[len(self.source) + len("/_posts/") :].rpartition(".")[0]
        folder, _, name = below.rpartition("/")
        if named is not None:
            name = named[4]
        title = f"{folder}/{name}" if folder else name
        assert page.date is not None
        steps = _branch(source.field("categories"))
        slug = source.take("slug", ())
        # The day in an address is that of the machine that builds, whatever `timezone` says.
        return Words(
            page.date.astimezone(UTC if self.zone is not None else source.zone),
            {
                "title": title,
                "name": _slugized(title),
                "post_title": _slugized(str(page.title or "")).lower(),
                "category": "/".join(map(_slugized, steps))
                or str(self.config.get("default_category") or "uncategorized"),
                "lang": str(source.field("lang") or source.field("language") or self.config.get("language") or ""),
                "slug": str(slug) if slug is not None else name,
                "filename": source.name,
                "path": title,
                "section": title.partition("/")[0] if "/" in title else "",
                "sections": folder,
                **({"id": str(source.field("id"))} if source.field("id") is not None else {}),
            },
        )


def is_hexo(root: Path) -> bool:
    """Return whether a folder with a `_config.yml` is Hexo's and not Jekyll's."""
    if re.search(r'"hexo(?:-cli)?"\s*:', text_of(root / "package.json")):
        return True
    if (root / "source" / "_posts").is_dir() and not (root / "Gemfile").exists():
        return True
    config = fields_of(root / CONFIGURATIONS[0])
    return "new_post_name" in config or "source_dir" in config


def rules(root: Path) -> HexoRules:
    """Return the rules of the site in a folder."""
    config: Fields = {}
    for name in reversed(CONFIGURATIONS):
        config = {**config, **fields_of(root / name)}
    zone = config.get("timezone")
    folder = config.get("source_dir")
    home = folder.strip("/") if isinstance(folder, str) and folder.strip("/") and ".." not in folder else "source"
    base = config.get("root")
    if not isinstance(base, str):
        base = urlsplit(config["url"]).path if isinstance(config.get("url"), str) else ""
    return HexoRules(
        config=config,
        source=home,
        prefix="/" + base.strip("/") if base.strip("/") else "",
        title=str(config["title"]) if isinstance(config.get("title"), str) else None,
        zone=ZoneInfo(zone) if isinstance(zone, str) and zone in available_timezones() else None,
        statics=(home,),
    )


def _branch(categories: object) -> list[str]:
    """Return the steps of a post's category, each below the one before; of several categories the last one's."""
    if isinstance(categories, list) and categories and isinstance(categories[-1], list):
        return texts(categories[-1])
    if isinstance(categories, list) and any(isinstance(one, list) for one in categories):
        return texts(categories[-1])
    return texts(categories)


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.strip().lower() == "false")


def _slugized(text: str) -> str:
    """Return a text as Hexo's slugize has it: with its case and without accents, signs and blanks as hyphens."""
    text = "".join(c for c in unicodedata.normalize("NFD", text.replace("ß", "s")) if not unicodedata.combining(c))
    return re.sub(r"[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/]+", "-", text).strip("-")


def _pictures(source: Source) -> list[Any]:
    value = source.take("image", _PICTURES)
    return value if isinstance(value, list) else [] if value is None else [value]
