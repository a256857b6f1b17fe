"""Decisions about everything that is held at once, articles and campaigns alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.article import ArticleState
from bot.domain.audit import By
from bot.services.newsroom.newsroom import release
from bot.store.content import articles, known_topics
from bot.store.delivery import campaign_changes, campaigns
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import audit_log
from bot.store.engine.database import Connection, Database


async def push_held(db: Database, *, by: By, now: datetime, undo: timedelta) -> list[int]:
    """Publish every held article and resume every held campaign, oldest first; return the articles' numbers."""
    async with db.transaction() as conn:
        return await _decide_held(conn, by=by, now=now, undo=undo, push=True)


async def archive_held(db: Database, *, by: By, now: datetime) -> list[int]:
    """List every held article without pushing it; return the articles' numbers."""
    async with db.transaction() as conn:
        return await _decide_held(conn, by=by, now=now, undo=timedelta(0), push=False)


async def _decide_held(conn: Connection, *, by: By, now: datetime, undo: timedelta, push: bool) -> list[int]:
    decided = await articles.in_state(conn, ArticleState.HELD)
    for article in await articles.articles(conn, decided):
        if push:
            await release(conn, article, by=by, now=now, undo=undo)
        else:
            await articles.set_state(conn, article.number, ArticleState.ARCHIVED)
            await known_topics.let_be_known(conn, [article.number])
        await audit_log.record(conn, "publish" if push else "archive", at=now, person=by, article=article.number)
    for going in await campaigns.open_ones(conn):
        if going.state is CampaignState.HELD:
            if push:
                await campaign_changes.resume(conn, going.id, now)
            else:
                await campaign_changes.halt(conn, going.id, CampaignState.STOPPED, "archived")
            await audit_log.record(conn, "resume" if push else "stop", at=now, person=by, article=going.article)
            if going.article is not None:
                decided.append(going.article)
    return decided
