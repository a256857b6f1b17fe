"""One article for one reader: opening it, saving it, and which of its buttons hold for this chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.content.web.pictures import PictureSource
from bot.domain.article import Article
from bot.domain.chat import ChatKind
from bot.domain.following import Reason, is_story, phrase_number, story_number
from bot.domain.phrases import KnownPhrase
from bot.domain.topic import Topic
from bot.errors import UnknownArticle
from bot.services.delivery.pictures import ArticlePictures, pictures_of
from bot.services.readers.stories import bringing
from bot.store.content import articles, known_topics, topics
from bot.store.engine.database import Connection, Database
from bot.store.readers import chats, phrases, reactions, stories, subscriptions


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

    `reason` is the topic, phrase or story it came for, None when for none; `follows_story` says whether the chat
    follows the story that the article belongs to. The rest says what is turned down.
    """

    article: Article
    reason: Reason | None
    saved: bool
    muted: bool
    unfollowed: bool
    unwanted: bool
    follows_story: bool = False


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
    """Return how an article stands for a chat that has it for `reason` (see `domain.following.reason_number`).

    One that was opened rather than pushed came for nothing; then it is what it would be pushed for.
    A topic that the chat may not meet is none, nor is a phrase that it never had, or a story it does not follow.
    Raises: UnknownArticle.
    """
    async with db.reading() as conn:
        article = await _listed(conn, number)
        following = await subscriptions.following(conn, chat, now)
        its_phrases = await phrases.of_chat(conn, chat, now)
        followed = {one.number: one for one in await stories.of_chat(conn, chat)}
        its_story = [one for one in await stories.members(conn, number) if one in followed] if followed else []
        why: Reason | None = None
        if reason is None:
            why = next(iter(await bringing(conn, article, chat, now)), followed[its_story[0]] if its_story else None)
        elif is_story(reason):
            why = followed.get(story_number(reason))
        elif reason < 0:
            why = await phrases.of_button(conn, chat, phrase_number(reason))
        else:
            why = (await known_topics.known_to(conn, chat)).get(reason)
        muted = unfollowed = False
        match why:
            case KnownPhrase():
                muted, unfollowed = why.number in its_phrases.muted, why not in its_phrases.followed
            case Topic():
                muted, unfollowed = why.number in following.muted, not following.includes(why.number)
        return CardState(
            article=article,
            reason=why,
            saved=await subscriptions.has_saved(conn, person, number),
            muted=muted,
            unfollowed=unfollowed,
            follows_story=bool(its_story),
            unwanted=await subscriptions.source(conn, number) in following.unwanted,
        )


async def save(db: Database, person: int, number: int, *, language: str, now: datetime) -> None:
    """Keep an article for a person, whom we may not have met but in a group. Raises: UnknownArticle."""
    async with db.transaction() as conn:
        await _listed(conn, number)
        await _meet(conn, person, language, now)
        await subscriptions.save(conn, person, number, now)


async def react(
    db: Database, chat: int, message: int, person: int, *, keeps: bool, language: str, now: datetime
) -> int | None:
    """Keep the article of a push for who reacted to it, or let it go again with the reaction.

    Return its number when that changed what the person keeps; None when not: the message brought no single article,
    readers may not see that, or the button has kept it.
    """
    async with db.reading() as conn:
        number = await reactions.article_in(conn, chat, message)
    if number is None:
        return None
    async with db.transaction() as conn:
        if not keeps:
            return number if await reactions.take_back(conn, person, number, chat) else None
        if not (await articles.article(conn, number)).is_listed:
            return None
        await _meet(conn, person, language, now)
        return number if await reactions.keep(conn, person, number, chat, now) else None


async def _meet(conn: Connection, person: int, language: str, now: datetime) -> None:
    """Get to know a person whom we may not have met but in a group."""
    if await chats.chat(conn, person) is None:
        await chats.get_or_create(conn, person, ChatKind.PRIVATE, language, now, reachable=False)


async def unsave(db: Database, person: int, number: int) -> None:
    """Keep an article for a person no longer."""
    async with db.transaction() as conn:
        await subscriptions.unsave(conn, person, number)


async def _listed(conn: Connection, number: int) -> Article:
    article = await articles.article(conn, number)
    if not article.is_listed:
        raise UnknownArticle(f"#{number}")
    return article
