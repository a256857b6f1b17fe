"""
Astro's rules, as versions 5 to 7 have them: of its collections it makes ids, and pages that usually lie at them.

Its configuration is a program and is not run; folders and patterns of the glob loader are found in its text.
Source: https://docs.astro.build/en/guides/content-collections/, https://docs.astro.build/en/basics/astro-pages/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, github_slug
from bot.content.sites.pages.config_files import first_match, text_of, texts
from bot.content.sites.pages.dates import Form, Written
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.markdown import first_paragraph
from bot.content.sites.pages.rules import NotAPage, Page, Source, Wrong

CONFIGURATIONS = tuple(f"astro.config.{suffix}" for suffix in ("mjs", "js", "ts", "cjs", "mts"))
COLLECTIONS = tuple(
    f"{place}.{suffix}"
    for place in ("src/content.config", "src/content/config")
    for suffix in ("ts", "js", "mjs", "mts")
)
_SUFFIXES = frozenset({".md", ".mdx", ".mdoc"})
_DATES = (
    *("date", "pubDate", "pubDatetime", "publishDate", "published", "publishedDate", "publishedAt", "publishDateTime"),
    *("datePublished", "postedAt", "createdAt"),
)
_PICTURES = ("heroImage", "image", "cover", "coverImage", "images", "ogImage", "thumbnail", "hero", "banner", "img")
_LOADER = re.compile(
    r"(?:const|let|var)?\s*(\w+)\s*[=:]\s*defineCollection\s*\(\s*\{(.{0,600}?)(?:schema|\}\s*\))", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection's name, the folder of its files, and whether files whose names begin with `_` are left out."""

    name: str
    folder: str
    without_underscores: bool = False


@dataclass(frozen=True, slots=True)
class AstroRules:
    """What Astro makes of a file."""

    collections: Sequence[Collection]
    prefix: str
    generator: str = "astro"
    title: str | None = None
    suffixes: frozenset[str] = _SUFFIXES
    statics: Sequence[str] = ("public",)

    def skips(self, folder: str) -> bool:
        steps = folder.split("/")
        return steps[0] in ("node_modules", "dist", "public", ".astro") or "node_modules" in steps

    def is_page(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        if name.startswith("."):
            return False
        if path.startswith("src/pages/"):
            return not any(step.startswith("_") for step in path.split("/"))
        collection = self._collection(path)
        return collection is not None and not (collection.without_underscores and name.startswith("_"))

    def front(self, text: str) -> Front | None:
        return fences.astro(text)

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        return own

    def around(self, path: str) -> str:
        return ""

    def page(self, source: Source) -> Page:
        date = source.date("publishedDateTime", _DATES)
        if date is None:
            raise NotAPage
        page = Page(
            title=source.title(),
            excerpt=source.take("excerpt", ("description", "excerpt", "summary")),
            topics=self._topics(source),
            pictures=_pictures(source),
            aliases=texts(source.take("aliases", ("aliases", "redirect_from"))),
            is_public=source.is_public(True),
        )
        try:
            page.date = date.in_utc(self._zone(date, source))
        except ValueError as error:
            raise Wrong(source.names["publishedDateTime"], str(error)) from error
        if page.excerpt is None:
            page.excerpt = first_paragraph(source.front.body)
        page.path = self._path(source)
        return page

    def tokens(self, source: Source, page: Page) -> Mapping[str, str]:
        collection = self._collection(source.path)
        id = self._id(source, collection) if collection is not None else source.path
        steps = id.split("/")
        return Words(
            None if page.date is None else page.date.astimezone(UTC),
            {
                "id": id,
                "slug": id if source.field("slug") is not None else steps[-1],
                "path": id,
                "name": steps[-1],
                "title": github_slug(str(page.title or "")),
                "filename": source.name,
                "collection": collection.name if collection is not None else "",
                "section": steps[0] if len(steps) > 1 else "",
                "sections": "/".join(steps[:-1]),
            },
        )

    def _zone(self, date: Written, source: Source) -> tzinfo:
        """Return where a clock without an offset stands: YAML's times are UTC, all others the building machine's."""
        return source.zone if date.form is Form.WORDS or (date.form is Form.TOML and date.has_time) else UTC

    def _topics(self, source: Source) -> list[str]:
        if source.wanted.fields.get("topics"):
            return texts(source.take("topics", ()))
        found: list[str] = []
        for name in ("tags", "categories", "category"):
            if value := texts(source.field(name)):
                source.names.setdefault("topics", name)
                found += value
        return found

    def _collection(self, path: str) -> Collection | None:
        named = [one for one in self.collections if path.startswith(one.folder + "/")]
        if named:
            return max(named, key=lambda one: len(one.folder))
        steps = path.split("/")
        if steps[:2] == ["src", "content"] and len(steps) > 3:
            return Collection(steps[2], "/".join(steps[:3]))
        return None

    def _id(self, source: Source, collection: Collection) -> str:
        slug = source.take("slug", ("slug",))
        if slug is not None:
            return str(slug)
        path = source.path[len(collection.folder) + 1 :].rpartition(".")[0]
        id = "/".join(github_slug(step) for step in path.split("/"))
        return re.sub(r"/index$", "", id)

    def _path(self, source: Source) -> str:
        collection = self._collection(source.path)
        if source.path.startswith("src/pages/") or collection is None:
            path = source.path.removeprefix("src/pages/").rpartition(".")[0]
            return "/" + re.sub(r"(^|/)index$", "", path) + "/"
        return f"/{collection.name}/{self._id(source, collection)}/"


def rules(root: Path, content: str) -> AstroRules:
    """Return the rules of the site in a folder. `content` is the content folder, relative to it."""
    program = "\n".join(text_of(root / name) for name in CONFIGURATIONS)
    loaders = "\n".join(text_of(root / name) for name in COLLECTIONS)
    where = r"""["'`]([^"'`\n]*)["'`]"""
    collections = []
    for found in _LOADER.finditer(loaders):
        folder = first_match((rf"\bbase\s*:\s*{where}",), found[2])
        pattern = first_match((rf"\bpattern\s*:\s*\[?\s*{where}",), found[2]) or ""
        folder = None if folder is None else _with_constants(folder, loaders)
        if folder is not None and ".." not in folder and "${" not in folder:
            place = folder.removeprefix("./").strip("/")
            collections.append(Collection(_exported(loaders, found[1]), place, "[^_]" in pattern))
    folders = ["src/content", "src/pages", *(one.folder for one in collections)]
    if content and not any(_is_within(content, one) or _is_within(one, content) for one in folders):
        collections.append(Collection(content.rpartition("/")[2], content))
    base = first_match((rf"\bbase\s*:\s*{where}",), program) or ""
    return AstroRules(collections=collections, prefix="/" + base.strip("/") if base.strip("/") else "")


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def _with_constants(text: str, program: str) -> str:
    """Return a template of JavaScript with the texts of plain constants in it."""

    def value(found: re.Match[str]) -> str:
        constant = re.search(rf"""const\s+{re.escape(found[1])}\s*=\s*["'`]([^"'`$\n]*)["'`]""", program)
        return found[0] if constant is None else constant[1]

    return re.sub(r"\$\{\s*(\w{1,100})\s*\}", value, text)


def _exported(program: str, name: str) -> str:
    """Return what a collection's variable is exported as: `{ posts: blog }`."""
    exported = re.search(r"collections\s*=\s*\{(.{0,2000}?)\}\s*;?\s*$", program, re.DOTALL)
    if exported is not None and (found := re.search(rf"[\"']?([\w-]+)[\"']?\s*:\s*{re.escape(name)}\b", exported[1])):
        return found[1]
    return name


def _pictures(source: Source) -> list[Any]:
    value = source.take("image", _PICTURES)
    return value if isinstance(value, list) else [] if value is None else [value]
