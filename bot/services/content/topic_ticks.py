"""The topics that an editor ticks for an article: all that are known, and those that words which were typed mean."""

from __future__ import annotations

from bot.domain.article import Article
from bot.domain.editing import Ticked
from bot.domain.topic_ticks import TickPage, holding, search_page, tick_page
from bot.services.content.topic_names import closest, names_in
from bot.store.content import topics
from bot.store.engine.database import Database


async def page(db: Database, article: Article, ticked: Ticked, page: int = 0) -> TickPage:
    """Return a page of the topics that an article may have, as they are ticked: those whose names hold what was
    searched for, else those that come closest to it; all where nothing is."""
    async with db.reading() as conn:
        known = await topics.established(conn)
        worn = await topics.topics(conn)
    own = {number: worn[number] for number in (*article.topics, *ticked.topics) if number in worn}
    offered = known | own
    if not ticked.search:
        return tick_page(offered, ticked.topics, article.topics, page)
    pieces = names_in(ticked.search)
    found = {topic.number: topic for piece in pieces for topic in holding(offered, piece) or closest(offered, piece)}
    return search_page(offered, ticked.topics, list(found.values()), page, ticked.search)
