"""
Articles: one story, one row, one number for life.

Everything readers and editors can open comes from here. `imports` writes what files say; this file reads, and
moves an article from one state to the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from sqlite3 import Row

from bot.domain.article import Article, ArticleState, HeldWhy, Manner
from bot.domain.link import normalised
from bot.errors import AmbiguousArticle, TakenDown, UnknownArticle
from bot.store.content import taken_down
from bot.store.content.corrections import corrections_from
from bot.store.content.story_json import epoch, epoch_of_end, moment, moment_or_none, story_from
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list

CANDIDATES = 3  # named where words mean more than one article


async def articles(conn: Connection, numbers: Sequence[int]) -> list[Article]:
    """Return the articles with these numbers, in this order; unknown ones and those taken down are left out."""
    return [one for one in await _even_taken_down(conn, numbers) if one.state is not ArticleState.TAKEN_DOWN]


async def _even_taken_down(conn: Connection, numbers: Sequence[int]) -> list[Article]:
    rows = await conn.execute_fetchall(
        """
        SELECT a.number, slug, state, revision, story, first_seen_at, scheduled_at, pushed_at, held_why,
               corrections, retracted_why, made_by, silent, only_to,
               (SELECT json_group_array(topic) FROM
                   (SELECT topic FROM article_topics WHERE article = a.number ORDER BY place) AS t) AS topics
        FROM json_each(:numbers) AS wanted JOIN articles AS a ON a.number = wanted.value
        ORDER BY wanted.key
        """,
        {"numbers": number_list(numbers)},
    )
    return [_article(row) for row in rows]


async def article(conn: Connection, number: int) -> Article:
    """Return one article. Raises: UnknownArticle; TakenDown."""
    found = await even_taken_down(conn, number)
    if found.state is ArticleState.TAKEN_DOWN:
        raise TakenDown(number)
    return found


async def even_taken_down(conn: Connection, number: int) -> Article:
    """Return one article; of one that was taken down nothing but numbers and times is left. Raises: UnknownArticle."""
    found = await _even_taken_down(conn, [number])
    if not found:
        raise UnknownArticle(f"#{number}")
    return found[0]


async def find(conn: Connection, words: str) -> Article:
    """Return the article meant by a number (`412`, `#412`, `٤١٢`), a slug, the beginning of just one slug, or a link.

    Raises: UnknownArticle, with what was asked for; AmbiguousArticle with the newest when several slugs begin so;
    TakenDown, also for a link by which it was known.
    """
    asked = words.strip()
    number = asked.removeprefix("#").removeprefix("\uff03")
    if number.isdecimal() and len(number) < 18:
        return await article(conn, int(number))
    if "://" in asked and (link := normalised(asked)) is not None:
        if gone := await taken_down.matching(conn, [link]):
            raise TakenDown(gone[link])
        query, key = "SELECT article FROM article_links WHERE link = :key", link
    else:
        query, key = (
            """
            SELECT number AS article FROM articles WHERE slug = :key
            UNION SELECT article FROM article_slugs WHERE slug = :key
            """,
            asked,
        )
    rows = list(await conn.execute_fetchall(query, {"key": key}))
    if not rows:
        rows = list(
            await conn.execute_fetchall(
                """
                SELECT number AS article FROM articles WHERE slug >= :key AND slug < :beyond
                UNION SELECT article FROM article_slugs WHERE slug >= :key AND slug < :beyond
                ORDER BY article DESC LIMIT :most
                """,
                {"key": asked, "beyond": asked + "\U0010ffff", "most": CANDIDATES},
            )
        )
    if not rows or not asked:
        raise UnknownArticle(asked)
    found = await articles(conn, sorted((int(row["article"]) for row in rows), reverse=True))
    if len(found) != 1:
        raise AmbiguousArticle(asked, [(one.number, one.story.title) for one in found[:CANDIDATES]])
    return found[0]


async def desk(
    conn: Connection, *, before: tuple[int, int] | None = None, limit: int = 10, made_by: int | None = None
) -> list[Article]:
    """Return drafts, scheduled and held articles, newest first, from behind `before` (published_at, number).

    With `made_by`, only what that person sent.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT number FROM articles
        WHERE state IN ('draft', 'scheduled', 'held')
          AND (:at IS NULL OR published_at < :at OR (published_at = :at AND number < :number))
          AND (:made_by IS NULL OR made_by = :made_by)
        ORDER BY published_at DESC, number DESC LIMIT :limit
        """,
        {"at": before and before[0], "number": before and before[1], "limit": limit, "made_by": made_by},
    )
    return await articles(conn, [row["number"] for row in rows])


async def in_state(conn: Connection, state: ArticleState) -> list[int]:
    """Return the numbers of all articles in a state, oldest news first."""
    rows = await conn.execute_fetchall(
        "SELECT number FROM articles WHERE state = :state ORDER BY published_at, number", {"state": state}
    )
    return [int(row["number"]) for row in rows]


async def counts(conn: Connection) -> dict[ArticleState, int]:
    """Return how many articles are in each state."""
    rows = await conn.execute_fetchall("SELECT state, count(*) AS many FROM articles GROUP BY state")
    return {ArticleState(row["state"]): int(row["many"]) for row in rows}


async def set_state(
    conn: Connection, number: int, state: ArticleState, *, scheduled_at: datetime | None = None
) -> None:
    """Move an article to another state; `scheduled_at` is when an embargo ends, rounded up: never a moment early."""
    await set_states(conn, {number: (state, scheduled_at)})


async def set_states(conn: Connection, states: Mapping[int, tuple[ArticleState, datetime | None]]) -> None:
    """Move many articles, each to its state and with the end of its embargo, as `set_state` does one."""
    await conn.executemany(
        """
        UPDATE articles SET state = :state, scheduled_at = :scheduled_at, held_why = NULL, by_hand = 0, silent = 0
        WHERE number = :number
        """,
        [
            {"number": number, "state": state, "scheduled_at": epoch_of_end(scheduled_at)}
            for number, (state, scheduled_at) in states.items()
        ],
    )


async def mark_by_hand(conn: Connection, numbers: Iterable[int]) -> None:
    """Remember that the ends of these embargoes were set by hand. It holds until their states change."""
    await conn.executemany(
        "UPDATE articles SET by_hand = 1 WHERE number = :number AND state = 'scheduled'",
        [{"number": number} for number in numbers],
    )


async def set_manner(conn: Connection, number: int, manner: Manner) -> None:
    """Remember how a scheduled article is to arrive. It holds until its state changes."""
    await conn.execute(
        "UPDATE articles SET silent = :manner WHERE number = :number AND state = 'scheduled'",
        {"number": number, "manner": manner},
    )


async def set_only_to(conn: Connection, number: int, topics: Sequence[int]) -> None:
    """Let an article go to the followers of these topics alone, without any to all who follow it.

    That is a new revision: whoever approved the article did so for the audience that it had.
    """
    await conn.execute(
        "UPDATE articles SET only_to = :topics, revision = revision + 1 WHERE number = :number",
        {"number": number, "topics": json.dumps(list(topics)) if topics else None},
    )


async def are_by_hand(conn: Connection, numbers: Iterable[int]) -> set[int]:
    """Return which of these scheduled articles go out at a time that was set by hand."""
    rows = await conn.execute_fetchall(
        """
        SELECT number FROM articles
        WHERE by_hand = 1 AND state = 'scheduled' AND number IN (SELECT value FROM json_each(:numbers))
        """,
        {"numbers": number_list(numbers)},
    )
    return {int(row["number"]) for row in rows}


async def set_maker(conn: Connection, numbers: Iterable[int], person: int) -> None:
    """Remember who sent these articles in chat."""
    await conn.executemany(
        "UPDATE articles SET made_by = :person WHERE number = :number",
        [{"number": number, "person": person} for number in numbers],
    )


async def hold(conn: Connection, number: int, why: HeldWhy) -> None:
    """Let an article wait until an editor decides."""
    await conn.execute(
        "UPDATE articles SET state = 'held', scheduled_at = NULL, held_why = :why WHERE number = :number",
        {"number": number, "why": why},
    )


async def held_because(conn: Connection, why: HeldWhy) -> list[int]:
    """Return the articles that are held for one reason, oldest first."""
    rows = await conn.execute_fetchall(
        "SELECT number FROM articles WHERE state = 'held' AND held_why = :why ORDER BY published_at, number",
        {"why": why},
    )
    return [int(row["number"]) for row in rows]


async def add_topic(conn: Connection, number: int, topic: int) -> bool:
    """Let an article bear a topic more, by an editor's word; return whether it did not before."""
    added = await conn.execute(
        """
        INSERT OR IGNORE INTO article_topics (article, topic, place, by_editor)
        SELECT :number, :topic, coalesce(max(place), -1) + 1, 1 FROM article_topics WHERE article = :number
        """,
        {"number": number, "topic": topic},
    )
    # Its hashtags are seen by readers.
    await conn.execute(
        "UPDATE articles SET revision = revision + :added WHERE number = :number",
        {"number": number, "added": added},
    )
    return added > 0


async def drop_added_topics(conn: Connection, number: int, *, keep: Iterable[int]) -> None:
    """Take from an article the topics that an editor added, but for those to `keep`: what it bears was said anew."""
    dropped = await conn.execute(
        """
        DELETE FROM article_topics
        WHERE article = :number AND by_editor = 1 AND topic NOT IN (SELECT value FROM json_each(:keep))
        """,
        {"number": number, "keep": number_list(keep)},
    )
    await conn.execute(
        "UPDATE articles SET revision = revision + :dropped WHERE number = :number",
        {"number": number, "dropped": dropped > 0},
    )


async def revision(conn: Connection, number: int) -> int | None:
    """Return an article's revision as it stands now; None when there is no such article."""
    rows = await conn.execute_fetchall("SELECT revision FROM articles WHERE number = :number", {"number": number})
    return next((int(row["revision"]) for row in rows), None)


async def fix_audience(conn: Connection, number: int, at: datetime) -> None:
    """Remember when an article's one audience was fixed."""
    await conn.execute(
        "UPDATE articles SET pushed_at = :at WHERE number = :number", {"number": number, "at": epoch(at)}
    )


async def unfix_audience(conn: Connection, number: int) -> None:
    """Take back an audience to which nothing has left yet."""
    await conn.execute("UPDATE articles SET pushed_at = NULL WHERE number = :number", {"number": number})


async def mark_news(conn: Connection, numbers: Iterable[int], now: datetime) -> None:
    """Remember when files made these articles news."""
    await conn.executemany(
        "UPDATE articles SET news_at = :at WHERE number = :number",
        [{"number": number, "at": epoch(now)} for number in numbers],
    )


async def news_since(conn: Connection, at: datetime) -> int:
    """Return how many articles became news by file after `at`."""
    [(many,)] = await conn.execute_fetchall("SELECT count(*) FROM articles WHERE news_at > :at", {"at": epoch(at)})
    return int(many)


async def embargo_over(conn: Connection, now: datetime) -> list[int]:
    """Return the scheduled articles whose time has come, in that order."""
    rows = await conn.execute_fetchall(
        "SELECT number FROM articles WHERE state = 'scheduled' AND scheduled_at <= :now ORDER BY scheduled_at, number",
        {"now": epoch(now)},
    )
    return [int(row["number"]) for row in rows]


async def next_embargo(conn: Connection) -> datetime | None:
    """Return when the next scheduled article is due; None when none is."""
    [(at,)] = await conn.execute_fetchall("SELECT min(scheduled_at) FROM articles WHERE state = 'scheduled'")
    return moment_or_none(at)


async def banners(conn: Connection, number: int) -> frozenset[str]:
    """Return the pictures of an article that more than three articles of its provider show."""
    rows = await conn.execute_fetchall(
        """
        SELECT mine.picture FROM article_pictures AS mine
        WHERE mine.article = :number AND
            (SELECT count(*) FROM article_pictures AS other
             WHERE other.picture = mine.picture AND other.source = mine.source) > 3
        """,
        {"number": number},
    )
    return frozenset(row["picture"] for row in rows)


def _article(row: Row) -> Article:
    return Article(
        number=row["number"],
        slug=row["slug"],
        state=ArticleState(row["state"]),
        revision=row["revision"],
        story=story_from(row["story"]),
        topics=tuple(json.loads(row["topics"])),
        pushed_at=moment_or_none(row["pushed_at"]),
        scheduled_at=moment_or_none(row["scheduled_at"]),
        first_seen_at=moment(row["first_seen_at"]),
        held_why=None if row["held_why"] is None else HeldWhy(row["held_why"]),
        corrections=corrections_from(row["corrections"]),
        retracted_why=row["retracted_why"],
        made_by=row["made_by"],
        manner=Manner(row["silent"]),
        only_to=() if row["only_to"] is None else tuple(json.loads(row["only_to"])),
    )


async def of_one_story(conn: Connection, article: int, at_most: int = 100) -> list[int]:
    """Return the articles that an article names as related, and those that name it, newest first."""
    rows = await conn.execute_fetchall(
        """
        SELECT l.article AS number FROM article_related AS r CROSS JOIN article_links AS l ON l.link = r.link
        WHERE r.article = :article AND l.article <> :article
        UNION
        SELECT r.article FROM article_links AS l CROSS JOIN article_related AS r ON r.link = l.link
        WHERE l.article = :article AND r.article <> :article
        ORDER BY number DESC LIMIT :at_most
        """,
        {"article": article, "at_most": at_most},
    )
    return [int(row["number"]) for row in rows]
