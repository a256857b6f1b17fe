"""
From a page's file to a story: the generator's rules say what the page is, and our own fields are made of it.

So a page passes the same validator as a file of ours. What is wrong with it is said in its own words: the field as it
is called there, and its line.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.content.articles.links import has_scheme
from bot.content.articles.surroundings import FileContext
from bot.content.formats.document import Document, Fault, Where, field_name
from bot.content.formats.front_matter import WHOLE_FILE, decoded
from bot.content.sites.pages import fences
from bot.content.sites.pages.page_file import PageFile, Wrong
from bot.content.sites.pages.rules import NotAPage, SitePage
from bot.content.sites.site import Site
from bot.domain.article import Story
from bot.domain.link import normalised
from bot.errors import Complaint, ContentError, NoArticle

_DATA = (".yaml", ".yml", ".json")
_OUR_TAXONOMIES = ("topic", "source", "article")
_NO_ADDRESS = (
    "is missing; set NEWSBOT_SITE, or write the site's public address into newsbot.yaml: site: https://example.org"
)
_OUTSIDE = (
    "of some pages lies outside the content folder and is left out; "
    "with the folder of the whole site as content folder it would be found"
)
_NOT_RUN = "their front matter is a program, which is not run here; write YAML, or JSON after ---json"
_HELP = "write what the address is like into newsbot.yaml, as permalink: /blog/:slug/"


class Ours(Exception):
    """The file is one of ours in the midst of a site: a topic, a source, an article with our own fields."""


@dataclass(frozen=True, slots=True)
class SiteDocument(Document):
    """A page's fields under our names. `names` are what they are called in the file; `front` is its front matter."""

    names: Mapping[str, str] = field(default_factory=dict)
    front: fences.Front | None = None
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, where: Where) -> int:
        if self.front is None or not where:
            return 0
        name = str(self.names.get(str(where[0]), where[0])).partition(".")[0]
        if name not in self.lines:
            self.lines[name] = self._line_of(self.front, name)
        return self.lines[name]

    def _line_of(self, front: fences.Front, name: str) -> int:
        text = front.text
        if text.startswith(f"{name}:") or (at := text.find(f"\n{name}:")) >= 0:
            return self.line_at(0 if text.startswith(f"{name}:") else at + 1)
        form = rf"^[ \t,]*[\"']?{re.escape(name)}[\"']?[ \t]*[:=]"
        found = re.search(form, front.text, re.IGNORECASE | re.MULTILINE)
        return 1 if found is None else self.line_at(found.start())

    def complaint(self, where: Where, reason: str) -> Complaint:
        theirs = self.names.get(str(where[0]), str(where[0])) if where else ""
        return Complaint(self.path, self.line_of(where), field_name((theirs, *where[1:])), reason)


def story_of_page(name: str, data: bytes, around: FileContext, site: Site) -> Story:
    """Return the story that a page tells.

    `name` is for complaints. Raises: ContentError; NoArticle, for what is no page that tells one; Ours.
    """
    from bot.content.articles.article_file import story_of

    inside = site.inside(around.path)
    path = site.in_site(inside)
    if name.lower().endswith(_DATA):
        if b"taxonomy" in data or b"publishedDateTime" in data:
            raise Ours
        raise _no_article(name, "is data of the site")
    text = _text_of(name, data, site)
    try:
        front = site.rules.front(text)
    except Fault as fault:
        raise _refused(name, text, 0, fault, site.is_page(inside)) from fault
    except fences.AProgram as program:
        if site.is_page(inside):
            site.note("program", "file", f"{name} and perhaps others are left out: {_NOT_RUN}")
        raise _no_article(name, "has front matter that is a program") from program
    if front is None:
        raise _no_article(name, "has no front matter")
    try:
        fields = fences.read(front)
    except Fault as fault:
        raise _refused(name, text, front.start, fault, site.is_page(inside)) from fault
    _let_ours_go(fields.values, site)
    if not site.is_page(inside):
        raise _no_article(name, "is no page of the site")
    if site.address is None:
        site.note("site", "site", _NO_ADDRESS)
        raise _no_article(name, "has no link, because the site's address is not known")

    file = PageFile(
        path=path,
        fields=site.rules.fields(path, fields.values),
        front=front,
        wanted=site.wanted,
        now=site.now,
        zone=site.zone,
    )

    def line_at(offset: int) -> int:
        return 1 + text.count("\n", 0, front.start + offset)

    document = SiteDocument(name, {}, fields.tree, line_at, names=file.names, front=front)
    try:
        page = site.rules.page(file)
    except NotAPage:
        raise _no_article(name, "has no date") from None
    except Wrong as wrong:
        raise ContentError(document.complaint((wrong.name,), wrong.reason)) from wrong
    link = site.link(file, page)
    if link is None:
        said = page.unknown or "has no address"
        site.note(said, *_about(said))
        raise _no_article(name, "has an address that only its generator knows")
    is_public = page.is_public and not (page.closes is not None and page.closes <= site.now)
    if page.closes is not None and page.closes > site.now:
        around.changes_at = page.closes
    if page.title is None or str(page.title).strip() == "":
        if not is_public:
            raise _no_article(name, "has no title yet")
        reason = "is missing; newsbot.yaml can take it from elsewhere: fields: {title: [title, heading, filename]}"
        raise ContentError(document.complaint(("title",), reason))
    ours = _our_fields(file, page, link, is_public, site, around)
    document.fields.update(ours)
    story = story_of(document, around)
    return replace(
        story,
        payload=_payload(fields.values, front, site, page),
        as_read=story.as_read._replace(
            generator=site.rules.generator,
            has_page=page.has_page,
            aliases=tuple(_links(site, page.aliases[:50])),
        ),
    )


def _text_of(name: str, data: bytes, site: Site) -> str:
    """Return a page's text. Raises: ContentError, when it is none; NoArticle, when nothing at its start says that it
    is a page, as in a file that a site serves as it is.
    """
    try:
        return decoded(name, data, may_be_empty=True)
    except ContentError:
        with suppress(Fault, fences.AProgram):
            if site.rules.front(data.decode("latin-1")) is None:
                raise _no_article(name, "has no front matter") from None
        raise


def _links(site: Site, aliases: Iterable[str]) -> Iterator[str]:
    """Yield the links of a page's old addresses. What is no link leads nowhere, and does not cost the page."""
    for alias in aliases:
        if alias.strip() and normalised(link := site.whole(_as_path(alias))) is not None:
            yield link


def _our_fields(
    file: PageFile, page: SitePage, link: str, is_public: bool, site: Site, around: FileContext
) -> dict[str, object]:
    ours: dict[str, object] = {
        "title": page.title if isinstance(page.title, str) else str(page.title),
        "publishedDateTime": _moment(page, site.now).isoformat(),
        "webUrl": link,
        "published": is_public,
    }
    if page.excerpt is not None and not isinstance(page.excerpt, dict | list | bool):
        ours["excerpt"] = str(page.excerpt)
    if page.topics:
        ours["topics"] = page.topics if isinstance(page.topics, list) else [page.topics]
    if page.pictures:
        pictures = [found for one in page.pictures if (found := _picture(one, site, around)) is not None]
        if pictures:
            ours["images"] = pictures
    if site.rules.title:
        ours["provider"] = {"name": site.rules.title}
    return ours


def _moment(page: SitePage, now: datetime) -> datetime:
    """Return the date of a story: that of its page, and as long as the page is not out, when it will be."""
    assert page.date is not None
    opens = page.opens
    if opens is not None and (opens > now or page.date > now):
        return opens
    return page.date.astimezone(UTC)


def _picture(value: Any, site: Site, around: FileContext) -> object | None:
    """Return a picture as we write it: a link, or a path beside the article; None when it is none."""
    fields = value if isinstance(value, dict) else {"url": value}
    given = next(
        (
            fields[name]
            for name in ("url", "src", "image", "path", "file", "feature", "teaser", "filename", "img")
            if isinstance(fields.get(name), str)
        ),
        None,
    )
    if not isinstance(given, str) or not given.strip() or "{{" in given:
        return None
    place = _place(given.strip(), site, around)
    if place is None:
        return None
    picture: dict[str, object] = {"url": place}
    alt = fields.get("alt") or fields.get("imageAlt")
    if isinstance(alt, str):
        picture["alt"] = alt
    return picture


def _place(given: str, site: Site, around: FileContext) -> str | None:
    """Return where a picture is: its link on the site, or its file in the content folder; None when it is neither."""
    if has_scheme(given):
        return given
    if given[0] in "@~":
        return None  # a name that the site's own programs resolve
    path = given.partition("?")[0].partition("#")[0]
    is_rooted = path.startswith("/")
    if path.startswith(("./", "../")) and not _is_inside(around.path.parent / path, around.root):
        site.note("pictures", "image", _OUTSIDE)
        return None
    is_part = "/" not in path and around.path.name.startswith("index.")  # of the page's own folder
    if not is_rooted and (is_part or path.startswith(("./", "../")) or (around.path.parent / path).exists()):
        return path
    inside = path.lstrip("/")
    if ".." not in inside.split("/"):
        for static in site.rules.statics:
            place = site.root / static / inside
            if place.is_file() and _is_inside(place, around.root):
                return os.path.relpath(place, around.path.parent).replace(os.sep, "/")
    if not is_rooted and _lies_beside(site):
        return path
    return site.whole("/" + inside)


def _lies_beside(site: Site) -> bool:
    """Return whether a bare name is a file of the page's own folder; elsewhere it lies below the site's root."""
    return site.rules.generator == "none"


def _is_inside(place: Path, root: Path) -> bool:
    try:
        return place.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def _payload(fields: Mapping[str, Any], front: fences.Front, site: Site, page: SitePage) -> dict[str, object]:
    """Return what is kept of a page: its fields, and what tells its text from another's with the same fields."""
    body = front.body.strip()
    said = hashlib.blake2b((body or str(page.title)).encode("utf-8", "replace"), digest_size=12).hexdigest()
    return {**fields, "newsbot": {"generator": site.rules.generator, "text": said}}


def _let_ours_go(fields: Mapping[str, Any], site: Site) -> None:
    if fields.get("taxonomy") in _OUR_TAXONOMIES and isinstance(fields.get("taxonomy"), str):
        raise Ours
    if "publishedDateTime" in fields and "publishedDateTime" not in site.wanted.fields:
        raise Ours


def _as_path(alias: str) -> str:
    alias = alias.strip()
    return alias if "://" in alias else re.sub(r"/index\.html?$", "/", alias)


def _about(said: str) -> tuple[str, str]:
    name, _, reason = said.partition(": ")
    return (name, f"{reason}; {_HELP}") if reason else ("permalink", f"{said}; {_HELP}")


def _refused(name: str, text: str, start: int, fault: Fault, is_page: bool) -> ContentError:
    complaint = Complaint(name, 1 + text.count("\n", 0, start + fault.offset), WHOLE_FILE, fault.reason)
    return ContentError(complaint) if is_page else NoArticle(complaint)


def _no_article(name: str, reason: str) -> NoArticle:
    return NoArticle(Complaint(name, 1, WHOLE_FILE, reason))
