"""
The stories that chats follow, each by the article from which they did, and which articles belong to one story.

Articles belong together when one names the other in `related`, in however many steps. An article that very many name
(an explainer, a home page) connects only those that name it or are named by it themselves: else all would be one story.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from bot.domain.exported import FollowedStory
from bot.domain.following import KnownStory
from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list
from bot.store.readers.taken_along import FIND_AGAIN, wanted_list

MAX_MEMBERS = 200
"""Articles of a story that are found, the nearest first."""
MANY = 100
"""An article that more than so many name is not gone through."""
MAX_FOLLOWED = 50
"""Articles of one story from which it is followed: each is a way through the followers of its own."""

# A recursive select is a queue, so what is nearest comes first: https://sqlite.org/lang_with.html
_MEMBERS = """
WITH RECURSIVE story (number) AS (
    SELECT :article
    UNION
    SELECT l.article FROM story AS s
    CROSS JOIN article_related AS r ON r.article = s.number
    CROSS JOIN article_links AS l ON l.link = r.link
    CROSS JOIN articles AS a ON a.number = l.article AND a.state IN ('published', 'archived')
    WHERE s.number = :article OR (
        SELECT count(*) FROM (SELECT 1 FROM article_related AS n WHERE n.link = r.link LIMIT :many + 1) AS naming
    ) <= :many
    UNION
    SELECT r.article FROM story AS s
    CROSS JOIN article_links AS l ON l.article = s.number
    CROSS JOIN article_related AS r ON r.link = l.link
    CROSS JOIN articles AS a ON a.number = r.article AND a.state IN ('published', 'archived')
    WHERE s.number = :article OR (
        SELECT count(*) FROM (SELECT 1 FROM article_related AS n WHERE n.link = l.link LIMIT :many + 1) AS naming
    ) <= :many
    LIMIT :at_most
)
"""


ALL_OF_IT = "SELECT number FROM story ORDER BY number DESC"
FOLLOWED_FROM = """
SELECT a.number, a.title FROM story CROSS JOIN articles AS a ON a.number = story.number
WHERE a.state IN ('published', 'archived')
  AND EXISTS (SELECT 1 FROM followed_stories AS f WHERE f.article = a.number)
ORDER BY a.number DESC LIMIT :followed
"""
FOUND = _MEMBERS + ALL_OF_IT
FOLLOWED = _MEMBERS + FOLLOWED_FROM


async def members(conn: Connection, article: int, at_most: int = MAX_MEMBERS) -> list[int]:
    """Return the articles of an article's story that readers can list, itself among them, newest known first."""
    rows = await conn.execute_fetchall(FOUND, {"article": article, "at_most": at_most, "many": MANY})
    return [int(row["number"]) for row in rows]


async def followed_of(conn: Connection, article: int) -> list[KnownStory]:
    """Return the articles of an article's story from which anybody follows it, newest known first."""
    rows = await conn.execute_fetchall(
        FOLLOWED,
        {"article": article, "at_most": MAX_MEMBERS, "many": MANY, "followed": MAX_FOLLOWED},
    )
    return [KnownStory(row["number"], row["title"]) for row in rows]


async def follow(conn: Connection, chat: int, article: int, thread: int, now: datetime) -> bool:
    """Follow the story of an article; return whether that is new. Who follows it keeps the time since when."""
    added = await conn.execute(
        """
        INSERT INTO followed_stories (article, chat, thread, since) VALUES (:article, :chat, :thread, :now)
        ON CONFLICT DO NOTHING
        """,
        {"article": article, "chat": chat, "thread": thread, "now": epoch(now)},
    )
    return added > 0


async def follow_known(
    conn: Connection, chat: int, wanted: Iterable[FollowedStory], now: datetime, at_most: int
) -> int:
    """Follow those of these stories whose article readers may see, from now on; return how many it follows of them.

    No more than `at_most` are followed for it in all.
    """
    listed = wanted_list((one, one.thread) for one in wanted)
    rows = await conn.execute_fetchall(FIND_AGAIN, {"wanted": listed})
    followed = {one.number for one in await of_chat(conn, chat)}
    for row in rows:
        if row["number"] not in followed and len(followed) < at_most:
            await follow(conn, chat, row["number"], row["kept"], now)
            followed.add(row["number"])
    return len(followed.intersection(int(row["number"]) for row in rows))


async def stop(conn: Connection, chat: int, articles: Collection[int]) -> bool:
    """Follow no longer the stories that a chat follows from these articles; return whether it followed any."""
    gone = await conn.execute(
        "DELETE FROM followed_stories WHERE chat = :chat AND article IN (SELECT value FROM json_each(:articles))",
        {"chat": chat, "articles": number_list(articles)},
    )
    return gone > 0


async def of_chat(conn: Connection, chat: int) -> list[KnownStory]:
    """Return the stories that a chat follows, latest followed first; the title is empty where readers see none."""
    rows = await conn.execute_fetchall(
        """
        SELECT f.article, CASE WHEN a.state IN ('published', 'archived') THEN a.title ELSE '' END AS title
        FROM followed_stories AS f CROSS JOIN articles AS a ON a.number = f.article
        WHERE f.chat = :chat ORDER BY f.since DESC, f.article DESC
        """,
        {"chat": chat},
    )
    return [KnownStory(row["article"], row["title"]) for row in rows]
