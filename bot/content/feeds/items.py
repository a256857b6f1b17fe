"""
What all formats share: an item's id, its warnings, and how many of a document are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.content.feeds.fields.dates import date_of
from bot.content.feeds.fields.markup import one_line
from bot.content.feeds.fields.pictures import MAX_PICTURES
from bot.content.feeds.fields.wording import (
    TEXT_LIMIT,
    Kind,
    excerpt_from,
    first_words,
    title_from,
    words_from,
)
from bot.content.plain_text import quoted
from bot.domain.article import Picture
from bot.domain.feed import FeedItem, id_key

MAX_ITEMS = 20_000
"""Of one document; of more the newest are kept."""
MAX_READ = 100_000
"""Of one document; more are counted, and not looked at."""
LONGEST_ID = 1024
MAX_CATEGORIES = 30
_TEXT_BESIDE_EXCERPT = 500  # characters; it is only for telling stories apart then
_CATEGORY_LIMIT = 100  # characters
_NAME_LIMIT = 200
_LONGEST_INTERVAL = timedelta(days=365)
# What WordPress and Pelican write for an item that has no category.
_NO_CATEGORIES = frozenset({"uncategorized", "uncategorised", "misc", "allgemein", "unkategorisiert"})

Raw = tuple[str, Kind]
"""A text as the document has it, and what kind of text it is."""
_UNDATED = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """What a document says of one item, before the rules that all formats share. Texts come in the order of belief."""

    id: str | None
    titles: Sequence[Raw]
    link: str | None
    dates: Sequence[str]
    excerpts: Sequence[Raw]
    contents: Sequence[Raw]
    pictures: Sequence[Picture]
    categories: Sequence[str]
    author: str | None


def item_from(found: Found) -> FeedItem:
    """Return the item as readers would see it."""
    warnings: list[str] = []
    title = next((title for raw, kind in found.titles if (title := title_from(raw, kind))), "")
    stated_title = title
    text = ""
    enough = _TEXT_BESIDE_EXCERPT if found.excerpts else TEXT_LIMIT
    for raw, kind in (*found.contents, *found.excerpts):
        if text := words_from(raw.rstrip(), kind, enough):
            break
    if not title and text:
        title = first_words(text)
        warnings.append("it has no title; the first words of its text are taken")
    published_at, date_warning = _date(found.dates)
    if not title:
        warnings.append("it has neither title nor text")
    excerpt = None
    for raw, kind in (*found.excerpts, *found.contents):
        excerpt = excerpt_from(raw, kind, title)
        if excerpt is not None:
            break
    if found.link is None:
        warnings.append("it has no link to open; it becomes a draft")
    if date_warning is not None:
        warnings.append(date_warning)
    return FeedItem(
        id=_id(found, stated_title or text, published_at),
        title=title,
        link=found.link,
        published_at=published_at,
        excerpt=excerpt,
        text=text,
        pictures=tuple(dict.fromkeys(found.pictures))[:MAX_PICTURES],
        categories=_categories(found.categories),
        author=one_line(found.author)[:_NAME_LIMIT] or None if found.author else None,
        warnings=tuple(warnings),
    )


def _date(dates: Sequence[str]) -> tuple[datetime | None, str | None]:
    """Return the first date that can be, and what to say when there is none."""
    for text in dates:
        moment = date_of(text.strip())
        if moment is not None:
            return moment, None
    if dates:
        return None, f"its date {quoted(dates[0])} cannot be read; it counts as new when first seen"
    return None, "it has no date; it counts as new when first seen"


def _id(found: Found, words: str, published_at: datetime | None) -> str:
    stated = (found.id or "").strip()
    if stated:
        return stated if len(stated) <= LONGEST_ID else "sha256:" + _hash(stated)
    if found.link is not None:
        return found.link
    return "sha256:" + _hash(f"{words}\n{published_at.isoformat() if published_at else ''}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _categories(names: Sequence[str]) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for name in names:
        name = title_from(name, Kind.HTML) if "&" in name else one_line(name)
        if name and len(name) <= _CATEGORY_LIMIT and name.casefold() not in _NO_CATEGORIES:
            kept.setdefault(name)
            if len(kept) >= MAX_CATEGORIES:
                break
    return tuple(kept)


class Items:
    """The items of one document, in its order: of an id that repeats the first, of too many the newest."""

    def __init__(self) -> None:
        self._kept: dict[str, FeedItem] = {}
        self._seen = 0
        self._repeated = 0
        self._left_out = 0

    def is_full(self) -> bool:
        """Return whether one more is left out, whatever it is, and count it."""
        self._seen += 1
        if self._seen > MAX_READ:
            self._left_out += 1
        return self._seen > MAX_READ

    def add(self, item: FeedItem) -> None:
        key = id_key(item.id)
        if key in self._kept:
            self._repeated += 1
            return
        self._kept[key] = item
        if len(self._kept) >= 2 * MAX_ITEMS:
            self._prune()

    def _prune(self) -> None:
        """Keep the newest; feeds need not be sorted (Astro 4)."""
        newest = sorted(self._kept.items(), key=lambda one: one[1].published_at or _UNDATED, reverse=True)[:MAX_ITEMS]
        kept = {key for key, _ in newest}
        self._left_out += len(self._kept) - len(kept)
        self._kept = {key: item for key, item in self._kept.items() if key in kept}

    def all(self) -> tuple[FeedItem, ...]:
        if len(self._kept) > MAX_ITEMS:
            self._prune()
        return tuple(self._kept.values())

    def warnings(self) -> tuple[str, ...]:
        """Return what was left out; to be asked after `all`."""
        said = []
        if self._repeated:
            said.append(f"{self._repeated:,} entries repeat the id of one before them and are left out")
        if self._left_out:
            said.append(f"of more than {MAX_ITEMS:,} entries only the newest are read; {self._left_out:,} are left out")
        return tuple(said)


def interval_of(minutes: float) -> timedelta | None:
    """Return how long a feed asks to be left alone; None for nothing and nonsense."""
    if not 0 < minutes < _LONGEST_INTERVAL / timedelta(minutes=1):
        return None
    return timedelta(minutes=minutes)
