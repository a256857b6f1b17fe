"""
Items of a feed over its edits: which of them are known, under whatever id and link, and what is new or has changed.

An item is known by its id, for good; else by its link; else it is the item that vanished in the same fetch and is like
it (`twins`). In most software that makes feeds, changing a story's address changes its id too, so that without this a
corrected address would be news again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from hashlib import blake2b
from zlib import crc32

from bot.domain.feed import FeedItem, id_key
from bot.domain.link import normal_link
from bot.domain.search_terms import fold

MAX_IDS = 8
"""Ids that are kept of one item. Some software makes new ones for every fetch; those items are known by their links."""
_SKETCH = 24  # hashes of a text's parts that are kept: enough to tell half alike from hardly alike
_SKETCHED = 2_000  # characters of a text that are looked at for it
_WORD = re.compile(r"\w+")
_TITLES_ALIKE = 0.6  # of 1
_TEXTS_ALIKE = 0.5  # of 1
_MIN_TEXT = 40  # characters of a text that can tell one story from another
_A_DAY_ALONE = 3  # items of one time of day, so that it is taken for a midnight somewhere


class Standing(StrEnum):
    """What became of an item."""

    TAKEN = "taken"
    REFUSED = "refused"  # by the source's phrases, or because it has nothing to show
    NO_LINK = "no link"  # a draft that waits for one
    WITHDRAWN = "withdrawn"  # it vanished before its embargo ended, and is a draft


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item as it was last read.

    `place` is where it stood in the feed, None when it was not in it. `link` is normalised; `published_at` as the feed
    says. `embargo` is the end of the embargo that its date asked for, None when it asked for none.
    """

    key: str
    title: str
    link: str | None
    published_at: datetime | None
    text_hash: str
    sketch: str
    fingerprint: str
    place: int | None = None
    is_history: bool = False
    standing: Standing = Standing.TAKEN
    embargo: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether more than a change for readers makes a difference: its date, a link, or that it has come back."""
        return self.embargo is not None or self.standing in (Standing.NO_LINK, Standing.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class KnownItems:
    """What is known of a source's items, as far as one fetch needs it: those that were in the feed when it was last
    read, and those with the ids and links of the items that were just read. `ids` leads from hashed ids to keys."""

    items: Mapping[str, KnownItem] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recognised:
    """An item that was just read, and what it was before; None when it is new.

    `id` is its id, hashed; `mark` its `fingerprint`.
    """

    item: FeedItem
    key: str
    id: str
    place: int
    mark: str
    before: KnownItem | None = None


def hashed_id(id: str) -> str:
    """Return an item's id in the form in which two are compared: http and https are one, all else is exact."""
    return _digest(id_key(id.strip()))


def text_hash(text: str) -> str:
    """Return what tells a text from others, whatever its white space; empty for no text."""
    plain = " ".join(text.split())
    return _digest(plain) if plain else ""


def sketch(text: str) -> str:
    """Return a short summary of a text, so that two texts that share most of their sentences share most of it.

    It holds the smallest hashes of all runs of three words at its beginning. Source: A. Broder, "On the resemblance and
    containment of documents", 1997
    """
    words = _WORD.findall(fold(text[:_SKETCHED]))
    runs = {" ".join(words[place : place + 3]) for place in range(max(1, len(words) - 2))} if words else set()
    hashes = sorted({crc32(run.encode(errors="replace")) for run in runs})
    return "".join(f"{one:08x}" for one in hashes[:_SKETCH])


def fingerprint(item: FeedItem) -> str:
    """Return what changes when readers would see a difference: title, excerpt, link, pictures, and its categories.

    Its times are no part of it: some software dates all its items anew with every build.
    """
    seen = (
        " ".join(item.title.split()),
        " ".join((item.excerpt or "").split()),
        normal_link(item.link) if item.link else "",
        *(re.sub(r"^http://", "https://", picture.url) for picture in item.pictures),
        "",
        *sorted({name.strip().casefold() for name in item.categories}),
    )
    return _digest("\x1f".join(seen))


def recognise(items: Sequence[FeedItem], known: KnownItems) -> list[Recognised]:
    """Return the items of a feed as they are known, in its order. Of those with one id the first counts."""
    found: dict[str, Recognised] = {}
    for place, item in enumerate(items):
        id = hashed_id(item.id)
        if id not in found:
            found[id] = Recognised(item, key=id, id=id, place=place, mark=fingerprint(item))
    matched: dict[str, str] = {}  # key of a known item, by the id of the one that is it

    def match(id: str, key: str | None) -> None:
        if key in known.items and key not in taken and id not in matched:
            assert key is not None
            matched[id] = key
            taken.add(key)

    taken: set[str] = set()
    for id in found:
        match(id, known.ids.get(id, id))
    by_link = _by_link(known.items.values())
    in_feed = Counter(normal_link(one.item.link) for one in found.values() if one.item.link)
    for id, one in found.items():
        link = normal_link(one.item.link) if one.item.link else None
        if link is not None and in_feed[link] == 1:  # what several share tells none of them
            match(id, by_link.get(link))
    fresh = [one for id, one in found.items() if id not in matched]
    vanished = [one for one in known.items.values() if one.place is not None and one.key not in taken]
    if fresh and vanished:
        there = [known.items[key] for key in taken if known.items[key].place is not None]
        for id, key in twins(fresh, vanished, there, list(found.values())).items():
            match(id, key)
    return [
        one if id not in matched else replace(one, key=matched[id], before=known.items[matched[id]])
        for id, one in found.items()
    ]


def twins(
    fresh: Sequence[Recognised],
    vanished: Sequence[KnownItem],
    there: Sequence[KnownItem],
    read: Sequence[Recognised],
) -> dict[str, str]:
    """Return which unknown items are known ones that vanished in the same fetch: keys of those, by hashed id.

    Never by title alone: series go by one title for years. `there` are the known items that are still in the feed,
    `read` are all that were just read. Where a feed shows only its newest items, the oldest leave it by themselves; so
    a vanished item is looked for under another title or time only while older ones are still there.
    """
    times = [one.item.published_at for one in read if one.item.published_at is not None]
    bearing = Counter(times)
    of_day = Counter(map(_of_day, times))
    # All items of a long feed may have got other ids at once: each is looked up, not compared with every other.
    by_title_and_time, by_time, by_text = _grouped(vanished)
    has_older = _older_than(there)

    def same_title_and_time(new: Recognised) -> Sequence[KnownItem]:
        at = new.item.published_at
        return by_title_and_time.get((_plain(new.item.title), at), ()) if at is not None else ()

    def same_time_and_alike(new: Recognised) -> Sequence[KnownItem]:
        at = new.item.published_at
        if at is None or bearing[at] != 1 or len(by_time.get(at, ())) != 1 or _is_midnight(at, of_day):
            return ()
        [old] = by_time[at]
        alike = _titles_alike(new.item.title, old.title) or _texts_alike(sketch(new.item.text), old.sketch)
        return (old,) if alike and has_older(old) else ()

    def only_the_time_differs(new: Recognised) -> Sequence[KnownItem]:
        if len(new.item.text) < _MIN_TEXT:
            return ()
        same = by_text.get((text_hash(new.item.text), _plain(new.item.title)), ())
        return [old for old in same if has_older(old)]

    found: dict[str, str] = {}
    taken: set[str] = set()
    for candidates in (same_title_and_time, same_time_and_alike, only_the_time_differs):
        for new in fresh:
            if new.id in found:
                continue
            old = next((one for one in candidates(new) if one.key not in taken), None)
            if old is not None:
                found[new.id] = old.key
                taken.add(old.key)
    return found


def _grouped(
    vanished: Iterable[KnownItem],
) -> tuple[
    dict[tuple[str, datetime], list[KnownItem]],
    dict[datetime, list[KnownItem]],
    dict[tuple[str, str], list[KnownItem]],
]:
    """Return items by title and time, by time, and by text and title."""
    by_title_and_time: dict[tuple[str, datetime], list[KnownItem]] = defaultdict(list)
    by_time: dict[datetime, list[KnownItem]] = defaultdict(list)
    by_text: dict[tuple[str, str], list[KnownItem]] = defaultdict(list)
    for one in vanished:
        title = _plain(one.title)
        if one.published_at is not None:
            by_title_and_time[title, one.published_at].append(one)
            by_time[one.published_at].append(one)
        if one.text_hash:
            by_text[one.text_hash, title].append(one)
    return by_title_and_time, by_time, by_text


def _older_than(there: Sequence[KnownItem]) -> Callable[[KnownItem], bool]:
    """Return whether an item older than the one asked about is in the feed; without dates, one that stood below it."""
    oldest = min((one.published_at for one in there if one.published_at is not None), default=None)
    lowest = max((one.place or 0 for one in there), default=-1)

    def has_older(old: KnownItem) -> bool:
        if old.published_at is not None:
            return oldest is not None and oldest < old.published_at
        return lowest > (old.place or 0)

    return has_older


def _is_midnight(at: datetime, of_day: Mapping[timedelta, int]) -> bool:
    """Return whether a time may be no more than a day: midnight, in UTC or in the zone in which a feed is made.

    That zone is unknown. But where items have days only, all of them bear one time of day, or two that a change of
    the clocks keeps an hour apart.
    """
    hour = timedelta(hours=1)
    if not _of_day(at):
        return True
    if _of_day(at) % (hour / 4):
        return False
    same = sum(of_day.get(_of_day(other), 0) for other in (at - hour, at, at + hour))
    return same >= _A_DAY_ALONE and same * 2 > sum(of_day.values())


def _of_day(at: datetime) -> timedelta:
    """Return how long after midnight, UTC, a time is."""
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _by_link(items: Iterable[KnownItem]) -> dict[str, str]:
    """Return the keys of items by their links, without links that several have."""
    many = Counter(one.link for one in items if one.link is not None)
    return {one.link: one.key for one in items if one.link is not None and many[one.link] == 1}


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())


def _titles_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, fold(one)[:300], fold(other)[:300]).ratio() >= _TITLES_ALIKE


def _texts_alike(one: str, other: str) -> bool:
    mine, theirs = _pieces(one), _pieces(other)
    if not mine or not theirs:
        return False
    both = sorted(mine | theirs)[:_SKETCH]
    return sum(piece in mine and piece in theirs for piece in both) / len(both) >= _TEXTS_ALIKE


def _pieces(sketched: str) -> set[str]:
    return {sketched[place : place + 8] for place in range(0, len(sketched), 8)}


def _digest(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
