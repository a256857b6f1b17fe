"""Threads of followed topics in private chats: wanted or not, and what has become of them."""

from __future__ import annotations

from datetime import datetime

from bot.domain.chat import Chat
from bot.domain.topic_threads import LOST_FOR, Task, ThreadWork
from bot.store.engine.database import Database
from bot.store.readers import closed_threads, topic_threads

MANY = 20
"""Threads that are looked after at once: each is a call, and people are answered in between."""


async def want(db: Database, chat: Chat, wants: bool) -> Chat:
    """Return a private chat as it stands with a thread for each followed topic, or without."""
    async with db.transaction() as conn:
        await topic_threads.want(conn, chat.id, wants)
    return chat._replace(topic_threads=wants)


async def work(db: Database, now: datetime) -> list[ThreadWork]:
    """Return what is to be done now."""
    async with db.reading() as conn:
        return await topic_threads.work(conn, now, LOST_FOR, MANY)


async def made(db: Database, done: ThreadWork, thread: int, name: str, now: datetime) -> None:
    """Let news go to a thread that was made. One that was made anew is not made a third time soon."""
    async with db.transaction() as conn:
        await topic_threads.made(conn, done.chat, done.topic, thread, name)
        if done.task is Task.MAKE_ANEW:
            await topic_threads.leave_alone(conn, done.chat, now)


async def named(db: Database, done: ThreadWork) -> None:
    async with db.transaction() as conn:
        await topic_threads.named(conn, done.chat, done.topic, done.name)


async def lost(db: Database, one: ThreadWork, now: datetime) -> None:
    """Take note of a thread that is not there any more."""
    if one.thread is not None:
        async with db.transaction() as conn:
            await closed_threads.begin(conn, [(one.chat, one.thread)], now)


async def leave_alone(db: Database, chat: int, now: datetime) -> None:
    """Try nothing in a chat for a while, in which a thread could not be made."""
    async with db.transaction() as conn:
        await topic_threads.leave_alone(conn, chat, now)
