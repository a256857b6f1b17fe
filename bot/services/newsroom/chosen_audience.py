"""
To whom an article goes when its editor chooses: to the followers of some topics alone, the article's own or others.

The choice belongs to the article until it is out, so it survives restarts, a time to come and another editor's
approval; it is a new revision, because whoever approves it approves the audience too. Mutes and what chats never want
count as always.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.article import Article, ArticleState
from bot.domain.audit import By
from bot.errors import OutOfTurn, UnknownTopic
from bot.store.content import articles, topics
from bot.store.desk import audit_log
from bot.store.engine.database import Connection, Database


async def aim(
    conn: Connection, article: Article, wanted: Sequence[int], *, by: By, now: datetime, key: str | None = None
) -> Article:
    """Let an article go to the followers of these topics alone, without any to all who follow it, in the caller's
    transaction; return it as it stands then. `key` names the program that asks.

    Raises: OutOfTurn, once its one audience is fixed.
    """
    only_to = tuple(dict.fromkeys(wanted))
    if only_to == article.only_to:
        return article
    if article.pushed_at is not None or article.state is ArticleState.PUBLISHED:
        raise OutOfTurn(f"#{article.number} has its audience already")
    names = await topics.names(conn, (*article.only_to, *only_to))
    if any(number not in names for number in only_to):
        raise UnknownTopic(str(only_to))
    await articles.set_only_to(conn, article.number, only_to)
    before, after = (", ".join(names[one] for one in some if one in names) for some in (article.only_to, only_to))
    number = article.number
    await audit_log.record(conn, "audience", at=now, person=by, article=number, before=before, after=after, key=key)
    return await articles.article(conn, number)


async def choose_audience(db: Database, number: int, wanted: Sequence[int], *, by: By, now: datetime) -> Article:
    """Let an article go to the followers of these topics alone, without any to all who follow it; return it.

    Raises: UnknownArticle; UnknownTopic; OutOfTurn, once its one audience is fixed.
    """
    async with db.transaction() as conn:
        return await aim(conn, await articles.article(conn, number), wanted, by=by, now=now)


async def names(db: Database, article: Article) -> tuple[str, ...]:
    """Return what the topics are called to whose followers alone an article goes; none when it goes to all."""
    async with db.reading() as conn:
        known = await topics.names(conn, article.only_to)
    return tuple(known[number] for number in article.only_to if number in known)
