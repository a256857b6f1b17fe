"""
What editors look at and change of sources in chat: one source, and which topics its items have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.source import ListedSource, Source, TakenAs
from bot.domain.topic import Topic, topic_key
from bot.services.sources import sources
from bot.store.content import topics
from bot.store.engine.database import Database


@dataclass(frozen=True, slots=True)
class SourceTopics:
    """The topics that a source may have, by name, and those of them that it has."""

    all: tuple[Topic, ...]
    chosen: frozenset[int]


async def one(db: Database, number: int) -> ListedSource:
    """Return a source and what has come of it. Raises: UnknownSource."""
    return await sources.with_counts(db, number)


async def topics_of(db: Database, source: Source) -> SourceTopics:
    """Return the topics that a source may have."""
    async with db.reading() as conn:
        established = await topics.established(conn)
    has = {topic_key(name) for name in source.choices.topics}
    chosen = frozenset(number for number, topic in established.items() if topic_key(topic.name) in has)
    return SourceTopics(tuple(sorted(established.values(), key=lambda topic: topic.name.casefold())), chosen)


async def set_topic(db: Database, number: int, topic: int, *, is_on: bool, by: int, now: datetime) -> Source:
    """Let a source's items have a topic, or have it no more. Raises: UnknownSource, OutOfTurn."""
    source = await sources.find(db, f"#{number}")
    async with db.reading() as conn:
        given = (await topics.established(conn)).get(topic)
    if given is None:
        return source
    names = tuple(name for name in source.choices.topics if topic_key(name) != topic_key(given.name))
    if is_on:
        names = (*names, given.name)
    if names == source.choices.topics:
        return source
    return await sources.choose(db, number, replace(source.choices, topics=names), by=by, now=now)


async def take_as(db: Database, number: int, taken_as: TakenAs, *, by: int, now: datetime) -> Source:
    """Let a source's new items be news, or drafts. Raises: UnknownSource, OutOfTurn."""
    source = await sources.find(db, f"#{number}")
    if source.choices.taken_as is taken_as:
        return source
    return await sources.choose(db, number, replace(source.choices, taken_as=taken_as), by=by, now=now)
