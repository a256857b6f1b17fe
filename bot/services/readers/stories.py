"""Following stories, so that whatever belongs to one comes later, whichever topics it bears: each act a transaction."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from bot.domain.article import Article
from bot.domain.following import KnownStory, Reason
from bot.domain.phrases import passage
from bot.errors import UnknownArticle
from bot.store.content import articles, known_topics
from bot.store.engine.database import Connection, Database
from bot.store.readers import closed_threads, phrases, stories, subscriptions

MAX_STORIES = 100
"""Stories that a chat follows."""


class StoryFollow(Enum):
    """What became of a wish to follow a story."""

    NEW = "new"
    SAME = "same"
    TOO_MANY = "too many"


async def follow(db: Database, chat: int, number: int, *, thread: int, now: datetime) -> StoryFollow:
    """Follow the story that an article belongs to. Raises: UnknownArticle."""
    async with db.transaction() as conn:
        await _listed(conn, number)
        followed = {one.number for one in await stories.of_chat(conn, chat)}
        if followed.intersection(await stories.members(conn, number)):
            return StoryFollow.SAME
        if len(followed) >= MAX_STORIES:
            return StoryFollow.TOO_MANY
        await stories.follow(conn, chat, number, thread, now)
        if thread:  # should it still be closed, they are told of it again
            await closed_threads.end(conn, [(chat, thread)])
        return StoryFollow.NEW


async def stop(db: Database, chat: int, number: int, *, now: datetime) -> list[Reason]:
    """Follow an article's story no longer, from whichever of its articles it was followed.

    Return what else brings its articles to the chat, as far as this one shows. Raises: UnknownArticle.
    """
    async with db.transaction() as conn:
        article = await _listed(conn, number)
        await stories.stop(conn, chat, {number, *await stories.members(conn, number)})
        return await bringing(conn, article, chat, now)


async def let_go(db: Database, chat: int, number: int) -> KnownStory | None:
    """Follow no longer the story that a chat follows from this very article; None when it follows none from it."""
    async with db.transaction() as conn:
        known = next((one for one in await stories.of_chat(conn, chat) if one.number == number), None)
        if known is not None:
            await stories.stop(conn, chat, [number])
        return known


async def bringing(conn: Connection, article: Article, chat: int, now: datetime) -> list[Reason]:
    """Return the topics and phrases for which an article comes to a chat; empty when for none, or it is silenced."""
    following = await subscriptions.following(conn, chat, now)
    known = await known_topics.known_to(conn, chat)
    through = dict.fromkeys(by for worn in article.topics if (by := following.through(worn)) is not None)
    found: list[Reason] = [known[topic] for topic in through if topic in known]
    its_phrases = (await phrases.of_chat(conn, chat, now)).followed
    if its_phrases:
        held = await phrases.found_in(conn, passage(article.story.title, article.story.excerpt or ""))
        found += [one for one in held if one in its_phrases]
    return found


async def _listed(conn: Connection, number: int) -> Article:
    article = await articles.article(conn, number)
    if not article.is_listed:
        raise UnknownArticle(f"#{number}")
    return article
