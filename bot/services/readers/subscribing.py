"""Following, unfollowing and muting: each change is one transaction, and returns once it is on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.delivery_time import Timing
from bot.domain.following import KnownStory
from bot.domain.phrases import ChatPhrases
from bot.domain.picker import PickerPage, picker_page
from bot.domain.topic import MAX_PIECES, Topic, by_name
from bot.errors import UnknownTopic
from bot.services.content.topic_names import closest
from bot.store.content import known_topics
from bot.store.engine.database import Connection, Database
from bot.store.readers import closed_threads, phrases, stories, subscriptions, topic_threads, topic_wishes

MUTE_LASTS = timedelta(hours=24)
SUGGESTED_FOR = 3  # names nobody bears


@dataclass(frozen=True, slots=True)
class Named:
    """What became of a list of names: topics whose standing changed, those it fits already, and names nobody bears.

    `moved` are followed already too, but their news goes to another forum thread from now on.
    `unknown` gives the first of those the topics that come closest to them.
    """

    changed: tuple[Topic, ...]
    unchanged: tuple[Topic, ...]
    unknown: Mapping[str, tuple[Topic, ...]]
    moved: tuple[Topic, ...] = ()


@dataclass(frozen=True, slots=True)
class Follows:
    """What a chat follows and has silenced, each list by name. `mutes` say until when. `wishes` are of topics whose
    news comes otherwise than all other, without the chat's quiet hours.

    `unwanted` are sources, each in the form in which it is compared and as people know it.
    """

    topics: tuple[Topic, ...] = ()
    left_out: tuple[Topic, ...] = ()
    mutes: tuple[tuple[Topic, datetime | None], ...] = ()
    phrases: ChatPhrases = field(default_factory=ChatPhrases)
    unwanted: tuple[tuple[str, str], ...] = ()
    stories: tuple[KnownStory, ...] = ()
    wishes: tuple[tuple[Topic, Timing], ...] = ()


async def follow(db: Database, chat: int, topic: int, *, thread: int, now: datetime) -> tuple[Topic, bool]:
    """Follow a topic with all that is below it, and return it and whether that is new. Old news is not pushed.

    Raises: UnknownTopic.
    """
    async with db.transaction() as conn:
        known = await known_topics.known_to(conn, chat)
        return _topic(known, topic), await _follow(conn, chat, topic, thread, now) is _Follow.NEW


async def refollow(db: Database, chat: int, topic: int, *, thread: int, now: datetime) -> Topic:
    """Undo an unfollow: what was left out below the topic stays left out. Raises: UnknownTopic."""
    async with db.transaction() as conn:
        known = _topic(await known_topics.known_to(conn, chat), topic)
        await subscriptions.take_in(conn, chat, [topic])
        await _subscribe(conn, chat, topic, thread, now)
        return known


async def unfollow(db: Database, chat: int, topic: int, *, now: datetime) -> tuple[Topic, bool]:
    """Follow a topic no longer, also where a followed parent brings it; return it and whether that is new.

    Raises: UnknownTopic.
    """
    async with db.transaction() as conn:
        known = await known_topics.known_to(conn, chat)
        return _topic(known, topic), await _unfollow(conn, chat, topic, now)


async def follow_names(db: Database, chat: int, names: Iterable[str], *, thread: int, now: datetime) -> Named:
    """Follow every topic that goes by one of these names: a name, short name, id or hashtag, in any case."""
    async with db.transaction() as conn:
        meant, unknown = await _meant(conn, chat, names)
        became = {topic: await _follow(conn, chat, topic.number, thread, now) for topic in meant}
        fresh, moved, same = (
            tuple(topic for topic in meant if became[topic] is what)
            for what in (_Follow.NEW, _Follow.MOVED, _Follow.SAME)
        )
        return Named(fresh, same, unknown, moved)


async def unfollow_names(db: Database, chat: int, names: Iterable[str], *, now: datetime) -> Named:
    """Follow no longer the topics that go by these names."""
    async with db.transaction() as conn:
        meant, unknown = await _meant(conn, chat, names)
        gone = tuple([topic for topic in meant if await _unfollow(conn, chat, topic.number, now)])
        return Named(gone, tuple(topic for topic in meant if topic not in gone), unknown)


async def mute(db: Database, chat: int, topic: int, *, now: datetime) -> tuple[Topic, datetime]:
    """Silence a topic and all below it for a day; return it and until when. Raises: UnknownTopic."""
    until = now + MUTE_LASTS
    async with db.transaction() as conn:
        known = _topic(await known_topics.known_to(conn, chat), topic)
        await subscriptions.mute(conn, chat, topic, until, now)
        return known, until


async def unmute(db: Database, chat: int, topic: int) -> Topic:
    """End the mute of a topic. Raises: UnknownTopic."""
    async with db.transaction() as conn:
        known = _topic(await known_topics.known_to(conn, chat), topic)
        await subscriptions.unmute(conn, chat, topic)
        return known


async def never_from(db: Database, chat: int, article: int) -> str | None:
    """Never again send this chat anything from an article's source; return its folded name.

    None when the article names none, or readers may not see it.
    """
    async with db.transaction() as conn:
        source, name = await subscriptions.source(conn, article), await subscriptions.source_name(conn, article)
        if source is not None:
            await subscriptions.refuse_source(conn, chat, source, name)
        return source


async def allow(db: Database, chat: int, source: str) -> None:
    """Send this chat news from a source again."""
    async with db.transaction() as conn:
        await subscriptions.allow_source(conn, chat, source)


async def allow_from(db: Database, chat: int, article: int) -> str | None:
    """Send this chat news from an article's source again; return its folded name.

    None when the article names none, or readers may not see it.
    """
    async with db.transaction() as conn:
        source = await subscriptions.source(conn, article)
        if source is not None:
            await subscriptions.allow_source(conn, chat, source)
        return source


async def picker(db: Database, chat: int, *, parent: int = 0, page: int = 0, now: datetime) -> PickerPage:
    """Return a page of the picker as it stands for a chat."""
    async with db.reading() as conn:
        following = await subscriptions.following(conn, chat, now)
        return picker_page(await known_topics.known_to(conn, chat), following, parent, page)


async def follows(db: Database, chat: int, *, now: datetime) -> Follows:
    """Return what a chat follows and has silenced."""
    async with db.reading() as conn:
        following = await subscriptions.following(conn, chat, now)
        known = await known_topics.known_to(conn, chat)
        its_phrases = await phrases.of_chat(conn, chat, now)
        unwanted = await subscriptions.unwanted_sources(conn, chat)
        its_stories = await stories.of_chat(conn, chat)
        wishes = await topic_wishes.of_chat(conn, chat)
    muted = _by_name(known, following.muted)
    return Follows(
        topics=_by_name(known, following.follows),
        left_out=_by_name(known, following.missing()),
        mutes=tuple((topic, following.muted[topic.number]) for topic in muted),
        phrases=its_phrases,
        unwanted=tuple(unwanted),
        stories=tuple(its_stories),
        wishes=tuple(
            (topic, wishes[topic.number]) for topic in _by_name(known, wishes) if following.includes(topic.number)
        ),
    )


async def mutes(
    db: Database, chat: int, followed: Iterable[Topic], *, now: datetime
) -> tuple[tuple[Topic, datetime | None], ...]:
    """Return what keeps these topics silent for now: they themselves or what they are part of, and until when."""
    async with db.reading() as conn:
        following = await subscriptions.following(conn, chat, now)
        known = await known_topics.known_to(conn, chat)
    silent = set(following.tree.reached_by(topic.number for topic in followed)) & set(following.muted)
    return tuple((topic, following.muted[topic.number]) for topic in _by_name(known, silent))


async def is_followed(db: Database, chat: int, topic: int, *, now: datetime) -> bool:
    """Return whether news of a topic comes to a chat, by its own name or a parent's."""
    async with db.reading() as conn:
        return (await subscriptions.following(conn, chat, now)).includes(topic)


async def named(db: Database, chat: int, name: str) -> Topic | None:
    """Return the topic known to a chat by exactly this name, short name, id, hashtag or former name, in any case."""
    async with db.reading() as conn:
        return await known_topics.named(conn, name, chat)


async def nearest(db: Database, chat: int, name: str) -> list[Topic]:
    """Return the topics known to a chat whose names come closest to `name`, best first."""
    async with db.reading() as conn:
        return closest(await known_topics.known_to(conn, chat), name)


async def of_payload(db: Database, chat: int, payload: str) -> Topic:
    """Return the topic that a deep link means (see `topic_payload`). Raises: UnknownTopic."""
    async with db.reading() as conn:
        if payload.isascii() and payload.isdigit():
            known = (await known_topics.known_to(conn, chat)).get(int(payload[:18]))
        else:
            known = await known_topics.named(conn, payload, chat)
    if known is None:
        raise UnknownTopic(payload)
    return known


class _Follow(Enum):
    """What following a topic changed."""

    NEW = "new"
    MOVED = "moved"
    SAME = "same"


async def _follow(conn: Connection, chat: int, topic: int, thread: int, now: datetime) -> _Follow:
    before = await subscriptions.following(conn, chat, now)
    if not before.includes(topic):
        await subscriptions.take_in(conn, chat, before.tree.below(topic))
    is_moved = await _subscribe(conn, chat, topic, thread, now)
    if not before.includes(topic):
        return _Follow.NEW
    return _Follow.MOVED if is_moved else _Follow.SAME


async def _subscribe(conn: Connection, chat: int, topic: int, thread: int, now: datetime) -> bool:
    """Make a subscription unless a followed parent brings the topic already; a forum thread gets one of its own.

    Return whether that changes where its news goes.
    """
    through = (await subscriptions.following(conn, chat, now)).through(topic)
    if through in (None, topic) or thread:
        if thread:  # should it still be closed, they are told of it again
            await closed_threads.end(conn, [(chat, thread)])
        own = await topic_threads.thread_of(conn, chat, topic)
        return await subscriptions.follow(conn, chat, topic, thread or own or 0, now)
    return False


async def _unfollow(conn: Connection, chat: int, topic: int, now: datetime) -> bool:
    before = await subscriptions.following(conn, chat, now)
    await subscriptions.unfollow(conn, chat, topic)
    if replace(before, follows=before.follows - {topic}).includes(topic):
        await subscriptions.leave_out(conn, chat, topic)
    return before.includes(topic)


async def _meant(conn: Connection, chat: int, names: Iterable[str]) -> tuple[list[Topic], dict[str, tuple[Topic, ...]]]:
    """Return the topics that go by these names, and the names nobody bears with what comes closest to the first few.

    Several that stand together may be one name with commas in it; the longest counts.
    """
    meant: dict[int, Topic] = {}
    strangers: list[str] = []
    waiting = list(names)
    while waiting:
        topic, pieces = await _first_meant(conn, chat, waiting)
        if topic is None:
            strangers.append(waiting[0])
        else:
            meant[topic.number] = topic
        del waiting[:pieces]
    known = await known_topics.known_to(conn, chat) if strangers else {}
    # Looking for what is close takes a while, and nobody reads twenty suggestions.
    near = {name: tuple(closest(known, name)) for name in strangers[:SUGGESTED_FOR]}
    return list(meant.values()), {name: near.get(name, ()) for name in strangers}


async def _first_meant(conn: Connection, chat: int, names: Sequence[str]) -> tuple[Topic | None, int]:
    """Return the topic that the first of these names means, and of how many of them its name is made.

    What a file or an editor defined goes before a name of several pieces that only articles brought: a story about
    Robotics and AI whose topics stand in one text makes no topic of both.
    """
    whole = [
        (topic, pieces)
        for pieces in range(min(len(names), MAX_PIECES), 0, -1)
        if (topic := await known_topics.named(conn, ", ".join(names[:pieces]), chat)) is not None
    ]
    return min(whole, key=lambda one: _standing(one[0]), default=(None, 1))  # of equals, the longest


def _standing(topic: Topic) -> int:
    return 0 if topic.from_file else 1 if topic.listed else 2


def _topic(known: Mapping[int, Topic], number: int) -> Topic:
    if number not in known:
        raise UnknownTopic(str(number))
    return known[number]


def _by_name(known: Mapping[int, Topic], numbers: Iterable[int]) -> tuple[Topic, ...]:
    return tuple(by_name(known[number] for number in numbers))
