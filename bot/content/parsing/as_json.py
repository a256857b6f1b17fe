"""
Feeds and pages as lines of JSON, by which they leave the process that read them.

Whoever reads the lines believes nothing: that process has read what strangers wrote. Each value has the type, the
length and the form that it would have from a reader that did its work, or there is no value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, TypeVar

from bot.content.feeds.fields.addresses import LONGEST as LONGEST_ADDRESS
from bot.content.feeds.fields.addresses import is_web_address
from bot.domain.article import Picture, Provider
from bot.domain.feed import Feed, FeedItem
from bot.domain.page import FeedLink, Obstacle, Page

ITEMS_TO_A_LINE = 20
LONGEST_LINE = 2**21  # bytes; an item is at most some 70,000, in letters of four bytes
_LONGEST_TEXT = 20_000  # characters
_MOST_ENTRIES = 200  # of a list in an item or page
_LONGEST_INTERVAL = 366 * 86_400  # seconds
_T = TypeVar("_T")


def line_of(value: Any) -> bytes:
    """Return a value of JSON's own types as a line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def value_of(line: bytes) -> Any:
    """Return what a line holds. Raises: ValueError."""
    return json.loads(line)


def feed_lines(feed: Feed) -> Iterator[bytes]:
    """Yield a feed: first all but its items and their number, then the items, some to a line."""
    every = None if feed.ask_every is None else int(feed.ask_every.total_seconds())
    yield line_of([feed.title, feed.link, every, feed.hub, feed.topic, feed.warnings, len(feed.items)])
    for start in range(0, len(feed.items), ITEMS_TO_A_LINE):
        yield line_of([_item_values(item) for item in feed.items[start : start + ITEMS_TO_A_LINE]])


def _item_values(item: FeedItem) -> list[Any]:
    return [
        item.id,
        item.title,
        item.link,
        _seconds(item.published_at),
        item.excerpt,
        item.text,
        [_picture_values(picture) for picture in item.pictures],
        item.categories,
        item.author,
        item.warnings,
    ]


def feed_head(value: Any, most_items: int) -> tuple[Callable[[tuple[FeedItem, ...]], Feed], int]:
    """Return what makes the feed of the first line from its items, and how many there are. Raises: ValueError."""
    title, link, every, hub, topic, warnings, count = _fields(value, 7)
    ask_every = None if every is None else timedelta(seconds=_whole(every, _LONGEST_INTERVAL))
    title, link, hub, topic = (
        _text_or_none(title),
        _address_or_none(link),
        _address_or_none(hub),
        _address_or_none(topic),
    )
    said = _texts(warnings)

    def made(items: tuple[FeedItem, ...]) -> Feed:
        return Feed(title, link, items, ask_every, hub, topic, said)

    return made, _whole(count, most_items)


def items_in(value: Any) -> list[FeedItem]:
    """Return the items of one line. Raises: ValueError."""
    if not isinstance(value, list) or not 0 < len(value) <= ITEMS_TO_A_LINE:
        _refuse()
    return [_item(one) for one in value]


def _item(value: Any) -> FeedItem:
    known_as, title, link, at, excerpt, text, pictures, categories, author, warnings = _fields(value, 10)
    if not known_as:
        _refuse()
    return FeedItem(
        _text(known_as),
        _text(title),
        _address_or_none(link),
        _moment_or_none(at),
        _text_or_none(excerpt),
        _text(text),
        _each(pictures, _picture),
        _texts(categories),
        _text_or_none(author),
        _texts(warnings),
    )


def page_line(page: Page) -> bytes:
    """Return a page as one line."""
    provider = page.provider
    return line_of(
        [
            page.url,
            page.is_html,
            page.title,
            page.excerpt,
            _seconds(page.published_at),
            page.canonical,
            [provider.name, provider.domain, [_picture_values(picture) for picture in provider.pictures]],
            [_picture_values(picture) for picture in page.pictures],
            page.keywords,
            [[feed.url, feed.title] for feed in page.feeds],
            page.refresh,
            page.obstacle,
        ]
    )


def page_in(value: Any) -> Page:
    """Return the page of a line. Raises: ValueError."""
    url, is_html, title, excerpt, at, canonical, provider, pictures, keywords, feeds, refresh, obstacle = _fields(
        value, 12
    )
    name, domain, logos = _fields(provider, 3)
    if not isinstance(is_html, bool):
        _refuse()
    return Page(
        url=_address(url),
        is_html=is_html,
        title=_text_or_none(title),
        excerpt=_text_or_none(excerpt),
        published_at=_moment_or_none(at),
        canonical=_address_or_none(canonical),
        provider=Provider(_text_or_none(name), _text_or_none(domain), _each(logos, _picture)),
        pictures=_each(pictures, _picture),
        keywords=_texts(keywords),
        feeds=_each(feeds, _feed_link),
        refresh=_address_or_none(refresh),
        obstacle=None if obstacle is None else Obstacle(_text(obstacle)),
    )


def _refuse() -> NoReturn:
    raise ValueError("no value of this kind")


def _fields(value: Any, count: int) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) != count:
        _refuse()
    return value


def _each(value: Any, read: Callable[[Any], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list) or len(value) > _MOST_ENTRIES:
        _refuse()
    return tuple([read(one) for one in value])


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        _refuse()
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _texts(value: Any) -> tuple[str, ...]:
    return _each(value, _text)


def _address(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not is_web_address(value):
        _refuse()
    return value


def _address_or_none(value: Any) -> str | None:
    return None if value is None else _address(value)


def _whole(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        _refuse()
    return value


def _whole_or_none(value: Any) -> int | None:
    return None if value is None else _whole(value, 1_000_000)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _moment_or_none(value: Any) -> datetime | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not abs(value) < 253_000_000_000:
        _refuse()
    return datetime.fromtimestamp(value, UTC)


def _picture_values(picture: Picture) -> list[Any]:
    return [picture.url, picture.width, picture.height, picture.credit, picture.alt]


def _picture(value: Any) -> Picture:
    url, width, height, credit, alt = _fields(value, 5)
    return Picture(
        _address(url), _whole_or_none(width), _whole_or_none(height), _text_or_none(credit), _text_or_none(alt)
    )


def _feed_link(value: Any) -> FeedLink:
    url, title = _fields(value, 2)
    return FeedLink(_address(url), _text_or_none(title))
