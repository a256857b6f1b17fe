"""One article for one reader: opening it, saving it, and which of its buttons hold for this chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.content.web.pictures import PictureSource
from bot.domain.article import Article
from bot.domain.chat import ChatKind
from bot.domain.topic import Topic
from bot.errors import UnknownArticle
from bot.services.delivery.pictures import ArticlePictures, pictures_of
from bot.store.content import articles, known_topics, topics
from bot.store.engine.database import Connection, Database
from bot.store.readers import chats, subscriptions


@dataclass(frozen=True, slots=True)
class Opened:
    """An article to be shown: its topics in the file's order, whether this person keeps it, its pictures."""

    article: Article
    topics: tuple[Topic, ...]
    saved: bool
    pictures: ArticlePictures


@dataclass(frozen=True, slots=True)
class CardState:
    """What the buttons under an article show for a chat and a person today.

    `reason` is the topic it came for, None when for none; the rest says what of it the chat has turned down.
    """

    article: Article
    reason: Topic | None
    saved: bool
    muted: bool
    unfollowed: bool
    unwanted: bool


async def listed(db: Database, number: int) -> Article:
    """Return an article that readers may see. Raises: UnknownArticle, also for drafts and what was retracted."""
    async with db.reading() as conn:
        return await _listed(conn, number)


async def opened(db: Database, number: int, *, person: int | None, source: PictureSource) -> Opened:
    """Return an article ready to be shown, with pictures from `source`. Raises: UnknownArticle."""
    async with db.reading() as conn:
        article = await _listed(conn, number)
        known = await topics.topics(conn)
        return Opened(
            article=article,
            topics=tuple(known[topic] for topic in article.topics if topic in known),
            saved=person is not None and await subscriptions.has_saved(conn, person, number),
            pictures=await pictures_of(conn, article, source),
        )


async def standing(
    db: Database, number: int, *, reason: int | None, chat: int, person: int, now: datetime
) -> CardState:
    """Return how an article stands for a chat that has it for the topic `reason`.

    One that was opened rather than pushed came for no topic; then it is the one for which it would be pushed.
    A topic that the chat may not meet is none. Raises: UnknownArticle.
    """
    async with db.reading() as conn:
        article = await _listed(conn, number)
        following = await subscriptions.following(conn, chat, now)
        if reason is None:
            reason = next((by for worn in article.topics if (by := following.through(worn)) is not None), None)
        topic = None if reason is None else (await known_topics.known_to(conn, chat)).get(reason)
        return CardState(
            article=article,
            reason=topic,
            saved=await subscriptions.has_saved(conn, person, number),
            muted=topic is not None and topic.number in following.muted,
            unfollowed=topic is not None and not following.includes(topic.number),
            unwanted=await subscriptions.source(conn, number) in following.unwanted,
        )


async def save(db: Database, person: int, number: int, *, language: str, now: datetime) -> None:
    """Keep an article for a person, whom we may not have met but in a group. Raises: UnknownArticle."""
    async with db.transaction() as conn:
        await _listed(conn, number)
        if await chats.chat(conn, person) is None:
            await chats.get_or_create(conn, person, ChatKind.PRIVATE, language, now)
            await chats.switch_off(conn, person, now)  # bots cannot write first
        await subscriptions.save(conn, person, number, now)


async def unsave(db: Database, person: int, number: int) -> None:
    """Keep an article for a person no longer."""
    async with db.transaction() as conn:
        await subscriptions.unsave(conn, person, number)


async def _listed(conn: Connection, number: int) -> Article:
    article = await articles.article(conn, number)
    if not article.is_listed:
        raise UnknownArticle(f"#{number}")
    return article
