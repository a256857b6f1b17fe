"""The result of sending each picture: Telegram's file id to reuse, or that it was refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection
from bot.store.engine.lists import text_list


async def known(conn: Connection, pictures: Iterable[str]) -> dict[str, str | None]:
    """Return the file id of each picture Telegram has been shown; None for those it refused."""
    rows = await conn.execute_fetchall(
        "SELECT picture, file_id FROM media WHERE picture IN (SELECT value FROM json_each(:pictures))",
        {"pictures": text_list(pictures)},
    )
    return {row["picture"]: row["file_id"] for row in rows}


async def accepted(conn: Connection, picture: str, file_id: str, now: datetime) -> None:
    """Remember a picture's file id."""
    await _put(conn, picture, file_id, None, now)


async def refused(conn: Connection, picture: str, reason: str, now: datetime) -> None:
    """Remember that no way to send a picture worked."""
    await _put(conn, picture, None, reason, now)


async def _put(conn: Connection, picture: str, file_id: str | None, reason: str | None, now: datetime) -> None:
    await conn.execute(
        """
        INSERT INTO media (picture, file_id, refused, at) VALUES (:picture, :file_id, :reason, :at)
        ON CONFLICT (picture) DO UPDATE SET file_id = excluded.file_id, refused = excluded.refused, at = excluded.at
        """,
        {"picture": picture, "file_id": file_id, "reason": reason, "at": epoch(now)},
    )
