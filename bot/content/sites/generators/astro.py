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

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, github_slug, prefix_of
from bot.content.sites.pages.config_files import first_match, text_of, texts
from bot.content.sites.pages.dates import Form, Written
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.page_file import PageFile, is_within
from bot.content.sites.pages.rules import NotAPage, OwnFieldsOnly, SitePage

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
class AstroRules(OwnFieldsOnly):
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

    def page(self, file: PageFile) -> SitePage:
        date = file.date("publishedDateTime", _DATES)
        if date is None:
            raise NotAPage
        page = SitePage(
            title=file.title(),
            excerpt=file.take("excerpt", ("description", "excerpt", "summary")),
            topics=file.topics(("tags", "categories", "category")),
            pictures=file.pictures(_PICTURES),
            aliases=texts(file.take("aliases", ("aliases", "redirect_from"))),
            is_public=file.is_public(True),
        )
        page.date = file.moment(date, self._zone(date, file))
        if page.excerpt is None:
            page.excerpt = file.opening()
        page.path = self._path(file)
        return page

    def tokens(self, file: PageFile, page: SitePage) -> Mapping[str, str]:
        collection = self._collection(file.path)
        id = self._id(file, collection) if collection is not None else file.path
        steps = id.split("/")
        return Words(
            None if page.date is None else page.date.astimezone(UTC),
            {
                "id": id,
                "slug": id if file.field("slug") is not None else steps[-1],
                "path": id,
                "name": steps[-1],
                "title": github_slug(str(page.title or "")),
                "filename": file.name,
                "collection": collection.name if collection is not None else "",
                "section": steps[0] if len(steps) > 1 else "",
                "sections": "/".join(steps[:-1]),
            },
        )

    def _zone(self, date: Written, file: PageFile) -> tzinfo:
        """Return where a clock without an offset stands: YAML's times are UTC, all others the building machine's."""
        return file.zone if date.form is Form.WORDS or (date.form is Form.TOML and date.has_time) else UTC

    def _collection(self, path: str) -> Collection | None:
        named = [one for one in self.collections if path.startswith(one.folder + "/")]
        if named:
            return max(named, key=lambda one: len(one.folder))
        steps = path.split("/")
        if steps[:2] == ["src", "content"] and len(steps) > 3:
            return Collection(steps[2], "/".join(steps[:3]))
        return None

    def _id(self, file: PageFile, collection: Collection) -> str:
        slug = file.take("slug", ("slug",))
        if slug is not None:
            return str(slug)
        path = file.path[len(collection.folder) + 1 :].rpartition(".")[0]
        id = "/".join(github_slug(step) for step in path.split("/"))
        return re.sub(r"/index$", "", id)

    def _path(self, file: PageFile) -> str:
        collection = self._collection(file.path)
        if file.path.startswith("src/pages/") or collection is None:
            path = file.path.removeprefix("src/pages/").rpartition(".")[0]
            return "/" + re.sub(r"(^|/)index$", "", path) + "/"
        return f"/{collection.name}/{self._id(file, collection)}/"


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
    if content and not any(is_within(content, one) or is_within(one, content) for one in folders):
        collections.append(Collection(content.rpartition("/")[2], content))
    base = first_match((rf"\bbase\s*:\s*{where}",), program) or ""
    return AstroRules(collections=collections, prefix=prefix_of(base))


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
