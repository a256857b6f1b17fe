"""
The end of embargoes that a feed's dates asked for: seven of fourteen kinds of software list a story before its date,
and it may be withdrawn until then. So its source is read once more when the date has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.article import ArticleState
from bot.domain.feed_intake import EmbargoEnd, embargo_end
from bot.store.content import articles, known_topics, source_items, sources
from bot.store.desk import audit_log
from bot.store.engine.database import Connection

LOOK_AGAIN = timedelta(seconds=3)
"""Between two looks at whether a source has been read since an embargo of it ended."""


async def end(conn: Connection, due: Sequence[int], now: datetime) -> set[int]:
    """Decide about due articles that a feed dated ahead; return those that are not to become news now.

    Those are listed only, are drafts again, or wait for their source to be read.
    """
    waiting, settled, asked = [], set(), set()
    found = await source_items.embargoed(conn, due)
    of = {one.number: one for one in await sources.sources(conn, {one.source for one in found})} if found else {}
    for one in found:
        due_at = one.item.published_at or one.due_at
        match embargo_end(one.item, of[one.source], due_at=due_at, now=now):
            case EmbargoEnd.PUBLISH:
                continue
            case EmbargoEnd.WAIT:
                waiting.append(one)
                if one.due_at <= due_at:  # once: a source that cannot be had is left its pauses
                    asked.add(one.source)
            case EmbargoEnd.LIST:
                await articles.set_state(conn, one.article, ArticleState.ARCHIVED)
                await known_topics.let_be_known(conn, [one.article])
                await audit_log.record(conn, "archive", at=now, article=one.article, detail="history")
            case EmbargoEnd.WITHDRAW:
                await articles.set_state(conn, one.article, ArticleState.DRAFT)
                await source_items.withdraw(conn, one)
                await audit_log.record(conn, "withdrawn", at=now, article=one.article, detail="feed")
        settled.add(one.article)
    await source_items.postpone(conn, waiting, now + LOOK_AGAIN)
    await sources.ask_at(conn, asked, now)
    return settled
