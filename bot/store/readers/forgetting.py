"""
Deleting all that is stored about a chat, so that no older copy of the database brings it back.

What stays is a salted hash of the chat's number and when it was. Whoever has the database and a number can tell whether
it is in there; nobody can read numbers out of it without trying each.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from bot.domain.statistics import Fact
from bot.store.content.story_json import epoch
from bot.store.engine.connection import Connection
from bot.store.engine.sync_connection import connect, translating
from bot.store.readers import chat_rows
from bot.store.statistics import activity

_AT_ONCE = 20  # chats in a transaction
_SALT_BYTES = 16


async def forget(conn: Connection, chat: int, now: datetime) -> None:
    """Delete all that is stored about a chat. Messages on their way at this moment may still arrive."""
    if await conn.execute_fetchall("SELECT 1 FROM chats WHERE id = :chat AND state = 'active'", {"chat": chat}):
        await activity.count(conn, Fact.FORGOTTEN, now)  # who had left or paused was counted then
    await chat_rows.delete(conn, chat)
    salts = [row["salt"] for row in await conn.execute_fetchall("SELECT salt FROM forgotten LIMIT 1")]
    salt = salts[0] if salts else secrets.token_hex(_SALT_BYTES)
    await conn.execute(
        """
        INSERT INTO forgotten (salt, print, at) VALUES (:salt, :print, :now)
        ON CONFLICT (salt, print) DO UPDATE SET at = max(forgotten.at, excluded.at)
        """,
        {"salt": salt, "print": print_of(chat, salt), "now": epoch(now)},
    )


async def forget_gone(conn: Connection, gone_before: datetime, now: datetime) -> bool:
    """Delete what is stored about some of the chats that could not be reached since then; return whether any was."""
    rows = await conn.execute_fetchall(
        "SELECT id FROM chats WHERE gone_at <= :before AND state <> 'active' ORDER BY gone_at LIMIT :limit",
        {"before": epoch(gone_before), "limit": _AT_ONCE},
    )
    gone = [int(row["id"]) for row in rows]
    for chat in gone:
        await forget(conn, chat, now)
    return bool(gone)


async def brought_back(conn: Connection) -> list[int]:
    """Return the chats that were forgotten after they were met, and are there all the same: an older copy has them."""
    rows = await conn.execute_fetchall("SELECT salt, print, at FROM forgotten")
    forgotten = {(row["salt"], row["print"]): int(row["at"]) for row in rows}
    salts = {salt for salt, _ in forgotten}
    if not salts:
        return []
    met = await conn.execute_fetchall("SELECT id, since FROM chats ORDER BY id")
    return [
        int(row["id"])
        for row in met
        if any(row["since"] <= forgotten.get((salt, print_of(row["id"], salt)), -1) for salt in salts)
    ]


def learn_forgotten(copy: Path, replaced: Path) -> None:
    """Let a copy of the database know who was forgotten after it was made, as the one that it replaces has it.

    Raises: StoreError.
    """
    with translating(copy), closing(connect(copy)) as conn:
        conn.execute("ATTACH ? AS old", (f"{replaced.absolute().as_uri()}?mode=rw",))
        # The replaced one may be of an earlier version, which kept nothing.
        if conn.execute("SELECT 1 FROM old.sqlite_master WHERE name = 'forgotten'").fetchone() is not None:
            conn.execute(
                """
                INSERT INTO main.forgotten (salt, print, at) SELECT salt, print, at FROM old.forgotten WHERE true
                ON CONFLICT (salt, print) DO UPDATE SET at = max(forgotten.at, excluded.at)
                """
            )


def print_of(chat: int, salt: str) -> str:
    """Return the hash by which a forgotten chat is known: BLAKE2b of its number, keyed with the salt, in hex."""
    return blake2b(str(chat).encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()
