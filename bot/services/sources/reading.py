"""
Reading a source: what came of one request is stored, with the stories that are new or have changed, so that a kill at
any point loses nothing and takes nothing twice.

Stories go through `services.content.imports.take`, as those of files do. What the source's own row says of the request
is written in the last transaction of that: a source whose stories are not all in yet is read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.content.articles.slug import slugs_of_story
from bot.domain.feed import Feed, FeedItem
from bot.domain.feed_intake import Intake, ItemTopics, gone, intake, known_names, topics_of_items
from bot.domain.feed_items import KnownItem, KnownItems, Recognised, hashed_id, recognise
from bot.domain.ingestion import KnownArticle
from bot.domain.link import normal_link
from bot.domain.polling_interval import Pace, is_to_be_named, next_poll, not_before, poll_after_failure
from bot.domain.source import ASKED, Source, SourceState
from bot.domain.topic import topic_key
from bot.errors import SourceFault
from bot.services.content import imports as importing
from bot.services.content import taken_down_stories
from bot.services.content.imports import Policy, Report, Seen
from bot.services.newsroom.notices import SOURCE_FAILS, SOURCE_GONE
from bot.services.sources import websub
from bot.services.sources.feed_web import FeedAnswer
from bot.store.content import imports, source_items, sources, topics
from bot.store.content.source_items import article_item
from bot.store.content.sources import Answered, Polling
from bot.store.desk import notices
from bot.store.desk.notices import Notice
from bot.store.engine.database import Connection, Database

RECENT = 20  # publications by which a source's interval is chosen
MOVED_AFTER = 2  # requests in a row that lead to another address for good, until it is believed
_T = TypeVar("_T")
_FEW = 50  # items that are compared in a moment


@dataclass(frozen=True, slots=True)
class Poll:
    """One request to a source: the source before it, and when it is made. `jitter` is a random number from 0 to 1."""

    source: Source
    polling: Polling
    now: datetime
    jitter: float
    published: Sequence[datetime] = field(default=())

    def pace(self, *, max_age: timedelta | None = None, ask_every: timedelta | None = None) -> Pace:
        return Pace(
            every=self.source.choices.every,
            ask_every=ask_every,
            max_age=max_age,
            published=tuple(self.published),
            since=self.source.added_at,
        )


async def poll_of(conn: Connection, number: int, now: datetime, jitter: float) -> Poll | None:
    """Return what a request to a source begins with; None when there is no such source."""
    found = await sources.with_polling(conn, number)
    if found is None:
        return None
    source, polling = found
    if source.choices.every is not None:
        return Poll(source, polling, now, jitter)
    return Poll(source, polling, now, jitter, await source_items.published_lately(conn, number, RECENT))


def unchanged(poll: Poll, answer: FeedAnswer) -> Answered:
    """Return a source after an answer that says that nothing has changed."""
    return _well(poll, answer, poll.polling.ask_every, poll.source.title, poll.source.site)


async def take_feed(db: Database, poll: Poll, answer: FeedAnswer, feed: Feed, *, policy: Policy) -> Report:
    """Store what a feed lists and do what follows of it. One that was paused or removed meanwhile is left alone."""
    # Its first reading tells a source's title, by which readers are told whose all of its items are.
    source, now = replace(poll.source, title=feed.title or poll.source.title), poll.now
    async with db.reading() as conn:
        current = await sources.source(conn, source.number)
        if current is None or current.state not in ASKED:
            return Report()
        known = await _known_items(conn, source, feed.items)
    recognised = await _aside(len(feed.items), lambda: recognise(feed.items, known))
    async with db.reading() as conn:
        own = await _own_articles(conn, source, recognised)
        names = await _topics(conn, source, feed.items)
    taken = await _aside(
        len(recognised),
        lambda: [intake(one, source, own.get(one.key), topics=names, now=now) for one in recognised],
    )
    here = {one.key for one in recognised}
    left = [gone(item) for item in known.items.values() if item.place is not None and item.key not in here]
    answered = _well(poll, answer, feed.ask_every, feed.title or source.title, feed.link or source.site)

    async def also(conn: Connection) -> None:
        await _keep(conn, source, taken, left, known, now)
        await websub.remember(conn, source, answer)
        await move_if_seen_twice(conn, poll, answered)
        await sources.answered(conn, {source.number: answered})

    hold = replace(policy, hold=policy.hold or poll.polling.hold_next)
    return await importing.take(db, _seen(source, taken), now=now, policy=hold, also=also)


def failed(poll: Poll, fault: SourceFault) -> tuple[Answered, Notice | None]:
    """Return a source after a request that gave no feed, and what editors are to be told of it.

    What is known of the source and its items stays as it is.
    """
    source, polling, now = poll.source, poll.polling, poll.now
    failures = polling.failures + 1
    since = source.failing_since or now
    is_named = not fault.is_gone and is_to_be_named(since, polling.named_at, now)
    answered = Answered(
        state=SourceState.GONE if fault.is_gone else SourceState.FAILING,
        polling=replace(
            polling,
            failures=failures,
            not_before=not_before(fault.retry_after, now),
            named_at=now if is_named else polling.named_at,
        ),
        next_at=poll_after_failure(
            poll.pace(ask_every=polling.ask_every), failures, now, jitter=poll.jitter, retry_after=fault.retry_after
        ),
        read_at=source.read_at,
        title=source.title,
        site=source.site,
        failing_since=since,
        last_error=str(fault),
        due_at=source.next_at,
    )
    if fault.is_gone:
        return answered, Notice(SOURCE_GONE, source.name, source.url)
    return answered, Notice(SOURCE_FAILS, source.name, str(fault)) if is_named else None


async def store_fault(db: Database, poll: Poll, fault: SourceFault) -> None:
    """Store that a request gave no feed, and let editors be told where they are to be."""
    answered, notice = failed(poll, fault)
    async with db.transaction() as conn:
        await sources.answered(conn, {poll.source.number: answered})
        if notice is not None:
            await notices.add(conn, [notice], poll.now)


async def move_if_seen_twice(conn: Connection, poll: Poll, answered: Answered) -> None:
    """Let a source be asked at its new address once its server has said so on two requests in a row.

    An address at which another source is asked stays that source's.
    """
    polling = answered.polling
    if polling.moved_to is None or polling.moved_seen < MOVED_AFTER:
        return
    if not await sources.is_asked_at(conn, polling.moved_to):
        await sources.move(conn, poll.source.number, polling.moved_to)


def is_moving(answered: Answered) -> bool:
    """Return whether a source's address may have to be changed."""
    return answered.polling.moved_seen >= MOVED_AFTER


def _well(poll: Poll, answer: FeedAnswer, ask_every: timedelta | None, title: str | None, site: str | None) -> Answered:
    """Return a source after a request that gave its feed."""
    polling, now = poll.polling, poll.now
    moved_seen = 0 if answer.moved_to is None else polling.moved_seen + 1 if answer.moved_to == polling.moved_to else 1
    return Answered(
        state=SourceState.ACTIVE,
        polling=replace(
            polling,
            etag=answer.validators.etag,
            last_modified=answer.validators.last_modified,
            body_hash=answer.body_hash,
            ask_every=ask_every,
            not_before=not_before(answer.retry_after, now),
            failures=0,
            moved_to=answer.moved_to,
            moved_seen=moved_seen,
            hold_next=False,
            named_at=None,
        ),
        next_at=next_poll(
            poll.pace(max_age=answer.max_age, ask_every=ask_every),
            now,
            jitter=poll.jitter,
            retry_after=answer.retry_after,
        ),
        read_at=now,
        title=title,
        site=site,
        due_at=poll.source.next_at,
    )


async def _aside(items: int, work: Callable[[], _T]) -> _T:
    """Do work about so many items: in another thread where people would wait for it."""
    return work() if items <= _FEW else await asyncio.to_thread(work)


async def _known_items(conn: Connection, source: Source, items: Sequence[FeedItem]) -> KnownItems:
    ids = [hashed_id(item.id) for item in items]
    links = [normal_link(item.link) for item in items if item.link]
    return await source_items.known(conn, source.number, ids, links)


async def _own_articles(conn: Connection, source: Source, items: Sequence[Recognised]) -> dict[str, KnownArticle]:
    """Return the articles that items own which readers would see changed, or that wait for something, by key."""
    asked = {
        article_item(source.number, one.key): one.key
        for one in items
        if one.before is not None and (one.mark != one.before.fingerprint or one.before.waits)
    }
    if not asked:
        return {}
    files = await imports.files(conn, asked)
    owned = {asked[path]: file.article for path, file in files.items() if file.owns and file.article is not None}
    known = await imports.known(conn, owned.values())
    return {key: known[number] for key, number in owned.items() if number in known}


async def _topics(conn: Connection, source: Source, items: Sequence[FeedItem]) -> ItemTopics:
    keys = {topic_key(name) for item in items for name in item.categories}
    if not keys:
        return topics_of_items(source.choices.topics, {})
    established = await topics.established(conn)
    names = await topics.called(conn, keys)
    return topics_of_items(source.choices.topics, known_names(established.values(), names))


def _seen(source: Source, taken: Sequence[Intake]) -> list[Seen]:
    """Return the stories to take, the oldest first, so that a newer one has a higher number."""
    telling = [(one, one.story) for one in taken if one.story is not None]
    telling.sort(key=lambda pair: (pair[1].published_at, -(pair[0].kept.place or 0)))
    return [
        Seen(
            path=article_item(source.number, one.kept.key),
            fingerprint=one.kept.fingerprint,
            content=story,
            slugs=slugs_of_story(story.title, story.link),
            arrival=one.arrival,
            rank=rank,
        )
        for rank, (one, story) in enumerate(telling)
    ]


async def _keep(
    conn: Connection,
    source: Source,
    taken: Sequence[Intake],
    left: Sequence[KnownItem],
    known: KnownItems,
    now: datetime,
) -> None:
    changed = [one.kept for one in taken if one.is_changed]
    ids = {one.id: one.kept.key for one in taken if known.ids.get(one.id) != one.kept.key}
    if changed or left or ids:
        kept = await _without_taken_down(conn, source, [*changed, *left])
        await source_items.keep(conn, source.number, kept, ids, now)


async def _without_taken_down(conn: Connection, source: Source, items: Sequence[KnownItem]) -> list[KnownItem]:
    """Return items as they are kept: of one that tells what was taken down only how it is known again."""
    named = [(article_item(source.number, one.key), one.link) for one in items]
    gone = await taken_down_stories.of_items(conn, named)
    return [
        replace(one, title="", link=None, sketch="") if id in gone else one
        for one, (id, _) in zip(items, named, strict=True)
    ]
