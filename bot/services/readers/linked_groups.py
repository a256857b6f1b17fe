"""Which group discusses which channel, as far as newsbot has been told, and what the group wants of it."""

from __future__ import annotations

from bot.domain.chat import Chat, ChatKind
from bot.store.engine.database import Database
from bot.store.readers import chat_settings, chats


async def link(db: Database, group: int, channel: int | None) -> Chat | None:
    """Take note of the channel that a group discusses (None: it discusses none); return the group as it stands.

    None when newsbot does not know it as a group.
    """
    async with db.reading() as conn:
        known = await chats.chat(conn, group)
    if known is None or known.kind is not ChatKind.GROUP or known.linked_channel == channel:
        return known if known is not None and known.kind is ChatKind.GROUP else None
    async with db.transaction() as conn:
        await chat_settings.set_linked_channel(conn, group, channel)
    return known._replace(linked_channel=channel)


async def set_repeats(db: Database, group: Chat, repeats: bool) -> Chat:
    """Return a group as it stands with its own message beside what its channel has posted, or without."""
    async with db.transaction() as conn:
        await chat_settings.set_repeats_channel(conn, group.id, repeats)
    return group._replace(repeats_channel=repeats)
