"""
A picker that ticks topics for an article: which are on a page, in an order that no tick changes.

The topics that the article has already stand first; a search narrows the list, and what is ticked stays ticked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.topic import Topic, by_name, topic_key

PAGE = 8
"""Topics on one page: what a phone shows without scrolling."""


@dataclass(frozen=True, slots=True)
class TickPage:
    """One page: topics, each with whether it is ticked; `page` counts from 0. `ticked` are all that are, in order.

    `search` are the words that the list was narrowed to, empty when it shows all.
    """

    choices: tuple[tuple[Topic, bool], ...]
    page: int
    pages: int
    ticked: tuple[Topic, ...]
    search: str = ""


def tick_page(topics: Mapping[int, Topic], ticked: Sequence[int], own: Sequence[int], page: int = 0) -> TickPage:
    """Return a page of `topics`, the article's `own` first, or the nearest page there is."""
    first = [topics[number] for number in own if number in topics]
    others = by_name(topic for number, topic in topics.items() if number not in own)
    return _cut([*first, *others], topics, ticked, page, "")


def search_page(
    topics: Mapping[int, Topic], ticked: Sequence[int], found: Sequence[Topic], page: int, search: str
) -> TickPage:
    """Return a page of the topics that were `found` for the words of a `search`."""
    return _cut(found, topics, ticked, page, search)


def holding(topics: Mapping[int, Topic], words: str) -> list[Topic]:
    """Return the topics with a name that holds `words`, those that begin so first; empty for words that say nothing."""
    asked = topic_key(words)
    if not asked:
        return []
    found: dict[bool, list[Topic]] = {True: [], False: []}
    for topic in by_name(topics.values()):
        names = (topic.name, topic.short_name or "", *topic.hashtags, *dict(topic.names).values())
        keys = [topic_key(name) for name in names]
        if any(asked in key for key in keys):
            found[any(key.startswith(asked) for key in keys)].append(topic)
    return [*found[True], *found[False]]


def _cut(
    shown: Sequence[Topic], topics: Mapping[int, Topic], ticked: Sequence[int], page: int, search: str
) -> TickPage:
    pages = max(1, -(-len(shown) // PAGE))
    page = min(max(page, 0), pages - 1)
    return TickPage(
        choices=tuple((topic, topic.number in ticked) for topic in shown[page * PAGE : (page + 1) * PAGE]),
        page=page,
        pages=pages,
        ticked=tuple(topics[number] for number in ticked if number in topics),
        search=search,
    )
