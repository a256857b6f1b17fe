"""
One item of RSS or Atom: which of its elements are its title, link, id, date, texts and pictures.

Elements are looked for in the item itself, never inside of `<image>`, `<source>` or `<comments>`, and their order in
the file does not count.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from bot.content.feeds.elements_as_text import images_in, markup_of, words_of
from bot.content.feeds.fields.addresses import absolute, is_web_address
from bot.content.feeds.fields.pictures import (
    Named,
    first_in_html,
    first_real,
    is_image,
    picture_of,
    widest_first,
)
from bot.content.feeds.fields.wording import Kind
from bot.content.feeds.items import Found, Raw, item_from
from bot.content.feeds.xml.tree import Element
from bot.domain.article import Picture
from bot.domain.feed import FeedItem

_TITLES = ("title", "atom:title", "dc:title", "media:title", "itunes:title")
_EXCERPTS = ("description", "summary", "atom:summary", "dc:description", "dcterms:abstract")
_CONTENTS = ("content:encoded", "content", "atom:content", "xhtml:body", "xhtml:div", "body", "fulltext")
_CAPTIONS = ("itunes:summary", "media:description", "itunes:subtitle")
_PUBLISHED = (
    "pubdate",
    "published",
    "issued",
    "dc:date",
    "dcterms:issued",
    "atom:published",
    "atom:issued",
    "dcterms:created",
)
_UPDATED = ("updated", "modified", "atom:updated", "atom:modified", "dcterms:modified", "created", "date")
_NO_TEXTS = ("image", "audio/", "video/")
_BASE64 = frozenset({"application/octet-stream"})
_IANA = "http://www.iana.org/assignments/relation/"


class Parts:
    """An element's elements by name."""

    __slots__ = ("_by_name",)

    def __init__(self, element: Element) -> None:
        by_name: dict[str, list[Element]] = {}
        for part in element.parts:
            if isinstance(part, Element):
                by_name.setdefault(part.name, []).append(part)
        self._by_name = by_name

    def __getitem__(self, name: str) -> Sequence[Element]:
        return self._by_name.get(name, ())

    def first_text(self, *names: str) -> str | None:
        """Return the first text that is not empty, trimmed, in the order of the names."""
        for name in names:
            for element in self[name]:
                if text := element.text().strip():
                    return text
        return None


def item_of(element: Element, *, is_atom: bool, url: str) -> FeedItem:
    """Return the item in an `<item>` or `<entry>`; relative addresses without `xml:base` are against `url`."""
    parts = Parts(element)
    base = element.base or url
    link = alternate(parts["link"], base) if is_atom else _rss_link(parts, base)
    contents = list(_texts(parts, _CONTENTS, is_atom))
    excerpts = list(_texts(parts, _EXCERPTS, is_atom))
    captions = [] if any(raw.strip() for raw, _ in (*contents, *excerpts)) else list(_texts(parts, _CAPTIONS, False))
    about = element.attributes.get("rdf:about") or element.attributes.get("about")
    return item_from(
        Found(
            id=parts.first_text("guid", "id", "atom:id") or about,
            titles=list(_texts(parts, _TITLES, is_atom)),
            link=link,
            dates=[text for name in (*_PUBLISHED, *_UPDATED) for one in parts[name] if (text := one.text().strip())],
            excerpts=[*excerpts, *captions],
            contents=contents,
            pictures=list(_pictures(parts, is_atom, base, link or base)),
            categories=list(_categories(parts)),
            author=author_of(parts),
        )
    )


def _rss_link(parts: Parts, base: str) -> str | None:
    for link in parts["link"]:
        if (found := absolute(link.text() or None, link.base or base)) is not None:
            return found
    found = alternate(parts["atom:link"], base) or alternate(parts["link"], base)
    if found is not None:
        return found
    for guid in parts["guid"]:
        says = guid.attributes.get("ispermalink", "").strip().lower()
        if says != "false" and is_web_address(guid.text().strip()):
            return absolute(guid.text(), base)
    return None


def alternate(links: Sequence[Element], base: str) -> str | None:
    """Return where the page is that Atom's links name: HTML before what says no type, and that before other types."""
    best: tuple[int, str] | None = None
    for link in links:
        rel = link.attributes.get("rel", "alternate").strip().lower().removeprefix(_IANA)
        if "alternate" not in (rel or "alternate").split():
            continue
        found = absolute(link.attributes.get("href") or link.text(), link.base or base)
        if found is None:
            continue
        kind = link.attributes.get("type", "").strip().lower()
        rank = 0 if "html" in kind else 2 if kind else 1
        if best is None or rank < best[0]:
            best = (rank, found)
    return best[1] if best is not None else None


def _texts(parts: Parts, names: Sequence[str], is_atom: bool) -> Iterator[Raw]:
    for name in names:
        for element in parts[name]:
            if element.parts:
                yield text_construct(element, is_atom or name.startswith("atom:"))


def text_construct(element: Element, is_atom: bool) -> Raw:
    """Return what an element that holds a text holds.

    In RSS it is HTML, also where its tags were not escaped. Atom says which: `html`, `xhtml`, or text; Atom 0.3 by a
    type of MIME and `mode="escaped"`.
    Source: RFC 4287, section 3.1; https://web.archive.org/web/2005/http://www.mnot.net/drafts/draft-nottingham-atom-format-02.html
    """
    if not is_atom:
        return markup_of(element), Kind.HTML
    kind = element.attributes.get("type", "").strip().lower()
    mode = element.attributes.get("mode", "").strip().lower()
    has_elements = any(isinstance(part, Element) for part in element.parts)
    if mode == "base64" or kind in _BASE64:
        return _from_base64(element.text()), Kind.HTML
    if kind.startswith(_NO_TEXTS) and "xml" not in kind:
        return "", Kind.TEXT  # a picture, a sound
    if has_elements:
        return words_of(element), Kind.PLAIN
    if kind == "xhtml" or "xml" in kind:
        return element.text(), Kind.HTML if "<" in element.text() else Kind.PLAIN
    if "html" in kind or mode == "escaped":
        return element.text(), Kind.HTML
    return element.text(), Kind.TEXT


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _categories(parts: Parts) -> Iterator[str]:
    for category in parts["category"]:
        for name in (category.text(), category.attributes.get("term", ""), category.attributes.get("label", "")):
            if name.strip():
                yield name
    for name in ("dc:subject", "atom:category"):
        for category in parts[name]:
            yield category.attributes.get("term") or category.text()


def author_of(parts: Parts) -> str | None:
    """Return who wrote something: a name where there is one, never an e-mail address beside it."""
    for element in (*parts["author"], *parts["atom:author"]):
        if (name := Parts(element).first_text("name", "atom:name")) is not None:
            return name
    name = parts.first_text("dc:creator", "itunes:author", "author", "managingeditor")
    if name is not None and name.endswith(")") and "@" in name.partition("(")[0]:
        return name.partition("(")[2][:-1]
    return name


def _pictures(parts: Parts, is_atom: bool, base: str, item_link: str) -> Iterator[Picture]:
    media = [*parts["media:content"]]
    thumbnails = [*parts["media:thumbnail"]]
    for group in (*parts["media:group"], *media):
        inner = Parts(group)
        media += inner["media:content"]
        thumbnails += inner["media:thumbnail"]
    enclosures = [*parts["enclosure"], *(one for one in _links(parts) if one.attributes.get("rel") == "enclosure")]
    if is_atom:
        enclosures += [one for one in parts["content"] if "src" in one.attributes]
    images = parts["image"]
    beside = [
        *widest_first(one for one in map(_named, media) if is_image(one)),
        *(one for one in map(_named, enclosures) if is_image(one)),
        *(Named(one.attributes.get("href") or one.text()) for one in parts["itunes:image"]),
        *(Named(Parts(one).first_text("url") or one.text().strip() or one.attributes.get("href")) for one in images),
        *widest_first(map(_named, thumbnails)),
    ]
    for named in beside:
        if (picture := picture_of(named, base)) is not None:
            yield picture
    for name in (*_CONTENTS, *_EXCERPTS):
        for element in parts[name]:
            if (picture := _in_text(element, item_link)) is not None:
                yield picture
                return


def _links(parts: Parts) -> Iterator[Element]:
    yield from parts["link"]
    yield from parts["atom:link"]


def _named(element: Element) -> Named:
    said = element.attributes
    return Named(
        said.get("url") or said.get("href") or said.get("src") or element.text().strip() or None,
        type=said.get("type", ""),
        medium=said.get("medium", ""),
        width=said.get("width"),
        height=said.get("height"),
    )


def _in_text(element: Element, item_link: str) -> Picture | None:
    base = element.base or item_link
    picture = first_real(images_in(element), base)
    return picture if picture is not None else first_in_html(element.text(), base)
