"""How many stories came alone in an hour to chats that want only so many; kept for the latest hour of each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.store.content.story_json import epoch, moment
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list


async def latest(conn: Connection, chats: Iterable[int]) -> dict[tuple[int, int], tuple[datetime, int]]:
    """Return the beginning of the latest hour in which any came to these chats, and how many, by chat and topic.

    The topic is the one for which the chat wants only so many; 0 for all that has no wish of its own.
    """
    rows = await conn.execute_fetchall(
        "SELECT chat, topic, since, many FROM pushes WHERE chat IN (SELECT value FROM json_each(:chats))",
        {"chats": number_list(chats)},
    )
    return {(row["chat"], row["topic"]): (moment(row["since"]), int(row["many"])) for row in rows}


async def count(conn: Connection, chat: int, hour: datetime, topic: int = 0) -> None:
    """Count one that came to a chat, if it is still known, in the hour that began then."""
    await conn.execute(
        """
        INSERT INTO pushes (chat, topic, since, many) SELECT id, :topic, :hour, 1 FROM chats WHERE id = :chat
        ON CONFLICT (chat, topic) DO UPDATE SET
            many = CASE pushes.since WHEN excluded.since THEN pushes.many + 1 ELSE 1 END, since = excluded.since
        """,
        {"chat": chat, "topic": topic, "hour": epoch(hour)},
    )
