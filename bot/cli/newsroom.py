"""
The newsroom at the shell: drafts, publishing, retracting, and deciding about what is held.

Publishing here only writes to the database; the bot that runs on it sends the messages, now or when it is started.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.cli.following import follow
from bot.cli.shell import (
    PAUSED,
    chats,
    columns,
    iso,
    me,
    moment,
    now,
    number,
    opened,
    refuse,
    refuse_article,
    say,
    say_json,
    span,
)
from bot.domain.article import Article, ArticleState, HeldWhy
from bot.domain.editing import Refusal
from bot.domain.only_to import why_not
from bot.errors import ReaderError
from bot.services.content.typed_fields import audience_typed
from bot.services.delivery import delivery_reports
from bot.services.newsroom import held_news, newsroom
from bot.services.newsroom.newsroom import Published
from bot.settings import Settings, read_settings
from bot.store.content import articles, topics
from bot.store.delivery import campaigns
from bot.store.delivery.audiences import reach
from bot.store.delivery.campaigns import Campaign, CampaignState
from bot.store.delivery.followers import followers_of
from bot.store.engine import metadata
from bot.store.engine.database import Database
from bot.store.opening import is_bot_running

_PAGE = 500


def drafts(*, as_json: bool) -> int:
    """List unpublished, scheduled and held articles, newest first."""
    settings = read_settings()
    found = asyncio.run(_desk(settings))
    if as_json:
        say_json([_as_json(article) for article in found])
    elif found:
        say(columns([_row(article, settings) for article in found]))
    else:
        say("There are no drafts, and nothing is scheduled or held.")
    return 0


async def _desk(settings: Settings) -> list[Article]:
    found: list[Article] = []
    async with opened(settings) as db, db.reading() as conn:
        page = await articles.desk(conn, limit=_PAGE)
        while page:
            found.extend(page)
            last = page[-1]
            page = await articles.desk(
                conn, before=(int(last.story.published_at.timestamp()), last.number), limit=_PAGE
            )
    return found


def publish(words: Sequence[str], *, wait: bool, only: Sequence[str] = ()) -> int:
    """Publish articles, `only` to who follows these topics if any are named; 1 when one could not be, 2 when nobody is
    there to send what is waited for."""
    settings = read_settings()
    unattended: list[int] = []

    async def one(db: Database, article: Article) -> None:
        only_to = await audience_typed(db, article, ", ".join(only)) if only else None
        published = await newsroom.publish(db, article.number, by=me(), now=now(), undo=settings.undo, only_to=only_to)
        is_running = await asyncio.to_thread(is_bot_running, settings.database)
        say(await _announced(db, published, settings, is_running=is_running))
        if wait and is_running:
            await follow(db, settings.database, published.campaign)
        elif wait:
            unattended.append(article.number)

    status = asyncio.run(_for_each(words, settings, one))
    if unattended:
        names = ", ".join(f"#{article}" for article in unattended)
        refuse(f"newsbot: --wait: no bot is running on this database; {names} will leave once `newsbot run` does")
        return 2
    return status


async def _announced(db: Database, published: Published, settings: Settings, *, is_running: bool) -> str:
    article, at = published.article, now()
    async with db.reading() as conn:
        audience = await followers_of(conn, article.number, article.pushed_at or at)
        reached = await reach(conn, audience, at)
        is_paused = await metadata.is_paused(conn)
    if not is_running:
        return f"#{article.number} queued for {chats(reached)}; no bot is running on this database"
    line = f"#{article.number} {'goes on to' if published.resumed else 'goes to'} {chats(reached)}"
    if published.start_at > at:
        line += f" in {span(published.start_at - at)}"
    return f"{line}; queued, and held with all pushes until `newsbot resume`" if is_paused else f"{line}; queued"


async def _for_each(
    words: Sequence[str], settings: Settings, act: Callable[[Database, Article], Awaitable[None]]
) -> int:
    """Do something with each article that is named; what cannot be done is said and does not stop the others."""
    status = 0
    async with opened(settings) as db:
        for name in words:
            try:
                async with db.reading() as conn:
                    article = await articles.find(conn, name)
                await act(db, article)
            except ReaderError as error:
                refuse_article(error)
                status = 1
            except Refusal as refusal:
                refuse(f"newsbot: #{article.number}: --only: {why_not(refusal)}; it was not published")
                status = 1
    return status


def held(*, as_json: bool) -> int:
    """List what is held: articles that have not gone out, and publishes stopped on their way."""
    settings = read_settings()
    waiting, stopped = asyncio.run(_held(settings))
    if as_json:
        say_json(
            {
                "articles": [
                    {**_as_json(article), "why": article.held_why, "unknown_topics": unknown}
                    for article, unknown in waiting
                ],
                "publishes": [_publish_as_json(article, one) for article, one in stopped],
            }
        )
    elif waiting or stopped:
        rows = [_held_row(article, unknown, settings) for article, unknown in waiting]
        rows += [
            (f"#{article.number}", _why(one), moment(one.fixed_at, settings), article.slug, _progress(one))
            for article, one in stopped
        ]
        say(columns(rows))
        say("`newsbot held --push` sends all of it, `newsbot held --archive` lists it without a push.")
    else:
        say("Nothing is held.")
    return 0


def decide_held(*, push: bool, as_json: bool) -> int:
    """Push or archive everything that is held."""
    decided, is_paused = asyncio.run(_decide(read_settings(), push=push))
    if as_json:
        say_json({"pushed" if push else "archived": decided})
    elif decided:
        names = ", ".join(f"#{article}" for article in decided)
        say(f"{number(len(decided))} {'pushed' if push else 'archived'}: {names}")
        if push and is_paused:
            say(PAUSED)
    else:
        say("Nothing is held.")
    return 0


async def _held(settings: Settings) -> tuple[list[tuple[Article, list[str]]], list[tuple[Article, Campaign]]]:
    """Return held articles, each with the names of its topics that nobody knows, and held publishes."""
    async with opened(settings) as db, db.reading() as conn:
        waiting = await articles.articles(conn, await articles.in_state(conn, ArticleState.HELD))
        stopped = [one for one in await campaigns.open_ones(conn) if one.state is CampaignState.HELD]
        known, worn = await topics.established(conn), await topics.topics(conn)
        unknown = [[worn[topic].name for topic in article.topics if topic not in known] for article in waiting]
        return list(zip(waiting, unknown, strict=True)), [
            (await articles.article(conn, one.article), one) for one in stopped if one.article is not None
        ]


async def _decide(settings: Settings, *, push: bool) -> tuple[list[int], bool]:
    """Return the articles decided about, and whether all pushes are held."""
    async with opened(settings) as db:
        if push:
            decided = await held_news.push_held(db, by=me(), now=now(), undo=settings.undo)
        else:
            decided = await held_news.archive_held(db, by=me(), now=now())
        return decided, await delivery_reports.is_paused(db)


def _progress(one: Campaign) -> str:
    of = f" of {number(one.total)}" if one.is_complete else ""
    return f"{number(one.sent)}{of} sent"


def _row(article: Article, settings: Settings) -> tuple[str, ...]:
    at = article.scheduled_at or article.story.published_at
    return f"#{article.number}", article.state, moment(at, settings), article.slug, article.story.title


def _held_row(article: Article, unknown: Sequence[str], settings: Settings) -> tuple[str, ...]:
    name, state, *rest = _row(article, settings)
    match article.held_why:
        case HeldWhy.TOPICS:
            why = f"no known topic: {', '.join(unknown)}" if unknown else "no topic"
        case HeldWhy.BURST:
            why = "more at once than expected"
        case HeldWhy.RESTORED:
            why = "older copy of the database"
        case None:
            why = state
    return name, why, *rest


def _as_json(article: Article) -> dict[str, object]:
    return {
        "number": article.number,
        "slug": article.slug,
        "state": article.state,
        "title": article.story.title,
        "link": article.story.link,
        "published_at": iso(article.story.published_at),
        "scheduled_at": iso(article.scheduled_at),
    }


def _why(one: Campaign) -> str:
    """Return why a publish is held, with Telegram's words where it is for them."""
    why = one.why or "held"
    return why if one.words is None else f"{why} ({one.words})"


def _publish_as_json(article: Article, one: Campaign) -> dict[str, object]:
    return {
        "number": article.number,
        "slug": article.slug,
        "why": one.why,
        "words": one.words,
        "published_at": iso(one.fixed_at),
        "sent": one.sent,
        "total": one.total if one.is_complete else None,
    }
