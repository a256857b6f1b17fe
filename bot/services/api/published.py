"""
What is published, for feeds: what readers find in lists, newest first.

Archived articles are in it as well. They are public and only were never pushed; who follows a feed of ours for the
first time archives all of it anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.article import Article
from bot.errors import UnknownTopic
from bot.store.content import articles, known_topics, topics
from bot.store.engine.database import Database
from bot.store.readers import browsing

NEWEST = 50
"""Articles of a feed: more than most that are read every few minutes have, and some 40 KB."""
_NOBODY = 0  # no chat: what all readers know


@dataclass(frozen=True, slots=True)
class Published:
    """Articles, newest first, each with its topics' names; `topics` are the names of those that were asked for."""

    topics: tuple[str, ...]
    articles: tuple[tuple[Article, tuple[str, ...]], ...]


async def published(db: Database, names: Sequence[str]) -> Published:
    """Return the newest published articles that bear one of these topics or of what is below them; of all, without any.

    A topic is named as readers name it: name, short name, hashtag, id, or a former one. Raises: UnknownTopic.
    """
    async with db.reading() as conn:
        asked = []
        for name in names:
            topic = await known_topics.named(conn, name, _NOBODY)
            if topic is None:
                raise UnknownTopic(name)
            asked.append(topic)
        wanted = None
        if asked:
            tree = await topics.tree(conn)
            wanted = {number for topic in asked for number in tree.below(topic.number)}
        places = await browsing.latest(conn, None, NEWEST, topics=wanted)
        found = await articles.articles(conn, [place.number for place in places])
        named = await topics.names(conn, {topic for one in found for topic in one.topics})
    return Published(
        tuple(topic.name for topic in asked),
        tuple((one, tuple(named[topic] for topic in one.topics if topic in named)) for one in found),
    )
