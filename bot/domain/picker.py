"""
The pages of the topic picker: which topics are on a page, in which order, and which are marked.

Children are on pages of their own, below their parent. So the first page lists the sections only, and stays short
however many topics there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.following import Following
from bot.domain.topic import Topic, by_name

PAGE = 8
"""Topics on one page: what a phone shows without scrolling."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One topic of the picker. `parts` counts the listed topics below it, `chosen` those of them that are followed."""

    topic: Topic
    followed: bool
    parts: int = 0
    chosen: int = 0


@dataclass(frozen=True, slots=True)
class PickerPage:
    """One page. `parent` is None for the sections; `page` counts from 0; `follows` what the chat follows by name."""

    choices: tuple[Choice, ...]
    parent: Choice | None
    page: int
    pages: int
    follows: int


def picker_page(topics: Mapping[int, Topic], following: Following, parent: int = 0, page: int = 0) -> PickerPage:
    """Return a page of the listed topics under `parent` (0: of the sections), or the nearest page there is.

    A parent that is not (or no longer) one shows the sections. A listed topic below an unlisted one is a section.
    """
    listed = {number: topic for number, topic in topics.items() if topic.listed}
    above = {number: _listed_parent(topic, listed, following) for number, topic in listed.items()}
    if parent not in above.values():
        parent = 0
    shown = by_name(listed[number] for number, place in above.items() if place == parent)
    pages = max(1, -(-len(shown) // PAGE))
    page = min(max(page, 0), pages - 1)
    return PickerPage(
        choices=tuple(_choice(topic, listed, following) for topic in shown[page * PAGE : (page + 1) * PAGE]),
        parent=_choice(listed[parent], listed, following) if parent else None,
        page=page,
        pages=pages,
        follows=len(following.follows),
    )


def _listed_parent(topic: Topic, listed: Mapping[int, Topic], following: Following) -> int:
    path = following.tree.path(topic.number)
    # Where files make a loop of parents, its topic with the lowest number is the section.
    top = listed.get(path[-1])
    is_loop = top is not None and top.parent in path
    if is_loop and topic.number == min(path):
        return 0
    return topic.parent if topic.parent is not None and topic.parent in listed else 0


def _choice(topic: Topic, listed: Mapping[int, Topic], following: Following) -> Choice:
    below: Iterable[int] = following.tree.below(topic.number)[1:]
    parts = [part for part in below if part in listed]
    return Choice(
        topic=topic,
        followed=following.includes(topic.number),
        parts=len(parts),
        chosen=sum(following.includes(part) for part in parts),
    )
