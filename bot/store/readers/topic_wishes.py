"""
When chats want the news of single topics, in place of their own times: a row for each.

Beside the wish stands the number under which `store.readers.timings` knows it with the chat's zone and quiet hours, so
that a fan-out finds when its news leaves; `renew` keeps that right when one of these changes. Rows of topics that are
no longer followed stay, without effect, so that an undo brings back what was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.delivery_time import Timing
from bot.domain.timing_text import from_stored, stored
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list
from bot.store.readers import timings


async def choose(conn: Connection, chat: int, topic: int, timing: Timing) -> None:
    """Let a chat get the news of a topic in this way. Quiet hours and zone are the chat's."""
    await conn.execute(
        """
        INSERT INTO topic_wishes (chat, topic, wish) SELECT id, :topic, :wish FROM chats WHERE id = :chat
        ON CONFLICT (chat, topic) DO UPDATE SET wish = excluded.wish
        """,
        {"chat": chat, "topic": topic, "wish": stored(replace(timing, quiet=None))},
    )
    await renew(conn, chat)


async def drop(conn: Connection, chat: int, topic: int) -> None:
    """Let the news of a topic come at the chat's own times again."""
    await conn.execute("DELETE FROM topic_wishes WHERE chat = :chat AND topic = :topic", {"chat": chat, "topic": topic})
    await timings.drop_unused(conn)


async def of_chat(conn: Connection, chat: int) -> dict[int, Timing]:
    """Return a chat's wishes by topic, without its quiet hours."""
    return (await of_chats(conn, [chat])).get(chat, {})


async def of_chats(conn: Connection, chats: Iterable[int]) -> dict[int, dict[int, Timing]]:
    """Return the wishes of those of these chats that have any, by chat and topic, without their quiet hours."""
    rows = await conn.execute_fetchall(
        """
        SELECT chat, topic, wish FROM topic_wishes
        WHERE chat IN (SELECT value FROM json_each(:chats)) ORDER BY chat, topic
        """,
        {"chats": number_list(chats)},
    )
    found: dict[int, dict[int, Timing]] = {}
    for row in rows:
        found.setdefault(row["chat"], {})[row["topic"]] = from_stored(row["wish"])
    return found


async def are_any(conn: Connection) -> bool:
    """Return whether any chat has a wish for a topic."""
    return any(await conn.execute_fetchall("SELECT 1 FROM topic_wishes LIMIT 1"))


async def renew(conn: Connection, chat: int) -> None:
    """Note anew under which number each wish of a chat is known with the zone and quiet hours that it has now."""
    rows = await conn.execute_fetchall(
        """
        SELECT w.topic, w.wish, own.wish AS own, coalesce(c.zone, '') AS zone
        FROM topic_wishes AS w JOIN chats AS c ON c.id = w.chat LEFT JOIN timings AS own ON own.number = c.timing
        WHERE w.chat = :chat
        """,
        {"chat": chat},
    )
    for row in rows:
        timing = replace(from_stored(row["wish"]), quiet=from_stored(row["own"]).quiet, silent=False)
        number = None if timing.is_at_once else await timings.number_of(conn, timing, row["zone"])
        await conn.execute(
            "UPDATE topic_wishes SET timing = :number WHERE chat = :chat AND topic = :topic AND timing IS NOT :number",
            {"chat": chat, "topic": row["topic"], "number": number},
        )
    if rows:
        await timings.drop_unused(conn)
