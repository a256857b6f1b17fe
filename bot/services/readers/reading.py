"""One article for one reader: opening it, saving it, and which of its buttons hold for this chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.content.web.pictures import PictureSource
from bot.domain.article import Article
from bot.domain.chat import ChatKind
from bot.domain.following import Reason, phrase_number
from bot.domain.phrases import KnownPhrase, passage
from bot.domain.topic import Topic
from bot.errors import UnknownArticle
from bot.services.delivery.pictures import ArticlePictures, pictures_of
from bot.store.content import articles, known_topics, topics
from bot.store.engine.database import Connection, Database
from bot.store.readers import chats, phrases, subscriptions


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

    `reason` is the topic or phrase it came for, None when for neither; the rest says what of it is turned down.
    """

    article: Article
    reason: Reason | None
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
    """Return how an article stands for a chat that has it for the topic `reason`, or the phrase of its negative number.

    One that was opened rather than pushed came for neither; then it is the one for which it would be pushed.
    A topic that the chat may not meet is none, nor is a phrase that it never had. Raises: UnknownArticle.
    """
    async with db.reading() as conn:
        article = await _listed(conn, number)
        following = await subscriptions.following(conn, chat, now)
        its_phrases = await phrases.of_chat(conn, chat, now)
        if reason is None:
            reason = next((by for worn in article.topics if (by := following.through(worn)) is not None), None)
        if reason is None and its_phrases.followed:
            held = await phrases.found_in(conn, passage(article.story.title, article.story.excerpt or ""))
            reason = next((-one.number for one in held if one in its_phrases.followed), None)
        why: Reason | None = None
        if reason is not None and reason < 0:
            why = await phrases.of_button(conn, chat, phrase_number(reason))
        elif reason is not None:
            why = (await known_topics.known_to(conn, chat)).get(reason)
        is_phrase = isinstance(why, KnownPhrase)
        return CardState(
            article=article,
            reason=why,
            saved=await subscriptions.has_saved(conn, person, number),
            muted=why is not None and why.number in (its_phrases.muted if is_phrase else following.muted),
            unfollowed=why is not None
            and (why not in its_phrases.followed if is_phrase else not following.includes(why.number)),
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
