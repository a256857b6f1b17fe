"""
Topics and all the names they ever had.

Names are aliases and stay so when a file renames its topic; a name nobody defined becomes an unlisted topic, so
that an article is never without the people who follow its words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from sqlite3 import Row

from bot.domain.topic import Topic, TopicFile, TopicTree, topic_key
from bot.store.database import Connection

WORN_BY = 3  # articles that bear a name nobody defined before it enters the picker


async def topics(conn: Connection) -> dict[int, Topic]:
    """Return every topic by number, in the order of their numbers."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, id, name, short_name, parent, description, keywords, hashtags, listed
        FROM topics ORDER BY number
        """
    )
    return {row["number"]: _topic(row) for row in rows}


async def tree(conn: Connection) -> TopicTree:
    """Return the parents of all topics."""
    rows = await conn.execute_fetchall("SELECT number, parent FROM topics")
    return TopicTree({row["number"]: row["parent"] for row in rows})


async def named(conn: Connection, name: str) -> Topic | None:
    """Return the topic that goes by a name, short name, id, hashtag or former name, in any case."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, id, name, short_name, parent, description, keywords, hashtags, listed
        FROM topics WHERE number = (SELECT topic FROM topic_names WHERE key = :key)
        """,
        {"key": topic_key(name)},
    )
    return next((_topic(row) for row in rows), None)


async def resolve(conn: Connection, names: Iterable[str]) -> dict[str, int]:
    """Return the topic number of each name, making unlisted topics of those nobody defined."""
    wanted = {name: key for name in dict.fromkeys(names) if (key := topic_key(name))}
    rows = await conn.execute_fetchall(
        "SELECT key, topic FROM topic_names WHERE key IN (SELECT value FROM json_each(:keys))",
        {"keys": json.dumps(list(wanted.values()))},
    )
    known = {row["key"]: int(row["topic"]) for row in rows}
    for name, key in wanted.items():
        if key not in known:
            known[key] = await _insert(conn, await _free_id(conn, key), name)
            await _adopt_children(conn, (name,), known[key])
    return {name: known[key] for name, key in wanted.items()}


async def define(conn: Connection, given: TopicFile) -> int:
    """Store what a topic file says and return the topic's number. A renamed topic keeps its old names."""
    number = await _number_of(conn, given)
    if number is None:
        number = await _insert(conn, given.id, given.name)
    await conn.execute(
        """
        UPDATE topics
        SET id = :id, name = :name, short_name = :short_name, description = :description, keywords = :keywords,
            hashtags = :hashtags, parent_key = :parent_key, listed = 1, from_file = 1
        WHERE number = :number
        """,
        {
            "number": number,
            "id": given.id,
            "name": given.name,
            "short_name": given.short_name,
            "description": given.description,
            "keywords": json.dumps(given.keywords, ensure_ascii=False),
            "hashtags": json.dumps(given.hashtags, ensure_ascii=False),
            "parent_key": topic_key(given.parent or "") or None,
        },
    )
    for name in (given.id, given.name):
        await _call(conn, number, name, steal=True)
    for alias in (given.short_name or "", *given.hashtags):
        await _call(conn, number, alias, steal=False)
    await conn.execute(
        """
        UPDATE topics SET parent = (SELECT topic FROM topic_names WHERE key = :key AND topic <> :number)
        WHERE number = :number
        """,
        {"number": number, "key": topic_key(given.parent or "")},
    )
    await _adopt_children(conn, (given.id, given.name, given.short_name or "", *given.hashtags), number)
    return number


async def list_worn(conn: Connection) -> list[int]:
    """Put into the picker the unlisted topics that enough articles bear; return their numbers."""
    rows = await conn.execute_fetchall(
        """
        UPDATE topics SET listed = 1
        WHERE listed = 0 AND (SELECT count(*) FROM article_topics WHERE topic = topics.number) >= :enough
        RETURNING number
        """,
        {"enough": WORN_BY},
    )
    return [int(row["number"]) for row in rows]


async def accept(conn: Connection, number: int) -> None:
    """Put an unlisted topic into the picker."""
    await conn.execute("UPDATE topics SET listed = 1 WHERE number = :number", {"number": number})


async def _number_of(conn: Connection, given: TopicFile) -> int | None:
    """Find the topic a file speaks of: by its id, else by its name if no other file defined that."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, 0 AS place FROM topics WHERE id = :id
        UNION ALL
        SELECT t.number, 1 FROM topics t JOIN topic_names n ON n.topic = t.number
        WHERE t.from_file = 0 AND n.key IN (:name_key, :id_key)
        ORDER BY place LIMIT 1
        """,
        {"id": given.id, "name_key": topic_key(given.name), "id_key": topic_key(given.id)},
    )
    return next((int(row["number"]) for row in rows), None)


async def _insert(conn: Connection, id: str, name: str) -> int:
    rows = await conn.execute_fetchall(
        "INSERT INTO topics (id, name) VALUES (:id, :name) RETURNING number", {"id": id, "name": name}
    )
    number = int(next(iter(rows))["number"])
    await _call(conn, number, name, steal=False)
    return number


async def _free_id(conn: Connection, key: str) -> str:
    """Return an id no topic has: the key itself, or with a number behind it when a file took it for another name."""
    rows = await conn.execute_fetchall("SELECT id FROM topics WHERE substr(id, 1, length(:key)) = :key", {"key": key})
    taken = {str(row["id"]) for row in rows}
    return next(id for id in (key, *(f"{key}~{n}" for n in range(2, len(taken) + 3))) if id not in taken)


async def _call(conn: Connection, number: int, name: str, *, steal: bool) -> None:
    key = topic_key(name)
    if not key:
        return
    await conn.execute(
        """
        INSERT INTO topic_names (key, topic) VALUES (:key, :number)
        ON CONFLICT (key) DO UPDATE SET topic = excluded.topic WHERE :steal
        """,
        {"key": key, "number": number, "steal": steal},
    )


async def _adopt_children(conn: Connection, names: Iterable[str], number: int) -> None:
    """Give a parent to the topics whose files named it before it existed, by a name that is the parent's own."""
    await conn.execute(
        """
        UPDATE topics SET parent = :number
        WHERE parent IS NULL AND number <> :number AND parent_key IN
            (SELECT key FROM topic_names WHERE topic = :number AND key IN (SELECT value FROM json_each(:keys)))
        """,
        {"number": number, "keys": json.dumps([topic_key(name) for name in names])},
    )


def _topic(row: Row) -> Topic:
    return Topic(
        number=row["number"],
        id=row["id"],
        name=row["name"],
        short_name=row["short_name"],
        parent=row["parent"],
        description=row["description"],
        keywords=tuple(json.loads(row["keywords"])),
        hashtags=tuple(json.loads(row["hashtags"])),
        listed=bool(row["listed"]),
    )
