"""
Campaigns that change delivered copies: promised, handed from one to another, and ended when an article is listed again.

What `corrections` does for editors, and what happens by itself: a copy that Telegram lets nobody delete becomes a
notice, and what was taken back by mistake is not taken back any further.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.article import Article
from bot.domain.audit import By, person_of
from bot.domain.correction import Field
from bot.domain.delivery import NOTICE, WITHDRAWAL, Lane, Operation, Subject, SubjectType
from bot.services.newsroom import correction_offers
from bot.store.content.story_json import epoch
from bot.store.delivery import campaign_changes, campaigns, joining
from bot.store.delivery.campaigns import Campaign
from bot.store.engine.database import Connection


async def promise_change(
    conn: Connection, article: Article, kind: str, lane: Lane, operation: Operation, by: By, now: datetime
) -> int:
    """Promise that every copy of an article is changed as a kind does it, in place of older changes."""
    subject = Subject(SubjectType.ARTICLE, article.number)
    await campaign_changes.end_superseded(conn, subject, article.revision, now)
    return await campaigns.promise(
        conn,
        kind,
        subject,
        fixed_at=now,
        start_at=now,
        lane=lane,
        by=person_of(by),
        revision=article.revision,
        operation=operation,
    )


async def notice_instead(conn: Connection, withdrawal: Campaign, chats: Sequence[int], now: datetime) -> None:
    """Turn the copies in these chats into notices: Telegram would not let them be deleted."""
    notice = await joining.notice_of(conn, withdrawal.id)
    if notice is None:
        notice = await campaigns.promise(
            conn,
            NOTICE,
            withdrawal.subject,
            fixed_at=withdrawal.fixed_at,  # so that it gives a row to nobody else
            start_at=now,
            lane=withdrawal.lane,
            by=withdrawal.asked_by,
            revision=withdrawal.revision,
            operation=Operation.EDIT,
        )
    await joining.join(conn, notice, Operation.EDIT, chats, epoch(now))


async def stop_taking_back(conn: Connection, before: Article, now: datetime) -> None:
    """Take back no further copies of an article that is listed again, in the caller's transaction.

    Where copies have become notices, editors are asked whether to correct them.
    """
    if before.is_listed:
        return
    subject = Subject(SubjectType.ARTICLE, before.number)
    made = await campaigns.changing(conn, subject)
    if not made or made[-1].kind not in (NOTICE, WITHDRAWAL):
        return
    await campaign_changes.end_superseded(conn, subject, before.revision + 1, now, (NOTICE, WITHDRAWAL))
    if any(one.kind == NOTICE and one.revision == made[-1].revision for one in made):
        fields = [Field.EXCERPT, Field.PICTURE] if before.story.pictures else [Field.EXCERPT]
        await correction_offers.offer(conn, {before.number: fields}, now)
