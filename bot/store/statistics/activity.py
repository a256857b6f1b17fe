"""
Activity: what happened, counted in the same transaction, by quarters of an hour.

Chats that come and go are counted one by one. Of deliveries nothing is written beside what their campaigns count in any
case: those counts are carried over once for each quarter of an hour (`carry_over`), and what is not carried over yet is
added by whoever asks (`by_day`). So a settle costs what it did before, and a kill loses no number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from bot.domain.delivery import REPORT
from bot.domain.statistics import SLOT, Act, Day, Fact, Period, sorted_into_days
from bot.store.content.story_json import epoch
from bot.store.engine.connection import Connection
from bot.store.engine.lists import number_list

_SLOT = int(SLOT.total_seconds())

# All that a campaign has counted beyond what was carried over belongs to the quarter of an hour in which it counted
# last, because whoever counts in the next one carries over first.
_UNCOUNTED = f"""
SELECT CASE operation WHEN 1 THEN {Fact.SENT:d} WHEN 2 THEN {Fact.CHANGED:d} ELSE {Fact.DELETED:d} END AS fact,
    ended_at - ended_at % {_SLOT} AS at, sent - counted_sent AS many
FROM campaigns WHERE uncounted = 1 AND ended_at IS NOT NULL AND kind <> '{REPORT}'
UNION ALL
SELECT {Fact.UNREACHABLE:d}, ended_at - ended_at % {_SLOT}, unreachable - counted_unreachable
FROM campaigns WHERE uncounted = 1 AND ended_at IS NOT NULL AND operation = 1 AND kind <> '{REPORT}'
UNION ALL
SELECT {Fact.FAILED:d}, ended_at - ended_at % {_SLOT}, failed - counted_failed
FROM campaigns WHERE uncounted = 1 AND ended_at IS NOT NULL AND operation = 1 AND kind <> '{REPORT}'
UNION ALL
SELECT {Fact.RESTRICTED:d}, ended_at - ended_at % {_SLOT}, restricted - counted_restricted
FROM campaigns WHERE uncounted = 1 AND ended_at IS NOT NULL AND operation = 1 AND kind <> '{REPORT}'
"""


def slot_of(at: datetime) -> int:
    """Return the quarter of an hour of a moment, in epoch seconds of its beginning."""
    seconds = epoch(at)
    return seconds - seconds % _SLOT


async def count(conn: Connection, fact: Fact, at: datetime, many: int = 1) -> None:
    """Count something that happens now. A negative number takes back what was counted too much."""
    await conn.execute(
        """
        INSERT INTO activity (fact, at, many) VALUES (:fact, :at, :many)
        ON CONFLICT (fact, at) DO UPDATE SET many = activity.many + excluded.many
        """,
        {"fact": int(fact), "at": slot_of(at), "many": many},
    )


async def count_act(conn: Connection, article: int, act: Act, many: int = 1) -> None:
    """Count what a reader did with an article, or took back (-1). One that is not there is not counted."""
    await conn.execute(
        """
        INSERT INTO article_acts (article, act, many)
        SELECT number, :act, CAST(:many AS INTEGER) FROM articles WHERE number = :article
        ON CONFLICT (article, act) DO UPDATE SET many = article_acts.many + excluded.many
        """,
        {"article": article, "act": int(act), "many": many},
    )


async def carry_over(conn: Connection) -> None:
    """Put into activity what campaigns have counted since the last time."""
    await conn.execute(
        f"""
        INSERT INTO activity (fact, at, many)
        SELECT fact, at, sum(many) FROM ({_UNCOUNTED}) AS more GROUP BY fact, at HAVING sum(many) <> 0
        ON CONFLICT (fact, at) DO UPDATE SET many = activity.many + excluded.many
        """
    )
    await conn.execute(
        """
        UPDATE campaigns SET uncounted = 0, counted_sent = sent, counted_unreachable = unreachable,
            counted_failed = failed, counted_restricted = restricted
        WHERE uncounted = 1
        """
    )


async def by_day(conn: Connection, period: Period, facts: Collection[Fact] = tuple(Fact)) -> tuple[Day, ...]:
    """Return the days of a period with what happened on each."""
    edges = [epoch(edge) for edge in period.edges]
    rows = await conn.execute_fetchall(
        f"""
        WITH days AS (
            SELECT CAST(value AS INTEGER) AS begins, lead(CAST(value AS INTEGER)) OVER (ORDER BY CAST(value AS INTEGER))
                AS ends
            FROM json_each(:edges)
        ), wanted AS (SELECT CAST(value AS INTEGER) AS fact FROM json_each(:facts))
        SELECT begins, fact, sum(many) AS many FROM (
            SELECT d.begins, w.fact, a.many FROM wanted AS w CROSS JOIN days AS d
            CROSS JOIN activity AS a WHERE a.fact = w.fact AND a.at >= d.begins AND a.at < d.ends
            UNION ALL
            SELECT d.begins, w.fact, u.many FROM ({_UNCOUNTED}) AS u
            CROSS JOIN wanted AS w CROSS JOIN days AS d
            WHERE w.fact = u.fact AND u.at >= d.begins AND u.at < d.ends
        ) AS found GROUP BY begins, fact HAVING sum(many) <> 0
        """,
        {"edges": number_list(edges), "facts": number_list([int(fact) for fact in facts])},
    )
    places = {begins: place for place, begins in enumerate(edges)}
    counts = {(places[row["begins"]], Fact(row["fact"])): int(row["many"]) for row in rows}
    return sorted_into_days(period, counts)


async def since(conn: Connection, at: datetime, facts: Collection[Fact]) -> Mapping[Fact, int]:
    """Return how often these have happened since the beginning of a moment's quarter of an hour."""
    rows = await conn.execute_fetchall(
        f"""
        SELECT fact, sum(many) AS many FROM (
            SELECT a.fact, a.many FROM json_each(:facts) AS w CROSS JOIN activity AS a
            WHERE a.fact = w.value AND a.at >= :since
            UNION ALL
            SELECT fact, many FROM ({_UNCOUNTED}) AS u
            WHERE at >= :since AND fact IN (SELECT value FROM json_each(:facts))
        ) AS found GROUP BY fact
        """,
        {"since": slot_of(at), "facts": number_list([int(fact) for fact in facts])},
    )
    return {Fact(row["fact"]): int(row["many"]) for row in rows}
