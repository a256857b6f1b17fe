"""Channels that people manage from their private chats. Whether they still may, the store does not know."""

from __future__ import annotations

from datetime import datetime

from bot.domain.channel import Channel
from bot.domain.chat import Chat, ChatKind
from bot.store.engine.database import Database
from bot.store.readers import channels, chats


async def let_manage(db: Database, person: int, channel: Channel, language: str, now: datetime) -> Chat:
    """Take note that a person administers a channel, and return it as it stands; `language` counts for a new one."""
    async with db.transaction() as conn:
        chat = await chats.get_or_create(conn, channel.id, ChatKind.CHANNEL, language, now)
        await channels.describe(conn, channel)
        await channels.let_manage(conn, person, channel.id, now)
        return chat


async def let_go(db: Database, person: int, channel: int) -> None:
    """Take note that a person does not administer a channel any more."""
    async with db.transaction() as conn:
        await channels.let_go(conn, person, channel)


async def known(db: Database, id: int) -> tuple[Channel, Chat] | None:
    """Return a channel by its number, and all it has set; None when it is not known."""
    async with db.reading() as conn:
        channel, chat = await channels.channel(conn, id), await chats.chat(conn, id)
        return (channel, chat) if channel is not None and chat is not None else None


async def managed_by(db: Database, person: int) -> list[Channel]:
    """Return the channels that a person was seen to administer, by their titles."""
    async with db.reading() as conn:
        return await channels.managed_by(conn, person)
