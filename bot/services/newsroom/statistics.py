"""The bot in numbers, for `/stats`, `newsbot stats` and the weekly report: each asked at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.article import ArticleState
from bot.domain.restriction import Restriction
from bot.domain.source import ListedSource, SourceCounts
from bot.domain.statistics import CAME, WENT, Act, Fact, Period, Statistics
from bot.store.content import articles, sources
from bot.store.engine import metadata
from bot.store.engine.database import Connection, Database
from bot.store.readers import restrictions
from bot.store.statistics import activity, figures, report_wishes
from bot.store.statistics.report_wishes import ReportWish

LISTED = 10
"""Articles, topics and sources that are listed, unless somebody asks for more."""
MOST = 1000


@dataclass(frozen=True, slots=True)
class Totals:
    """How things stand now, whatever the period.

    `restrictions` are the longest of the `restricted` chats' spells, by chat; `sources` are all there are, those that
    most came of first. `sent_day` and `sent_week` begin
    with the quarter of an hour that was a day and a week ago.
    """

    articles: dict[ArticleState, int]
    is_paused: bool  # all pushes, from the shell
    restricted: int
    restrictions: tuple[tuple[int, Restriction], ...]
    sources: tuple[ListedSource, ...]
    sent_day: int
    sent_week: int


async def totals(db: Database, now: datetime, most_restricted: int) -> Totals:
    """Return how things stand, with at most so many chats that forbid writing."""
    async with db.reading() as conn:
        known = await sources.sources(conn)
        came = await sources.counts(conn, [one.number for one in known])
        listed = [ListedSource(one, came.get(one.number, SourceCounts())) for one in known]
        restricted, spells = await restrictions.listed(conn, most_restricted)
        return Totals(
            await articles.counts(conn),
            await metadata.is_paused(conn),
            restricted,
            tuple(spells),
            tuple(sorted(listed, key=lambda one: (-one.counts.came, one.source.number))),
            await _sent_since(conn, now - timedelta(days=1)),
            await _sent_since(conn, now - timedelta(days=7)),
        )


async def _sent_since(conn: Connection, at: datetime) -> int:
    return (await activity.since(conn, at, (Fact.SENT,))).get(Fact.SENT, 0)


async def statistics(db: Database, period: Period, listed: int = LISTED) -> Statistics:
    """Return a period in numbers, with so many articles, topics and sources."""
    async with db.reading() as conn:
        return await statistics_in(conn, period, listed)


async def statistics_in(conn: Connection, period: Period, listed: int = LISTED) -> Statistics:
    """Return the same within a transaction."""
    went_out, pace = await figures.totals(conn, period)
    later = await activity.since(conn, period.ends, (*CAME, *WENT))
    followers = await figures.followers(conn)
    fastest, slowest = await figures.extremes(conn, period) or (None, None)
    return Statistics(
        period,
        await activity.by_day(conn, period),
        await figures.readers(conn),
        pace,
        went_out,
        await figures.articles(conn, period, listed),
        await figures.topics(conn, period, listed, followers),
        await figures.sources(conn, period, listed),
        fastest,
        slowest,
        sum(later.get(fact, 0) for fact in CAME) - sum(later.get(fact, 0) for fact in WENT),
        await figures.followed(conn, followers, LISTED),
    )


async def wish(db: Database, person: int) -> ReportWish:
    """Return what a person wants of statistics."""
    async with db.reading() as conn:
        return await report_wishes.wish(conn, person)


async def choose_shade(db: Database, person: int, is_dark: bool) -> None:
    """Draw a person's charts for a dark or a light screen from now on."""
    async with db.transaction() as conn:
        await report_wishes.set_dark(conn, person, is_dark)


async def count_act(db: Database, article: int, act: Act, many: int = 1) -> None:
    """Count what a reader did with an article, or took back (-1)."""
    async with db.transaction() as conn:
        await activity.count_act(conn, article, act, many)
