"""What editors look at before they decide: the article they mean, what is not out yet, a publish, who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.article import Article, ArticleState
from bot.domain.audit import Entry, LogGroup
from bot.domain.topic import Topic
from bot.store.content import articles, topics
from bot.store.delivery import campaigns, receipts
from bot.store.delivery.campaigns import Campaign as Campaign  # what is given back here
from bot.store.delivery.campaigns import CampaignState as CampaignState
from bot.store.desk import audit_log, editors, progress_messages
from bot.store.engine.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Drafts:
    """A page of what is not out yet, newest first; `older` is where the next page begins. `held` are held in all."""

    articles: tuple[Article, ...]
    held: int
    older: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class HeldArticle:
    """One article that is held until editors decide, of `many`."""

    article: Article
    many: int


async def named(db: Database, text: str) -> Article:
    """Return the article that a number, slug or title means. Raises: UnknownArticle, AmbiguousArticle."""
    async with db.reading() as conn:
        return await articles.find(conn, text)


async def article(db: Database, number: int) -> Article:
    """Return an article. Raises: UnknownArticle."""
    async with db.reading() as conn:
        return await articles.article(conn, number)


async def article_of_message(db: Database, chat: int, message_id: int) -> int | None:
    """Return the article that a message in a chat brought, or whose publish it follows; None when it is neither."""
    async with db.reading() as conn:
        return await progress_messages.article_of(conn, chat, message_id)


async def names(db: Database) -> dict[int, str]:
    """Return what people with a role are called, by their ids."""
    async with db.reading() as conn:
        return await editors.names(conn)


async def drafts(db: Database, before: tuple[int, int] | None, limit: int, *, made_by: int | None = None) -> Drafts:
    """Return at most `limit` articles that are not out yet, from a place onward; None: from the newest.

    With `made_by`, only what that person made, and nothing of what is held.
    """
    async with db.reading() as conn:
        found = await articles.desk(conn, before=before, limit=limit + 1, made_by=made_by)
        held = len(await articles.in_state(conn, ArticleState.HELD)) if made_by is None else 0
    shown = tuple(found[:limit])
    return Drafts(shown, held, _place(shown[-1]) if len(found) > limit else None)


async def next_held(db: Database, after: int) -> HeldArticle | None:
    """Return the held article behind `after`, the first again behind the last; None when nothing is held.

    What was decided is held no longer: then it is the first that is newer.
    """
    async with db.reading() as conn:
        numbers = await articles.in_state(conn, ArticleState.HELD)
        if not numbers:
            return None
        place = numbers.index(after) + 1 if after in numbers else await _place_behind(conn, after, numbers)
        return HeldArticle(await articles.article(conn, numbers[place % len(numbers)]), len(numbers))


async def topic_to_add(db: Database, article: int, topic: int) -> tuple[Topic | None, bool]:
    """Return a topic that an article may be given, None when it is gone, and whether anybody has the article."""
    async with db.reading() as conn:
        return (await topics.topics(conn)).get(topic), await receipts.somebody_has(conn, article)


async def campaign(db: Database, id: int) -> Campaign | None:
    """Return a publish on its way, or as it ended."""
    async with db.reading() as conn:
        return await campaigns.campaign(conn, id)


async def publishes(db: Database, article: int) -> list[Campaign]:
    """Return every publish of an article, oldest first."""
    async with db.reading() as conn:
        return await campaigns.of_article(conn, article)


async def under_way(db: Database) -> list[Campaign]:
    """Return every publish of an article that has not ended, oldest first."""
    async with db.reading() as conn:
        found = [one for one in await campaigns.open_ones(conn) if one.article is not None]
    return sorted(found, key=lambda one: one.id)


async def follow(
    db: Database, campaign: int, chat: int, message_id: int, *, shown: str = "", at: datetime | None = None
) -> None:
    """Let a message follow a publish from now on. `shown` is what it says already, as `domain.progress.Shown`."""
    async with db.transaction() as conn:
        await progress_messages.follow(conn, campaign, chat, message_id, shown=shown, at=at)


async def owe(db: Database, campaign: int, chat: int, at: datetime) -> None:
    """Take note that a chat is to be told how a publish stands; said before the message is sent, kept if it is not."""
    async with db.transaction() as conn:
        await progress_messages.follow(conn, campaign, chat, progress_messages.OWED_MESSAGE_ID, at=at)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Acts, newest first, and what people are called who are known by name. `older`: behind it the next page begins."""

    entries: tuple[Entry, ...]
    names: dict[int, str]
    older: int | None


async def log_page(
    db: Database,
    limit: int,
    *,
    before: int | None = None,
    group: LogGroup = LogGroup.ALL,
    article: int | None = None,
) -> LogPage:
    """Return at most `limit` acts of a group, about one article if it is named, from behind an entry onward."""
    async with db.reading() as conn:
        found = await audit_log.latest(conn, limit + 1, before=before, group=group, article=article)
        names = await editors.names(conn)
    shown = tuple(found[:limit])
    return LogPage(shown, names, shown[-1].id if len(found) > limit else None)


async def _place_behind(conn: Connection, after: int, numbers: list[int]) -> int:
    decided = await articles.articles(conn, [after])
    held = await articles.articles(conn, numbers)
    if not decided:
        return 0
    return next((place for place, one in enumerate(held) if _place(one) > _place(decided[0])), 0)


def _place(article: Article) -> tuple[int, int]:
    return int(article.story.published_at.timestamp()), article.number
