"""Folders of no known generator, whose `newsbot.yaml` says all that is to be known: fields and permalink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, slugified
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.page_file import PageFile
from bot.content.sites.pages.rules import NotAPage, OwnFieldsOnly, SitePage


@dataclass(frozen=True, slots=True)
class PlainRules(OwnFieldsOnly):
    """Front matter in YAML, TOML or JSON; the fields that most sites have; no address but the permalink's."""

    generator: str = "none"
    suffixes: frozenset[str] = frozenset({".md", ".markdown", ".mdx", ".html", ".txt"})
    prefix: str = ""
    title: str | None = None
    statics: Sequence[str] = ("static", "public")

    def skips(self, folder: str) -> bool:
        return "node_modules" in folder.split("/")

    def is_page(self, path: str) -> bool:
        return True

    def front(self, text: str) -> Front | None:
        return fences.hugo(text)

    def page(self, file: PageFile) -> SitePage:
        date = file.date("publishedDateTime", ("date", "pubDate"))
        if date is None:
            raise NotAPage
        return SitePage(
            title=file.title(),
            excerpt=file.take("excerpt", ("description", "summary", "excerpt")) or file.opening(),
            topics=file.take("topics", ("topics", "tags", "categories")),
            pictures=file.pictures(("cover", "image", "images", "heroImage")),
            date=file.moment(date, file.zone),
            aliases=[str(one) for one in file.take("aliases", ("aliases",)) or ()],
            is_public=file.is_public(True),
            unknown="permalink: is missing",
        )

    def tokens(self, file: PageFile, page: SitePage) -> Mapping[str, str]:
        slug = file.take("slug", ("slug",))
        name = file.name
        folder = file.folder
        if name == "index" and folder:
            folder, _, name = folder.rpartition("/")
        return Words(
            None if page.date is None else page.date.astimezone(UTC),
            {
                "slug": str(slug) if slug is not None else name,
                "title": slugified(str(page.title or "")),
                "name": name,
                "filename": file.name,
                "path": f"{folder}/{name}".strip("/"),
                "section": folder.partition("/")[0],
                "sections": folder,
            },
        )
