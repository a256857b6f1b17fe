"""
Topics and all the names they ever had.

Names are aliases and stay so when a file renames its topic; a name nobody defined becomes an unlisted topic, so
that an article is never without the people who follow its words.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import Row

from bot.domain.topic import Topic, TopicFile, TopicTree, topic_key
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list, text_list
from bot.store.engine.moving_rows import moved
from bot.store.engine.sync_connection import look_into

ESTABLISHED_AFTER = 3  # articles that bear a name nobody defined before it enters the picker


async def topics(conn: Connection) -> dict[int, Topic]:
    """Return every topic by number, in the order of their numbers."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, id, name, short_name, parent, description, keywords, hashtags, listed, from_file, names
        FROM topics ORDER BY number
        """
    )
    return {row["number"]: topic_of(row) for row in rows}


async def names(conn: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return what these topics are called, by number; unknown ones are left out."""
    rows = await conn.execute_fetchall(
        "SELECT number, name FROM topics WHERE number IN (SELECT value FROM json_each(:numbers))",
        {"numbers": number_list(numbers)},
    )
    return {int(row["number"]): str(row["name"]) for row in rows}


async def tree(conn: Connection) -> TopicTree:
    """Return the parents of all topics."""
    rows = await conn.execute_fetchall("SELECT number, parent FROM topics")
    return TopicTree({row["number"]: row["parent"] for row in rows})


async def defined(conn: Connection, keys: Iterable[str]) -> set[str]:
    """Return which of these keys are names of topics that a file or an editor defined, or enough articles bear."""
    rows = await conn.execute_fetchall(
        """
        SELECT n.key FROM topic_names AS n JOIN topics AS t ON t.number = n.topic
        WHERE t.listed = 1 AND n.key IN (SELECT value FROM json_each(:keys))
        """,
        {"keys": text_list(keys)},
    )
    return {str(row["key"]) for row in rows}


async def called(conn: Connection, keys: Iterable[str]) -> dict[str, int]:
    """Return the topics that go, or ever went, by these keys of names, by key."""
    rows = await conn.execute_fetchall(
        "SELECT key, topic FROM topic_names WHERE key IN (SELECT value FROM json_each(:keys))",
        {"keys": text_list(keys)},
    )
    return {str(row["key"]): int(row["topic"]) for row in rows}


async def established(conn: Connection) -> dict[int, Topic]:
    """Return the topics that are more than a name in an article: those in the picker, and those somebody follows."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, id, name, short_name, parent, description, keywords, hashtags, listed, from_file, names
        FROM topics AS t WHERE listed = 1 OR EXISTS (SELECT 1 FROM subscriptions WHERE topic = t.number)
        ORDER BY number
        """
    )
    return {row["number"]: topic_of(row) for row in rows}


async def are_established(conn: Connection, numbers: Iterable[int]) -> set[int]:
    """Return which of these topics are more than a name in an article."""
    rows = await conn.execute_fetchall(
        """
        SELECT number FROM topics AS t WHERE number IN (SELECT value FROM json_each(:numbers))
            AND (listed = 1 OR EXISTS (SELECT 1 FROM subscriptions WHERE topic = t.number))
        """,
        {"numbers": number_list(numbers)},
    )
    return {int(row["number"]) for row in rows}


async def most_followed(conn: Connection, limit: int, offset: int = 0) -> list[Topic]:
    """Return topics of the picker, those that most chats follow first."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, id, name, short_name, parent, description, keywords, hashtags, listed, from_file, names
        FROM topics AS t WHERE listed = 1
        ORDER BY (SELECT count(*) FROM subscriptions WHERE topic = t.number) DESC, name LIMIT :limit OFFSET :offset
        """,
        {"limit": limit, "offset": offset},
    )
    return [topic_of(row) for row in rows]


def established_at(path: Path) -> list[Topic]:
    """Return the same from a database file without changing anything beside it; none when it cannot be read."""
    try:
        with closing(look_into(path)) as conn:
            conn.row_factory = sqlite3.Row
            rows = conn.execute(
                """
                SELECT number, id, name, short_name, parent, description, keywords, hashtags, listed, from_file, names
                FROM topics AS t WHERE listed = 1 OR EXISTS (SELECT 1 FROM subscriptions WHERE topic = t.number)
                """
            )
            return [topic_of(row) for row in rows]
    except sqlite3.Error:
        return []


async def resolve(conn: Connection, names: Iterable[str]) -> dict[str, int]:
    """Return the topic number of each name, making unlisted topics of those nobody defined."""
    wanted = {name: key for name in dict.fromkeys(names) if (key := topic_key(name))}
    known = await called(conn, wanted.values())
    for name, key in wanted.items():
        if key not in known:
            known[key] = await _insert(conn, await _free_id(conn, key), name)
            await _adopt_children(conn, (name,), known[key])
    return {name: known[key] for name, key in wanted.items()}


async def define(conn: Connection, given: TopicFile) -> int:
    """Store what a topic file says and return the topic's number. A renamed topic keeps its old names."""
    [number] = await define_all(conn, [given])
    return number


async def define_all(conn: Connection, files: Sequence[TopicFile]) -> list[int]:
    """Store what topic files say and return the topics' numbers.

    A name that only articles brought becomes the topic that a file calls so, by its short name too. By a hashtag or a
    name in another language it does as well, unless it is in the picker: Computer Vision may bear #AI, and AI is still
    something else. These come last, because another of the files may define that name.
    """
    numbers = [await _define(conn, given) for given in files]
    for number, given in zip(numbers, files, strict=True):
        learnt = await _learnt(conn, (given.short_name or "",), number, listed=True)
        learnt += await _learnt(conn, (*given.hashtags, *dict(given.names).values()), number, listed=False)
        for one in dict.fromkeys(learnt):
            await _merge(conn, one, number)
    return numbers


async def _define(conn: Connection, given: TopicFile) -> int:
    number = await _number_of(conn, given)
    if number is None:
        number = await _insert(conn, given.id, given.name)
    await conn.execute(
        """
        UPDATE topics
        SET id = :id, name = :name, short_name = :short_name, description = :description, keywords = :keywords,
            hashtags = :hashtags, names = :names, parent_key = :parent_key, listed = 1, from_file = 1
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
            "names": json.dumps(dict(given.names), ensure_ascii=False),
            "parent_key": topic_key(given.parent or "") or None,
        },
    )
    for learnt in await _learnt(conn, (given.id, given.name), number, listed=True):
        await _merge(conn, learnt, number)
    for name in (given.id, given.name):
        await _call(conn, number, name, steal=True)
    for alias in (given.short_name or "", *given.hashtags, *dict(given.names).values()):
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


async def list_established(conn: Connection, borne_by: Iterable[int]) -> list[int]:
    """Put into the picker the unlisted topics of these articles that enough published ones bear; return them."""
    rows = await conn.execute_fetchall(
        """
        UPDATE topics SET listed = 1
        WHERE listed = 0 AND number IN
            (SELECT topic FROM article_topics WHERE article IN (SELECT value FROM json_each(:articles)))
        AND (
            SELECT count(*) FROM article_topics AS t CROSS JOIN articles AS a ON a.number = t.article
            WHERE t.topic = topics.number AND a.state IN ('published', 'archived')
        ) >= :enough
        RETURNING number
        """,
        {"enough": ESTABLISHED_AFTER, "articles": number_list(borne_by)},
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


async def _learnt(conn: Connection, names: Iterable[str], number: int, *, listed: bool) -> list[int]:
    """Return the topics other than `number` that articles alone brought under one of these names.

    With `listed` also those that are in the picker.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT DISTINCT t.number FROM topic_names AS n JOIN topics AS t ON t.number = n.topic
        WHERE t.from_file = 0 AND t.listed <= :listed AND t.number <> :number
            AND n.key IN (SELECT value FROM json_each(:keys))
        """,
        {"number": number, "listed": listed, "keys": text_list(key for name in names if (key := topic_key(name)))},
    )
    return [int(row["number"]) for row in rows]


async def _merge(conn: Connection, learnt: int, number: int) -> None:
    """Let a topic be what articles and readers had called by one of its names before a file defined it."""
    for statement in (
        moved("subscriptions", "topic", "chat", "thread"),
        "DELETE FROM subscriptions WHERE topic = :old",
        moved("exceptions", "topic", "chat", "kind"),
        moved("topic_wishes", "topic", "chat"),
        "DELETE FROM topic_wishes WHERE topic = :old",
        "DELETE FROM exceptions WHERE topic = :old",
        moved("article_topics", "topic", "article"),
        "DELETE FROM article_topics WHERE topic = :old",
        "UPDATE topics SET parent = NULL WHERE parent = :old AND number = :new",
        "UPDATE topics SET parent = :new WHERE parent = :old",
        "UPDATE topic_names SET topic = :new WHERE topic = :old",
        "UPDATE announcements SET topic = :new WHERE topic = :old",
        "DELETE FROM topics WHERE number = :old",
    ):
        await conn.execute(statement, {"old": learnt, "new": number})


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
        ON CONFLICT (key) DO UPDATE SET topic = excluded.topic WHERE :steal = 1
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
        {"number": number, "keys": text_list(topic_key(name) for name in names)},
    )


def topic_of(row: Row) -> Topic:
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
        from_file=bool(row["from_file"]),
        names=tuple(json.loads(row["names"]).items()),
    )
