"""Lists of articles on request: newest, top by heat, saved; and how often groups may ask for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.answer_quota import ALLOWANCE, AnswerQuota, answer_quota
from bot.domain.browsing import ALL_TOPICS, FOLLOWED, Page, Place, Turn, leaf
from bot.domain.chat import Chat, ChatKind
from bot.domain.following import Following
from bot.domain.ranking import warmest
from bot.domain.topic import Topic
from bot.errors import UnknownTopic
from bot.services.content.topic_names import name_and_count
from bot.store.content import articles, known_topics
from bot.store.engine.database import Connection, Database
from bot.store.readers import browsing, group_quota, phrases, subscriptions

CANDIDATES = 500
"""The newest articles among which the top ones are ranked: the heat of older ones has faded."""


@dataclass(frozen=True, slots=True)
class ListSubject:
    """What a list is about. `scope` is as in `domain.browsing`; FOLLOWED only where something is followed.

    `topic` is None unless the list is about one; `followed` says whether the chat follows that.
    """

    scope: int
    topic: Topic | None = None
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What `[TOPIC] [N]` means. `topic` is None when none was named, or when `unknown` names none there is."""

    topic: Topic | None = None
    count: int | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Some articles, warmest first, from `start` (counted from 0) of all that are ranked."""

    page: Page
    start: int
    has_more: bool


async def ask(db: Database, group: int, now: datetime) -> bool:
    """Count a group's question, and return False when it asks too often."""
    async with db.transaction() as conn:
        return await group_quota.ask(conn, group, now)


async def answer_quota_of(db: Database, chat: Chat, speaker: int, now: datetime) -> AnswerQuota:
    """Return whose next command is answered in a group or channel, as far as `speaker` has not had enough answers."""
    async with db.reading() as conn:
        answered = await group_quota.answer_count(conn, chat.id, speaker, now)
    return answer_quota(answered, is_group=chat.kind is ChatKind.GROUP)


async def has_had_enough(db: Database, person: int, now: datetime) -> bool:
    """Return whether a person has had all the answers there are for one in a minute, over all groups and channels."""
    async with db.reading() as conn:
        return (await group_quota.answer_count(conn, 0, person, now)).to_speaker >= ALLOWANCE


async def count_answer(db: Database, chat: int | None, speaker: int, now: datetime) -> bool:
    """Count an answer to `speaker`, and in a chat, if its people share it; return False when it would be too much.

    What is not answered is not written.
    """
    async with db.transaction() as conn:
        if (await group_quota.answer_count(conn, chat or 0, speaker, now)).to_speaker >= ALLOWANCE:
            return False  # of several that were asked at once, the last
        await group_quota.count_answer(conn, chat, speaker, now)
        return True


async def tell_speaker(db: Database, speaker: int, now: datetime) -> bool:
    """Return whether somebody is still to be told in this minute that they say too much."""
    async with db.transaction() as conn:
        return await group_quota.tell_speaker(conn, speaker, now)


async def wait_to_tell(db: Database, group: int, now: datetime) -> int | None:
    """Return for how many seconds a group has to wait until it may ask again; None when it was told so already."""
    async with db.transaction() as conn:
        return await group_quota.tell(conn, group, now)


async def asked_for(db: Database, chat: int, words: str) -> Asked:
    """Return which topic and how many a person asked for; the longest name that fits counts (`Windows 11`)."""
    words = words.strip()
    if not words:
        return Asked()
    async with db.reading() as conn:
        if topic := await known_topics.named(conn, words, chat):
            return Asked(topic)
        split = name_and_count(words)
        if split is None:
            return Asked(unknown=words)
        name, count = split
        topic = await known_topics.named(conn, name, chat) if name else None
        return Asked(topic, count, "" if topic or not name else name)


async def latest(
    db: Database, chat: int, scope: int, *, size: int, turn: Turn | None = None, now: datetime
) -> tuple[ListSubject, Page]:
    """Return the newest articles of a topic, of what the chat follows (if anything), or of all. Raises: UnknownTopic.

    What is followed is read as it would be pushed: without what is left out, and without sources and phrases that are
    never wanted; a mute is for pushes only. What is asked for by name is shown whole.
    """
    async with db.reading() as conn:
        following = await subscriptions.following(conn, chat, now)
        subject, wanted = await _subject(conn, chat, following, scope)
        never = await _never(conn, chat, subject, now)

        async def look(turn: Turn | None, limit: int) -> list[Place]:
            unwanted = _unwanted(subject, following)
            return await browsing.latest(conn, turn, limit, topics=wanted, unwanted=unwanted, never=never)

        return subject, await page_of(conn, look, size, turn)


async def top(
    db: Database, chat: int, scope: int, *, size: int, start: int = 0, now: datetime
) -> tuple[ListSubject, Ranking]:
    """Return the articles whose heat has faded least, of the same ones that `latest` lists. Raises: UnknownTopic."""
    async with db.reading() as conn:
        following = await subscriptions.following(conn, chat, now)
        subject, wanted = await _subject(conn, chat, following, scope)
        newest = await browsing.latest(
            conn,
            None,
            CANDIDATES,
            topics=wanted,
            unwanted=_unwanted(subject, following),
            never=await _never(conn, chat, subject, now),
        )
        ranked = warmest(await browsing.hot_articles(conn, [place.number for place in newest]), now)
        start = min(max(0, start), max(0, len(ranked) - 1) // size * size)
        page = Page(tuple(await articles.articles(conn, ranked[start : start + size])))
        return subject, Ranking(page, start, len(ranked) > start + size)


async def saved(db: Database, person: int, *, size: int, turn: Turn | None = None) -> Page:
    """Return what a person keeps, latest kept first."""
    async with db.reading() as conn:

        async def look(turn: Turn | None, limit: int) -> list[Place]:
            return await browsing.saved(conn, person, turn, limit)

        return await page_of(conn, look, size, turn)


async def _subject(
    conn: Connection, chat: int, following: Following, scope: int
) -> tuple[ListSubject, frozenset[int] | None]:
    """Return what a list is about, and which topics its articles bear; None means any."""
    if scope in (FOLLOWED, ALL_TOPICS):
        followed = following.included() if scope == FOLLOWED else frozenset()
        return (ListSubject(FOLLOWED), followed) if followed else (ListSubject(ALL_TOPICS), None)
    topic = (await known_topics.known_to(conn, chat)).get(scope)
    if topic is None:
        raise UnknownTopic(str(scope))
    return ListSubject(scope, topic, following.includes(scope)), frozenset(following.tree.below(scope))


def _unwanted(subject: ListSubject, following: Following) -> frozenset[str]:
    return following.unwanted if subject.scope == FOLLOWED else frozenset()


async def _never(conn: Connection, chat: int, subject: ListSubject, now: datetime) -> list[str]:
    """Return the phrases without which a list is read: those that a chat never wants, of what it follows."""
    if subject.scope != FOLLOWED:
        return []
    return [one.words for one in (await phrases.of_chat(conn, chat, now)).unwanted]


async def page_of(
    conn: Connection, look: Callable[[Turn | None, int], Awaitable[Sequence[Place]]], size: int, turn: Turn | None
) -> Page:
    """Return a page of a list; its beginning when nothing is left where the turn leads."""
    found = await look(turn, size + 1)
    if turn is not None and not found:
        turn, found = None, await look(None, size + 1)
    shown = leaf(found, size, turn)
    return Page(
        articles=tuple(await articles.articles(conn, [place.number for place in shown.places])),
        newer=shown.places[0] if shown.places and shown.has_newer else None,
        older=shown.places[-1] if shown.places and shown.has_older else None,
    )
