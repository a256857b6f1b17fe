"""How many stories came alone in an hour to chats that want only so many; kept for the latest hour of each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from bot.store.content.story_json import epoch, moment
from bot.store.engine.database import Connection


async def latest(conn: Connection, chats: Iterable[int]) -> dict[int, tuple[datetime, int]]:
    """Return the beginning of the latest hour in which any came to these chats, and how many, by chat."""
    rows = await conn.execute_fetchall(
        "SELECT chat, since, many FROM pushes WHERE chat IN (SELECT value FROM json_each(:chats))",
        {"chats": json.dumps(list(chats))},
    )
    return {row["chat"]: (moment(row["since"]), int(row["many"])) for row in rows}


async def count(conn: Connection, chat: int, hour: datetime) -> None:
    """Count one that came to a chat, if it is still known, in the hour that began then."""
    await conn.execute(
        """
        INSERT INTO pushes (chat, since, many) SELECT id, :hour, 1 FROM chats WHERE id = :chat
        ON CONFLICT (chat) DO UPDATE SET
            many = CASE since WHEN excluded.since THEN many + 1 ELSE 1 END, since = excluded.since
        """,
        {"chat": chat, "hour": epoch(hour)},
    )
