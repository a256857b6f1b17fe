"""
Reading `newsbot.yaml`, which says what a site's own files cannot: its address, its fields, its permalinks.

Everything in it is checked, because a slip here would move the link of every story.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.content.articles.links import judged
from bot.content.formats.document import Fault, Tree
from bot.content.formats.front_matter import WHOLE_FILE
from bot.content.plain_text import quoted
from bot.content.sites.pages.page_file import Wanted
from bot.domain.fetch_rules import PUBLIC_ONLY, FetchRules
from bot.errors import Complaint, ContentError

NAME = "newsbot.yaml"
GENERATORS = ("hugo", "jekyll", "eleventy", "astro", "hexo", "pelican", "none")
_NAMES = ("generator", "site", "permalink", "fields", "published")
_FIELDS = ("title", "excerpt", "publishedDateTime", "topics", "image", "images", "slug", "aliases")
_SYNONYMS = {"images": "image"}
_CONDITION = re.compile(r"(not\s+|!\s*)?([\w.-]{1,100})", re.IGNORECASE)
_TOKEN = re.compile(r":([A-Za-z_]+)")
TOKENS = frozenset(
    [
        "slug",
        "title",
        "filename",
        "name",
        "path",
        "section",
        "sections",
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "i_month",
        "i_day",
        "collection",
        "categories",
        "id",
    ]
)


def read(text: str, allow: FetchRules = PUBLIC_ONLY) -> Wanted:
    """Return what `newsbot.yaml` says; `allow` names private hosts that a site may have.

    Raises: ContentError, with every complaint about it and its line.
    """
    from bot.content.formats.yaml_text import read_yaml

    try:
        tree = read_yaml(text)
    except Fault as fault:
        line = 1 + text.count("\n", 0, fault.offset)
        raise ContentError(Complaint(NAME, line, WHOLE_FILE, fault.reason)) from fault
    root = tree.root
    if not isinstance(root, dict) or not any(value is not None for value in root.values()):
        reason = f"names no field; write {', '.join(_NAMES[:-1])} or {_NAMES[-1]}"
        raise ContentError(Complaint(NAME, 1, WHOLE_FILE, reason))
    reader = _Reader(text, tree, root, allow)
    wanted = reader.wanted()
    if reader.complaints:
        raise ContentError(*sorted(reader.complaints, key=lambda one: one.line))
    return wanted


class _Reader:
    """Collects what is wrong, so that all of it is said at once."""

    def __init__(self, text: str, tree: Tree, root: Mapping[str, Any], allow: FetchRules) -> None:
        self._text = text
        self._tree = tree
        self._root = root
        self._allow = allow
        self.complaints: list[Complaint] = []

    def wanted(self) -> Wanted:
        for where, offset in self._tree.doubled:
            self._wrong(where, "is given twice", offset)
        for name in self._root:
            if name not in _NAMES:
                self._wrong((name,), f"is unknown; write {_nearest(name, _NAMES)}")
        return Wanted(
            generator=self._generator(),
            site=self._site(),
            permalink=self._permalink(),
            fields=self._fields(),
            published=self._published(),
        )

    def _generator(self) -> str | None:
        value = self._root.get("generator")
        if value is None:
            return None
        name = str(value).strip().lower()
        if name in ("11ty",):
            name = "eleventy"
        if name not in GENERATORS:
            self._wrong(("generator",), f"{quoted(value)} is unknown; write {_listed(GENERATORS)}")
            return None
        return name

    def _site(self) -> str | None:
        value = self._root.get("site")
        if value is None:
            return None
        judgement = judged(value, self._allow) if isinstance(value, str) else None
        if judgement is None or judgement.url is None or re.search(r"[?#]", judgement.url):
            reason = judgement.fault if judgement is not None and judgement.fault else f"{quoted(value)} is no address"
            self._wrong(("site",), f"{reason.partition(';')[0]}; write it like https://example.org")
            return None
        return judgement.url.rstrip("/")

    def _permalink(self) -> str | Mapping[str, str] | None:
        value = self._root.get("permalink")
        if isinstance(value, dict):
            return {
                str(folder).strip("/"): pattern
                for folder, one in value.items()
                if (pattern := self._pattern(("permalink", folder), one)) is not None
            }
        return None if value is None else self._pattern(("permalink",), value)

    def _pattern(self, where: tuple[str, ...], value: object) -> str | None:
        if not isinstance(value, str) or not value.strip().startswith("/"):
            self._wrong(where, f"{quoted(value)} is no permalink; write it like /blog/:slug/")
            return None
        for token in _TOKEN.findall(value):
            if token not in TOKENS:
                known = ", ".join(f":{one}" for one in sorted(TOKENS))
                self._wrong(where, f":{token} is unknown; these are read: {known}")
                return None
        if not _TOKEN.search(value):
            self._wrong(where, f"{quoted(value)} is the same for all pages; write it like /blog/:slug/")
            return None
        return value.strip()

    def _fields(self) -> Mapping[str, tuple[str, ...]]:
        value = self._root.get("fields")
        if value is None and "fields" not in self._root:
            return {}
        if not isinstance(value, dict) or not value:
            self._wrong(("fields",), "names no field; write {title: title, publishedDateTime: [date, pubDate]}")
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for name, theirs in value.items():
            if name not in _FIELDS:
                self._wrong(("fields", name), f"is unknown; write {_nearest(name, _FIELDS)}")
                continue
            names = theirs if isinstance(theirs, list) else [theirs]
            if not names or not all(isinstance(one, str | int) and str(one).strip() for one in names):
                self._wrong(("fields", name), "names no field of the pages; write a name, or a list of them")
                continue
            ours = _SYNONYMS.get(str(name), str(name))
            found[ours] = (*found.get(ours, ()), *(str(one).strip().removeprefix(":") for one in names))
        return found

    def _published(self) -> tuple[str, bool] | None:
        value = self._root.get("published")
        if value is None:
            return None
        condition = _CONDITION.fullmatch(value.strip()) if isinstance(value, str) else None
        if condition is None:
            self._wrong(("published",), f'{quoted(value)} is no condition; write "not draft", or a field\'s name')
            return None
        return condition[2], condition[1] is not None

    def _wrong(self, where: tuple[str | int, ...], reason: str, offset: int | None = None) -> None:
        offset = self._tree.offset_of(where) if offset is None else offset
        line = 0 if offset is None else 1 + self._text.count("\n", 0, offset)
        self.complaints.append(Complaint(NAME, line, ".".join(map(str, where)), reason))


def _nearest(name: object, known: tuple[str, ...]) -> str:
    from rapidfuzz import fuzz, process

    near = process.extractOne(str(name), known, scorer=fuzz.ratio, score_cutoff=60)
    return near[0] if near else _listed(known)


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
