"""
Forum threads that take no news any more, while it goes to the chat itself.

A row is one episode. It begins when Telegram says that the thread is closed or gone, and ends when the thread takes a
message again or somebody chooses it anew. The chat is told once in each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bot.domain.phrases import KnownPhrase
from bot.store.content.story_json import epoch
from bot.store.engine.database import Connection

Place = tuple[int, int]
"""A chat and one of its threads."""


@dataclass(frozen=True, slots=True)
class Untold:
    """A closed thread of a chat that does not know yet; topics, by number, and phrases that are followed in it."""

    chat: int
    thread: int
    topics: tuple[int, ...]
    phrases: tuple[KnownPhrase, ...] = ()


async def begin(conn: Connection, places: Iterable[Place], now: datetime) -> None:
    """Take note of threads that are closed or gone. Where nothing is followed any more it concerns nobody."""
    await conn.executemany(
        """
        INSERT INTO closed_threads (chat, thread, since)
        SELECT chat, thread, :now FROM (
            SELECT chat, thread FROM subscriptions WHERE chat = :chat AND thread = :thread
            UNION ALL
            SELECT chat, thread FROM followed_phrases WHERE chat = :chat AND thread = :thread AND let_go_at IS NULL
            LIMIT 1
        ) AS followed WHERE true
        ON CONFLICT (chat, thread) DO NOTHING
        """,
        [{"chat": chat, "thread": thread, "now": epoch(now)} for chat, thread in places],
    )


async def end(conn: Connection, places: Iterable[Place]) -> None:
    """Take note of threads that are open; harmless when they always were."""
    await conn.executemany("DELETE FROM closed_threads WHERE chat = ? AND thread = ?", list(places))


async def untold(conn: Connection) -> list[Untold]:
    """Return the closed threads of which their chats are to be told, those that are paused or unreachable aside.

    Private chats with a thread for each topic get another one instead (`topic_threads`).
    """
    rows = await conn.execute_fetchall(
        """
        SELECT t.chat, t.thread, s.topic, NULL AS phrase, NULL AS words
        FROM closed_threads AS t
        CROSS JOIN chats AS c ON c.id = t.chat AND c.state = 'active' AND c.topic_threads = 0
        CROSS JOIN subscriptions AS s ON s.chat = t.chat AND s.thread = t.thread
        WHERE t.told_at IS NULL
        UNION ALL
        SELECT t.chat, t.thread, NULL, p.number, p.words
        FROM closed_threads AS t
        CROSS JOIN chats AS c ON c.id = t.chat AND c.state = 'active' AND c.topic_threads = 0
        CROSS JOIN followed_phrases AS f ON f.chat = t.chat AND f.thread = t.thread AND f.let_go_at IS NULL
        CROSS JOIN phrases AS p ON p.number = f.phrase
        WHERE t.told_at IS NULL ORDER BY 1, 2
        """
    )
    return [
        Untold(
            chat,
            thread,
            tuple(row["topic"] for row in some if row["topic"] is not None),
            tuple(KnownPhrase(row["phrase"], row["words"]) for row in some if row["phrase"] is not None),
        )
        for (chat, thread), group in groupby(rows, key=lambda row: (row["chat"], row["thread"]))
        for some in [list(group)]
    ]


async def mark_told(conn: Connection, chat: int, thread: int, now: datetime) -> None:
    """Remember that a chat knows."""
    await conn.execute(
        "UPDATE closed_threads SET told_at = :now WHERE chat = :chat AND thread = :thread",
        {"chat": chat, "thread": thread, "now": epoch(now)},
    )
