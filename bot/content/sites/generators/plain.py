"""Folders of no known generator, whose `newsbot.yaml` says all that is to be known: fields and permalink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from bot.content.sites.pages import fences
from bot.content.sites.pages.addresses import Words, slugified
from bot.content.sites.pages.fences import Front
from bot.content.sites.pages.markdown import first_paragraph
from bot.content.sites.pages.rules import NotAPage, Page, Source, Wrong


@dataclass(frozen=True, slots=True)
class PlainRules:
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

    def fields(self, path: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        return own

    def around(self, path: str) -> str:
        return ""

    def page(self, source: Source) -> Page:
        date = source.date("publishedDateTime", ("date", "pubDate"))
        if date is None:
            raise NotAPage
        value = source.take("image", ("cover", "image", "images", "heroImage"))
        page = Page(
            title=source.title(),
            excerpt=source.take("excerpt", ("description", "summary", "excerpt"))
            or first_paragraph(source.front.body, is_html=source.is_html),
            topics=source.take("topics", ("topics", "tags", "categories")),
            pictures=value if isinstance(value, list) else [] if value is None else [value],
            aliases=[str(one) for one in source.take("aliases", ("aliases",)) or ()],
            is_public=source.is_public(True),
            unknown="permalink: is missing",
        )
        try:
            page.date = date.in_utc(source.zone)
        except ValueError as error:
            raise Wrong(source.names["publishedDateTime"], str(error)) from error
        return page

    def tokens(self, source: Source, page: Page) -> Mapping[str, str]:
        slug = source.take("slug", ("slug",))
        name = source.name
        folder = source.folder
        if name == "index" and folder:
            folder, _, name = folder.rpartition("/")
        return Words(
            None if page.date is None else page.date.astimezone(UTC),
            {
                "slug": str(slug) if slug is not None else name,
                "title": slugified(str(page.title or "")),
                "name": name,
                "filename": source.name,
                "path": f"{folder}/{name}".strip("/"),
                "section": folder.partition("/")[0],
                "sections": folder,
            },
        )
