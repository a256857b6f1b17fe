"""
Articles that people keep by reacting to a push, and let go by taking the last such reaction away.

What somebody keeps with the button stays whatever they react, so a row of `saved` says which of the two it is.
"""

from __future__ import annotations

from datetime import datetime

from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection

LOOKED_BACK = 2_000
"""Campaigns, the newest, among which a message is looked for; each is one look-up."""


async def article_in(conn: Connection, chat: int, message: int) -> int | None:
    """Return the article that a message of ours brought to a chat; None when none did lately, or it listed several."""
    rows = await conn.execute_fetchall(
        """
        SELECT r.subject FROM (
            SELECT DISTINCT subject FROM (
                SELECT subject FROM campaigns WHERE subject_type = 1 ORDER BY id DESC LIMIT :campaigns
            ) AS late
        ) AS f CROSS JOIN receipts AS r ON r.subject_type = 1 AND r.subject = f.subject AND r.chat = :chat
        WHERE r.message_id = :message LIMIT 2
        """,
        {"campaigns": LOOKED_BACK, "chat": chat, "message": message},
    )
    found = [int(row["subject"]) for row in rows]
    return found[0] if len(found) == 1 else None


async def keep(conn: Connection, person: int, article: int, chat: int, now: datetime) -> bool:
    """Keep an article for a person for a reaction to its copy in a chat; return whether it was not kept before."""
    await conn.execute(
        "INSERT INTO saving_reactions (person, article, chat) VALUES (:person, :article, :chat) ON CONFLICT DO NOTHING",
        {"person": person, "article": article, "chat": chat},
    )
    added = await conn.execute(
        """
        INSERT INTO saved (chat, article, at, by_reaction) VALUES (:person, :article, :now, 1) ON CONFLICT DO NOTHING
        """,
        {"person": person, "article": article, "now": epoch(now)},
    )
    return added > 0


async def take_back(conn: Connection, person: int, article: int, chat: int) -> bool:
    """Forget a person's reaction to a copy; return whether that let the article go: it was the last that kept it."""
    gone = await conn.execute(
        "DELETE FROM saving_reactions WHERE person = :person AND article = :article AND chat = :chat",
        {"person": person, "article": article, "chat": chat},
    )
    if not gone:
        return False
    let_go = await conn.execute(
        """
        DELETE FROM saved WHERE chat = :person AND article = :article AND by_reaction = 1
          AND NOT EXISTS (SELECT 1 FROM saving_reactions WHERE person = :person AND article = :article)
        """,
        {"person": person, "article": article},
    )
    return let_go > 0
