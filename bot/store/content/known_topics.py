"""
The topics that readers may see. A topic that only unpublished articles name is hidden, because its name may reveal
what they are about.

Known to all are topics that a file or an editor defined, and those of articles that are or were published. Known to a
chat are also those that it follows, has left out or muted. Any other topic does not exist for readers, by name or
number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.topic import Topic, topic_key
from bot.store.content.topics import list_established, topic_of
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list


async def known_to(conn: Connection, chat: int) -> dict[int, Topic]:
    """Return the topics that are known to a chat, by number, in the order of their numbers."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, id, name, short_name, parent, description, keywords, hashtags, listed, from_file, names
        FROM topics WHERE listed = 1 OR known = 1 OR number IN (
            SELECT topic FROM subscriptions WHERE chat = :chat UNION SELECT topic FROM exceptions WHERE chat = :chat
        )
        ORDER BY number
        """,
        {"chat": chat},
    )
    return {row["number"]: topic_of(row) for row in rows}


async def named(conn: Connection, name: str, chat: int) -> Topic | None:
    """Return the topic known to a chat by a name, short name, id, hashtag or former name, in any case."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, id, name, short_name, parent, description, keywords, hashtags, listed, from_file, names
        FROM topics WHERE number = (SELECT topic FROM topic_names WHERE key = :key) AND (
            listed = 1 OR known = 1
            OR EXISTS (SELECT 1 FROM subscriptions WHERE chat = :chat AND topic = topics.number)
            OR EXISTS (SELECT 1 FROM exceptions WHERE chat = :chat AND topic = topics.number)
        )
        """,
        {"key": topic_key(name), "chat": chat},
    )
    return next((topic_of(row) for row in rows), None)


async def make_known(conn: Connection, borne_by: Iterable[int]) -> None:
    """Let readers know the topics of those of these articles that are published. They stay known."""
    await conn.execute(
        """
        UPDATE topics SET known = 1 WHERE known = 0 AND number IN (
            SELECT t.topic FROM json_each(:articles) AS wanted
            CROSS JOIN articles AS a ON a.number = wanted.value
            CROSS JOIN article_topics AS t ON t.article = a.number
            WHERE a.state IN ('published', 'archived')
        )
        """,
        {"articles": number_list(borne_by)},
    )


async def let_be_known(conn: Connection, borne_by: Sequence[int]) -> None:
    """Let readers know the topics of those of these articles that are published, and find in the picker those that
    enough articles bear."""
    await make_known(conn, borne_by)
    await list_established(conn, borne_by)
