"""The topics from which an editor chooses one for an article that would reach nobody."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.article import Article
from bot.domain.topic import Topic


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """`unknown` are the article's own topics that are no more than a name, `offered` those that may be chosen.

    `page` counts from 0, the likely ones; `has_more` when another page follows.
    """

    article: Article
    unknown: tuple[Topic, ...]
    offered: tuple[Topic, ...]
    page: int
    has_more: bool
