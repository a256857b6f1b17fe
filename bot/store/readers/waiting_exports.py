"""Exports that a chat's people sent back, until they say that what is in them is to be restored: one for each chat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection


async def keep(conn: Connection, chat: int, document: Mapping[str, object], now: datetime) -> int:
    """Store an export in the place of one that waited before, and return the number under which it is found."""
    await conn.execute("DELETE FROM waiting_exports WHERE chat = :chat", {"chat": chat})
    [row] = await conn.execute_fetchall(
        "INSERT INTO waiting_exports (chat, document, at) VALUES (:chat, :document, :at) RETURNING number",
        {"chat": chat, "document": json.dumps(document, ensure_ascii=False), "at": epoch(now)},
    )
    return int(row["number"])


async def take(conn: Connection, chat: int, number: int) -> dict[str, object] | None:
    """Return the export of a number, which waits no longer; None when none of this chat's does."""
    rows = await conn.execute_fetchall(
        "DELETE FROM waiting_exports WHERE number = :number AND chat = :chat RETURNING document",
        {"number": number, "chat": chat},
    )
    return next((dict(json.loads(row["document"])) for row in rows), None)


async def drop_before(conn: Connection, moment: datetime) -> None:
    """Drop the exports that wait since before then."""
    await conn.execute("DELETE FROM waiting_exports WHERE at < :at", {"at": epoch(moment)})
