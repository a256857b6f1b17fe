"""
What editors do to articles: publish, schedule, list, retract, give a topic more.

Each is one transaction and one promise: never public without its campaign, never promised twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.acts import Act
from bot.domain.article import Article, ArticleState, HeldWhy, Manner
from bot.domain.audit import By, person_of
from bot.domain.delivery import NEWS, Lane, Subject, SubjectType
from bot.domain.publishing import UNDO_FROM, undo_time
from bot.errors import OutOfTurn, UnknownTopic
from bot.services.newsroom import telling
from bot.services.newsroom.chosen_audience import aim
from bot.services.newsroom.copy_changes import stop_taking_back
from bot.services.newsroom.notices import let_editors_know
from bot.store.content import articles, known_topics, topics
from bot.store.delivery import campaign_changes, campaigns, change_notes, receipts
from bot.store.delivery.audiences import reach
from bot.store.delivery.campaigns import CampaignState
from bot.store.delivery.followers import followers_of
from bot.store.desk import approvals, audit_log
from bot.store.engine.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Published:
    """A publish that is promised. `resumed` when it goes on with an audience fixed earlier."""

    article: Article
    campaign: int
    start_at: datetime
    resumed: bool = False


async def publish(
    db: Database,
    number: int,
    *,
    by: By,
    now: datetime,
    undo: timedelta,
    breaking: bool = False,
    only_to: Sequence[int] | None = None,
) -> Published:
    """Make an article public and promise it to everyone who follows it at this moment.

    `only_to` are the topics to whose followers alone it goes; None leaves it to whom it is to go already.
    As `breaking` news it passes quiet hours, calm and digests of the chats that allow that, and goes before other news.
    Publishing again after a retraction lists it and resumes what was stopped; audience and urgency stay as they were.
    Raises: UnknownArticle, OutOfTurn when it is out already.
    """
    async with db.transaction() as conn:
        before = await articles.article(conn, number)
        if before.state is ArticleState.PUBLISHED:
            raise OutOfTurn(f"#{number} is out already")
        if not before.story.link:
            raise OutOfTurn(f"#{number} has no link that readers could open; its feed gave none")
        if only_to is not None:
            before = await aim(conn, before, only_to, by=by, now=now)
        published = await release(conn, before, by=by, now=now, undo=undo, manner=Manner.BREAKING if breaking else None)
        detail = "breaking" if breaking else None
        await audit_log.record(
            conn, "publish", at=now, person=by, article=number, detail=detail, before=before.state, after="published"
        )
        return published


async def release(
    conn: Connection,
    article: Article,
    *,
    by: By,
    now: datetime,
    undo: timedelta,
    by_file: bool = False,
    manner: Manner | None = None,
) -> Published:
    """Publish inside the caller's transaction: by hand, by file, or at the end of an embargo.

    Without a `manner` it arrives as it was scheduled to. What was asked about it before is over.
    """
    await approvals.forget(conn, article.number)
    await stop_taking_back(conn, article, now)
    await articles.set_state(conn, article.number, ArticleState.PUBLISHED)
    await known_topics.let_be_known(conn, [article.number])
    earlier = await campaigns.of_article(conn, article.number)
    if article.pushed_at is not None and earlier:
        for old in earlier:
            await campaign_changes.resume(conn, old.id, now)
        start_at = max(now, earlier[-1].start_at)
        return Published(await articles.article(conn, article.number), earlier[-1].id, start_at, resumed=True)
    audience = await followers_of(conn, article.number, now)
    start_at = now + undo_time(await reach(conn, audience, now, UNDO_FROM), undo)
    how = article.manner if manner is None else manner
    promised = await _promise(conn, article.number, now, start_at, by=by, by_file=by_file, manner=how)
    await articles.fix_audience(conn, article.number, now)
    return Published(await articles.article(conn, article.number), promised, start_at)


async def _promise(
    conn: Connection,
    number: int,
    now: datetime,
    start_at: datetime,
    *,
    by: By,
    by_file: bool,
    manner: Manner = Manner.USUAL,
) -> int:
    """Promise an article as news to whoever follows its topics now; return the campaign's number."""
    subject = Subject(SubjectType.ARTICLE, number)
    lane = Lane.URGENT if manner is Manner.BREAKING else Lane.NEWS
    return await campaigns.promise(
        conn,
        NEWS,
        subject,
        fixed_at=now,
        start_at=start_at,
        lane=lane,
        by=person_of(by),
        by_file=by_file,
        silent=manner is Manner.SILENT,
        breaking=manner is Manner.BREAKING,
    )


async def open_audience(
    conn: Connection, article: Article, *, by: By, now: datetime, undo: timedelta, by_file: bool = False
) -> Published | None:
    """Promise a published article that nobody got to everyone who follows its topics now.

    None when somebody got it already, or when still nobody would.
    """
    if article.state is not ArticleState.PUBLISHED or await receipts.somebody_has(conn, article.number):
        return None
    reached = await reach(conn, await followers_of(conn, article.number, now), now, UNDO_FROM)
    if not reached:
        return None
    start_at = now + undo_time(reached, undo)
    earlier = await campaigns.of_article(conn, article.number)
    if earlier and earlier[-1].state is not CampaignState.DONE:
        promised = earlier[-1].id
        await campaign_changes.widen(conn, promised, fixed_at=now, start_at=start_at)
    else:
        promised = await _promise(conn, article.number, now, start_at, by=by, by_file=by_file)
    await articles.fix_audience(conn, article.number, now)
    return Published(await articles.article(conn, article.number), promised, start_at)


async def unfix_empty_audience(conn: Connection, number: int, now: datetime) -> None:
    """Let an article that is not public and that nobody got have the followers of its topics when it is published."""
    if await receipts.somebody_has(conn, number):
        return
    if await is_going(conn, number):
        latest = (await campaigns.of_article(conn, number))[-1]
        await campaign_changes.widen(conn, latest.id, fixed_at=now, start_at=now)
    else:
        await articles.unfix_audience(conn, number)


async def add_topic(
    db: Database, number: int, topic: int, *, by: int, now: datetime, undo: timedelta
) -> tuple[Article, Published | None]:
    """Let an article bear a topic more. As long as nobody got it, that opens its audience: held for want of a topic it
    is published, and published already it goes to the topic's followers.

    Return the article, and what was promised; None when only lists have changed. Raises: UnknownArticle, UnknownTopic.
    """
    async with db.transaction() as conn:
        before = await articles.article(conn, number)
        known = (await topics.topics(conn)).get(topic)
        if known is None:
            raise UnknownTopic(str(topic))
        await topics.accept(conn, topic)
        if await articles.add_topic(conn, number, topic):
            await audit_log.record(conn, "topic", at=now, person=by, article=number, detail=known.name)
        if before.only_to and topic not in before.only_to:
            await articles.set_only_to(conn, number, (*before.only_to, topic))  # or it would reach nobody all the same
        promised = None
        if before.held_why is HeldWhy.TOPICS:
            promised = await release(conn, before, by=by, now=now, undo=undo)
        elif before.state is ArticleState.PUBLISHED:
            promised = await open_audience(conn, before, by=by, now=now, undo=undo)
        elif before.pushed_at is not None:
            await unfix_empty_audience(conn, number, now)
        if promised is not None:
            await audit_log.record(conn, "publish", at=now, person=by, article=number)
        return await articles.article(conn, number), promised


async def set_time(
    conn: Connection,
    article: Article,
    at: datetime,
    *,
    now: datetime,
    by: By = None,
    key: str | None = None,
    detail: str | None = None,
    manner: Manner = Manner.USUAL,
) -> None:
    """Let an article that is not out go out at a time to come, in the caller's transaction."""
    was = article.scheduled_at if article.state is ArticleState.SCHEDULED else None
    await articles.set_state(conn, article.number, ArticleState.SCHEDULED, scheduled_at=at)
    await articles.mark_by_hand(conn, [article.number])
    await articles.set_manner(conn, article.number, manner)
    await audit_log.record(
        conn,
        "schedule",
        at=now,
        person=by,
        article=article.number,
        detail=detail,
        key=key,
        before=None if was is None else was.isoformat(),
        after=at.isoformat(),
    )


async def unschedule(db: Database, number: int, *, by: By, now: datetime) -> Article:
    """Make a draft of what was to go out at a time to come. Raises: UnknownArticle, OutOfTurn when it is not."""
    async with db.transaction() as conn:
        article = await articles.article(conn, number)
        if article.state is not ArticleState.SCHEDULED:
            raise OutOfTurn(f"#{number} is not scheduled")
        await approvals.forget(conn, number)
        await articles.set_state(conn, number, ArticleState.DRAFT)
        was = None if article.scheduled_at is None else article.scheduled_at.isoformat()
        await audit_log.record(conn, "schedule", at=now, person=by, article=number, before=was)
        return await articles.article(conn, number)


async def is_going(conn: Connection, number: int) -> bool:
    """Return whether an article's latest campaign is not done, whether it runs or stands still."""
    earlier = await campaigns.of_article(conn, number)
    return bool(earlier) and earlier[-1].state is not CampaignState.DONE


async def archive(db: Database, number: int, *, by: By, now: datetime) -> Article:
    """List an article without pushing it. Raises: UnknownArticle, OutOfTurn when it is listed already."""
    async with db.transaction() as conn:
        article = await articles.article(conn, number)
        if article.is_listed:
            raise OutOfTurn(f"#{number} is listed already")
        await approvals.forget(conn, number)
        await stop_taking_back(conn, article, now)
        await articles.set_state(conn, number, ArticleState.ARCHIVED)
        await known_topics.let_be_known(conn, [number])
        await audit_log.record(
            conn, "archive", at=now, person=by, article=number, before=article.state, after="archived"
        )
        return await articles.article(conn, number)


async def retract(db: Database, number: int, *, by: By, now: datetime, tell_savers: bool | None = True) -> Article:
    """Take an article out of every list and let nothing more of it leave.

    `tell_savers`: whoever keeps it is told; None: that is decided with its copies (`corrections.take_back_copies`).
    Raises: UnknownArticle, OutOfTurn when it is in no list.
    """
    async with db.transaction() as conn:
        return await retract_within(conn, number, by=by, now=now, tell_savers=tell_savers)


async def retract_within(
    conn: Connection, number: int, *, by: By, now: datetime, tell_savers: bool | None = True
) -> Article:
    """Do what `retract` does in the caller's transaction."""
    article = await articles.article(conn, number)
    if not article.is_listed:
        raise OutOfTurn(f"#{number} is in no list")
    await withdraw(conn, number, now)
    if tell_savers is not None:
        await telling.decide_savers(conn, number, tell=tell_savers, by=by, now=now)
    await audit_log.record(conn, "retract", at=now, person=by, article=number, before=article.state, after="retracted")
    await let_editors_know(conn, Act.RETRACT, number, by=by, now=now)
    return await articles.article(conn, number)


async def withdraw(conn: Connection, number: int, now: datetime) -> None:
    """Retract inside the caller's transaction. Whether those who keep it are told is still to be decided."""
    await articles.set_state(conn, number, ArticleState.RETRACTED)
    await change_notes.open_retraction(conn, number, now)
    for one in await campaigns.of_article(conn, number):
        await campaign_changes.halt(conn, one.id, CampaignState.STOPPED, "retracted")
