"""
Threads of followed topics in private chats: which are to be made or named, and where the news of a topic goes then.

What stands here outlives an unfollow, so that following again finds its thread with all that was said in it. The route
of a topic is in its subscription, as in forums; while a thread is lost, its news goes to the chat itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.topic_threads import Task, ThreadWork, retry_after
from bot.store.content.story_json import epoch, moment_or_none
from bot.store.engine.database import Connection


async def want(conn: Connection, chat: int, wants: bool) -> None:
    """Let a private chat have a thread for each followed topic, those that it had first, or none any more."""
    await conn.execute(
        "UPDATE chats SET topic_threads = :wants WHERE id = :chat AND kind = 'private'", {"chat": chat, "wants": wants}
    )
    await conn.execute(
        """
        UPDATE subscriptions SET thread = CASE WHEN :wants = 1 THEN coalesce(
            (SELECT t.thread FROM topic_threads AS t WHERE t.chat = :chat AND t.topic = subscriptions.topic), thread
        ) ELSE 0 END
        WHERE chat = :chat AND EXISTS (SELECT 1 FROM chats WHERE id = :chat AND kind = 'private')
        """,
        {"chat": chat, "wants": wants},
    )
    await conn.execute("DELETE FROM topic_thread_tries WHERE chat = :chat", {"chat": chat})


async def thread_of(conn: Connection, chat: int, topic: int) -> int | None:
    """Return the thread that a topic has in a chat that wants threads; None when it has none."""
    rows = await conn.execute_fetchall(
        """
        SELECT t.thread FROM chats AS c CROSS JOIN topic_threads AS t ON t.chat = c.id AND t.topic = :topic
        WHERE c.id = :chat AND c.topic_threads = 1
        """,
        {"chat": chat, "topic": topic},
    )
    return next((int(row["thread"]) for row in rows), None)


async def work(conn: Connection, now: datetime, lost_for: timedelta, limit: int) -> list[ThreadWork]:
    """Return up to `limit` threads that are to be made, made anew (lost for so long), or named as their topic is now.

    Of chats that can be reached and are not to be left alone for a while.
    """
    rows = await conn.execute_fetchall(
        """
        SELECT c.id AS chat, s.topic, k.name, t.thread,
            CASE WHEN t.thread IS NULL THEN 1 WHEN l.since IS NOT NULL THEN 2 ELSE 3 END AS what
        FROM chats AS c
        CROSS JOIN subscriptions AS s ON s.chat = c.id
        CROSS JOIN topics AS k ON k.number = s.topic
        LEFT JOIN topic_threads AS t ON t.chat = c.id AND t.topic = s.topic
        LEFT JOIN closed_threads AS l ON l.chat = c.id AND l.thread = t.thread AND l.since <= :lost_before
        LEFT JOIN topic_thread_tries AS r ON r.chat = c.id
        WHERE c.topic_threads = 1 AND c.state = 'active' AND (r.next_at IS NULL OR r.next_at <= :now)
          AND (t.thread IS NULL OR l.since IS NOT NULL OR t.name <> k.name)
        ORDER BY c.id, s.since, s.topic LIMIT :limit
        """,
        {"now": epoch(now), "lost_before": epoch(now - lost_for), "limit": limit},
    )
    return [ThreadWork(row["chat"], row["topic"], row["name"], Task(row["what"]), row["thread"]) for row in rows]


async def made(conn: Connection, chat: int, topic: int, thread: int, name: str) -> None:
    """Let a topic's news go to a thread that was made for it; what was known of an earlier one goes."""
    values = {"chat": chat, "topic": topic, "thread": thread, "name": name}
    await conn.execute(
        """
        DELETE FROM closed_threads WHERE chat = :chat
        AND thread = (SELECT thread FROM topic_threads WHERE chat = :chat AND topic = :topic)
        """,
        values,
    )
    await conn.execute(
        """
        INSERT INTO topic_threads (chat, topic, thread, name) VALUES (:chat, :topic, :thread, :name)
        ON CONFLICT (chat, topic) DO UPDATE SET thread = excluded.thread, name = excluded.name
        """,
        values,
    )
    await conn.execute(
        """
        UPDATE subscriptions SET thread = :thread WHERE chat = :chat AND topic = :topic
        AND EXISTS (SELECT 1 FROM chats WHERE id = :chat AND topic_threads = 1)
        """,
        values,
    )


async def named(conn: Connection, chat: int, topic: int, name: str) -> None:
    """Take note of what a topic's thread is called now."""
    await conn.execute(
        "UPDATE topic_threads SET name = :name WHERE chat = :chat AND topic = :topic",
        {"chat": chat, "topic": topic, "name": name},
    )


async def leave_alone(conn: Connection, chat: int, now: datetime) -> datetime | None:
    """Try nothing in a chat for a while, longer each time; return until when, None when it is not known."""
    rows = await conn.execute_fetchall("SELECT tries FROM topic_thread_tries WHERE chat = :chat", {"chat": chat})
    tries = next((int(row["tries"]) for row in rows), 0) + 1
    rows = await conn.execute_fetchall(
        """
        INSERT INTO topic_thread_tries (chat, tries, next_at) SELECT id, :tries, :next_at FROM chats WHERE id = :chat
        ON CONFLICT (chat) DO UPDATE SET tries = excluded.tries, next_at = excluded.next_at RETURNING next_at
        """,
        {"chat": chat, "tries": tries, "next_at": epoch(now + retry_after(tries))},
    )
    return next((moment_or_none(row["next_at"]) for row in rows), None)
