"""More like this: articles that an article is related to, by its links, its topics and its telling words."""

from __future__ import annotations

from datetime import datetime

from bot.domain.article import Article
from bot.domain.browsing import Page
from bot.domain.likeness import TELLING_BELOW, most_alike
from bot.errors import UnknownArticle
from bot.services.readers.browsing import Ranking
from bot.store.content import articles
from bot.store.engine.database import Database
from bot.store.readers import alike, phrases, subscriptions

MOST = 30
"""Articles in such a list: what comes behind them has little to do with the first."""
EACH = 150
"""Candidates of each topic, and of all words together."""
MAX_WORDS = 200
"""Words of an article that are looked for; an excerpt may be a page long."""
RAREST = 25
"""Of these words so many lead to candidates: those that tell most."""
MAX_TOPICS = 20


async def more_like(
    db: Database, chat: int, number: int, *, size: int, start: int = 0, now: datetime
) -> tuple[Article, Ranking]:
    """Return an article, and those most like it from `start` (counted from 0), without what the chat never wants.

    Raises: UnknownArticle, also for one that readers cannot list.
    """
    async with db.reading() as conn:
        article = await articles.article(conn, number)
        if not article.is_listed:
            raise UnknownArticle(f"#{number}")
        worn = article.topics[:MAX_TOPICS]
        held = await alike.bearers_of_words(conn, (await alike.words_of(conn, number))[:MAX_WORDS], TELLING_BELOW)
        words = {word: many for word, many in held.items() if 1 < many <= TELLING_BELOW}  # 1: it alone has it
        topics = await alike.bearers_of_topics(conn, worn, TELLING_BELOW)
        related = frozenset(await articles.of_one_story(conn, number))
        others = {*related, *await alike.holding_any(conn, sorted(words, key=words.__getitem__)[:RAREST], EACH)}
        for topic in worn:
            others.update(await alike.newest_of_topic(conn, topic, EACH))
        following = await subscriptions.following(conn, chat, now)
        never = [one.words for one in (await phrases.of_chat(conn, chat, now)).unwanted]
        compared = await alike.traits(conn, others - {number}, related, unwanted=following.unwanted, never=never)
        ranked = most_alike(compared, topics, words, MOST)
        start = min(max(0, start), max(0, len(ranked) - 1) // size * size)
        page = Page(tuple(await articles.articles(conn, ranked[start : start + size])))
        return article, Ranking(page, start, len(ranked) > start + size)
