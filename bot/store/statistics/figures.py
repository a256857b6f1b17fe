"""
The questions behind statistics. Each answers in sums: what passes through Python is a few rows, whatever was sent.

What was delivered comes from campaigns, which keep their counts for good, not from receipts, which are pruned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from sqlite3 import Row

from bot.domain.chat import ChatKind, ChatState
from bot.domain.statistics import Act, ArticleFigures, Pace, Period, Readers, Share
from bot.store.content.story_json import epoch
from bot.store.engine.connection import Connection
from bot.store.engine.lists import number_list


async def readers(conn: Connection) -> Readers:
    """Return the chats that there are."""
    rows = await conn.execute_fetchall(
        "SELECT state, kind, language, count(*) AS many FROM chats GROUP BY state, kind, language"
    )
    states, kinds, languages = Counter[ChatState](), Counter[ChatKind](), Counter[str]()
    for row in rows:
        state = ChatState(row["state"])
        states[state] += row["many"]
        if state is ChatState.ACTIVE:
            kinds[ChatKind(row["kind"])] += row["many"]
            languages[row["language"]] += row["many"]
    following = await _following(conn)
    quiet = max(0, states[ChatState.ACTIVE] - following)
    return Readers(
        dict.fromkeys(ChatState, 0) | dict(states),
        dict(kinds),
        dict(sorted(languages.items(), key=lambda one: (-one[1], one[0]))),
        quiet,
    )


async def _following(conn: Connection) -> int:
    """Return how many active chats follow a topic, a phrase or a story.

    Few chats are not active: to count all that follow along an index and take those off is much faster than to look
    for each whether it is.
    """
    [(topics, others, gone)] = await conn.execute_fetchall(
        """
        WITH gone AS (SELECT id FROM chats WHERE state IN ('paused', 'unreachable')),
        beside AS (
            SELECT chat FROM followed_phrases WHERE let_go_at IS NULL UNION SELECT chat FROM followed_stories
        )
        SELECT (SELECT count(*) FROM (SELECT DISTINCT chat FROM subscriptions) AS t),
            (SELECT count(*) FROM beside AS b
             WHERE NOT EXISTS (SELECT 1 FROM subscriptions AS s WHERE s.chat = b.chat)),
            (SELECT count(*) FROM gone AS g
             WHERE EXISTS (SELECT 1 FROM subscriptions AS s WHERE s.chat = g.id)
                OR EXISTS (SELECT 1 FROM beside AS b WHERE b.chat = g.id))
        """
    )
    return int(topics) + int(others) - int(gone)


async def followed(conn: Connection, followers: Mapping[int, int], limit: int) -> list[tuple[str, int]]:
    """Return the most followed topics by their names, with how many `followers` each has, most first."""
    rows = await conn.execute_fetchall(
        "SELECT number, name FROM topics WHERE number IN (SELECT value FROM json_each(:topics))",
        {"topics": number_list(followers)},
    )
    named = [(row["name"], followers[row["number"]]) for row in rows if followers[row["number"]] > 0]
    return sorted(named, key=lambda one: (-one[1], one[0]))[:limit]


async def followers(conn: Connection) -> dict[int, int]:
    """Return how many active chats follow each topic: all that do, less those of them that are not active.

    Only forums follow a topic in several threads. To tell all rows apart for them takes five times as long.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT topic, sum(many) AS many FROM (
            SELECT topic, count(*) AS many FROM subscriptions WHERE thread = 0 GROUP BY topic
            UNION ALL
            SELECT s.topic, count(DISTINCT s.chat) FROM subscriptions AS s
            WHERE s.thread <> 0 AND NOT EXISTS (
                SELECT 1 FROM subscriptions AS o WHERE o.topic = s.topic AND o.chat = s.chat AND o.thread = 0
            )
            GROUP BY s.topic
            UNION ALL
            SELECT s.topic, -count(DISTINCT s.chat) FROM chats AS c CROSS JOIN subscriptions AS s
            WHERE s.chat = c.id AND c.state IN ('paused', 'unreachable') GROUP BY s.topic
        ) AS counted GROUP BY topic
        """
    )
    return {int(row["topic"]): int(row["many"]) for row in rows}


_NEWS_OF_PERIOD = """
campaigns AS f CROSS JOIN articles AS a
WHERE a.number = f.subject AND f.subject_type = 1 AND f.kind = 'news' AND f.fixed_at >= :since AND f.fixed_at < :until
"""
_SUMS = """
sum(f.sent) AS sent, sum(f.unreachable + f.failed + f.restricted) AS missed, sum(f.prompt) AS prompt,
sum(f.prompt_seconds) AS prompt_seconds,
max(CASE WHEN f.prompt_until > f.start_at THEN f.prompt_until - f.start_at END) AS prompt_last
"""


async def totals(conn: Connection, period: Period) -> tuple[int, Pace]:
    """Return how many articles went out in a period, and how long their messages took."""
    [row] = await conn.execute_fetchall(
        f"SELECT count(DISTINCT f.subject) AS articles, {_SUMS} FROM {_NEWS_OF_PERIOD}", _within(period)
    )
    return int(row["articles"]), _pace(row)


async def articles(conn: Connection, period: Period, limit: int) -> list[ArticleFigures]:
    """Return the articles that went out in a period, those in most chats first."""
    rows = await conn.execute_fetchall(
        f"""
        SELECT a.number, a.title, {_SUMS} FROM {_NEWS_OF_PERIOD}
        GROUP BY a.number, a.title ORDER BY sent DESC, a.number DESC LIMIT :limit
        """,
        _within(period) | {"limit": limit},
    )
    return await _with_acts(conn, [_figures(row) for row in rows])


async def extremes(conn: Connection, period: Period) -> tuple[ArticleFigures, ArticleFigures] | None:
    """Return the articles of a period whose messages took least and most in the mean; None below two."""
    rows = await conn.execute_fetchall(
        f"""
        WITH paced AS (
            SELECT a.number, a.title, {_SUMS} FROM {_NEWS_OF_PERIOD}
            GROUP BY a.number, a.title HAVING sum(f.prompt) > 0
        ), ranked AS (
            SELECT number, title, sent, missed, prompt, prompt_seconds, prompt_last,
                row_number() OVER (ORDER BY CAST(prompt_seconds AS REAL) / prompt, number) AS from_fastest,
                row_number() OVER (ORDER BY CAST(prompt_seconds AS REAL) / prompt DESC, number) AS from_slowest
            FROM paced
        )
        SELECT number, title, sent, missed, prompt, prompt_seconds, prompt_last FROM ranked
        WHERE from_fastest = 1 OR from_slowest = 1 ORDER BY from_fastest
        """,
        _within(period),
    )
    if len(rows) < 2:
        return None
    return _figures(rows[0]), _figures(rows[-1])


async def topics(conn: Connection, period: Period, limit: int, followers: Mapping[int, int]) -> list[Share]:
    """Return what each topic had in a period, most stories in chats first. An article counts for each of its topics.

    `followers` are those of each topic.
    """
    rows = await conn.execute_fetchall(
        f"""
        SELECT t.number, t.name, count(DISTINCT f.subject) AS articles, sum(f.sent) AS sent,
            sum(f.unreachable + f.failed + f.restricted) AS missed
        FROM (SELECT f.* FROM {_NEWS_OF_PERIOD}) AS f
        CROSS JOIN article_topics AS at CROSS JOIN topics AS t
        WHERE at.article = f.subject AND t.number = at.topic
        GROUP BY t.number, t.name ORDER BY sent DESC, t.name LIMIT :limit
        """,
        _within(period) | {"limit": limit},
    )
    return [
        Share(row["name"], row["articles"], row["sent"], row["missed"], followers.get(row["number"], 0)) for row in rows
    ]


async def sources(conn: Connection, period: Period, limit: int) -> list[Share]:
    """Return what each source had in a period, most stories in chats first. Articles without one are left out."""
    rows = await conn.execute_fetchall(
        f"""
        SELECT a.source AS name, count(DISTINCT f.subject) AS articles, sum(f.sent) AS sent,
            sum(f.unreachable + f.failed + f.restricted) AS missed
        FROM {_NEWS_OF_PERIOD} AND a.source IS NOT NULL
        GROUP BY a.source ORDER BY sent DESC, a.source LIMIT :limit
        """,
        _within(period) | {"limit": limit},
    )
    return [Share(row["name"], row["articles"], row["sent"], row["missed"]) for row in rows]


async def _with_acts(conn: Connection, found: list[ArticleFigures]) -> list[ArticleFigures]:
    """Return figures of articles with what readers did with each."""
    numbers = {"numbers": number_list([one.number for one in found])}
    saved = await conn.execute_fetchall(
        """
        SELECT article, count(*) AS many FROM saved
        WHERE article IN (SELECT value FROM json_each(:numbers)) GROUP BY article
        """,
        numbers,
    )
    acts = await conn.execute_fetchall(
        "SELECT article, act, many FROM article_acts WHERE article IN (SELECT value FROM json_each(:numbers))", numbers
    )
    many = {row["article"]: int(row["many"]) for row in saved}
    done: dict[int, dict[Act, int]] = {}
    for row in acts:
        done.setdefault(row["article"], {})[Act(row["act"])] = int(row["many"])
    return [replace(one, saved=many.get(one.number, 0), acts=done.get(one.number)) for one in found]


def _within(period: Period) -> dict[str, object]:
    return {"since": epoch(period.begins), "until": epoch(period.ends)}


def _figures(row: Row) -> ArticleFigures:
    return ArticleFigures(row["number"], row["title"], int(row["sent"]), int(row["missed"]), _pace(row))


def _pace(row: Row) -> Pace:
    last = row["prompt_last"]
    return Pace(
        int(row["prompt"] or 0), int(row["prompt_seconds"] or 0), None if last is None else timedelta(seconds=last)
    )
