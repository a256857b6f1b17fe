"""The life of a chat: created, paused, unreachable, moved to a supergroup, deleted."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from bot.domain.chat import Chat, ChatKind, ChatState
from bot.domain.delivery_time import moment_of
from bot.services.delivery import restrictions
from bot.store.engine.database import Database
from bot.store.readers import chat_rows, chat_settings, chats, forgetting


async def get_or_create(db: Database, id: int, kind: ChatKind, language: str, now: datetime) -> Chat:
    """Return a chat as it stands, remembering it if it is new; one that was thought unreachable is back.

    `language` counts only for a new one.
    """
    found = await known(db, id)
    if found is not None and found.state is ChatState.ACTIVE:  # one that is paused may have been gone, too
        return found
    async with db.transaction() as conn:
        await chats.switch_on(conn, id, now)
        return await chats.get_or_create(conn, id, kind, language, now)


async def known(db: Database, id: int) -> Chat | None:
    """Return a chat as it stands; None when it was never met."""
    async with db.reading() as conn:
        return await chats.chat(conn, id)


async def follow_client_language(db: Database, chat: Chat, language: str) -> Chat:
    """Return a chat as it stands after its person's client spoke `language`, which it follows if nobody chose one."""
    if not chat.follows(language):
        return chat
    async with db.transaction() as conn:
        await chat_settings.follow_language(conn, chat.id, language)
    return chat._replace(language=language)


async def resume(db: Database, chat: int, now: datetime) -> bool:
    """Let news come again, and return whether it was paused."""
    async with db.transaction() as conn:
        known = await chats.chat(conn, chat)
        await chats.set_state(conn, chat, ChatState.ACTIVE, now)
    return known is not None and known.state is ChatState.PAUSED


async def pause(db: Database, chat: int, now: datetime) -> None:
    """Send nothing more by itself; everything is kept."""
    async with db.transaction() as conn:
        await chats.set_state(conn, chat, ChatState.PAUSED, now)


async def pause_until(db: Database, chat: Chat, day: date, zone: tzinfo, now: datetime) -> Chat:
    """Send nothing by itself before a day begins in a zone; return the chat as it stands."""
    async with db.transaction() as conn:
        await chats.set_state(conn, chat.id, ChatState.PAUSED, now, until=moment_of(day, 0, zone))
        return await chats.chat(conn, chat.id) or chat


async def end_pauses(db: Database, now: datetime) -> datetime | None:
    """Let news come again where a pause is over; return when the next one ends, None when none does by itself."""
    async with db.reading() as conn:
        ends = await chats.next_end_of_pause(conn)
    if ends is None or ends > now:
        return ends
    async with db.transaction() as conn:
        await chats.end_pauses(conn, now)
        return await chats.next_end_of_pause(conn)


async def join(db: Database, id: int, kind: ChatKind, language: str, now: datetime) -> None:
    """Take note of being added to a group or channel."""
    async with db.transaction() as conn:
        await chats.get_or_create(conn, id, kind, language, now)
        await chats.switch_on(conn, id, now)


async def may_write_again(db: Database, chat: int, now: datetime) -> None:
    """Take note that somebody has let newsbot write, in a chat that may have forbidden it."""
    async with db.transaction() as conn:
        await restrictions.expect_open(conn, chat, now)


async def newcomer(db: Database, id: int) -> Chat | None:
    """Return a group or channel when it is still to be greeted, else None. From now on it counts as greeted."""
    async with db.transaction() as conn:
        return await chats.chat(conn, id) if await chats.greet_once(conn, id) else None


async def mark_unreachable(db: Database, chat: int, now: datetime) -> None:
    """Take note of a block or a removal. Everything is kept."""
    async with db.transaction() as conn:
        await chats.switch_off(conn, chat, now)


async def mark_reachable(db: Database, chat: int, now: datetime) -> None:
    """Take note of the end of a block."""
    async with db.transaction() as conn:
        await chats.switch_on(conn, chat, now)


async def move(db: Database, old: int, new: int, now: datetime) -> None:
    """Take everything along from a group to the supergroup that it became, but not that it could not be reached."""
    async with db.transaction() as conn:
        await chat_rows.migrate(conn, old, new)
        await chats.switch_on(conn, new, now)


async def forget(db: Database, chat: int, now: datetime) -> None:
    """Delete all that is stored about a chat, also from older copies of the database when one is put back."""
    async with db.transaction() as conn:
        await forgetting.forget(conn, chat, now)
