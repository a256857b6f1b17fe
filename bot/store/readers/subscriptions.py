"""
What chats follow, leave out and mute, the sources they never want, and the articles people save: one row each.

A topic is followed in one place of a chat: following it in another forum thread moves it there. Rows that have lost
their effect stay (a child left out of a parent that is no longer followed), so that an undo brings back what was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.exported import SavedArticle
from bot.domain.following import Following
from bot.store.content import topics
from bot.store.content.story_json import epoch, moment_or_none
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list
from bot.store.readers.taken_along import FIND_AGAIN, wanted_list


async def following(conn: Connection, chat: int, now: datetime) -> Following:
    """Return what a chat follows at this moment; mutes that are over are left out."""
    rows = await conn.execute_fetchall(
        """
        SELECT 'follows' AS kind, topic, NULL AS until FROM subscriptions WHERE chat = :chat
        UNION ALL
        SELECT kind, topic, until FROM exceptions WHERE chat = :chat AND (until IS NULL OR until > :now)
        """,
        {"chat": chat, "now": epoch(now)},
    )
    sources = await conn.execute_fetchall(
        """
        SELECT source FROM unwanted_sources WHERE chat = :chat
        UNION
        SELECT n.source FROM unwanted_sources AS u CROSS JOIN source_names AS n ON n.name = u.source
        WHERE u.chat = :chat
        """,
        {"chat": chat},
    )
    return Following(
        tree=await topics.tree(conn),
        follows=frozenset(row["topic"] for row in rows if row["kind"] == "follows"),
        left_out=frozenset(row["topic"] for row in rows if row["kind"] == "left_out"),
        muted={row["topic"]: moment_or_none(row["until"]) for row in rows if row["kind"] == "muted"},
        unwanted=frozenset(row["source"] for row in sources),
    )


async def follow(conn: Connection, chat: int, topic: int, thread: int, now: datetime) -> bool:
    """Follow a topic by name, in this thread and no other. Who followed it before keeps the time since when.

    Return whether that changes where its news goes.
    """
    place = {"chat": chat, "topic": topic, "thread": thread}
    rows = await conn.execute_fetchall(
        "DELETE FROM subscriptions WHERE chat = :chat AND topic = :topic RETURNING since, thread",
        place,
    )
    await conn.execute(
        "INSERT INTO subscriptions (topic, chat, thread, since) VALUES (:topic, :chat, :thread, :since)",
        {**place, "since": min((int(row["since"]) for row in rows), default=epoch(now))},
    )
    return all(row["thread"] != thread for row in rows)


async def unfollow(conn: Connection, chat: int, topic: int) -> None:
    """Stop following a topic by name, wherever in the chat it was."""
    await conn.execute(
        "DELETE FROM subscriptions WHERE chat = :chat AND topic = :topic", {"chat": chat, "topic": topic}
    )


async def leave_out(conn: Connection, chat: int, topic: int) -> None:
    """Leave a topic out of whatever brings it."""
    await conn.execute(
        """
        INSERT INTO exceptions (chat, topic, kind, until) VALUES (:chat, :topic, 'left_out', NULL)
        ON CONFLICT (chat, topic, kind) DO NOTHING
        """,
        {"chat": chat, "topic": topic},
    )


async def take_in(conn: Connection, chat: int, taken: Iterable[int]) -> None:
    """Leave these topics out no longer."""
    await conn.execute(
        """
        DELETE FROM exceptions
        WHERE chat = :chat AND kind = 'left_out' AND topic IN (SELECT value FROM json_each(:taken))
        """,
        {"chat": chat, "taken": number_list(taken)},
    )


async def mute(conn: Connection, chat: int, topic: int, until: datetime | None, now: datetime) -> None:
    """Silence a topic and all below it until then, or for good. The chat's mutes that are over go."""
    await conn.execute(
        "DELETE FROM exceptions WHERE chat = :chat AND kind = 'muted' AND until <= :now",
        {"chat": chat, "now": epoch(now)},
    )
    await conn.execute(
        """
        INSERT INTO exceptions (chat, topic, kind, until) VALUES (:chat, :topic, 'muted', :until)
        ON CONFLICT (chat, topic, kind) DO UPDATE SET until = excluded.until
        """,
        {"chat": chat, "topic": topic, "until": until and epoch(until)},
    )


async def unmute(conn: Connection, chat: int, topic: int) -> None:
    await conn.execute(
        "DELETE FROM exceptions WHERE chat = :chat AND topic = :topic AND kind = 'muted'",
        {"chat": chat, "topic": topic},
    )


async def source(conn: Connection, article: int) -> str | None:
    """Return the folded name of an article's source; None when it names none or readers may not see it."""
    rows = await conn.execute_fetchall(
        "SELECT source FROM articles WHERE number = :article AND state IN ('published', 'archived')",
        {"article": article},
    )
    return next((row["source"] for row in rows), None)


async def source_name(conn: Connection, article: int) -> str | None:
    """Return what an article's source is called; None when it names none or readers may not see it."""
    rows = await conn.execute_fetchall(
        """
        SELECT coalesce(json_extract(story, '$.provider.name'), json_extract(story, '$.provider.domain')) AS name
        FROM articles WHERE number = :article AND state IN ('published', 'archived')
        """,
        {"article": article},
    )
    return next((row["name"] for row in rows), None)


async def unwanted_sources(conn: Connection, chat: int) -> list[tuple[str, str]]:
    """Return the sources a chat never wants: each in the form in which it is compared, and as people know it."""
    rows = await conn.execute_fetchall(
        """
        SELECT source, coalesce(name, source) AS name FROM unwanted_sources WHERE chat = :chat ORDER BY name, source
        """,
        {"chat": chat},
    )
    return [(row["source"], row["name"]) for row in rows]


async def refuse_source(conn: Connection, chat: int, source: str, name: str | None = None) -> bool:
    """Never again send the chat anything from a source: an article's, or `source_key` of what it is called.

    `name` is how it was called. Return whether that is new.
    """
    added = await conn.execute(
        "INSERT INTO unwanted_sources (chat, source, name) VALUES (:chat, :source, :name) ON CONFLICT DO NOTHING",
        {"chat": chat, "source": source, "name": name},
    )
    return added > 0


async def allow_source(conn: Connection, chat: int, source: str) -> None:
    """Send the chat again what comes from a source, however it was called when it was refused."""
    await conn.execute(
        """
        DELETE FROM unwanted_sources WHERE chat = :chat
          AND (source = :source OR source IN (SELECT n.name FROM source_names AS n WHERE n.source = :source))
        """,
        {"chat": chat, "source": source},
    )


async def save(conn: Connection, person: int, article: int, now: datetime) -> None:
    """Keep an article for a person; one that is kept already stays where it is in their list.

    It stays however many of their reactions go.
    """
    await conn.execute(
        """
        INSERT INTO saved (chat, article, at) VALUES (:person, :article, :now)
        ON CONFLICT (chat, article) DO UPDATE SET by_reaction = 0
        """,
        {"person": person, "article": article, "now": epoch(now)},
    )


async def save_known(conn: Connection, person: int, wanted: Iterable[SavedArticle]) -> int:
    """Keep those of these articles that readers may see, since when they were kept; return how many that are."""
    listed = wanted_list((one, epoch(one.saved_at)) for one in wanted)
    rows = await conn.execute_fetchall(FIND_AGAIN, {"wanted": listed})
    found = [{"person": person, "article": row["number"], "at": row["kept"]} for row in rows]
    await conn.executemany(
        "INSERT INTO saved (chat, article, at) VALUES (:person, :article, :at) ON CONFLICT DO NOTHING", found
    )
    return len(found)


async def unsave(conn: Connection, person: int, article: int) -> None:
    await conn.execute(
        "DELETE FROM saved WHERE chat = :person AND article = :article", {"person": person, "article": article}
    )


async def savers(conn: Connection, article: int) -> frozenset[int]:
    """Return who keeps an article."""
    rows = await conn.execute_fetchall("SELECT chat FROM saved WHERE article = :article", {"article": article})
    return frozenset(int(row["chat"]) for row in rows)


async def has_saved(conn: Connection, person: int, article: int) -> bool:
    """Return whether a person keeps an article."""
    rows = await conn.execute_fetchall(
        "SELECT 1 FROM saved WHERE chat = :person AND article = :article", {"person": person, "article": article}
    )
    return any(True for _ in rows)


async def are_there_any(conn: Connection) -> bool:
    """Return whether any chat follows anything."""
    [(found,)] = await conn.execute_fetchall("SELECT EXISTS (SELECT 1 FROM subscriptions)")
    return bool(found)
