"""Channels by their titles, and who manages them from a private chat."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Row

from bot.domain.channel import Channel
from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection


async def describe(conn: Connection, channel: Channel) -> None:
    """Remember what a known chat, a channel, is called now."""
    await conn.execute(
        """
        INSERT INTO channels (id, title, username) SELECT id, :title, :username FROM chats WHERE id = :chat
        ON CONFLICT (id) DO UPDATE SET title = excluded.title, username = excluded.username
        """,
        {"chat": channel.id, "title": channel.title, "username": channel.username},
    )


async def channel(conn: Connection, id: int) -> Channel | None:
    """Return a channel as it was called last; None when it is not known."""
    rows = await conn.execute_fetchall("SELECT id, title, username FROM channels WHERE id = :id", {"id": id})
    return next((_channel(row) for row in rows), None)


async def let_manage(conn: Connection, person: int, channel: int, now: datetime) -> None:
    """Take note that a person administers a channel that is described. Harmless when it is known."""
    await conn.execute(
        """
        INSERT INTO channel_managers (person, channel, since) SELECT :person, id, :now FROM channels
        WHERE id = :channel ON CONFLICT (person, channel) DO NOTHING
        """,
        {"person": person, "channel": channel, "now": epoch(now)},
    )


async def let_go(conn: Connection, person: int, channel: int) -> None:
    """Take note that a person does not administer a channel any more."""
    await conn.execute(
        "DELETE FROM channel_managers WHERE person = :person AND channel = :channel",
        {"person": person, "channel": channel},
    )


async def managed_by(conn: Connection, person: int) -> list[Channel]:
    """Return the channels that a person was seen to administer, by their titles."""
    rows = await conn.execute_fetchall(
        """
        SELECT c.id, c.title, c.username
        FROM channel_managers AS m CROSS JOIN channels AS c ON c.id = m.channel
        WHERE m.person = :person ORDER BY c.title, c.id
        """,
        {"person": person},
    )
    return [_channel(row) for row in rows]


def _channel(row: Row) -> Channel:
    return Channel(row["id"], row["title"], row["username"])
