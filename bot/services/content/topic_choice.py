"""The topics an editor may give an article that would reach nobody: those it probably means, then all others."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.topic import Topic
from bot.domain.topic_choice import TopicChoice
from bot.services.content.topic_names import closest
from bot.store.content import articles, topics
from bot.store.engine.database import Database

SUGGESTED_TOPICS = 6
PAGE = 8
MAX_PAGES = 10_000


async def choice(db: Database, number: int, page: int = 0) -> TopicChoice:
    """Return one page of the topics that an article may be given: likely ones first, then those most chats follow.

    Raises: UnknownArticle.
    """
    async with db.reading() as conn:
        article = await articles.article(conn, number)
        known = await topics.established(conn)
        worn = await topics.topics(conn)
        unknown = tuple(worn[topic] for topic in article.topics if topic in worn and topic not in known)
        others = {number: topic for number, topic in known.items() if number not in article.topics}
        likely = _likely(others, unknown) if page <= 0 else ()
        if likely:
            return TopicChoice(article, unknown, likely, 0, len(others) > len(likely))
        page = min(max(page, 1), MAX_PAGES)
        followed = await topics.most_followed(conn, PAGE + 1, (page - 1) * PAGE)
        offered = tuple(topic for topic in followed[:PAGE] if topic.number in others)
        return TopicChoice(article, unknown, offered, page, len(followed) > PAGE)


def _likely(others: Mapping[int, Topic], unknown: tuple[Topic, ...]) -> tuple[Topic, ...]:
    found: dict[int, Topic] = {}
    for name in unknown:
        found |= {topic.number: topic for topic in closest(others, name.name)}
    return tuple(found.values())[:SUGGESTED_TOPICS]
