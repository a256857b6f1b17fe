"""
Hugo's rules, as versions 0.111 to 0.168 have them.

Source: https://gohugo.io/content-management/front-matter/, https://gohugo.io/content-management/urls/,
        https://gohugo.io/configuration/front-matter/, https://gohugo.io/configuration/permalinks/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.content.sites.generators.hugo_addresses import FILE_DATE, HugoAddresses
from bot.content.sites.generators.hugo_configuration import configuration, folder_of, languages
from bot.content.sites.generators.hugo_content import BUNDLE, SUFFIXES, HugoContent
from bot.content.sites.pages import fences
from bot.content.sites.pages.config_files import Fields, at, lowered, texts
from bot.content.sites.pages.dates import Form, Written, written, zone_called
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.page_file import PageFile, Wrong, is_truthy
from bot.content.sites.pages.rules import NotAPage, SitePage

_MORE = re.compile(r"<!--\s*more\s*-->|^# more$", re.MULTILINE)
_DATES = {
    "date": ("date", "publishdate", "pubdate", "published", "lastmod", "modified"),
    "publishdate": ("publishdate", "pubdate", "published", "date"),
    "expirydate": ("expirydate", "unpublishdate"),
}
_SYNONYMS = {
    "publishdate": ("publishdate", "pubdate", "published"),
    "lastmod": ("lastmod", "modified"),
    "expirydate": ("expirydate", "unpublishdate"),
}
_ABOUT = frozenset({"tags", "categories", "topics", "subjects", "keywords", "sections"})
_PICTURES = ("images", "image", "cover", "featured_image", "featuredimage", "feature_image", "featureimage")
_MORE_PICTURES = ("heroimage", "hero_image", "thumbnail", "banner", "header.image", "featured.image")


@dataclass(frozen=True, slots=True)
class HugoRules:
    """What Hugo makes of a file."""

    config: Fields
    content: HugoContent
    addresses: HugoAddresses
    prefix: str
    title: str | None
    statics: Sequence[str]
    zone: tzinfo
    generator: str = "hugo"
    suffixes: frozenset[str] = SUFFIXES

    def skips(self, folder: str) -> bool:
        return not self.content.holds(folder)

    def is_page(self, path: str) -> bool:
        language, inside = self.content.place(path)
        if language is None:
            return False
        name = inside.rpartition("/")[2]
        stem = self.content.without_language(name.rpartition(".")[0])[0]
        if name.startswith(".") or name.endswith("~") or stem == "_index":
            return False
        if stem == "index":
            return "/" in inside
        return self.content.above(path.rpartition("/")[0])[0] != BUNDLE or "/" not in inside

    def front(self, text: str) -> Front | None:
        return fences.hugo(text)

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        given = lowered(own)
        params = given.get("params")
        for name, value in params.items() if isinstance(params, dict) else ():
            given.setdefault(name, value)
        passed = self.content.passed_on(path)
        for values in passed:
            for name, value in values.items():
                given.setdefault(name, value)
        return given

    def around(self, path: str) -> str:
        return self.content.above(path.rpartition("/")[0])[0]

    def page(self, file: PageFile) -> SitePage:
        fields = file.fields
        has_page = _is_rendered(fields)
        page = SitePage(
            title=_text(file.title()),
            excerpt=file.take("excerpt", ("description", "summary")),
            topics=file.topics(self._taxonomies()),
            pictures=file.pictures((*_PICTURES, *_MORE_PICTURES)),
            aliases=[self.addresses.alias(file, one) for one in texts(file.take("aliases", ("aliases",)))],
            is_public=file.is_public(has_page) and has_page,
            has_page=has_page,
        )
        date = self._date(file)
        if date is None or date.clock.year <= 1:
            raise NotAPage
        page.date = file.moment(date, self.zone)
        opens = self._date_of(file, "opens", self._names_of("publishdate"))
        if opens is not None:
            page.opens = file.moment(opens, self.zone)
        closes = self._date_of(file, "closes", self._names_of("expirydate"))
        if closes is not None and not is_truthy(self.config.get("buildexpired")):
            page.closes = file.moment(closes, self.zone)
        if page.excerpt is None:
            page.excerpt = file.opening(_MORE)
        page.path = self.addresses.path(file, page, date)
        return page

    def tokens(self, file: PageFile, page: SitePage) -> Mapping[str, str]:
        _, inside = self.content.place(file.path)
        date = self._date(file)
        return self.addresses.tokens(file, page, inside, date.clock if date is not None else datetime.min, ":title")

    # What a page says ----------------------------------------------------------------------------------------------

    def _names_of(self, kind: str) -> tuple[str, ...]:
        """Return the fields that a date may stand in, as the configuration has it."""
        configured = at(self.config, f"frontmatter.{kind}")
        if configured is None:
            return _SYNONYMS.get(kind, _DATES.get(kind, ()))
        names: list[str] = []
        for name in (one.lower() for one in texts(configured)):
            defaults = _DATES.get(kind, ()) if name == ":default" else _SYNONYMS.get(name, (name,))
            names += [one for one in defaults if one not in names]
        return tuple(names)

    def _date(self, file: PageFile) -> Written | None:
        names = self._names_of("date") if at(self.config, "frontmatter.date") is not None else _DATES["date"]
        for place, name in enumerate(names):
            if name == ":filename":
                if (found := _of_file_name(_logical(file))) is not None:
                    return found
            elif not name.startswith(":"):
                found = self._date_of(file, "publishedDateTime", (name,), is_last=place == len(names) - 1)
                if found is not None:
                    return found
        if file.wanted.fields.get("publishedDateTime"):
            return self._date_of(file, "publishedDateTime", ())
        return None

    def _date_of(self, file: PageFile, ours: str, names: Sequence[str], *, is_last: bool = True) -> Written | None:
        for name in (*file.wanted.fields.get(ours, ()), *names):
            value = file.field(name)
            if value is None or value == "" or isinstance(value, bool):
                continue  # `published: true` is a date for Hugo, and none
            file.names[ours] = name
            found = written(value)
            if found is None or _is_refused(found, value):
                file.take(ours, (name,))
                raise Wrong(name, f"{_quoted(value)} is not a date for Hugo; write 2026-02-28T14:00:00+01:00")
            return found
        return None

    def _taxonomies(self) -> list[str]:
        """Return the fields of terms that say what a page is about: not its author, nor a series that it belongs to."""
        given = self.config.get("taxonomies")
        named = texts(list(given.values())) if isinstance(given, dict) else ["tags", "categories"]
        return [name for name in (one.lower() for one in named) if name in _ABOUT]


def rules(root: Path, content: str = "") -> HugoRules:
    """Return the rules of the site in a folder; without a configuration its pages lie in `content`."""
    config = configuration(root) or ({"contentdir": content} if content else {})
    content_of_site = HugoContent(root, config, languages(config))
    base = config.get("baseurl")
    statics = [folder for one in texts(config.get("staticdir") or "static") if (folder := folder_of(one))]
    return HugoRules(
        config=config,
        content=content_of_site,
        addresses=HugoAddresses(config, content_of_site),
        prefix=urlsplit(base).path.rstrip("/") if isinstance(base, str) else "",
        title=config.get("title") if isinstance(config.get("title"), str) else None,
        statics=[*statics, "assets"],
        zone=zone_called(config.get("timezone")) or UTC,
    )


# Small questions ------------------------------------------------------------------------------------------------------


def _is_rendered(fields: Mapping[str, Any]) -> bool:
    """Return whether Hugo writes a page: https://gohugo.io/content-management/build-options/"""
    build = fields.get("build") if isinstance(fields.get("build"), dict) else fields.get("_build")
    render = build.get("render") if isinstance(build, dict) else None
    return not (
        is_truthy(fields.get("headless")) or (render is not None and str(render).lower() in ("never", "false", "link"))
    )


def _is_refused(date: Written, value: object) -> bool:
    """Return whether Hugo takes a text for no date: a clock without seconds, slashes, a name of a month in words."""
    if date.form is Form.WORDS:
        return not date.has_seconds and re.fullmatch(r"\d{1,2} [A-Za-z]{3} \d{4}", str(value).strip()) is None
    return date.form is Form.ISO and date.has_time and not date.has_seconds


def _of_file_name(name: str) -> Written | None:
    found = FILE_DATE.match(name)
    if found is None:
        return None
    day = found[1] or found[6]
    clock = f"T{found[2]}:{found[3]}:{found[4]}" if found[2] else ""
    return written(day + clock)


def _logical(file: PageFile) -> str:
    """Return a file's name, or that of its folder for an `index.md`."""
    name = file.name
    return file.folder.rpartition("/")[2] if name.partition(".")[0] == "index" else name


def _text(value: object) -> str | None:
    return None if value is None or isinstance(value, list | dict) else str(value)


def _quoted(value: object) -> str:
    from bot.content.plain_text import quoted

    return quoted(value)
