"""
Jekyll's rules, as version 4.3 has them.

Source: https://jekyllrb.com/docs/posts/, https://jekyllrb.com/docs/permalinks/,
        https://jekyllrb.com/docs/collections/, https://jekyllrb.com/docs/configuration/front-matter-defaults/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, expanded, jekyll_pretty, jekyll_slug, prefix_of
from bot.content.sites.pages.config_files import Fields, at, fields_of, merged, texts
from bot.content.sites.pages.dates import Form, Written, zone_called
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.page_file import PageFile, Wrong
from bot.content.sites.pages.rules import NotAPage, SitePage

CONFIGURATIONS = ("_config.yml", "_config.yaml", "_config.toml")
_SUFFIXES = frozenset({".md", ".markdown", ".mkdown", ".mkdn", ".mkd", ".html", ".htm", ".txt"})
_POST = re.compile(r"(\d{2,4})-(\d{1,2})-(\d{1,2})-(.+)")
_CLOCK = re.compile(r"([1-9]\d?):([0-5]\d)(?::([0-5]\d))?")
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_NEVER = ("vendor", "node_modules", "_site", "_layouts", "_includes", "_sass", "_data", "_plugins", "_drafts")
_PICTURES = ("image", "images", "header.teaser", "header.image", "header.overlay_image", "cover", "cover_image")
_MORE_PICTURES = ("featured_image", "feature_image", "feature", "thumbnail", "thumb", "banner", "teaser", "img")


@dataclass(frozen=True, slots=True)
class JekyllRules:
    """What Jekyll makes of a file."""

    config: Fields
    prefix: str
    title: str | None
    zone: tzinfo | None
    collections: Mapping[str, Fields]
    generator: str = "jekyll"
    suffixes: frozenset[str] = _SUFFIXES
    statics: Sequence[str] = ("",)

    def skips(self, folder: str) -> bool:
        steps = folder.split("/")
        excluded = {one.strip("/") for one in texts(self.config.get("exclude"))}
        included = {one.strip("/") for one in texts(self.config.get("include"))}
        return any(
            step.startswith(".")
            or (step.startswith("_") and step not in ("_posts", *included) and not self._named(step))
            or (step in _NEVER and step not in included)
            for step in steps
        ) or any(_is_excluded(folder, one) for one in excluded)

    def _named(self, step: str) -> bool:
        return step[1:] in self.collections or step[1:] == str(self.config.get("collections_dir", "")).strip("_")

    def is_page(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        if (folder and self.skips(folder)) or name.startswith((".", "_")) or name.endswith("~"):
            return False
        if any(_is_excluded(path, one) for one in texts(self.config.get("exclude"))):
            return False
        if "_posts" in folder.split("/"):
            return _POST.fullmatch(name.rpartition(".")[0]) is not None
        return True

    def front(self, text: str) -> Front | None:
        return fences.jekyll(text)

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        defaults = self.config.get("defaults")
        if not isinstance(defaults, list):
            return own
        kind = self._kind(path)
        found: Fields = {}
        for one in defaults:
            scope = one.get("scope") if isinstance(one, dict) else None
            values = one.get("values") if isinstance(one, dict) else None
            if isinstance(values, dict) and _is_in_scope(scope, path, kind):
                found = merged(found, values)
        return merged(found, own)

    def around(self, path: str) -> str:
        return ""

    def page(self, file: PageFile) -> SitePage:
        kind = self._kind(file.path)
        zone = self.zone or file.zone
        named = _POST.fullmatch(file.name) if kind == "posts" else None
        date = self._date(file, named, zone)
        if date is None:
            raise NotAPage
        page = SitePage(
            title=self._title(file, named[4] if named else file.name, kind),
            excerpt=file.take("excerpt", ("excerpt", "description", "summary")),
            topics=self._topics(file, kind),
            pictures=file.pictures((*_PICTURES, *_MORE_PICTURES)),
            aliases=texts(file.take("aliases", ("redirect_from", "aliases"))),
            date=date,
            is_public=file.is_public(_is_published(file)),
        )
        if kind != "pages":
            page.opens = date
        if page.excerpt is None:
            mark = file.field("excerpt_separator") or self.config.get("excerpt_separator")
            is_mark = isinstance(mark, str) and mark.strip()
            page.excerpt = file.opening(re.compile(re.escape(str(mark))) if is_mark else None)
        page.path = self._path(file, page, kind)
        return page

    def tokens(self, file: PageFile, page: SitePage) -> Mapping[str, str]:
        return self._words(file, page, self._kind(file.path))

    def _kind(self, path: str) -> str:
        """Return the collection that a file belongs to: `posts`, another one's name, or `pages`."""
        for step in path.split("/")[:-1]:
            if step == "_posts":
                return "posts"
            if step.startswith("_") and step[1:] in self.collections:
                return step[1:]
        return "pages"

    def _date(self, file: PageFile, named: re.Match[str] | None, zone: tzinfo) -> datetime | None:
        given = file.date("publishedDateTime", ("date",))
        try:
            if given is not None:
                return given.in_utc(self._zone_of(file, given, zone))
            if named is None:
                return None
            year = int(named[1]) + (2000 if len(named[1]) == 2 else 0)
            return Written(datetime(year, int(named[2]), int(named[3]))).in_utc(zone)
        except ValueError as error:
            if given is None:
                raise NotAPage from error  # a name that holds no date is the name of no post
            raise Wrong(file.names["publishedDateTime"], f"is not a date: {error}") from error

    def _zone_of(self, file: PageFile, date: Written, zone: tzinfo) -> tzinfo:
        """Return where a clock without an offset stands: what YAML takes for a time is UTC."""
        is_yaml_time = date.form is Form.ISO and date.has_seconds
        return UTC if is_yaml_time and not file.is_quoted(file.names["publishedDateTime"]) else zone

    def _title(self, file: PageFile, name: str, kind: str) -> Any:
        given = file.title()
        if isinstance(given, str) and (clock := _CLOCK.fullmatch(given)) and not file.is_quoted("title"):
            return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)  # which YAML 1.1 takes for a number
        if given is not None or kind == "pages":
            return given
        return " ".join(word.capitalize() for word in name.split("-") if word)

    def _topics(self, file: PageFile, kind: str) -> list[str]:
        if file.wanted.fields.get("topics"):
            return texts(file.take("topics", ()))
        found: list[str] = []
        tag = file.field("tag")
        if tag is not None:
            file.names["topics"] = "tag"
            found += texts(tag)
        elif (tags := file.field("tags")) is not None:
            file.names["topics"] = "tags"
            found += tags.split() if isinstance(tags, str) else texts(tags)
        found += self._categories(file, kind)
        # `news, rails` is split at its blanks alone; nobody means the comma.
        return [name for one in found if (name := one.rstrip(","))]

    def _categories(self, file: PageFile, kind: str) -> list[str]:
        found: list[str] = []
        if kind == "posts":
            steps = file.folder.split("/")
            above = steps[: steps.index("_posts")]
            collections_dir = str(self.config.get("collections_dir") or "").strip("/")
            found += [step for step in above if step and step != collections_dir]
        category, categories = file.field("category"), file.field("categories")
        if categories is not None:
            file.names.setdefault("topics", "categories")
            found += categories.split() if isinstance(categories, str) else texts(categories)
        if category is not None:
            file.names.setdefault("topics", "category")
            found += texts(category)
        return list(dict.fromkeys(found))

    def _path(self, file: PageFile, page: SitePage, kind: str) -> str:
        pattern = file.field("permalink")
        is_own = isinstance(pattern, str)
        if not is_own:
            pattern = at(self.collections.get(kind, {}), "permalink") if kind != "pages" else None
        if not isinstance(pattern, str):
            style = self.config.get("permalink")
            style = style if isinstance(style, str) else "date"
            if kind == "posts":
                pattern = style
            elif kind == "pages":
                pattern = (
                    "/:path/:basename/" if style == "pretty" or style.endswith("/") else "/:path/:basename:output_ext"
                )
            else:
                pattern = (
                    "/:collection/:path/"
                    if style == "pretty" or style.endswith("/")
                    else "/:collection/:path:output_ext"
                )
        if not is_own:
            pattern = _STYLES.get(pattern, pattern)
        suffix = file.suffix if file.suffix == ".txt" else ".html"
        path, unknown = expanded(pattern.replace(":output_ext", "\x00"), self._words(file, page, kind))
        if unknown:
            page.unknown = f"permalink: {unknown[0]} is not read here"
        path = path.replace("\x00", suffix).replace("/.html", "/index.html")
        if not path.startswith("/"):
            path = "/" + path
        return re.sub(r"/index\.html$", "/", path) if kind != "posts" else path

    def _words(self, file: PageFile, page: SitePage, kind: str) -> Words:
        zone = self.zone or file.zone
        assert page.date is not None
        named = _POST.fullmatch(file.name) if kind == "posts" else None
        name = named[4] if named else file.name
        slug = file.take("slug", ("slug",))
        categories = self._categories(file, kind)
        below = file.path.partition(f"_{kind}/")[2].rpartition(".")[0] if kind not in ("pages", "posts") else ""
        folder = file.folder
        return Words(
            page.date.astimezone(zone),
            {
                "title": jekyll_pretty(str(slug) if slug is not None else name),
                "slug": jekyll_slug(str(slug) if slug is not None else name),
                "name": jekyll_slug(name),
                "categories": "/".join(one.lower() for one in categories),
                "slugified_categories": "/".join(jekyll_slug(one) for one in categories),
                "collection": kind,
                "path": folder if kind == "pages" else below,
                "basename": file.name,
                "filename": file.name,
                "section": file.path.partition("/")[0].strip("_"),
                "sections": folder.replace("_", ""),
                "output_ext": ".html",
            },
        )


def rules(root: Path) -> JekyllRules:
    """Return the rules of the site in a folder."""
    config: Fields = {}
    for name in reversed(CONFIGURATIONS):
        config = merged(config, fields_of(root / name))
    given = config.get("collections")
    collections: dict[str, Fields] = {"posts": {}}
    if isinstance(given, dict):
        for name, one in given.items():
            if isinstance(one, dict) and (one.get("output") is True or name == "posts"):
                collections[str(name)] = one
    elif isinstance(given, list):
        pass  # without `output` nothing of them is published
    return JekyllRules(
        config=config,
        prefix=prefix_of(config.get("baseurl")),
        title=str(config["title"]) if isinstance(config.get("title"), str) else None,
        zone=zone_called(config.get("timezone")),
        collections=collections,
    )


def _is_published(file: PageFile) -> bool:
    """Return whether Jekyll publishes: an empty value and a false of YAML hide, the word in quotes does not."""
    if "published" not in file.fields:
        return True
    value = file.field("published")
    if isinstance(value, str) and not file.is_quoted("published"):
        return value.lower() not in ("no", "off")
    return value is not None and value is not False


def _is_excluded(path: str, pattern: str) -> bool:
    pattern = pattern.strip("/")
    return bool(pattern) and (path == pattern or path.startswith(pattern + "/") or fnmatchcase(path, pattern))


def _is_in_scope(scope: object, path: str, kind: str) -> bool:
    if not isinstance(scope, dict):
        return True
    if scope.get("type") is not None and str(scope["type"]).rstrip("s") != kind.rstrip("s"):
        return False
    within = str(scope.get("path") or "").strip("/")
    if not within:
        return True
    return path == within or path.startswith(within + "/") or fnmatchcase(path, within)
