"""When a chat wants the news of a single topic: each change is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from bot.domain.delivery_time import Timing, moment_of
from bot.domain.topic import Topic
from bot.errors import UnknownTopic
from bot.store.content import known_topics
from bot.store.delivery import outbox
from bot.store.engine.database import Connection, Database
from bot.store.readers import subscriptions, timings, topic_wishes


@dataclass(frozen=True, slots=True)
class TopicTimes:
    """How the news of a topic comes to a chat. `wish` is None when it comes at the chat's own times, `muted_until` when
    a mute ends, if it is muted (`is_muted`) and not for good. `is_followed`: it comes at all, mutes aside."""

    topic: Topic
    is_followed: bool
    wish: Timing | None = None
    is_muted: bool = False
    muted_until: datetime | None = None


async def times_of(db: Database, chat: int, topic: int, *, now: datetime) -> TopicTimes:
    """Return how the news of a topic comes to a chat. Raises: UnknownTopic."""
    async with db.reading() as conn:
        return await _times_of(conn, chat, topic, now)


async def wish(db: Database, chat: int, topic: int, timing: Timing | None, *, now: datetime) -> TopicTimes:
    """Let the news of a topic come in this way, None: as all news of the chat; return how it comes.

    What waits is asked at once when it leaves now. Of a topic that is not followed nothing changes.
    Raises: UnknownTopic.
    """
    async with db.transaction() as conn:
        before = await _times_of(conn, chat, topic, now)
        if before.is_followed and before.wish != timing:
            if timing is None:
                await topic_wishes.drop(conn, chat, topic)
            else:
                await topic_wishes.choose(conn, chat, topic, timing)
            await timings.count_from(conn, chat, now)
            await outbox.ask_again(conn, chat, now)
        return await _times_of(conn, chat, topic, now)


async def pause(db: Database, chat: int, topic: int, day: date | None, zone: tzinfo, *, now: datetime) -> TopicTimes:
    """Silence a topic, and all below it, before a day begins in a zone; None ends that. Return how it comes.

    Raises: UnknownTopic.
    """
    async with db.transaction() as conn:
        before = await _times_of(conn, chat, topic, now)
        if day is None:
            await subscriptions.unmute(conn, chat, topic)
        elif before.is_followed:
            await subscriptions.mute(conn, chat, topic, moment_of(day, 0, zone), now)
        return await _times_of(conn, chat, topic, now)


async def _times_of(conn: Connection, chat: int, number: int, now: datetime) -> TopicTimes:
    topic = (await known_topics.known_to(conn, chat)).get(number)
    if topic is None:
        raise UnknownTopic(str(number))
    following = await subscriptions.following(conn, chat, now)
    return TopicTimes(
        topic,
        is_followed=following.includes(number),
        wish=(await topic_wishes.of_chat(conn, chat)).get(number),
        is_muted=number in following.muted,
        muted_until=following.muted.get(number),
    )
