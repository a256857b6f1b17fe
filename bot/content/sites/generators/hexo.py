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
from urllib.parse import urlsplit

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, expanded, prefix_of
from bot.content.sites.pages.config_files import Fields, fields_of, text_of, texts
from bot.content.sites.pages.dates import Written, written, zone_called
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.page_file import PageFile
from bot.content.sites.pages.rules import NotAPage, OwnFieldsOnly, SitePage

CONFIGURATIONS = ("_config.yml", "_config.yaml", "_config.json")
_SUFFIXES = frozenset({".md", ".markdown", ".mkd", ".mkdn", ".mdwn", ".html", ".htm"})
_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
_PICTURES = ("cover", "thumbnail", "image", "images", "banner", "photos", "featured_image", "index_img", "banner_img")
_FILE_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})-(.+)")


@dataclass(frozen=True, slots=True)
class HexoRules(OwnFieldsOnly):
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

    def page(self, file: PageFile) -> SitePage:
        date = self._date(file)
        if date is None:
            raise NotAPage
        page = SitePage(
            title=file.title(),
            excerpt=file.take("excerpt", ("excerpt", "description", "summary")),
            topics=self._topics(file),
            pictures=file.pictures(_PICTURES),
            aliases=texts(file.take("aliases", ("alias", "aliases", "redirect_from"))),
            is_public=file.is_public(not _is_false(file.field("published"))),
        )
        page.date = self._moment(date, file)
        if page.excerpt is None:
            page.excerpt = file.opening(_MORE)
        page.path = self._path(file, page)
        return page

    def tokens(self, file: PageFile, page: SitePage) -> Mapping[str, str]:
        return self._words(file, page)

    def _date(self, file: PageFile) -> Written | None:
        given = file.date("publishedDateTime", ("date",))
        if given is not None:
            return given
        named = self._named(file)
        return written(f"{named[1]}-{named[2]}-{named[3]}") if named is not None else None

    def _named(self, file: PageFile) -> re.Match[str] | None:
        """Return the date in a file's name, where the configuration has new posts called so."""
        if not re.search(r":year-:month-:day-:title", str(self.config.get("new_post_name") or "")):
            return None
        return _FILE_DATE.fullmatch(file.name)

    def _moment(self, date: Written, file: PageFile) -> datetime:
        """Return the moment that Hexo makes of a date: the clock in UTC, read as one in the site's zone."""
        zone = self.zone or file.zone
        if date.offset is not None:
            date = Written(file.moment(date, UTC).replace(tzinfo=None))
        return file.moment(date, zone)

    def _topics(self, file: PageFile) -> list[str]:
        if file.wanted.fields.get("topics"):
            return texts(file.take("topics", ()))
        found: list[str] = []
        for name in ("tags", "tag", "categories", "category"):
            value = file.field(name)
            if isinstance(value, list):
                value = [inner for one in value for inner in (one if isinstance(one, list) else [one])]
            if said := texts(value):
                file.names.setdefault("topics", name)
                found += said
        return list(dict.fromkeys(found))

    def _path(self, file: PageFile, page: SitePage) -> str:
        own = file.field("permalink")
        if isinstance(own, str) and own.strip():
            path = "/" + own.strip().lstrip("/")
        else:
            pattern = self.config.get("permalink")
            pattern = pattern if isinstance(pattern, str) and pattern else ":year/:month/:day/:title/"
            path, unknown = expanded("/" + pattern.lstrip("/"), self._words(file, page))
            if unknown:
                page.unknown = f"permalink: {unknown[0]} is not read here"
        return re.sub(r"/index\.html$", "/", path)

    def _words(self, file: PageFile, page: SitePage) -> Words:
        named = self._named(file)
        below = file.path[len(self.source) + len("/_posts/") :].rpartition(".")[0]
        folder, _, name = below.rpartition("/")
        if named is not None:
            name = named[4]
        title = f"{folder}/{name}" if folder else name
        assert page.date is not None
        steps = _branch(file.field("categories"))
        slug = file.take("slug", ())
        # The day in an address is that of the machine that builds, whatever `timezone` says.
        return Words(
            page.date.astimezone(UTC if self.zone is not None else file.zone),
            {
                "title": title,
                "name": _slugized(title),
                "post_title": _slugized(str(page.title or "")).lower(),
                "category": "/".join(map(_slugized, steps))
                or str(self.config.get("default_category") or "uncategorized"),
                "lang": str(file.field("lang") or file.field("language") or self.config.get("language") or ""),
                "slug": str(slug) if slug is not None else name,
                "filename": file.name,
                "path": title,
                "section": title.partition("/")[0] if "/" in title else "",
                "sections": folder,
                **({"id": str(file.field("id"))} if file.field("id") is not None else {}),
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
    folder = config.get("source_dir")
    home = folder.strip("/") if isinstance(folder, str) and folder.strip("/") and ".." not in folder else "source"
    base = config.get("root")
    if not isinstance(base, str):
        base = urlsplit(config["url"]).path if isinstance(config.get("url"), str) else ""
    return HexoRules(
        config=config,
        source=home,
        prefix=prefix_of(base),
        title=str(config["title"]) if isinstance(config.get("title"), str) else None,
        zone=zone_called(config.get("timezone")),
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
