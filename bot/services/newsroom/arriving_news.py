"""
What becomes news without a word from an editor: from files, feeds and programs, and at the end of an embargo.

It goes out, or is held until an editor decides: a burst of it, all of it after a restore, and what would reach nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.domain.article import ArticleState, HeldWhy
from bot.domain.ingestion import FEED_ITEMS
from bot.domain.publishing import BURST_WITHIN, is_burst, is_for_nobody
from bot.services.newsroom import approvals, copy_changes, feed_embargoes, newsroom
from bot.store.content import articles, imports, known_topics, topics
from bot.store.delivery import campaign_changes, receipts
from bot.store.delivery.audiences import reach
from bot.store.delivery.followers import followers_of
from bot.store.desk import audit_log, notices
from bot.store.desk.notices import Notice
from bot.store.engine import metadata
from bot.store.engine.database import Connection, Database
from bot.store.readers import subscriptions


async def news_by_file(
    conn: Connection,
    numbers: Iterable[int],
    *,
    opened: Iterable[int] = (),
    now: datetime,
    burst: int,
    undo: timedelta,
    hold: bool = False,
    key: str | None = None,
) -> tuple[list[int], list[int]]:
    """Publish what files and feeds made news, or hold it; return (published, held). Editors are told what is held.

    `opened` are published ones that nobody got and whose files gave them another topic: they are news as well. Those
    that somebody has decided about since their file was read are left alone. Held is everything by file that is not
    yet on its way when it is more than people expect: of a burst, also what waits for its undo time. A restored
    database holds all (`hold`, or until all of its files have been read): what it would send may have been sent
    before. What would reach nobody by a slip is held by itself.
    """
    fresh = [
        article for article in await articles.articles(conn, list(numbers)) if article.state is ArticleState.SCHEDULED
    ]
    anew = [
        article
        for article in await articles.articles(conn, list(opened))
        if article.state is ArticleState.PUBLISHED and not await receipts.somebody_has(conn, article.number)
    ]
    if not fresh and not anew:
        return [], []
    await articles.mark_news(conn, [article.number for article in (*fresh, *anew)], now)
    restored = hold or await metadata.is_restored(conn)
    if restored or is_burst(await articles.news_since(conn, now - BURST_WITHIN), burst):
        why = HeldWhy.RESTORED if restored else HeldWhy.BURST
        taken_back = await campaign_changes.take_back_unbegun(conn)
        idle = [article.number for article in anew if not await newsroom.is_going(conn, article.number)]
        held = list(dict.fromkeys([*taken_back, *idle, *(article.number for article in fresh)]))
        for number in (*taken_back, *idle):
            await articles.unfix_audience(conn, number)
        await _hold(conn, held, why, now)
        return [], held
    worn = await topics.are_established(conn, {topic for article in fresh for topic in article.topics})
    has_followers = await subscriptions.are_there_any(conn)
    lost = [
        article.number
        for article in fresh
        if is_for_nobody(article.topics, worn, has_followers)
        and not await reach(conn, await followers_of(conn, article.number, now), now, 1)  # by a phrase
    ]
    await _hold(conn, lost, HeldWhy.TOPICS, now)
    published = []
    for article in fresh:
        if article.number not in lost:
            await newsroom.release(conn, article, by=None, now=now, undo=undo, by_file=True)
            published.append(article.number)
    for article in anew:
        if await newsroom.open_audience(conn, article, by=None, now=now, undo=undo, by_file=True) is not None:
            published.append(article.number)
    owners = {} if key else await imports.owners(conn, published)
    for number in published:
        owner = owners.get(number)
        detail = None if key else came_by(owner.id if owner is not None else "")
        await audit_log.record(conn, "publish", at=now, article=number, detail=detail, key=key)
    return published, lost


def came_by(item: str) -> str:
    """Return how the log calls the way on which an item came that nobody handed in."""
    return "source" if item.startswith(FEED_ITEMS) else "file"


async def news_by_hand(
    conn: Connection,
    numbers: Iterable[int],
    *,
    opened: Iterable[int] = (),
    now: datetime,
    undo: timedelta,
    key: str | None = None,
) -> list[int]:
    """Publish what somebody made news, in the caller's transaction: nothing is held. Return what was published.

    `opened` are published ones that nobody got and that were given another topic. `key` names the API key of the
    program that asked for it.
    """
    published = []
    for article in await articles.articles(conn, list(numbers)):
        if article.state is ArticleState.SCHEDULED:
            await newsroom.release(conn, article, by=None, now=now, undo=undo)
            published.append(article.number)
    for article in await articles.articles(conn, list(opened)):
        if await newsroom.open_audience(conn, article, by=None, now=now, undo=undo) is not None:
            published.append(article.number)
    for number in published:
        await audit_log.record(conn, "publish", at=now, article=number, key=key)
    return published


async def take_up_known(conn: Connection, now: datetime) -> list[int]:
    """Return the articles that were held because nobody knew their topics, of which one is known now, to become news.

    A topic's file may come after the first story about it. One whose date is to come is scheduled, and is not returned.
    """
    held = await articles.articles(conn, await articles.held_because(conn, HeldWhy.TOPICS))
    worn = await topics.are_established(conn, {topic for article in held for topic in article.topics})
    goes_at = {one.number: max(now, one.story.published_at) for one in held if worn.intersection(one.topics)}
    await articles.set_states(conn, {number: (ArticleState.SCHEDULED, at) for number, at in goes_at.items()})
    return [number for number, at in goes_at.items() if at <= now]


async def end_embargoes(db: Database, *, now: datetime, burst: int, undo: timedelta, push: bool) -> list[int]:
    """Publish the scheduled articles whose time has come; return those that went out or are held.

    Without `push` (files never push) they are listed only, but for those whose time was set by hand. What a feed dated
    ahead is looked at in the feed once more.
    """
    async with db.reading() as conn:  # with every wake-up, and hardly ever is one due: nobody waits for that
        first = await articles.next_embargo(conn)
    if first is None or first > now:
        return []
    async with db.transaction() as conn:
        due = await articles.embargo_over(conn, now)
        changed = await approvals.hold_changed(conn, due, now)
        due = [number for number in due if number not in changed]
        restored = await metadata.is_restored(conn)  # then all of it is held
        set_by_hand = set() if restored else await articles.are_by_hand(conn, due)
        out = await news_by_hand(conn, [number for number in due if number in set_by_hand], now=now, undo=undo)
        of_feeds = await feed_embargoes.end(conn, [number for number in due if number not in set_by_hand], now)
        due = [number for number in due if number not in set_by_hand and number not in of_feeds]
        if not push:
            for number in due:
                await copy_changes.stop_taking_back(conn, await articles.article(conn, number), now)
                await articles.set_state(conn, number, ArticleState.ARCHIVED)
                await audit_log.record(conn, "archive", at=now, article=number, detail="files never push")
            await known_topics.let_be_known(conn, due)
            return out
        published, held = await news_by_file(conn, due, now=now, burst=burst, undo=undo)
        return out + published + held


async def _hold(conn: Connection, numbers: Sequence[int], why: HeldWhy, now: datetime) -> None:
    for number in numbers:
        await articles.hold(conn, number, why)
        await audit_log.record(conn, "hold", at=now, article=number, detail=why)
    await notices.add(conn, [Notice("held", "", why, number) for number in numbers], now)
